"""Three layers of uncertainty are kept apart, and a claim is the least that they bear."""

import numpy as np
import pytest

from experiments.mrv.uncertainty import (
    Saving,
    conservative,
    factor_span,
    finding,
    model_span,
    overall_claim,
    saving,
    scaled,
)
from experiments.statistics import Effect


def change(mean: float, low: float | None, high: float | None) -> Effect:
    return Effect(mean=mean, low=low, high=high, n=5, bca_low=low, bca_high=high)


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
