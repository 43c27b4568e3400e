import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import COMFORT_DECEL_MPS2, Driver
from corridor.actuation import actuate, followed_speeds
from corridor.engine import VehicleFacts
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant

LIMIT_MPS = 14.0
EASE_OFF_MPS2 = 0.7


class Street:
    """One road without signals."""

    lane_edge = {"x_0": "x"}  # noqa: RUF012
    lane_limit_mps = {"x_0": LIMIT_MPS}  # noqa: RUF012
    lane_number = {"x_0": 0}  # noqa: RUF012

    def approaches(self, route):
        return (None,) * len(route)

    def has_other_lanes(self, lane):
        return False


class Notes:
    """An engine that writes down what it is told."""

    def __init__(self):
        self.told = []

    def set_speeds(self, vehicle_ids, speeds_mps):
        self.told += zip(vehicle_ids, speeds_mps, strict=True)

    set_speed_factors = set_speeds

    def take(self):
        told, self.told = self.told, []
        return told


def put(table, *motions):
    """Take over lane, position and speed of each vehicle."""
    lanes, positions_m, speeds_mps = zip(*motions, strict=True)
    rows = np.arange(len(table))
    table.move(rows, np.array(positions_m), np.array(speeds_mps), 1.0)
    table.change_lanes(rows, lanes)


def vehicles(*speeds_mps, speed_factor=1.1):
    table = VehicleTable(Street())
    for number in range(len(speeds_mps)):
        entrant = Entrant(
            vehicle_id=f"v{number}",
            is_equipped=True,
            follows_advice=True,
            draw=0.5,
            has_stops=False,
        )
        facts = VehicleFacts(("x",), "passenger", speed_factor, 50.0, 2.6, 4.5, 5.0, 2.5)
        table.enter(entrant, facts)
    put(table, *(("x_0", 0.0, v) for v in speeds_mps))
    return table


def tell(table, engine, *followed_mps, execution="automated", step_length_s=1.0):
    driver = Driver(ease_off_mps2=EASE_OFF_MPS2) if execution == "driver" else None
    actuate(table, engine, np.array(followed_mps), driver, step_length_s)
    return engine.take()


def test_cruise_control_is_told_a_speed_and_a_driver_a_factor():
    assert tell(vehicles(10.0), Notes(), 9.0) == [("v0", 9.0)]
    [(_, factor)] = tell(vehicles(10.0), Notes(), 7.0 + 3.0, execution="driver")
    assert factor == pytest.approx(10.0 / LIMIT_MPS)


def test_cruise_control_brakes_no_harder_than_is_comfortable():
    assert COMFORT_DECEL_MPS2 == 1.5
    assert tell(vehicles(12.0), Notes(), 5.0) == [("v0", 12.0 - COMFORT_DECEL_MPS2)]
    assert tell(vehicles(12.0), Notes(), 5.0, step_length_s=0.1) == [("v0", pytest.approx(11.85))]


def factors(table, engine, followed_mps, n_steps, step_length_s=1.0, dawdling_mps=0.0):
    """What a driver is told in each step, in m/s; he drives slower than he wishes by dawdling."""
    for _ in range(n_steps):
        for _, factor in tell(
            table, engine, followed_mps, execution="driver", step_length_s=step_length_s
        ):
            yield factor * LIMIT_MPS
            table.floats("speed_mps")[:] = factor * LIMIT_MPS - dawdling_mps


@pytest.mark.parametrize("step_length_s", [0.5, 1.0])
def test_a_driver_eases_off_steadily_whatever_his_dawdling(step_length_s):
    for dawdling_mps in (0.0, 0.9):
        told = list(factors(vehicles(12.0), Notes(), 9.0, 12, step_length_s, dawdling_mps))
        steps = np.diff([12.0, *told])
        np.testing.assert_allclose(steps[:-1], -EASE_OFF_MPS2 * step_length_s)
        assert told[-1] == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("asked_mps2", "expected_mps2"), [(0.3, EASE_OFF_MPS2), (1.2, 1.2), (9, 1.5)]
)
def test_a_driver_brakes_as_firmly_as_he_is_asked_to_but_in_comfort(asked_mps2, expected_mps2):
    table = vehicles(12.0)
    table.floats("asked_mps2")[:] = asked_mps2
    [(_, factor)] = tell(table, Notes(), 5.0, execution="driver")
    assert factor * LIMIT_MPS == pytest.approx(12.0 - expected_mps2)


def test_a_driver_who_was_left_alone_eases_off_from_his_speed():
    table, engine = vehicles(12.0), Notes()
    list(factors(table, engine, 9.0, 3))
    tell(table, engine, math.nan, execution="driver")
    table.floats("speed_mps")[:] = 13.0
    assert next(factors(table, engine, 9.0, 1)) == pytest.approx(13.0 - EASE_OFF_MPS2)


