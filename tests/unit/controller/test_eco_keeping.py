"""How the eco planner goes on with the plans that it has noted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from controller import Advice, Driver, Eco, EcoParameters, Observation, Reason
from controller.arrays import FloatArray
from controller.plan import DONE, GREEN_S, HOLD_MPS, JOIN_S, PLACE_M, is_planned

SeenOf = Callable[..., Observation]
PlanOf = Callable[..., FloatArray]
YES = np.array([True])
CAR_LENGTH_M = 7.5


@pytest.fixture
def at(seen_of: SeenOf) -> SeenOf:
    """One car at a time, behind those who stand; its light turns green at `green_at_s`."""

    def make(
        time_s: float = 100.0, *, n_standing: int = 0, green_at_s: float = 130.0, **changes: object
    ) -> Observation:
        cars: list[dict[str, float]] = [
            {"distance_m": 1.0 + CAR_LENGTH_M * i, "speed_mps": 0.0} for i in range(n_standing)
        ]
        start_s = green_at_s - time_s
        greens = [[(start_s, start_s + 30.0), (start_s + 90.0, start_s + 120.0)]]
        return seen_of([*cars, {}], greens, equipped=[n_standing], time_s=time_s, **changes)

    return make


def ends_at(eco: Eco, seen: Observation) -> bool:
    """Whether the plan is carried out in this step."""
    said = eco.advise(seen)
    return said.memory is not None and said.memory[0, DONE] == 1.0


def keeps(said: Advice, notes: FloatArray) -> bool:
    """Whether the plan is the one that was noted."""
    assert said.memory is not None
    return bool((said.memory[0, : DONE + 1] == notes[0, : DONE + 1]).all())


@pytest.mark.parametrize(("lag_s", "at_s"), [(0.0, 130.0), (1.0, 129.0), (4.0, 126.0)])
@pytest.mark.parametrize("interval_s", [1.0, 1000.0])
def test_a_driver_is_released_so_early_that_he_has_reacted_when_he_joins(
    eco: Eco, at: SeenOf, plan_of: PlanOf, lag_s: float, at_s: float, interval_s: float
) -> None:
    eco = Eco(EcoParameters(interval_s=interval_s), eco.rates)
    who = {"driver": Driver(lag_s=lag_s), "memory": plan_of()}
    assert not ends_at(eco, at(at_s - 1.0, **who))
    assert ends_at(eco, at(at_s, **who))


def test_a_cruise_control_is_released_when_it_joins(eco: Eco, at: SeenOf, plan_of: PlanOf) -> None:
    assert not ends_at(eco, at(129.0, memory=plan_of()))
    assert ends_at(eco, at(130.0, memory=plan_of()))


def test_who_is_on_a_junction_keeps_a_plan_that_no_longer_holds(
    eco: Eco, at: SeenOf, plan_of: PlanOf
) -> None:
    longer = at(n_standing=1, memory=plan_of())
    on_junction = eco.advise(replace(longer, on_junction=YES))
    assert on_junction.reason[0] == Reason.ADVISED
    assert keeps(on_junction, plan_of())
    behind_it = eco.advise(replace(longer, memory=on_junction.memory))
    assert behind_it.memory[0, PLACE_M] == 1.0 + CAR_LENGTH_M


def test_who_is_on_a_junction_forgets_a_plan_to_stop_that_no_longer_holds(
    eco: Eco, at: SeenOf, plan_of: PlanOf
) -> None:
    stopping = plan_of(HOLD_MPS=0.0)
    kept = eco.advise(at(memory=stopping, on_junction=YES))
    assert kept.memory[0, HOLD_MPS] == 0.0
    said = eco.advise(at(n_standing=1, memory=stopping, on_junction=YES))
    assert not is_planned(said.memory)[0]
    assert said.reason[0] == Reason.JUNCTION


def test_who_must_change_lanes_loses_his_plan(eco: Eco, at: SeenOf, plan_of: PlanOf) -> None:
    assert is_planned(eco.advise(at(memory=plan_of())).memory)[0]
    said = eco.advise(at(memory=plan_of(), must_change=YES))
    assert said.reason[0] == Reason.WRONG_LANE
    assert not is_planned(said.memory)[0]


def test_who_begins_to_hold_somebody_up_loses_his_plan(
    eco: Eco, seen_of: SeenOf, plan_of: PlanOf
) -> None:
    behind = {"distance_m": 330.0, "lane": 1, "link": 1, "present_lane": 0, "position_m": 670.0}
    greens = [[(30.0, 60.0)], [(-5.0, 90.0)]]
    seen = seen_of([{}, behind], greens, equipped=[0], memory=plan_of())
    said = eco.advise(seen)
    assert said.reason[0] == Reason.HOLDS_UP
    assert not is_planned(said.memory)[0]


def test_a_green_that_may_yet_be_made_ends_no_plan(
    eco: Eco, seen_of: SeenOf, plan_of: PlanOf
) -> None:
    greens = [[(-5.0, 18.5), (30.0, 80.0)]]
    car = {"distance_m": 280.0}
    assert eco.advise(seen_of([car], greens)).reason[0] == Reason.LATE_GREEN
    said = eco.advise(seen_of([car], greens, memory=plan_of()))
    assert said.reason[0] == Reason.ADVISED
    assert keeps(said, plan_of())


def test_who_is_released_between_two_looks_is_told_nothing_more(
    eco: Eco, at: SeenOf, plan_of: PlanOf
) -> None:
    seldom = Eco(EcoParameters(interval_s=1000.0), eco.rates)
    for driver in (None, Driver()):
        said = seldom.advise(at(130.0, driver=driver, memory=plan_of(WHY=int(Reason.ADVISED))))
        assert said.reason[0] == Reason.NOT_NEEDED
        assert np.isnan(said.speed_mps[0])


@pytest.mark.parametrize(("accel_mps2", "shown_kmh"), [(0.75, 10.0), (1.5, 15.0), (2.6, 15.0)])
def test_who_drives_a_weak_car_may_be_shown_less_near_the_line(
    eco: Eco, seen_of: SeenOf, plan_of: PlanOf, accel_mps2: float, shown_kmh: float
) -> None:
    plan = plan_of(HOLD_MPS=2.47, RAMP_S=90.0, CRUISE_MPS=3.0, JOIN_S=135.0, JOIN_M=10.0)
    car = {"distance_m": 95.0, "speed_mps": 2.5, "accel_mps2": accel_mps2}
    said = eco.advise(seen_of([car], [[(30.0, 60.0)]], driver=Driver(), memory=plan))
    assert keeps(said, plan)
    assert said.speed_mps[0] * 3.6 == pytest.approx(shown_kmh)


@pytest.mark.parametrize("later_s", [-1.9, 0.0, 1.9])
def test_no_other_plan_is_made_for_the_green_that_one_was_carried_out_for(
    eco: Eco, at: SeenOf, plan_of: PlanOf, later_s: float
) -> None:
    done = plan_of(DONE=1.0)
    said = eco.advise(at(green_at_s=130.0 + later_s, memory=done))
    assert said.reason[0] == Reason.NOT_NEEDED
    assert keeps(said, done)


@pytest.mark.parametrize("n_standing", [1, 3])
def test_a_queue_that_has_changed_is_no_reason_to_plan_twice_for_a_green(
    eco: Eco, at: SeenOf, plan_of: PlanOf, n_standing: int
) -> None:
    done = plan_of(DONE=1.0)
    assert keeps(eco.advise(at(n_standing=n_standing, memory=done)), done)


@pytest.mark.parametrize("later_s", [2.1, 10.0])
def test_who_missed_the_green_that_his_plan_was_for_gets_one_for_the_next(
    eco: Eco, at: SeenOf, plan_of: PlanOf, later_s: float
) -> None:
    green_at_s = 130.0 + later_s
    said = eco.advise(at(green_at_s=green_at_s, memory=plan_of(DONE=1.0)))
    assert said.reason[0] == Reason.ADVISED
    assert said.memory[0, [GREEN_S, JOIN_S]] == pytest.approx(green_at_s)
