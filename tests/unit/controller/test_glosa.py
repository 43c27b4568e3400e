from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import Glosa, Observation, Reason


def queues(n_queued):
    """What `n_queued` is counted from: each on a lane of its own, behind those who stand there."""
    lengths = [n + 1 for n in n_queued]
    places = np.concatenate([np.zeros(0), *(np.arange(float(length)) for length in lengths)])
    last = np.concatenate([np.zeros(0), *(np.arange(length) == length - 1 for length in lengths)])
    return SimpleNamespace(
        lane=np.repeat(np.arange(len(lengths)), lengths), distance_m=places, speed_mps=9.0 * last
    )


def observation(*rows, **columns):
    """One row per (distance, ceiling, windows, n_queued); windows are (start, end) pairs."""
    n_windows = max((len(row[2]) for row in rows), default=0)
    starts, ends = np.full((2, len(rows), n_windows), np.nan)
    for place, row in enumerate(rows):
        for window, (start_s, end_s) in enumerate(row[2]):
            starts[place, window], ends[place, window] = start_s, end_s
    filler = np.full(len(rows), 1.0)
    content = {
        "time_s": 100.0,
        "step_length_s": 1.0,
        **{f.name: filler for f in fields(Observation)},
        "distance_m": np.array([row[0] for row in rows], dtype=float),
        "ceiling_mps": np.array([row[1] for row in rows], dtype=float),
        "likely_start_s": starts,
        "likely_end_s": ends,
        "green_start_s": starts,
        "green_end_s": ends,
        "traffic": queues([row[3] for row in rows]),
        "traffic_row": np.cumsum([row[3] + 1 for row in rows], dtype=np.int64) - 1,
    }
    return Observation(**{**content, **columns})


def advise(distance_m, windows, ceiling_mps=14.0, n_queued=0, **settings):
    said = Glosa(**settings).advise(observation((distance_m, ceiling_mps, windows, n_queued)))
    return float(said.speed_mps[0]), Reason(said.reason[0])


def test_advice_meets_the_start_of_the_green():
    speed_mps, reason = advise(200, [(20, 40)])
    assert speed_mps == pytest.approx(10.0)
    assert reason is Reason.ADVISED


def test_each_vehicle_ahead_delays_the_green_by_its_headway():
    assert advise(200, [(20, 60)], n_queued=5)[0] == pytest.approx(200 / 30)
    assert advise(200, [(20, 60)], n_queued=5, queue_headway_s=0.0)[0] == pytest.approx(10.0)
    # At a running green the queue is leaving already.
    speed_mps, reason = advise(100, [(-9, 60)], n_queued=5)
    assert np.isnan(speed_mps)
    assert reason is Reason.NOT_NEEDED


def test_a_green_that_the_queue_uses_up_is_left_for_the_next_one():
    speed_mps, _ = advise(300, [(0, 10), (40, 60)], n_queued=6)
    assert speed_mps == pytest.approx(300 / 52)


def test_the_first_green_that_can_be_met_counts():
    assert advise(400, [(2, 10), (32, 42), (62, 72)])[0] == pytest.approx(400 / 32)


def test_nothing_is_said_where_the_own_speed_meets_the_green():
    speed_mps, reason = advise(140, [(5, 30)])
    assert np.isnan(speed_mps)
    assert reason is Reason.NOT_NEEDED


def test_nothing_is_said_where_only_crawling_would_do():
    assert advise(50, [(30, 60)])[1] is Reason.TOO_SLOW
    assert np.isnan(advise(50, [(30, 60)])[0])


def test_nothing_is_said_where_no_green_is_known():
    assert advise(100, [])[1] is Reason.NO_GREEN
    assert advise(100, [(np.nan, np.nan)])[1] is Reason.NO_GREEN
    assert np.isnan(advise(100, [(np.nan, np.nan)])[0])


def test_a_first_window_that_is_unknown_does_not_hide_the_second():
    assert advise(200, [(np.nan, np.nan), (20, 40)])[0] == pytest.approx(10.0)


def test_always_green_needs_no_advice():
    assert advise(100, [(-50, np.inf)])[1] is Reason.NOT_NEEDED


def test_no_vehicles_get_no_advice():
    for n_windows in (0, 3):
        none = np.zeros((0, n_windows))
        said = Glosa().advise(observation(likely_start_s=none, likely_end_s=none))
        assert said.speed_mps.shape == said.reason.shape == (0,)


def test_vehicles_do_not_influence_one_another():
    rows = [(200, 14, [(20, 40)], 0), (50, 14, [(30, 60)], 0), (140, 14, [(5, 30)], 0)]
    together = Glosa().advise(observation(*rows))
    for place, row in enumerate(rows):
        alone = Glosa().advise(observation(row))
        np.testing.assert_array_equal(together.speed_mps[place], alone.speed_mps[0])
        assert together.reason[place] == alone.reason[0]


WINDOWS = st.lists(
    st.tuples(st.floats(-30, 90), st.floats(1, 40)).map(lambda w: (w[0], w[0] + w[1])), max_size=3
)


@given(st.floats(1, 500), WINDOWS, st.floats(5, 30), st.integers(0, 10))
def test_whoever_follows_advice_crosses_on_green_below_the_ceiling(
    distance_m, windows, ceiling_mps, n_queued
):
    speed_mps, reason = advise(distance_m, windows, ceiling_mps, n_queued)
    assert (reason is Reason.ADVISED) == np.isfinite(speed_mps)
    if reason is Reason.ADVISED:
        assert 5.0 - 1e-9 <= speed_mps <= ceiling_mps
        arrival_s = distance_m / speed_mps
        assert any(a + 2.0 * n_queued * (a > 0) - 1e-6 <= arrival_s <= b + 1e-6 for a, b in windows)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"min_speed_mps": 0.0}, "min_speed_mps must be positive, got 0.0"),
        ({"min_speed_mps": float("nan")}, "min_speed_mps must be positive, got nan"),
        ({"queue_headway_s": -1.0}, "queue_headway_s must not be negative, got -1.0"),
    ],
)
def test_impossible_settings_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        Glosa(**settings)
