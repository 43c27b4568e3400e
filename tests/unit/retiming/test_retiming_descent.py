import math

import pytest

from experiments.retiming.alternation import alternate
from experiments.retiming.bench import Figures
from experiments.retiming.confirming import confirm
from experiments.retiming.descent import Wish, cost_of, descend
from experiments.retiming.moves import CycleRange, with_cycle
from experiments.retiming.stages import FixedSignal, Times


def signal(name):
    return FixedSignal(
        id=name,
        states=("GGrr", "yyrr", "rrGG", "rryy"),
        durations_s=(30.0, 5.0, 20.0, 5.0),
        greens=(0, 2),
        min_s=(5.0, 5.0),
        own=Times(greens_s=(30.0, 20.0), offset_s=0.0),
    )


SIGNALS = {name: signal(name) for name in ("a", "b")}
OWN = {name: each.own for name, each in SIGNALS.items()}

USUAL = CycleRange(low_s=40.0, high_s=120.0)


class Valley:
    """Costs least at a cycle of 80 s, 45 s of first green and an offset of 20 s of b."""

    def __init__(self, seed_effect=0.0, stuck=lambda plan: False):
        self.runs, self.seed_effect, self.stuck = [], seed_effect, stuck

    def cost(self, plan, seed):
        miss = sum(abs(SIGNALS[name].cycle_s(times) - 80.0) for name, times in plan.items())
        miss += sum(abs(times.greens_s[0] - 45.0) for times in plan.values())
        miss += abs(plan["b"].offset_s - 20.0)
        return 100.0 + miss + self.seed_effect * (seed % 7)

    def measure(self, wanted):
        self.runs += wanted
        return [
            Figures(
                co2_g={"x": self.cost(plan, seed)},
                trip_s=self.cost(plan, seed),
                is_whole=not self.stuck(plan),
                end_s=0.0,
            )
            for plan, seed in wanted
        ]


def wish(n_runs=400, cycles=USUAL):
    return Wish(seeds=(1001, 1002), n_runs=n_runs, time_weight=0.5, cycles=cycles)


def found(bench, asked, starts=()):
    return descend(SIGNALS, OWN, starts, bench, asked, weights={"a": 2.0, "b": 1.0})


def test_descent_finds_the_bottom_of_a_valley():
    bench = Valley()
    plan = found(bench, wish()).plan
    assert bench.cost(plan, 0) <= 104.0
    assert bench.cost(OWN, 0) > 140.0


def test_descent_is_the_same_every_time():
    assert found(Valley(3.0), wish(80)) == found(Valley(3.0), wish(80))


@pytest.mark.parametrize("n_runs", [4, 10, 25, 60])
def test_descent_does_no_more_runs_than_it_may(n_runs):
    bench = Valley()
    done = found(bench, wish(n_runs))
    assert len(bench.runs) == done.n_runs <= n_runs


def test_descent_never_leaves_the_own_plan_for_a_worse_one():
    class Peak(Valley):
        def cost(self, plan, seed):
            return 100.0 if plan == OWN else 101.0

    starts = [{name: with_cycle(each, each.own, 90.0) for name, each in SIGNALS.items()}]
    done = found(Peak(), wish(), starts)
    assert done.plan == OWN
    assert done.cost == 1.0


def test_descent_keeps_least_greens_and_the_range_of_cycles():
    bench = Valley()
    done = found(bench, wish(cycles=CycleRange(low_s=50.0, high_s=70.0)))
    for plan, _ in bench.runs:
        for name, times in plan.items():
            assert SIGNALS[name].allows(times)
            assert 50.0 <= SIGNALS[name].cycle_s(times) <= 70.0
    assert max(SIGNALS[name].cycle_s(times) for name, times in done.plan.items()) == 68.0


def test_a_plan_that_holds_somebody_for_ever_is_worth_nothing():
    bench = Valley(stuck=lambda plan: plan != OWN)
    assert found(bench, wish()).plan == OWN


def test_the_cost_weighs_trip_time_against_co2():
    own = Figures(co2_g={"x": 100.0, "y": 10.0}, trip_s=50.0, is_whole=True, end_s=0.0)
    run = Figures(co2_g={"x": 90.0, "y": 8.0}, trip_s=40.0, is_whole=True, end_s=0.0)
    # CO2: mean of 0.9 and 0.8; time: 0.8.
    assert cost_of(run, own, 0.5) == pytest.approx((0.85 + 0.5 * 0.8) / 1.5)
    stuck = Figures(co2_g={"x": 1.0, "y": 1.0}, trip_s=1.0, is_whole=False, end_s=0.0)
    assert cost_of(stuck, own, 0.5) == math.inf


def test_a_plan_that_gains_only_on_the_planning_seeds_is_not_confirmed():
    class Lucky(Valley):
        def cost(self, plan, seed):
            gain = 0.0 if plan == OWN else 5.0 if seed < 1010 else -2.0
            return 100.0 - gain + seed % 3

    bench = Lucky()
    plan = found(bench, wish()).plan
    assert plan != OWN
    held = confirm(plan, OWN, bench, (1011, 1012, 1013), 0.5)
    assert not held.is_better
    assert held.cost_pct == pytest.approx(2.0, abs=0.1)
    assert held.effects["trip_time"].mean == pytest.approx(2.0, abs=0.1)


def guess(plans):
    return [0.0] * len(plans)


def test_alternation_goes_on_from_the_plan_for_unadvised_drivers_and_stops_when_nothing_is_gained():
    class Advised(Valley):
        def cost(self, plan, seed):
            return 100.0 + abs(SIGNALS["a"].cycle_s(plan["a"]) - 60.0)

    first = found(Valley(), wish())
    again, turns = alternate(
        SIGNALS, first, Advised(), wish(80), n_rounds=5, weights={}, guess=guess
    )
    assert SIGNALS["a"].cycle_s(again.plan["a"]) == pytest.approx(60.0, abs=4.0)
    assert turns[0].gain_pct > 10.0
    assert turns[-1].gain_pct < 0.1
    assert len(turns) < 5
    assert not {*turns[0].seeds} & {*turns[1].seeds}
