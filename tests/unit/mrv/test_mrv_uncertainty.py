"""Three layers of uncertainty are kept apart, and a claim is the least that they bear."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from experiments.mrv.uncertainty import (
    Saving,
    conservative,
    factor_span,
    finding,
    model_span,
    overall_claim,
    saving,
    scaled,
    widened,
)
from experiments.statistics import Effect


def change(mean: float, low: float | None, high: float | None, n: int = 8) -> Effect:
    return Effect(mean=mean, low=low, high=high, n=n, bca_low=low, bca_high=high)


def saved(account: str, low: float, high: float, before: float = 200.0) -> Saving:
    mean = (low + high) / 2
    return Saving(
        account=account, before=before, after=before - mean, change=change(mean, low, high)
    )


def test_a_saving_is_baseline_minus_project_in_the_accounts_unit():
    found = saving("co2_a_g", np.array([200.0, 210.0, 190.0]), np.array([190.0, 205.0, 181.0]))
    assert found is not None
    assert found.change.mean == pytest.approx(8.0)
    assert found.percent.mean == pytest.approx(4.0)
    assert found.change.low is not None and found.change.low < 8.0 < found.change.high


def test_the_claim_is_the_end_nearest_to_zero():
    assert conservative(change(5.0, 2.0, 8.0)) == 2.0


def test_fewer_than_eight_pairs_bear_no_claim():
    assert conservative(change(5.0, 2.0, 8.0, n=7)) is None


def test_a_choice_among_several_arms_widens_the_interval_of_the_claim():
    rng = np.random.default_rng(1)
    before, saved_g = rng.normal(200.0, 5.0, 8), rng.normal(5.0, 2.0, 8)
    found = saving("a", before, before - saved_g)
    assert found is not None and found.change.low is not None
    exact = stats.ttest_1samp(saved_g, 0.0).confidence_interval(1 - 0.05 / 3)
    of_three = widened(found.change, 3)
    assert (of_three.low, of_three.high) == pytest.approx((exact.low, exact.high))
    assert replace(found, n_arms=3).claim == pytest.approx(exact.low)
    assert found.claim == found.change.low
    assert replace(found, is_claimable=False).claim is None


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-1.0, 8.0, "no effect shown"),
        (0.0, 8.0, "no effect shown"),
        (-8.0, -2.0, "loss"),
        (None, None, "no interval"),
        (3.0, 3.0, "no interval"),  # seeds that change nothing are one run
    ],
)
def test_there_is_no_claim_without_a_saving_that_is_shown(low, high, said):
    assert conservative(change(3.0, low, high)) is None
    assert finding(change(3.0, low, high)) == said


def test_the_overall_claim_is_the_smallest_and_names_its_account():
    claim = overall_claim([saved("a", 4.0, 9.0), saved("b", 2.0, 20.0)])
    assert claim is not None
    assert (claim.per_vehicle, claim.account) == (2.0, "b")
    assert claim.percent == pytest.approx(1.0)


def test_grams_and_percent_are_each_the_smallest():
    claim = overall_claim([saved("a", 4.0, 9.0, before=1_000.0), saved("b", 3.0, 20.0)])
    assert claim is not None
    assert (claim.per_vehicle, claim.account) == (3.0, "b")
    assert claim.percent == pytest.approx(0.4)
    assert claim.percent_account == "a"


@pytest.mark.parametrize("other", [saved("b", -1.0, 9.0), saved("b", -9.0, -1.0), None])
def test_one_account_without_a_saving_takes_the_claim_away(other):
    assert overall_claim([saved("a", 4.0, 9.0), other]) is None


def test_no_account_is_no_claim():
    assert overall_claim([]) is None


def test_a_seed_without_a_figure_is_not_left_out_in_silence():
    assert saving("a", np.array([200.0, np.nan]), np.array([190.0, 190.0])) is None


def test_an_account_that_emits_nothing_is_not_compared():
    assert saving("a", np.zeros(3), np.zeros(3)) is None


def test_turning_the_sign_keeps_low_below_high():
    turned = scaled(change(5.0, 2.0, 8.0), -2.0)
    assert (turned.mean, turned.low, turned.high) == (-10.0, -16.0, -4.0)
    assert turned.bca_low == -16.0


def test_accounts_are_a_range_and_draws_an_interval():
    assert model_span([3.0, 1.0, 2.0]).low == 1.0
    drawn = factor_span(np.arange(1001.0))
    assert (drawn.low, drawn.high) == pytest.approx((25.0, 975.0))
