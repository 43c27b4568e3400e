import numpy as np
import pytest

from corridor.calibration import Foretold, GreenAhead, calibrate, probability
from corridor.outlook import SHARES

NOW_S = 100.0


def foretold(told_s, true_s, plain_s=None, step_length_s=1.0):
    true_s = np.asarray(true_s, dtype=float)
    told_s = np.asarray(told_s, dtype=float).reshape(5, -1)
    return Foretold(
        time_s=np.full(true_s.size, NOW_S),
        told_s=np.broadcast_to(told_s, (5, true_s.size)),
        plain_s=true_s if plain_s is None else np.broadcast_to(plain_s, true_s.shape),
        true_s=true_s,
        step_length_s=step_length_s,
    )


NO_GREEN = GreenAhead(
    told=np.zeros(1), usual=np.full(1, 0.5), was_green=np.zeros(1, dtype=np.bool_)
)


def test_the_probability_is_straight_between_the_told_times():
    told_s = np.array([0.0, 10, 20, 40, 50])
    times_s = np.array([-1.0, 0, 5, 10, 15, 30, 45, 50, 99])
    found = probability(told_s[:, np.newaxis], times_s)
    assert found == pytest.approx([0, 0, 0.05, 0.1, 0.3, 0.7, 0.95, 1, 1])


def test_times_that_are_one_come_at_once():
    told_s = np.array([7.0, 7, 7, 12, np.inf])[:, np.newaxis]
    assert probability(told_s, np.array([6.9, 7.0, 9.5, 1e6])) == pytest.approx([0, 0.5, 0.7, 0.9])


def test_what_is_never_over_has_no_probability_to_be():
    assert probability(np.full((5, 1), np.inf), np.array([1e9])) == 0.0


def test_a_switch_counts_for_the_time_ahead_at_which_it_was_expected():
    found = calibrate(foretold([101, 102, 107, 112, 120], [101.0, 107, 112, 113]), NO_GREEN)
    assert [row.n for row in found.horizons] == [0, 4, 0, 0]
    row = found.horizons[1]
    assert (row.below_q10_pct, row.inside_pct, row.above_q90_pct) == (25, 50, 25)
    assert row.width_s == 10
    assert row.likely_mae_s == pytest.approx((6 + 0 + 5 + 6) / 4)
    assert row.plain_mae_s == 0


def test_a_true_law_has_a_flat_histogram_and_the_shares_that_it_tells():
    rng = np.random.default_rng(5)
    true_s = NOW_S + np.ceil(rng.uniform(0.0, 30.0, 20_000))
    told_s = NOW_S + 30.0 * np.array([0.0, *SHARES, 1.0])
    found = calibrate(foretold(told_s, true_s), NO_GREEN)
    assert found.pit == pytest.approx([0.1] * 10, abs=0.01)
    assert found.horizons[2].inside_pct == pytest.approx(80, abs=4)


def test_a_law_that_is_always_too_early_fills_the_last_tenth():
    found = calibrate(foretold([101, 103, 105, 107, 108], [130.0] * 10), NO_GREEN)
    assert found.pit == pytest.approx([0] * 9 + [1])


def test_every_switch_counts_once_in_the_histogram():
    found = calibrate(foretold([101, 103, 105, 107, 108], [101.0, 104, 108, 99, 130]), NO_GREEN)
    assert sum(found.pit) == pytest.approx(1.0)


def test_the_brier_score_is_the_mean_squared_error():
    ahead = GreenAhead(
        told=np.array([1.0, 0.5, 0.2]),
        usual=np.full(3, 0.5),
        was_green=np.array([True, False, False]),
    )
    found = calibrate(foretold([101, 102, 103, 104, 105], [103.0]), ahead)
    assert found.brier == pytest.approx((0 + 0.25 + 0.04) / 3)
    assert found.brier_climatology == pytest.approx(0.25)
