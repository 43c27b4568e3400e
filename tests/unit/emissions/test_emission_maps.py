import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions import EmissionMap
from emissions.maps import CHUNK_ROWS

SPEEDS_MPS = np.arange(0.0, 5.0)
ACCELS_MPS2 = np.arange(-2.0, 2.5, 0.5)
SLOPES_DEG = np.array([-2.0, 0.0, 2.0])
LEVEL_DEG = np.array([0.0])


def plane(speed_mps, accel_mps2, slope_deg):
    return 3.0 + 2.0 * speed_mps - 0.5 * accel_mps2 + 0.25 * slope_deg


def make_map(rate=None, slopes_deg=SLOPES_DEG):
    if rate is None:
        s, v, a = np.meshgrid(slopes_deg, SPEEDS_MPS, ACCELS_MPS2, indexing="ij")
        rate = plane(v, a, s)
    return EmissionMap(
        emission_class="X/y",
        quantity="CO2",
        slope_deg=slopes_deg,
        speed_mps=SPEEDS_MPS,
        accel_mps2=ACCELS_MPS2,
        rate=rate,
    )


def at(found, speed_mps, accel_mps2, slope_deg=0.0):
    point = (np.array([float(x)]) for x in (speed_mps, accel_mps2, slope_deg))
    return float(found.at(*point)[0])


def test_on_the_points_of_the_grid_the_map_is_exact():
    rate = np.random.default_rng(1).random((3, 5, 9))
    found = make_map(rate)
    s, v, a = np.meshgrid(SLOPES_DEG, SPEEDS_MPS, ACCELS_MPS2, indexing="ij")
    np.testing.assert_allclose(found.at(v.ravel(), a.ravel(), s.ravel()), rate.ravel())


def test_halfway_between_points_is_their_mean():
    rate = np.random.default_rng(1).random((3, 5, 9))
    found = make_map(rate)
    assert at(found, 1.5, ACCELS_MPS2[3], 0.0) == pytest.approx(rate[1, 1:3, 3].mean())
    assert at(found, 1.0, ACCELS_MPS2[3] + 0.25, 0.0) == pytest.approx(rate[1, 1, 3:5].mean())
    assert at(found, 1.0, ACCELS_MPS2[3], -1.0) == pytest.approx(rate[0:2, 1, 3].mean())
    assert at(found, 1.5, ACCELS_MPS2[3] + 0.25, 1.0) == pytest.approx(rate[1:, 1:3, 3:5].mean())


@given(st.floats(0, 4), st.floats(-2, 2), st.floats(-2, 2))
def test_a_plane_is_met_everywhere(speed_mps, accel_mps2, slope_deg):
    expected = plane(speed_mps, accel_mps2, slope_deg)
    assert at(make_map(), speed_mps, accel_mps2, slope_deg) == pytest.approx(expected)


@given(st.floats(0, 90), st.floats(-20, 20), st.floats(-30, 30))
def test_beyond_the_grid_its_edge_counts(speed_mps, accel_mps2, slope_deg):
    expected = plane(min(speed_mps, 4.0), np.clip(accel_mps2, -2, 2), np.clip(slope_deg, -2, 2))
    assert at(make_map(), speed_mps, accel_mps2, slope_deg) == pytest.approx(expected)


def test_a_single_slice_serves_all_slopes():
    flat = make_map(make_map().rate[1:2], np.array([0.0]))
    for slope_deg in (-9.0, 0.0, 9.0):
        assert at(flat, 1.25, 0.1, slope_deg) == pytest.approx(plane(1.25, 0.1, 0.0))


def test_no_vehicles_emit_nothing():
    assert make_map().at(np.zeros(0), np.zeros(0), np.zeros(0)).shape == (0,)


def test_points_of_a_table_broadcast():
    speed_mps, accel_mps2 = np.array([[1.0], [2.0]]), np.array([[-0.25, 0.5, 1.0]])
    found = make_map().at(speed_mps, accel_mps2, np.zeros(1))
    np.testing.assert_allclose(found, plane(speed_mps, accel_mps2, 0.0))


def test_more_rows_than_are_looked_up_at_once_are_all_looked_up():
    rng = np.random.default_rng(2)
    n = 2 * CHUNK_ROWS + 3
    v, a, s = rng.uniform(0, 4, n), rng.uniform(-2, 2, n), rng.uniform(-2, 2, n)
    np.testing.assert_allclose(make_map().at(v, a, s), plane(v, a, s))


