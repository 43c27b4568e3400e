import numpy as np
import pytest

from experiments.speed.growth import OURS, exponent, growth
from experiments.speed.overhead import Cost, shares
from experiments.speed.pairs import ARMS, TIMES, Timing, ratios, rotated


def timing(simulate_s=1.0, *, run_s=2.0, vehicle_steps=1000, max_rss_mib=300.0, planner_s=0.0):
    parts = dict.fromkeys(("sumo", *OURS), 0.0) | {"sumo": simulate_s, "planner": planner_s}
    return Timing(
        run_s=run_s,
        run_cpu_s=run_s,
        simulate_s=simulate_s,
        simulate_cpu_s=simulate_s,
        prepare_s=0.0,
        account_s=0.0,
        process_cpu_s=run_s,
        vehicle_steps=vehicle_steps,
        most_running=10,
        max_rss_mib=max_rss_mib,
        parts_cpu_s=parts,
    )


def test_ratios_are_those_of_runs_that_followed_one_another():
    # The machine was three times as slow in the second turn.
    none = [timing(1.0), timing(3.0), timing(1.0)]
    eco = [timing(1.5), timing(3.9), timing(1.4)]
    found = ratios({"none": none, "eco": eco})
    assert list(found) == ["eco"]
    assert set(found["eco"]) == set(TIMES)
    told = {"median": 1.4, "least": pytest.approx(1.3), "most": 1.5}
    assert found["eco"]["simulate_s"] == told
    assert found["eco"]["run_s"] == {"median": 1.0, "least": 1.0, "most": 1.0}


def test_each_arm_is_the_first_in_some_turn():
    turns = [rotated(ARMS, turn) for turn in range(len(ARMS))]
    assert {turn[0] for turn in turns} == set(ARMS)
    assert all(sorted(turn) == sorted(ARMS) for turn in turns)


def test_microseconds_are_those_of_a_vehicle_in_a_step():
    assert timing(2.0, planner_s=0.5).us_per_vehicle_step()["planner"] == pytest.approx(500.0)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_the_power_with_which_time_grows(power):
    steps = np.array([1e5, 2e5, 4e5])
    assert exponent(steps, 3e-6 * steps**power) == pytest.approx(power)


def town(power):
    """Three runs, of which the planner's time grows with a power of the vehicle-steps."""
    sizes = (1000, 2000, 4000)
    return [
        timing(1.0 * n, vehicle_steps=n, planner_s=1e-3 * n**power, max_rss_mib=n / 5)
        for n in sizes
    ]


def test_growth_is_judged_by_what_is_ours():
    line, square = growth(town(1.0)), growth(town(2.0))
    assert line["is_linear"] and not square["is_linear"]
    assert line["exponent"] == pytest.approx(1.0)
    assert square["exponent"] == pytest.approx(1.0)  # SUMO's own time is all that matters here.
    assert square["exponent_ours"] == pytest.approx(2.0)
    assert [run["vehicle_steps"] for run in line["runs"]] == [1000, 2000, 4000]


def test_the_greatest_run_decides_on_memory():
    assert growth(town(1.0))["is_small"]
    large = timing(vehicle_steps=8000, planner_s=8.0, max_rss_mib=1024.0)
    assert not growth([*town(1.0), large])["is_small"]


def cost(seconds):
    return Cost(wall_s=seconds, cpu_s=seconds / 2)


def test_overhead_is_what_is_paid_over_bare_sumo_in_the_same_turn():
    # The machine was twice as slow in the second turn.
    turns = {"idle": 8.0, "bare": 10.0, "writing": 12.0, "run": 15.0}
    found = shares({kind: [cost(s), cost(2.0 * s)] for kind, s in turns.items()})
    assert found["run over bare"] == {"wall": 0.5, "cpu": 0.5}
    assert found["of that, SUMO's outputs"]["wall"] == pytest.approx(0.2)
    assert found["of that, ours"]["wall"] == pytest.approx(0.3)
    assert found["run over SUMO with the same outputs"]["wall"] == 0.25
    assert found["run over SUMO without emissions"]["cpu"] == 0.875
