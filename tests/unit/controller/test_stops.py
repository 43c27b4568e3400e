import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from controller import Driver, EcoParameters
from controller.approach import Approach
from controller.means import EASE_OFF, WAVERING_MPS2, means_of
from controller.profile import Grid, cheapest
from controller.ramps import tabulate

DRIVER = Driver()
FLOOR_MPS = float(DRIVER.driven_mps(np.array([DRIVER.floor_mps]), 0.0)[0])
BY_HAND = means_of(EcoParameters(), DRIVER, 0.0)
PLACE_M = 10.0


@pytest.fixture(scope="module")
def ramps(rate_maps):
    return tabulate(list(rate_maps.values()), wavering_mps2=WAVERING_MPS2)


def approach(distance_m, speed_mps, slot_s, *, late_s=9.0):
    told = {
        "distance_m": distance_m,
        "speed_mps": speed_mps,
        "free_mps": 14.0,
        "accel_mps2": 2.0,
        "decel_mps2": 4.5,
        "slot_s": slot_s,
        "place_m": PLACE_M,
        "latest_s": slot_s + late_s,
        "fastest_hold_mps": np.inf,
    }
    return Approach(**{name: np.array([float(value)]) for name, value in told.items()})


def stop_by_integration(ramps, told, choice):
    """How long a choice stands before its place moves, and how far from there."""
    speed_mps, at_s, left_m = told.speed_mps[0], 0.0, told.distance_m[0] - PLACE_M
    decel_mps2, step_s = -ramps.accel_mps2[EASE_OFF, 0], 0.005
    while speed_mps > 0.0:
        slowest_mps = choice.cruise_mps[0] if at_s < choice.cruise_s[0] else 0.0
        is_waiting = at_s < DRIVER.lag_s
        slower_mps = max(speed_mps - decel_mps2 * step_s, slowest_mps)
        next_mps = speed_mps if is_waiting else slower_mps
        left_m -= 0.5 * (speed_mps + next_mps) * step_s
        speed_mps, at_s = next_mps, at_s + step_s
    return told.slot_s[0] - at_s, left_m


@given(st.floats(150.0, 500.0), st.floats(9.0, 15.0), st.floats(80.0, 120.0))
def test_a_driver_who_slows_down_early_stops_at_his_place_before_it_moves(
    ramps, distance_m, speed_mps, slot_s
):
    told = approach(distance_m, speed_mps, slot_s)
    found = cheapest(Grid.of(ramps, BY_HAND), told)
    assume(found.cruise_mps[0] < speed_mps)
    assert found.is_feasible[0] and found.hold_mps[0] == 0.0
    assert found.cruise_mps[0] >= FLOOR_MPS - 1e-9
    stands_s, left_m = stop_by_integration(ramps, told, found)
    assert stands_s > -0.1
    assert left_m == pytest.approx(0.0, abs=1.0)


def test_a_driver_whose_stop_is_certain_is_told_a_slower_speed_at_once(ramps):
    told = approach(350.0, 13.9, 100.0)
    slowly = cheapest(Grid.of(ramps, BY_HAND), told)
    at_his_speed = cheapest(Grid.of(ramps, means_without_slow_ways()), told)
    assert slowly.cruise_mps[0] < 10.0 < at_his_speed.cruise_mps[0]
    assert slowly.cost_s[0] < at_his_speed.cost_s[0]
    assert slowly.hold_mps[0] == at_his_speed.hold_mps[0] == 0.0


def means_without_slow_ways():
    driver = Driver(floor_mps=100.0)
    assert not means_of(EcoParameters(), driver, 0.0).slow_mps.size
    return means_of(EcoParameters(), driver, 0.0)


def test_who_can_roll_through_is_not_led_to_a_stop(ramps):
    found = cheapest(Grid.of(ramps, BY_HAND), approach(300.0, 14.0, 30.0))
    assert found.is_feasible[0] and found.hold_mps[0] > 0.0


def test_who_would_be_too_late_from_a_stop_is_not_slowed_down(ramps):
    late = approach(350.0, 13.9, 100.0, late_s=-1.0)
    assert not cheapest(Grid.of(ramps, BY_HAND), late).is_feasible[0]


def test_automated_vehicles_come_to_a_stop_from_their_own_speed(ramps):
    automated = means_of(EcoParameters(), None, 1.0)
    found = cheapest(Grid.of(ramps, automated), approach(350.0, 13.9, 100.0))
    assert found.hold_mps[0] == 0.0 and found.cruise_mps[0] == 13.9
