import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.kinematics import green_arrival_speed


def speed(distance_m, start_s, end_s, max_mps=13.9, min_mps=5.0):
    return float(
        green_arrival_speed(
            np.array([distance_m], dtype=float),
            np.array([start_s], dtype=float),
            np.array([end_s], dtype=float),
            np.array([max_mps], dtype=float),
            min_speed_mps=min_mps,
        )[0]
    )


def test_a_red_that_ends_in_20_s_is_met_over_200_m_at_10_mps():
    assert speed(200, 20, 40) == pytest.approx(10.0)


def test_a_green_that_has_begun_is_met_at_full_speed():
    assert speed(139, -5, 30) == pytest.approx(13.9)


def test_no_speed_where_even_full_speed_misses_the_green():
    assert np.isnan(speed(500, 0, 10))


def test_no_speed_where_only_crawling_would_meet_the_green():
    assert np.isnan(speed(100, 25, 60))
    assert speed(100, 20, 60) == pytest.approx(5.0)


def test_a_green_may_be_met_at_its_very_last_moment():
    assert speed(139, -5, 10) == pytest.approx(13.9)


@pytest.mark.parametrize("place", range(4))
def test_what_is_unknown_gives_no_speed(place):
    numbers = [200.0, 20.0, 40.0, 13.9]
    numbers[place] = np.nan
    assert np.isnan(speed(*numbers))


def test_a_green_without_end_is_met_at_full_speed():
    assert speed(300, -np.inf, np.inf) == pytest.approx(13.9)


DISTANCES_M = st.floats(1, 1_000)
STARTS_S = st.floats(-60, 120)
LENGTHS_S = st.floats(1, 60)
LIMITS_MPS = st.floats(5, 40)


@given(distance_m=DISTANCES_M, start_s=STARTS_S, length_s=LENGTHS_S, limit_mps=LIMITS_MPS)
def test_whoever_keeps_the_speed_crosses_on_green(distance_m, start_s, length_s, limit_mps):
    found_mps = speed(distance_m, start_s, start_s + length_s, limit_mps)
    if np.isfinite(found_mps):
        assert start_s - 1e-9 <= distance_m / found_mps <= start_s + length_s + 1e-9


@given(distance_m=DISTANCES_M, start_s=STARTS_S, length_s=LENGTHS_S, limit_mps=LIMITS_MPS)
def test_no_speed_is_out_of_bounds(distance_m, start_s, length_s, limit_mps):
    found_mps = speed(distance_m, start_s, start_s + length_s, limit_mps)
    if np.isfinite(found_mps):
        assert 5.0 - 1e-9 <= found_mps <= limit_mps + 1e-9


@given(
    distance_m=DISTANCES_M,
    start_s=STARTS_S,
    length_s=LENGTHS_S,
    limit_mps=LIMITS_MPS,
    share=st.floats(0, 1),
)
def test_no_other_speed_within_the_bounds_is_faster_and_green(
    distance_m, start_s, length_s, limit_mps, share
):
    found_mps = speed(distance_m, start_s, start_s + length_s, limit_mps)
    slowest_mps = 5.0 if np.isnan(found_mps) else found_mps * (1 + 1e-6)
    other_mps = slowest_mps + share * (limit_mps - slowest_mps)
    if 5.0 <= other_mps <= limit_mps and other_mps >= slowest_mps:
        arrival_s = distance_m / other_mps
        assert not start_s + 1e-6 < arrival_s < start_s + length_s - 1e-6
