import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emissions.maps import NEVER_MPS2
from emissions.traction import continue_traction, crossing, fill_limits, first_active

ACCELS_MPS2 = np.arange(-2.0, 2.5, 0.5)


def continued(line, coasting_mps2):
    return continue_traction(line[np.newaxis], ACCELS_MPS2, np.array([coasting_mps2]))[0]


def dropped(line, coasting_mps2):
    return np.where(coasting_mps2 > ACCELS_MPS2, 0.0, line)


def test_the_line_of_traction_goes_on_beyond_the_drop():
    line = 5.0 + 2.0 * ACCELS_MPS2
    np.testing.assert_allclose(continued(dropped(line, -0.6), -0.6), line)


def test_the_continued_line_stops_at_zero():
    found = continued(dropped(1.0 + 2.0 * ACCELS_MPS2, -0.1), -0.1)
    np.testing.assert_allclose(found, [0, 0, 0, 0, 1, 2, 3, 4, 5])


def test_a_line_that_would_rise_towards_braking_stays_level():
    found = continued(dropped(5.0 - 2.0 * ACCELS_MPS2, -0.6), -0.6)
    np.testing.assert_allclose(found, [6, 6, 6, 6, 5, 4, 3, 2, 1])


def test_a_speed_that_does_not_drop_stays_as_it_is():
    line = np.array([-3.0, -1.0, 0.0, 1.0, 2.0, 2.0, 5.0, 4.0, 4.0])
    np.testing.assert_array_equal(continued(line, NEVER_MPS2), line)


@given(st.floats(-1.9, 1.4), st.floats(0.1, 5), st.floats(0.0, 5))
def test_the_continuation_is_nowhere_below_what_sumo_says_and_the_same_above(drop, base, rise):
    literal = dropped(base + rise * np.arange(9), drop)
    found = continued(literal, drop)
    assert (found >= literal).all()
    np.testing.assert_array_equal(found[drop <= ACCELS_MPS2], literal[drop <= ACCELS_MPS2])
    assert (np.diff(found) >= -1e-12).all()


def test_the_drop_is_halfway_between_the_points_around_it():
    is_active = np.array([[False] * 3 + [True] * 6, [False] * 8 + [True]])
    np.testing.assert_array_equal(first_active(is_active), [3, 8])
    np.testing.assert_allclose(crossing(is_active, ACCELS_MPS2), [-0.75, 1.75])


def test_what_emits_everywhere_or_nowhere_or_vanishes_at_a_point_does_not_drop():
    is_active = np.array([[True] * 9, [False] * 9, [True] * 3 + [False] + [True] * 5])
    np.testing.assert_array_equal(crossing(is_active, ACCELS_MPS2), [NEVER_MPS2] * 3)


def test_beyond_the_power_of_a_motor_its_greatest_counts():
    gap = np.nan
    rate = np.array([[gap, gap, -3.0, -1.0, 2.0, 4.0, gap, gap, gap]])
    np.testing.assert_array_equal(fill_limits(rate), [[-3, -3, -3, -1, 2, 4, 4, 4, 4]])
