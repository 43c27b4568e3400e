import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from experiments.statistics import Effect, paired_difference, paired_effect, verdict

REFERENCE = np.array([100.0, 110.0, 90.0, 100.0])
ARM = np.array([98.0, 107.0, 86.0, 97.0])


def test_an_effect_worked_by_hand():
    # Differences -2, -3, -4, -3 on a mean of 100: mean -3, sd sqrt(2/3), t(0.975, 3) = 3.18245.
    effect = paired_effect(REFERENCE, ARM)
    half = 3.182446305 * math.sqrt(2 / 3) / 2
    assert effect.mean == pytest.approx(-3.0)
    assert effect.low == pytest.approx(-3.0 - half)
    assert effect.high == pytest.approx(-3.0 + half)
    assert effect.n == 4


def test_the_t_interval_is_that_of_a_paired_t_test():
    expected = stats.ttest_rel(ARM, REFERENCE).confidence_interval(0.95)
    effect = paired_effect(REFERENCE, ARM)
    assert (effect.low, effect.high) == pytest.approx((expected.low, expected.high))


def test_the_bootstrap_interval_lies_about_the_mean_and_is_the_same_each_time():
    effect = paired_effect(REFERENCE, ARM)
    assert -4.0 <= effect.bca_low < effect.mean < effect.bca_high <= -2.0
    assert paired_effect(REFERENCE, ARM) == effect


def test_one_pair_gives_no_interval():
    effect = paired_effect(REFERENCE[:1], ARM[:1])
    assert effect == Effect(mean=-2.0, low=None, high=None, n=1, bca_low=None, bca_high=None)


def test_seeds_that_change_nothing_are_one_run_and_give_no_interval():
    effect = paired_effect(np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.2, 0.3]) + 0.7)
    assert (effect.low, effect.high, effect.bca_low, effect.bca_high) == (None,) * 4
    assert effect.n == 1
    assert effect.mean == pytest.approx(350.0)
    assert verdict(effect) == "one run, no interval"


def test_a_difference_that_is_rounding_is_none_at_all():
    reference = np.array([0.1, 0.2, 0.3])
    found = paired_difference(reference, reference * (1.0 + 1e-15))
    assert (found.mean, found.low, found.high, found.n) == (0.0, 0.0, 0.0, 3)


def test_an_arm_equal_to_the_reference_has_no_effect_at_all():
    assert paired_effect(REFERENCE, REFERENCE) == Effect(
        mean=0.0, low=0.0, high=0.0, n=4, bca_low=0.0, bca_high=0.0
    )


@pytest.mark.parametrize("reference", [[], [0.0, 0.0], [math.nan, math.nan]])
def test_there_is_no_effect_without_pairs_or_on_a_mean_of_zero(reference):
    assert paired_effect(np.array(reference), np.ones(len(reference))) is None


def test_a_difference_is_in_the_unit_of_the_metric():
    # As above, without the division by the mean of the reference, which is 50 here.
    half = 3.182446305 * math.sqrt(2 / 3) / 2
    difference = paired_difference(REFERENCE - 50.0, ARM - 50.0)
    assert difference.mean == pytest.approx(-3.0)
    assert (difference.low, difference.high) == pytest.approx((-3.0 - half, -3.0 + half))
    assert difference.bca_low < -3.0 < difference.bca_high


def test_a_difference_to_nothing_is_a_difference_all_the_same():
    zeros = np.zeros(3)
    assert paired_difference(zeros, np.array([0.0, 0.0, 0.3])).mean == pytest.approx(0.1)
    assert verdict(paired_difference(zeros, zeros)) == "no effect shown"
    assert paired_difference(np.array([math.nan]), np.ones(1)) is None


def test_a_seed_without_a_value_is_no_pair():
    reference = np.array([100.0, math.nan, 110.0, 90.0, 100.0])
    arm = np.array([98.0, 5.0, 107.0, 86.0, 97.0])
    assert paired_effect(reference, arm) == paired_effect(REFERENCE, ARM)


VALUES = st.floats(0.0, 1e6).map(lambda x: round(x, 6))


PAIRS = st.integers(2, 12).flatmap(lambda n: arrays(float, (2, n), elements=VALUES))


@given(PAIRS)
def test_intervals_are_finite_and_hold_the_mean(pair):
    effect = paired_effect(*pair)
    if effect is None:
        assert pair[0].mean() == 0
        return
    if effect.low is None:
        assert effect.n == 1
        return
    assert effect.low <= effect.mean <= effect.high
    assert math.isfinite(effect.bca_low)
    assert math.isfinite(effect.bca_high)
    assert effect.bca_low <= effect.bca_high


@given(st.floats(0.5, 20.0), st.floats(-50.0, 50.0))
def test_effects_do_not_depend_on_the_unit(scale, shift_pct):
    arm = ARM * (1 + shift_pct / 100)
    one, other = paired_effect(REFERENCE, arm), paired_effect(REFERENCE * scale, arm * scale)
    assert other.mean == pytest.approx(one.mean, abs=1e-9)
    assert other.low == pytest.approx(one.low, abs=1e-9)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-2.0, -1.0, "less"), (1.0, 2.0, "more"), (-1.0, 1.0, "no effect shown"),
     (0.0, 1.0, "no effect shown"), (None, None, "one run, no interval")],
)  # fmt: skip
def test_an_interval_that_contains_zero_shows_no_effect(low, high, said):
    effect = Effect(mean=1.0, low=low, high=high, n=2, bca_low=None, bca_high=None)
    assert verdict(effect) == said


def test_what_was_not_compared_is_told_as_such():
    assert verdict(None) == "not compared"
