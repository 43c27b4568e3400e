import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import emissions.maps
from emissions import EmissionMap, load_map

SPEEDS_MPS = np.arange(0.0, 5.0)
ACCELS_MPS2 = np.arange(-2.0, 2.5, 0.5)
SLOPES_DEG = np.array([-2.0, 0.0, 2.0])


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


def traction(jump_at, rate=lambda a: 5.0 + 2.0 * a):
    """One speed whose rate is a line, and zero below an acceleration."""
    line = np.where(jump_at > ACCELS_MPS2, 0.0, rate(ACCELS_MPS2))
    return make_map(np.tile(line, (1, 5, 1)), np.array([0.0]))


def test_without_its_jump_the_line_of_traction_goes_on_down_to_zero():
    # 5 + 2 a, dropping from 4 to 0 below -0.5; it would be 0 at -2.5 only.
    jumping = traction(-0.5)
    smooth = jumping.without_coasting_jump()
    assert at(jumping, 1.0, -1.0) == 0.0
    for accel_mps2 in (-2.0, -1.5, -1.0, -0.75, -0.5, 1.0):
        assert at(smooth, 1.0, accel_mps2) == pytest.approx(5.0 + 2.0 * accel_mps2)


def test_the_continued_line_stops_at_zero():
    smooth = traction(0.0, lambda a: 1.0 + 2.0 * a).without_coasting_jump()
    assert at(smooth, 1.0, -0.5) == 0.0
    assert at(smooth, 1.0, -2.0) == 0.0
    assert at(smooth, 1.0, 0.0) == 1.0


def test_a_map_without_a_jump_stays_as_it_is():
    found = make_map()
    np.testing.assert_array_equal(found.without_coasting_jump().rate, found.rate)
    nothing = make_map(np.zeros((1, 5, 9)), np.array([0.0]))
    np.testing.assert_array_equal(nothing.without_coasting_jump().rate, nothing.rate)


@given(st.integers(-1, 8), st.floats(0.1, 5), st.floats(0.0, 5))
def test_without_its_jump_a_map_is_nowhere_lower_and_above_the_jump_the_same(last, base, rise):
    index = np.arange(9)
    line = np.where(index <= last, 0.0, base + rise * index)
    jumping = make_map(np.tile(line, (1, 5, 1)), np.array([0.0]))
    smooth = jumping.without_coasting_jump().rate[0, 0]
    assert (smooth >= line).all()
    np.testing.assert_array_equal(smooth[last + 1 :], line[last + 1 :])
    assert (np.diff(smooth[: last + 2]) >= -1e-12).all()


@pytest.fixture
def fake_home(tmp_path, monkeypatch):
    """A folder whose `emissionsMap` writes 1000 v + a in mg/s, and notes each call."""
    monkeypatch.setattr(emissions.maps, "SPEED_AXIS_MPS", (0.0, 2.0, 1.0))
    monkeypatch.setattr(emissions.maps, "ACCEL_AXIS_MPS2", (-1.0, 1.0, 1.0))
    binary = tmp_path / "home" / "bin" / "emissionsMap"
    binary.parent.mkdir(parents=True)
    binary.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path}/calls\n'
        f'[ "$2" = "bad/class" ] && {{ echo "Error: unknown class" >&2; exit 1; }}\n'
        'rm -f "$4"\n'
        "for v in 0 1 2; do for a in -1 0 1; do\n"
        'echo "$v;$a;0;CO2;$((1000 * v + a))" >> "$4"\n'
        'echo "$v;$a;0;electricity;$v" >> "$4"\n'
        "done; done\n"
    )
    binary.chmod(0o755)
    return tmp_path / "home"


def load(home, emission_class="X/y", quantity="CO2", version="1", slopes_deg=(0.0,)):
    return load_map(
        emission_class,
        quantity,
        slopes_deg=slopes_deg,
        sumo_home=home,
        sumo_version=version,
        cache_dir=home.parent / "cache",
    )


def n_calls(home):
    calls = home.parent / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def test_a_map_is_read_in_grams_per_second(fake_home):
    found = load(fake_home)
    assert found.rate.shape == (1, 3, 3)
    assert at(found, 2.0, 1.0) == pytest.approx(2.001)
    assert at(found, 0.0, 0.0) == 0.0


def test_watt_hours_per_second_become_watts(fake_home):
    assert at(load(fake_home, quantity="electricity"), 2.0, 0.0) == pytest.approx(7200.0)


def test_a_map_is_made_once_per_class_quantity_slopes_and_version(fake_home):
    load(fake_home)
    assert n_calls(fake_home) == 1
    assert at(load(fake_home), 2.0, 1.0) == pytest.approx(2.001)
    assert n_calls(fake_home) == 1
    for change in ({"quantity": "electricity"}, {"version": "2"}, {"emission_class": "X/z"}):
        before = n_calls(fake_home)
        load(fake_home, **change)
        assert n_calls(fake_home) == before + 1
    before = n_calls(fake_home)
    assert load(fake_home, slopes_deg=(-1.0, 0.0, 1.0)).rate.shape == (3, 3, 3)
    assert n_calls(fake_home) == before + 3


def test_nothing_half_written_is_left_in_the_cache(fake_home):
    load(fake_home)
    assert [file.suffix for file in (fake_home.parent / "cache").iterdir()] == [".npy"]


def test_an_unknown_class_is_told_in_the_words_of_sumo(fake_home):
    with pytest.raises(ValueError, match="'bad/class' could not be mapped: Error: unknown class"):
        load(fake_home, "bad/class")
    assert not (fake_home.parent / "cache").exists()