def broken_at(speed_mps, below, above):
    """A map that jumps from one rate to another at a speed."""
    speeds = np.insert(SPEEDS_MPS, int(speed_mps), speed_mps)
    rate = np.where(np.arange(speeds.size) <= int(speed_mps), below, above)
    return EmissionMap(
        emission_class="X/y",
        quantity="CO2",
        slope_deg=np.array([0.0]),
        speed_mps=speeds,
        accel_mps2=ACCELS_MPS2,
        rate=np.broadcast_to(rate[np.newaxis, :, np.newaxis], (1, speeds.size, 9)),
    )


def test_a_speed_that_is_there_twice_is_a_jump_that_is_not_smeared():
    found = broken_at(2.0, 1.0, 5.0)
    for speed_mps in (0.0, 1.0, 1.5, 1.999, 2.0):
        assert at(found, speed_mps, 0.0) == 1.0
    for speed_mps in (2.001, 2.5, 3.0, 4.0, 9.0):
        assert at(found, speed_mps, 0.0) == 5.0


def dropping(slopes_deg=LEVEL_DEG):
    """5 + 2 a under traction; 0 below -0.6 - 0.1 v, and higher by the slope."""
    s, v = np.meshgrid(slopes_deg, SPEEDS_MPS, indexing="ij")
    return EmissionMap(
        emission_class="X/y",
        quantity="CO2",
        slope_deg=slopes_deg,
        speed_mps=SPEEDS_MPS,
        accel_mps2=ACCELS_MPS2,
        rate=np.broadcast_to(5.0 + 2.0 * ACCELS_MPS2, (slopes_deg.size, 5, 9)),
        coasting_mps2=-0.6 - 0.1 * v - 0.15 * s,
    )


@given(st.floats(0, 4), st.floats(-2, 2), st.floats(-2, 2))
def test_the_drop_is_exactly_at_its_line_on_any_slope(speed_mps, accel_mps2, slope_deg):
    coasting_mps2 = -0.6 - 0.1 * speed_mps - 0.15 * slope_deg
    found = at(dropping(SLOPES_DEG), speed_mps, accel_mps2, slope_deg)
    if abs(accel_mps2 - coasting_mps2) > 1e-9:
        expected = 5.0 + 2.0 * accel_mps2 if accel_mps2 > coasting_mps2 else 0.0
        assert found == pytest.approx(expected)


def test_without_its_jump_the_line_of_traction_goes_on():
    jumping = dropping()
    smooth = jumping.without_coasting_jump()
    assert at(jumping, 1.0, -1.0) == 0.0
    for accel_mps2 in (-2.0, -1.5, -1.0, -0.75, -0.5, 1.0):
        assert at(smooth, 1.0, accel_mps2) == pytest.approx(5.0 + 2.0 * accel_mps2)


@given(st.floats(0, 4), st.floats(-2, 2))
def test_without_its_jump_a_map_is_nowhere_lower_and_under_traction_the_same(speed, accel):
    literal, smooth = (
        at(dropping(), speed, accel),
        at(dropping().without_coasting_jump(), speed, accel),
    )
    assert smooth >= literal
    if literal > 0.0:
        assert smooth == literal


def test_a_map_without_a_jump_stays_as_it_is():
    found = make_map()
    np.testing.assert_array_equal(found.without_coasting_jump().rate, found.rate)
    assert at(found.without_coasting_jump(), 1.3, -0.3) == at(found, 1.3, -0.3)


def test_a_spread_drop_is_linear_between_the_points_around_it():
    spread = dropping().with_jump_spread()
    # Zero at -1, 4 at -0.5: the drop at -0.7 is no longer to be seen.
    for accel_mps2, expected in ((-1.5, 0.0), (-1.0, 0.0), (-0.75, 2.0), (-0.5, 4.0), (1.0, 7.0)):
        assert at(spread, 1.0, accel_mps2) == pytest.approx(expected)


def test_a_spread_map_has_a_regular_grid():
    spread = broken_at(2.0, 1.0, 5.0).with_jump_spread()
    np.testing.assert_array_equal(spread.speed_mps, SPEEDS_MPS)
    assert at(spread, 2.5, 0.0) == pytest.approx(3.0)
