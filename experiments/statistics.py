"""Effects of an arm from pairs of runs with equal seeds."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

CONFIDENCE = 0.95
"""Probability that an interval of either kind is made for, where nothing else is said."""

_N_RESAMPLES = 9_999
_REL_NOISE = 1e-9
"""Differences that vary by less than this share of the values are equal but for rounding."""

ONE_RUN = "one run, no interval"
"""Verdict on an effect without an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Mean difference of n pairs, in percent or in a metric's own unit; None: no interval."""

    mean: float
    low: float | None
    """Lower end of the Student t interval."""
    high: float | None
    n: int
    """Pairs it rests on."""
    bca_low: float | None
    """Lower end of the bootstrap interval (bias-corrected and accelerated)."""
    bca_high: float | None


def paired_effect(
    reference: FloatArray, arm: FloatArray, *, confidence: float = CONFIDENCE
) -> Effect | None:
    """Effect of an arm on a metric in percent, paired by seed.

    Each pair gives 100 · (arm - reference) / mean of all references; the rest is as in
    `paired_difference`, also the arguments.

    Returns:
        The effect; None where there is no pair or the reference's mean is 0.
    """
    reference, arm = _pairs(reference, arm)
    base = float(reference.mean()) if reference.size else 0.0
    if base == 0.0:
        return None
    return paired_difference(100.0 / base * reference, 100.0 / base * arm, confidence=confidence)


def paired_difference(
    reference: FloatArray, arm: FloatArray, *, confidence: float = CONFIDENCE
) -> Effect | None:
    """Difference that an arm makes to a metric in the metric's own unit, paired by seed.

    Each pair gives arm - reference. The intervals are for the mean of these: by Student's t, and
    by the BCa bootstrap with a fixed stream of chance. Where all differences are 0, as of
    `unadvised` against `none` when people drive, both intervals are 0. Where they are equal and
    not 0, the seeds change nothing: that is one run, however often it was done, and there is no
    interval and n is 1. An interval without width would pass for certainty.

    Args:
        reference: (n,) metric of the reference arm per seed; NaN where a seed has none.
        arm: (n,) metric of the arm, in the same order of seeds.
        confidence: Probability that the intervals are made for.

    Returns:
        The difference; None where there is no pair.

    References: Student (1908), Biometrika 6; Efron (1987), JASA 82, doi:10.2307/2289144.
    """
    reference, arm = _pairs(reference, arm)
    n = reference.size
    if n == 0:
        return None
    changes = arm - reference
    mean = float(changes.mean())
    if n < 2:
        return Effect(mean=mean, low=None, high=None, n=n, bca_low=None, bca_high=None)
    noise = float(max(np.abs(reference).max(), np.abs(arm).max())) * _REL_NOISE
    if float(np.abs(changes).max()) <= noise:
        return Effect(mean=0.0, low=0.0, high=0.0, n=n, bca_low=0.0, bca_high=0.0)
    if float(np.ptp(changes)) <= noise:
        return Effect(mean=mean, low=None, high=None, n=1, bca_low=None, bca_high=None)
    from scipy import stats  # takes long to open

    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * float(stats.sem(changes))
    bca_low, bca_high = _bca(tuple(changes.tolist()), confidence)
    return Effect(
        mean=mean, low=mean - reach, high=mean + reach, n=n, bca_low=bca_low, bca_high=bca_high
    )


def paired_share(
    whole: FloatArray, part: FloatArray, *, confidence: float = CONFIDENCE
) -> Effect | None:
    """Share of one saving that another is: ratio of two means that are paired by seed.

    The interval is Fieller's: all ratios r for which the mean of part - r · whole, a plain mean of
    paired differences, may be 0 by Student's t. It is exact where both are normal, knows that they
    vary together, and is not symmetric. It has ends only where the whole is shown to be above 0;
    a share of a saving that is not shown says nothing, so there is none.

    Args:
        whole: (n,) the saving that is 1, per seed; NaN where a seed has none.
        part: (n,) the other saving, in the same unit and order of seeds.
        confidence: Probability that the interval is made for.

    Returns:
        The share, 1 for all of it, without a bootstrap interval; None where there is no pair or
        the whole is not shown to be above 0.

    References: Fieller (1954), Journal of the Royal Statistical Society B 16, 175-185.
    """
    whole, part = _pairs(whole, part)
    n = whole.size
    x, y = (float(each.mean()) if n else 0.0 for each in (whole, part))
    if x <= 0.0:
        return None
    noise = max(abs(x), abs(y)) * _REL_NOISE
    if n < 2 or max(np.ptp(whole), np.ptp(part)) <= noise:
        return Effect(mean=y / x, low=None, high=None, n=min(n, 1), bca_low=None, bca_high=None)
    from scipy import stats  # takes long to open

    reach = float(stats.t.ppf((1 + confidence) / 2, n - 1)) ** 2 / n
    (xx, xy), (_, yy) = reach * np.cov(whole, part)
    square = x**2 - xx
    if square <= 0.0:
        return None
    middle, root = x * y - xy, math.sqrt(max((x * y - xy) ** 2 - square * (y**2 - yy), 0.0))
    low, high = ((middle + sign * root) / square for sign in (-1.0, 1.0))
    return Effect(mean=y / x, low=float(low), high=float(high), n=n, bca_low=None, bca_high=None)


def verdict(effect: Effect | None) -> str:
    """What an effect allows to say: nothing about a sign as long as the interval contains 0."""
    if effect is None:
        return "not compared"
    if effect.low is None or effect.high is None:
        return ONE_RUN
    if effect.low <= 0 <= effect.high:
        return "no effect shown"
    return "less" if effect.high < 0 else "more"


def _pairs(reference: FloatArray, arm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both metrics of the seeds that have both."""
    is_pair = np.isfinite(reference) & np.isfinite(arm)
    return reference[is_pair], arm[is_pair]


@functools.lru_cache(maxsize=1 << 16)
def _bca(values: tuple[float, ...], confidence: float) -> tuple[float, float]:
    """BCa interval of the mean of values that are not all equal; points of a sweep share some."""
    from scipy import stats

    interval = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=confidence,
        n_resamples=_N_RESAMPLES,
        method="BCa",
        vectorized=True,
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(interval.low), float(interval.high)
