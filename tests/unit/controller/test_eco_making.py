"""What the eco planner takes a car to be able to do when it makes a plan."""

from collections.abc import Callable

import numpy as np
import pytest

from controller import Driver, Eco, EcoParameters, Observation, Reason
from controller.plan import CRUISE_MPS, HOLD_MPS, JOIN_S, SLOT_S

SeenOf = Callable[..., Observation]


@pytest.fixture
def behind(seen_of: SeenOf) -> SeenOf:
    """A car behind some who stand and will go straight on; greens begin after `red_s`."""

    def make(
        n_standing: int, car: dict[str, float], *, red_s: float = 40.0, **changes: object
    ) -> Observation:
        standing = [{"distance_m": 1.0 + 7.5 * i, "speed_mps": 0.0} for i in range(n_standing)]
        greens = [[(red_s, red_s + 60.0)]]
        return seen_of([*standing, car], greens, equipped=[n_standing], **changes)

    return make


def with_later(eco: Eco, later_s: float) -> Eco:
    return Eco(EcoParameters(later_s=later_s), eco.rates)


@pytest.mark.parametrize(("later_s", "reason"), [(0.1, Reason.TOO_SLOW), (0.15, Reason.ADVISED)])
def test_nobody_is_planned_to_cross_later_than_allowed(
    eco: Eco, behind: SeenOf, later_s: float, reason: Reason
) -> None:
    # A metre from standing takes 0.88 s at 2.6 m/s2; it is planned with 2 m/s2, in 1.00 s.
    said = with_later(eco, later_s).advise(behind(0, {"accel_mps2": 2.6}))
    assert said.reason[0] == reason


def test_who_drives_above_his_ceiling_is_planned_from_the_ceiling(eco: Eco, behind: SeenOf) -> None:
    fast = eco.advise(behind(0, {"speed_mps": 16.0, "ceiling_mps": 14.0}))
    usual = eco.advise(behind(0, {"speed_mps": 14.0, "ceiling_mps": 14.0}))
    assert fast.reason[0] == Reason.ADVISED
    assert fast.memory[0, CRUISE_MPS] == 14.0
    np.testing.assert_array_equal(fast.memory, usual.memory)


@pytest.mark.parametrize("crossing_mps", [0.5, 1.0, 3.0, 5.0, 14.0])
@pytest.mark.parametrize("n_standing", [0, 2, 5, 8])
def test_who_turns_is_planned_to_come_to_speed_on_the_way_to_the_line(
    eco: Eco, behind: SeenOf, crossing_mps: float, n_standing: int
) -> None:
    # At 5 m/s the 61 m from the ninth place to the line would take longer than he is allowed to.
    said = with_later(eco, 1.0).advise(behind(n_standing, {"crossing_mps": crossing_mps}))
    assert said.reason[0] == Reason.ADVISED


def test_who_turns_passes_the_line_no_faster_than_he_turns(eco: Eco, behind: SeenOf) -> None:
    car = {"distance_m": 250.0, "crossing_mps": 5.0}
    for red_s in (40.0, 50.0, 60.0):
        said = eco.advise(behind(0, car, red_s=red_s))
        assert said.reason[0] == Reason.ADVISED
        assert said.memory[0, HOLD_MPS] <= 5.0


@pytest.mark.parametrize(
    ("accel_mps2", "planned_mps2"), [(1.0, 1.0), (1.5, 1.5), (2.6, 2.0), (6.0, 2.0)]
)
def test_a_strong_car_is_planned_to_regain_speed_no_faster_than_by_2_mps2(
    eco: Eco, behind: SeenOf, accel_mps2: float, planned_mps2: float
) -> None:
    regained_mps = eco.parameters.rise_share * 14.0
    found_mps2 = []
    for distance_m in np.arange(250.0, 400.0, 10.0):
        car = {"distance_m": distance_m, "accel_mps2": accel_mps2}
        [notes] = eco.advise(behind(5, car, red_s=30.0, driver=Driver())).memory
        if notes[JOIN_S] < notes[SLOT_S]:
            rise_s = notes[SLOT_S] - notes[JOIN_S]
            found_mps2.append((regained_mps - notes[HOLD_MPS]) / rise_s)
    assert found_mps2
    assert found_mps2 == pytest.approx([planned_mps2] * len(found_mps2))


@pytest.mark.parametrize(("storage_m", "creeps"), [(np.inf, True), (70.0, False)])
def test_a_weak_car_creeps_only_where_a_queue_may_reach(
    eco: Eco, behind: SeenOf, storage_m: float, creeps: bool
) -> None:
    car = {"distance_m": 250.0, "accel_mps2": 0.75, "storage_m": storage_m}
    said = eco.advise(behind(0, car, red_s=50.0))
    assert said.reason[0] == Reason.ADVISED
    assert (0.0 < said.memory[0, HOLD_MPS] < 4.0) == creeps
