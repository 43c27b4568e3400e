import numpy as np
import pytest

from experiments.data_files import ConfigError
from experiments.retiming.counts import Turn, read_counts, simulated_counts
from experiments.retiming.problem import all_turns, plan_problem
from experiments.retiming.promise import Promise
from experiments.retiming.stages import (
    Times,
    own_plan,
    retimed_programs,
    timed_signals,
)

STRAIGHT, LEFT = Turn("A", "wA", "AB"), Turn("A", "wA", "An")


@pytest.fixture
def problem(scenario, network, demand):
    signals = timed_signals(scenario)
    return plan_problem(signals, network, demand, simulated_counts(network, demand))


def test_stages_are_the_greens_without_yellow_and_the_rest_is_fixed(scenario):
    a = timed_signals(scenario)["A"]
    assert a.greens == (1, 3)
    assert a.own == Times(greens_s=(30.0, 20.0), offset_s=7.0)
    assert a.fixed_s == 10.0
    assert a.lead_s == 2.0
    assert a.changes_s == (3.0, 7.0)


def test_people_on_foot_keep_their_green_and_others_what_the_program_says(scenario):
    signals = timed_signals(scenario)
    # At A the second green is also that of the crossing; at B one was planned shorter than 5 s.
    assert signals["A"].min_s == (5.0, 20.0)
    assert signals["B"].min_s == (8.0, 4.0)


@pytest.mark.parametrize("scenario", ["actuated"], indirect=True)
def test_a_signal_that_traffic_decides_is_left_alone(scenario):
    assert set(timed_signals(scenario)) == {"A"}


def test_a_plan_changes_greens_and_offset_of_programs_and_nothing_else(scenario):
    plan = {"A": Times(greens_s=(41.0, 22.0), offset_s=3.0)}
    (program,) = retimed_programs(scenario, plan)
    phases = [(each.get("state"), each.get("duration")) for each in program]
    assert program.get("offset") == "3"
    assert phases == [
        ("rrrrr", "2"),
        ("GGgrr", "41"),
        ("yyyrr", "3"),
        ("rrrGG", "22"),
        ("rrryr", "5"),
    ]


def test_counts_of_a_demand_are_vehicles_per_hour_by_turn(network, demand):
    counts = simulated_counts(network, demand)
    assert counts[STRAIGHT] == pytest.approx(600.0)
    assert counts[LEFT] == pytest.approx(300.0)
    assert counts[Turn("B", "AB", "Be")] == pytest.approx(600.0)


def test_vehicles_of_a_turn_fill_its_lanes_to_one_level(problem):
    a = problem.network.signals[0]
    by_lane = np.bincount(a.lane, a.flow_vps, 3) * 3600.0
    # 300 turn left from the left lane: of those straight on 450 take the right one.
    assert by_lane.tolist() == pytest.approx([0.0, 450.0, 450.0], abs=1.0)


def test_a_left_turn_on_small_g_yields_to_what_the_junction_says(problem):
    a = problem.network.signals[0]
    assert a.is_green[0].tolist() == [True, True, True, False]
    assert a.is_protected[0].tolist() == [True, True, False, False]
    assert np.argwhere(a.yields_to).tolist() == [[2, 3]]


def test_a_road_leads_from_signal_to_signal_with_its_time_and_share(problem):
    roads = problem.network.roads
    assert set(roads.from_signal.tolist()) == {0}
    assert set(roads.to_signal.tolist()) == {1}
    # 10 m over the junction and 400 m at 10 m/s; all who go straight on cross B.
    assert roads.travel_s.tolist() == pytest.approx([41.0, 41.0])
    assert roads.share.tolist() == pytest.approx([1.0, 1.0])


def test_a_plan_and_its_arithmetic_are_the_same_plan(problem):
    own = own_plan(problem.signals)
    timings = problem.timing_plan(own)
    # The first green of A begins 2 s behind its program.
    assert timings[0].offset_s == pytest.approx(9.0)
    assert problem.plan(timings) == own


def test_the_cycles_that_signals_want_by_webster_s_formula_are_told(problem):
    # B: 6 s are lost, and 600 and 300 an hour at 2.05 s take 0.51: 14 / 0.49 = 28.7 s. A: what its
    # least greens and changes take, 35 s.
    assert Promise(problem).cycle_words() == "cycles by Webster's formula: 29 to 35 s"


def test_signals_for_which_no_cycle_is_long_enough_are_counted(scenario, network, demand):
    counts = {Turn("B", "AB", "Be"): 1700.0}
    crowded = plan_problem(timed_signals(scenario), network, demand, counts)
    assert Promise(crowded).cycle_words() == (
        "cycles by Webster's formula: 35 to 35 s, none is long enough at 1 of them"
    )


def counts_file(tmp_path, *rows):
    path = tmp_path / "counts.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_measured_counts_are_read_from_columns_in_any_order(tmp_path, scenario, network):
    path = counts_file(
        tmp_path,
        "vehicles_per_hour,signal,from_edge,to_edge",
        "120.5,A,wA,AB",
        "30,A,wA,An",
        "9.5,A,wA,AB",
    )
    known = all_turns(network, timed_signals(scenario))
    assert read_counts(path, known) == {STRAIGHT: 130.0, LEFT: 30.0}


def test_all_that_is_wrong_with_counts_is_told_with_its_line(tmp_path, scenario, network):
    path = counts_file(
        tmp_path,
        "signal,from_edge,to_edge,vehicles_per_hour",
        "C,wA,AB,1",
        "A,AB,wA,1",
        "A,wA,AB,many",
        "A,wA,AB,-3",
    )
    known = all_turns(network, timed_signals(scenario))
    with pytest.raises(ConfigError) as told:
        read_counts(path, known)
    lines = str(told.value).splitlines()
    assert [line.partition("counts.csv:")[2].partition(":")[0] for line in lines] == list("2345")
    assert "unknown signal 'C'" in lines[0]
    assert "no such way" in lines[1]
    assert "got 'many'" in lines[2]


def test_counts_without_their_columns_are_refused(tmp_path):
    path = counts_file(tmp_path, "signal,from,to,count", "A,wA,AB,1")
    with pytest.raises(ConfigError, match="vehicles_per_hour"):
        read_counts(path, set())
