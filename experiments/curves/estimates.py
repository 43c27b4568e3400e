"""Means over seeds with their intervals and p values, and Holm's correction of many of these."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.statistics import CONFIDENCE, Effect, verdict

FloatArray = NDArray[np.float64]

NO_INTERVAL = "too few points, no interval"
"""Verdict on a mean over a sample that rests on so few points that its error cannot be told."""
_NOISE_PCT = 1e-7
"""Changes in percent that vary by less are equal but for the rounding of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over seeds, or over networks."""

    effect: Effect
    """With its Student t interval; there is no bootstrap beside it."""
    p: float | None
    """Of the paired t test that the mean is 0; None where the seeds change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An estimate among many, and what may be said of it among these."""

    estimate: Estimate | None
    """None where nothing was compared."""
    p_holm: float | None
    """p value after Holm's correction over the family of the estimate."""
    verdict: str
    """As `statistics.verdict`, but by the corrected p value."""


def estimate(
    changes: FloatArray,
    *,
    points_error: float = 0.0,
    n_blocks: int | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """Mean of changes per seed, as `statistics.paired_difference` has it, and its p value.

    Args:
        changes: (n,) percent, or points of percent; NaN where a seed has none.
        points_error: Standard error of the mean over the points of a sample, beside that over
            seeds; NaN where it cannot be told, so that there is no interval.
        n_blocks: What that error was estimated from; the t distribution has the fewer degrees of
            freedom of the two. None: there is no such error.
        confidence: Probability that the interval is made for.

    Returns:
        The estimate; None without any change. Changes that are all 0 are the effect 0 and give no
        p value. Where all are equal and not 0, it is one run: no interval, no p value.

    References: Student (1908), Biometrika 6.
    """
    known = changes[np.isfinite(changes)]
    n = known.size
    if n == 0:
        return None
    mean = float(known.mean())
    if n > 1 and points_error <= _NOISE_PCT and float(np.abs(known).max()) <= _NOISE_PCT:
        return Estimate(effect=_effect(0.0, 0.0, n), p=None)
    if n < 2 or float(np.ptp(known)) <= _NOISE_PCT:
        return Estimate(effect=_effect(mean, None, 1), p=None)
    if not np.isfinite(points_error):
        return Estimate(effect=_effect(mean, None, n), p=None)
    from scipy import special  # takes long to open

    error = float(np.hypot(known.std(ddof=1) / n**0.5, points_error))
    freedom = n - 1 if n_blocks is None else min(n, n_blocks) - 1
    reach = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    p = 2.0 * float(special.stdtr(freedom, -abs(mean) / error))
    return Estimate(effect=_effect(mean, reach, n), p=p)


def estimates_of(
    changes: FloatArray, without: FloatArray | None, confidence: float = CONFIDENCE
) -> list[Estimate | None]:
    """An estimate for each row.

    Args:
        changes: (rows, seeds).
        without: (rows, blocks) each row's mean without one block of a sample; None: nothing was
            drawn.
        confidence: Probability that intervals are made for.
    """
    if without is None:
        return [estimate(row, confidence=confidence) for row in changes]
    return [
        estimate(row, points_error=jackknife_error(each), n_blocks=each.size, confidence=confidence)
        for row, each in zip(changes, without, strict=True)
    ]


def jackknife_error(without: FloatArray) -> float:
    """Standard error of a figure from its (blocks,) values without each block.

    NaN where there are not two blocks, or the figure does not exist without one.

    References: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
    """
    n = without.size
    if n < 2:
        return float("nan")
    spread = without - without.mean()
    return float(np.sqrt((n - 1) / n * (spread**2).sum()))


def scaled(found: Estimate, factor: float) -> Estimate:
    """The same estimate in another unit, factor > 0."""
    old = found.effect
    reach = None if old.high is None else (old.high - old.mean) * factor
    return Estimate(effect=_effect(old.mean * factor, reach, old.n), p=found.p)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction: the chance of any false claim at level a stays below a.

    It does so whatever depends on what.

    Args:
        p_values: Of all comparisons of a family. None: no test was made, and none is counted.

    Returns:
        Corrected p values, at the same places.

    References: Holm (1979), Scand. J. Statist. 6, 65-70.
    """
    places = [place for place, p in enumerate(p_values) if p is not None]
    tested = np.array([p_values[place] for place in places], dtype=np.float64)
    order = np.argsort(tested, kind="stable")
    stepped = tested[order] * np.arange(tested.size, 0, -1)
    adjusted = np.minimum(np.maximum.accumulate(stepped), 1.0)
    found: list[float | None] = [None] * len(p_values)
    for place, value in zip(order, adjusted, strict=True):
        found[places[place]] = float(value)
    return found


def judged(estimates: Sequence[Estimate | None], confidence: float = CONFIDENCE) -> list[Judged]:
    """A family of estimates with Holm's correction over all of them that have a p value.

    Args:
        estimates: The family.
        confidence: Probability that their intervals were made for.
    """
    corrected = holm([None if found is None else found.p for found in estimates])
    return [
        Judged(estimate=found, p_holm=p, verdict=_verdict(found, p, confidence))
        for found, p in zip(estimates, corrected, strict=True)
    ]


def _verdict(found: Estimate | None, p_holm: float | None, confidence: float) -> str:
    said = verdict(None if found is None else found.effect)
    if found is not None and found.effect.low is None and found.effect.n > 1:
        return NO_INTERVAL
    if p_holm is not None and p_holm > 1 - confidence:
        return "no effect shown"
    return said


def _effect(mean: float, reach: float | None, n: int) -> Effect:
    """An effect whose interval reaches so far to both sides; None: there is none."""
    low, high = (None, None) if reach is None else (mean - reach, mean + reach)
    return Effect(mean=mean, low=low, high=high, n=n, bca_low=None, bca_high=None)
