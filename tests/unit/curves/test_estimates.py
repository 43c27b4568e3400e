"""Means over seeds, their intervals, and Holm's correction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.curves import estimate, holm, judged
from experiments.curves.estimates import jackknife_error
from experiments.statistics import paired_difference

CHANGES = np.array([-2.0, -3.0, -4.0, -3.0])


def test_an_estimate_is_that_of_the_paired_difference_and_its_p_value_that_of_the_t_test():
    found, known = estimate(CHANGES), paired_difference(np.zeros(4), CHANGES)
    assert (found.effect.mean, found.effect.low, found.effect.high) == pytest.approx(
        (known.mean, known.low, known.high)
    )
    assert found.p == pytest.approx(stats.ttest_1samp(CHANGES, 0.0).pvalue)


@pytest.mark.parametrize(
    ("changes", "n", "has_interval"),
    [([-3.0, -3.0, -3.0], 1, False), ([-3.0], 1, False), ([0.0, 0.0], 2, True)],
)
def test_seeds_that_change_nothing_give_no_p_value(changes, n, has_interval):
    found = estimate(np.array(changes))
    assert found.p is None
    assert found.effect.n == n
    assert (found.effect.low is not None) == has_interval


def test_seeds_without_a_value_do_not_count():
    assert estimate(np.array([np.nan, *CHANGES])) == estimate(CHANGES)
    assert estimate(np.array([np.nan])) is None


def test_the_interval_covers_the_truth_as_often_as_it_says():
    # 4000 studies of 8 seeds: the share of hits has a standard error of 0.0034.
    rng = np.random.default_rng(1)
    studies = rng.normal(-1.5, 2.0, (4000, 8))
    found = [estimate(study).effect for study in studies]
    share = np.mean([each.low <= -1.5 <= each.high for each in found])
    assert share == pytest.approx(0.95, abs=4 * 0.0034)


def test_holm_worked_by_hand():
    # Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 = 0.02, 0.03, 0.06, 0.04; never falling.
    found = holm([0.01, 0.04, None, 0.03, 0.005])
    assert found == [pytest.approx(0.03), pytest.approx(0.06), None, pytest.approx(0.06), 0.02]


def test_holm_keeps_the_chance_of_any_false_claim_below_its_level():
    # 3000 studies of 10 arms without any effect: at most 5 % may claim one, 0.4 % standard error.
    rng = np.random.default_rng(2)
    studies = stats.ttest_1samp(rng.normal(0.0, 1.0, (3000, 10, 6)), 0.0, axis=2).pvalue
    false = sum(min(holm(list(p_values))) <= 0.05 for p_values in studies)
    assert 0.03 < false / 3000 < 0.05 + 3 * 0.004


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values):
    found = holm(p_values)
    assert all(q >= p and q <= 1 for p, q in zip(p_values, found, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(found)[order]) >= 0).all()


def test_among_many_an_effect_may_no_longer_be_shown_though_its_interval_is_the_same():
    weak = np.array([-1.0, -3.0, -0.5, -2.0, -0.7])
    alone = judged([estimate(weak)])[0]
    rng = np.random.default_rng(3)
    among = judged([estimate(weak), *(estimate(rng.normal(0, 1, 5)) for _ in range(9))])[0]
    assert (alone.verdict, among.verdict) == ("less", "no effect shown")
    assert alone.estimate == among.estimate
    assert among.p_holm > 0.05 >= alone.p_holm


def test_the_error_over_points_widens_the_interval_as_independent_errors_add():
    alone = estimate(CHANGES).effect
    both = estimate(CHANGES, points_error=float(stats.sem(CHANGES)), n_blocks=4).effect
    assert both.mean == alone.mean
    assert both.high - both.mean == pytest.approx(2**0.5 * (alone.high - alone.mean))
    assert estimate(CHANGES, points_error=np.nan, n_blocks=1).p is None


def test_the_jackknife_error_of_a_mean_is_its_standard_error():
    values = np.array([1.0, 4.0, 2.0, 8.0, 5.0])
    without = (values.sum() - values) / 4
    assert jackknife_error(without) == pytest.approx(stats.sem(values))