@pytest.mark.parametrize("execution", ["automated", "driver"])
def test_nobody_is_told_more_than_the_own_ceiling(execution):
    per_unit_mps = LIMIT_MPS if execution == "driver" else 1.0
    [(_, told)] = tell(vehicles(10.0), Notes(), 30.0, execution=execution)
    assert told * per_unit_mps == pytest.approx(1.1 * LIMIT_MPS)
    # Not even one who is faster than that now, and could not slow down in comfort.
    [(_, told)] = tell(vehicles(20.0), Notes(), 5.0, execution=execution)
    assert told * per_unit_mps == pytest.approx(1.1 * LIMIT_MPS)


@given(
    st.floats(0, 40),
    st.one_of(st.just(math.nan), st.floats(0.1, 40)),
    st.sampled_from(["automated", "driver"]),
    st.sampled_from([0.1, 0.5, 1.0]),
)
def test_commands_keep_to_the_ceiling_and_to_comfort(speed_mps, followed_mps, execution, step_s):
    told = tell(
        vehicles(speed_mps), Notes(), followed_mps, execution=execution, step_length_s=step_s
    )
    if math.isnan(followed_mps):
        assert told == []
        return
    command_mps = told[0][1] * (LIMIT_MPS if execution == "driver" else 1.0)
    assert command_mps <= 1.1 * LIMIT_MPS + 1e-9
    greatest_mps2 = EASE_OFF_MPS2 if execution == "driver" else COMFORT_DECEL_MPS2
    assert command_mps >= min(speed_mps - greatest_mps2 * step_s, 1.1 * LIMIT_MPS) - 1e-9


@pytest.mark.parametrize(("execution", "own"), [("automated", -1.0), ("driver", 1.1)])
def test_whose_advice_ends_is_given_back_to_the_own_driver(execution, own):
    table, engine = vehicles(10.0), Notes()
    tell(table, engine, 9.0, execution=execution)
    assert tell(table, engine, math.nan, execution=execution) == [("v0", own)]
    assert tell(table, engine, math.nan, execution=execution) == []


@pytest.mark.parametrize("execution", ["automated", "driver"])
def test_nothing_is_told_twice(execution):
    table, engine = vehicles(10.0), Notes()
    assert len(tell(table, engine, 9.5, execution=execution)) == 1
    assert tell(table, engine, 9.5, execution=execution) == []
    assert len(tell(table, engine, 9.4, execution=execution)) == 1


def test_a_new_limit_is_a_new_factor_for_the_same_speed():
    table, engine = vehicles(10.0), Notes()
    tell(table, engine, 10.0, execution="driver")
    table.floats("limit_mps")[:] = 20.0
    assert tell(table, engine, 10.0, execution="driver") == [("v0", 0.5)]


def test_only_those_whose_command_changes_are_told():
    table, engine = vehicles(10.0, 10.0, 10.0), Notes()
    assert tell(table, engine, 9.0, math.nan, 9.5) == [("v0", 9.0), ("v2", 9.5)]
    assert tell(table, engine, 9.0, 9.0, math.nan) == [("v1", 9.0), ("v2", -1.0)]


def test_a_vehicle_on_an_unknown_lane_is_given_back():
    table, engine = vehicles(10.0), Notes()
    tell(table, engine, 9.0, execution="driver")
    put(table, ("nowhere_0", 0.0, 10.0))
    assert tell(table, engine, 9.0, execution="driver") == [("v0", 1.1)]


def test_cruise_control_takes_advice_as_it_is():
    table = vehicles(10.0, 10.0)
    table.floats("advised_mps")[:] = [8.765, math.nan]
    followed_mps = followed_speeds(table.columns, "automated", Driver(), 0.0)
    np.testing.assert_array_equal(followed_mps, [8.765, math.nan])
    followed_mps[:] = 0.0
    assert table.floats("advised_mps")[0] == 8.765


def test_a_driver_follows_what_the_display_has_shown_for_the_reaction_time():
    table, driver = vehicles(10.0), Driver(step_mps=1.0, lag_s=2.0)
    table.floats("advised_mps")[:] = 8.7
    history = [
        float(followed_speeds(table.columns, "driver", driver, t)[0]) for t in (0.0, 1.0, 2.0)
    ]
    np.testing.assert_array_equal(history, [math.nan, math.nan, 8.0])
    assert table.floats("shown_mps")[0] == 8.0
    assert table.floats("changed_s")[0] == 0.0


def test_a_driver_who_takes_nothing_up_is_shown_advice_but_follows_none():
    table, driver = vehicles(10.0), Driver(step_mps=1.0, lag_s=0.0, compliant_time=0.0)
    table.floats("advised_mps")[:] = 8.7
    assert math.isnan(followed_speeds(table.columns, "driver", driver, 0.0)[0])
    assert table.floats("shown_mps")[0] == 8.0
