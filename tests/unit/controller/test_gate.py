import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.gate import Course, Gate, is_passed


def passed(way_m, latest_s, slowest_mps=0.0, *, speed_mps=14.0, cruise_s=5.0, hold_mps=8.0):
    """Cruise, slow down at 0.5 m/s2, hold; with all else given."""
    ramp_s = (speed_mps - hold_mps) / 0.5
    course = Course(
        speed_mps=np.array([speed_mps]),
        cruise_s=np.full((1, 1), cruise_s),
        ramp_s=np.full((1, 1), ramp_s),
        ramp_m=np.full((1, 1), 0.5 * (speed_mps + hold_mps) * ramp_s),
        hold_mps=np.array([hold_mps]),
    )
    gate = Gate(way_m=np.array([way_m]), latest_s=np.array([latest_s]), slowest_mps=slowest_mps)
    return bool(is_passed(gate, course)[0, 0])


@pytest.mark.parametrize(
    ("way_m", "passing_s"),
    [
        # While cruising; half the ramp of 132 m and 12 s behind 70 m and 5 s; 30 m of holding.
        (42.0, 3.0),
        (136.0, 11.0),
        (232.0, 20.75),
    ],
)
def test_a_gate_must_be_passed_in_time(way_m, passing_s):
    assert passed(way_m, passing_s + 1e-9)
    assert not passed(way_m, passing_s - 1e-3)


@pytest.mark.parametrize(("way_m", "mps"), [(42.0, 14.0), (136.0, 130.0**0.5), (232.0, 8.0)])
def test_a_gate_must_not_be_passed_more_slowly_than_allowed(way_m, mps):
    assert passed(way_m, 100.0, mps - 1e-9)
    assert not passed(way_m, 100.0, mps + 1e-3)


def test_who_stops_before_a_gate_never_passes_it():
    # 70 m of cruising and 196 m down to a stop.
    assert passed(260.0, 100.0, hold_mps=0.0)
    assert not passed(270.0, 1e6, hold_mps=0.0)


def test_who_passes_no_gate_may_do_as_he_likes():
    assert passed(np.nan, 0.0, 100.0)


@given(st.floats(1.0, 400.0), st.floats(0.0, 20.0), st.floats(1.0, 13.0), st.floats(0.0, 90.0))
def test_who_slows_down_is_never_thought_to_pass_before_he_does(
    way_m, cruise_s, hold_mps, latest_s
):
    if not passed(way_m, latest_s, cruise_s=cruise_s, hold_mps=hold_mps):
        return
    time_s, left_m, speed_mps, step_s = 0.0, way_m, 14.0, 0.01
    while left_m > 0.0:
        if time_s >= cruise_s:
            speed_mps = max(speed_mps - 0.5 * step_s, hold_mps)
        left_m -= speed_mps * step_s
        time_s += step_s
    assert time_s <= latest_s + 0.1
