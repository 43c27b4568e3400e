"""Three layers of uncertainty, kept apart: chance (pairs of seeds), model (accounts), factors.

A saving is what the baseline emits less what the project emits: above 0 is good.

References: ISO 14064-2:2019 (conservativeness); GHG Protocol for Project Accounting (2005).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from experiments.measures import FEW_SEEDS
from experiments.statistics import CONFIDENCE, Effect, FloatArray, paired_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What the project saves per vehicle under one account."""

    account: str
    """Column of the results that it is from; tells the unit."""
    before: float
    """Mean per vehicle in the baseline, over the seeds."""
    after: float
    """The same in the project."""
    change: Effect
    """Baseline minus project, per vehicle, with its interval over the pairs of seeds."""
    confidence: float = CONFIDENCE
    """Probability that the interval is made for."""
    n_arms: int = 1
    """Kinds of advice that were run, of which this is one: the claim allows for the choice."""
    is_claimable: bool = True
    """Whether the runs are such that anything may be claimed from them."""

    @property
    def percent(self) -> Effect:
        """The same in percent of the baseline's mean."""
        return scaled(self.change, 100.0 / self.before)

    @property
    def claim(self) -> float | None:
        """The conservative claim per vehicle; None: no claim."""
        return (
            conservative(widened(self.change, self.n_arms, self.confidence))
            if self.is_claimable
            else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Least and greatest of several figures."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The least that all accounts of one kind bear out."""

    per_vehicle: float
    """In the accounts' unit; > 0."""
    account: str
    """The one that sets it."""
    percent: float
    """Of the baseline; > 0."""
    percent_account: str
    """The one that sets that."""


def saving(
    account: str, before: FloatArray, after: FloatArray, *, confidence: float = CONFIDENCE
) -> Saving | None:
    """Saving under one account from pairs of runs.

    Args:
        account: Column that the figures are from.
        before: (n,) mean per vehicle in the baseline, per seed; NaN where not known.
        after: (n,) the same in the project, in the same order of seeds.
        confidence: Probability that the interval is made for.

    Returns:
        The saving; None where a seed has no figure, or the baseline emits nothing.
    """
    if not np.isfinite(before).all() or not np.isfinite(after).all():
        return None
    change = paired_difference(after, before, confidence=confidence)
    if change is None or float(before.mean()) == 0.0:
        return None
    return Saving(
        account=account,
        before=float(before.mean()),
        after=float(after.mean()),
        change=change,
        confidence=confidence,
    )


def conservative(change: Effect) -> float | None:
    """The end of the interval nearest to 0, if all of the interval is a saving; else None.

    Few pairs bear no claim, since their interval rests on the differences being normally
    distributed. Seeds that change nothing are one run: an interval without width is none.
    """
    if change.n < FEW_SEEDS or change.low is None or change.high is None:
        return None
    if not change.high > change.low:
        return None
    return change.low if change.low > 0 else None


def claim_confidence(n_arms: int, confidence: float = CONFIDENCE) -> float:
    """Probability that the interval of a claim is made for: Bonferroni over the kinds of advice.

    Args:
        n_arms: Kinds of advice that were run, at least 1.
        confidence: Of the interval of one kind.

    References: Dunn (1961), JASA 56, doi:10.1080/01621459.1961.10482090.
    """
    return 1.0 - (1.0 - confidence) / n_arms


def widened(change: Effect, n_arms: int, confidence: float = CONFIDENCE) -> Effect:
    """The effect with the Student interval that allows for the choice among several arms.

    The bootstrap interval stays as it is.

    Args:
        change: With its interval.
        n_arms: Kinds of advice that were run, at least 1.
        confidence: Probability that the interval is made for.
    """
    if n_arms <= 1 or change.low is None or change.high is None:
        return change
    wanted, has = (
        float(stats.t.ppf((1.0 + level) / 2.0, change.n - 1))
        for level in (claim_confidence(n_arms, confidence), confidence)
    )
    reach = (change.high - change.low) / 2.0 * wanted / has
    return replace(change, low=change.mean - reach, high=change.mean + reach)


def finding(change: Effect) -> str:
    """What an interval says: `saving`, `loss`, `no effect shown`, or that there is none."""
    if change.low is None or change.high is None or change.high == change.low:
        return "no interval"
    if change.low <= 0 <= change.high:
        return "no effect shown"
    return "saving" if change.low > 0 else "loss"


def scaled(change: Effect, factor: float) -> Effect:
    """An effect in another unit; a factor below 0 turns saving into loss."""
    ends = [None if end is None else end * factor for end in (change.low, change.high)]
    bca = [None if end is None else end * factor for end in (change.bca_low, change.bca_high)]
    if factor < 0:
        ends, bca = ends[::-1], bca[::-1]
    return replace(
        change,
        mean=change.mean * factor,
        low=ends[0],
        high=ends[1],
        bca_low=bca[0],
        bca_high=bca[1],
    )


def model_span(values: Sequence[float]) -> Span:
    """The accounts as a range: they are no sample, so there is no interval.

    Args:
        values: One per account of one kind; at least one.
    """
    return Span(low=min(values), high=max(values))


def overall_claim(savings: Sequence[Saving | None]) -> Claim | None:
    """The smallest claim over accounts of one kind.

    Args:
        savings: One per account; None where it could not be compared.

    Returns:
        None: an account shows no saving, or a loss, or could not be compared, or there is none.
    """
    claims = []
    for each in savings:
        if each is None or each.claim is None:
            return None
        claims.append((each.claim, 100.0 * each.claim / each.before, each.account))
    if not claims:
        return None
    per_vehicle, _, account = min(claims)
    _, percent, percent_account = min(claims, key=lambda claim: claim[1])
    return Claim(
        per_vehicle=per_vehicle, account=account, percent=percent, percent_account=percent_account
    )


def factor_span(draws: FloatArray) -> Span:
    """The middle 95 % of a Monte Carlo.

    Args:
        draws: (n,) a quantity under each draw of its factors.
    """
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    return Span(low=float(low), high=float(high))
