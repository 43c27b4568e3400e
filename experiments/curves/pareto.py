"""Pareto front of two metrics that should both be low, with what the seeds allow to say."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.curves.estimates import Estimate, estimate, holm
from experiments.curves.levels import balanced_average, setting_text, settings_of
from experiments.curves.reading import Sweep
from experiments.curves.response import SCENARIO
from experiments.statistics import CONFIDENCE

FloatArray = NDArray[np.float64]

Standing = Literal["front", "dominated", "not distinguishable"]
"""`front`: no other choice has lower means of both. `dominated`: one is shown to be lower in both.
`not distinguishable`: one has lower means of both, but the seeds do not show it."""

_NOISE_PCT = 1e-7
"""Changes that differ by less are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One choice: an arm with a setting of the swept keys."""

    arm: str
    setting: str
    """Values of the keys; empty for no advice at all."""
    x: Estimate | None
    y: Estimate | None
    """Change of the two metrics, percent."""
    standing: Standing
    dominated_by: int | None
    """Place of the choice that is shown to be better; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoFront:
    """All choices of a sweep on two metrics."""

    metrics: tuple[str, str]
    candidates: tuple[Candidate, ...]
    n_tests: int
    """Pairs of choices that Holm's correction is made over."""
    cautions: tuple[str, ...]


def pareto_front(sweep: Sweep, metrics: tuple[str, str] = ("trip_time", "co2_own")) -> ParetoFront:
    """Choices (settings × arms) on two metrics, and which are shown to be worse than another.

    The reference stands among them as no change at all. Several scenarios are averaged over: a
    road cannot be chosen. A setting that lacks runs is left out, and told.

    Raises:
        ValueError: There is no such metric.
    """
    keys = [key for key in sweep.swept if key != SCENARIO]
    setting = settings_of(sweep.points, keys)
    first = [int(np.flatnonzero(setting == number)[0]) for number in range(setting.max() + 1)]
    names = [setting_text(sweep.points[row], keys) for row in first]
    roads = settings_of(sweep.points, [SCENARIO])
    whose: list[tuple[str, str]] = [(sweep.reference, "")]
    both = [np.zeros((2, 1, len(sweep.seeds)))]
    cautions: list[str] = []
    for arm in sweep.treated:
        changes = [sweep.changes_pct(arm, metric) for metric in metrics]
        averages = [balanced_average(each, names, setting, roads) for each in changes]
        cautions += [f"{arm}: {caution}" for each in averages for caution in each.cautions]
        changed = np.stack([average.changes for average in averages])
        has = np.asarray(np.isfinite(changed).any(axis=2).all(axis=0))
        both.append(changed[:, has])
        whose += [(arm, name) for name, known in zip(names, has, strict=True) if known]
    x, y = np.concatenate(both, axis=1)
    standings, better, n_tests = standing(x, y, sweep.confidence)
    return ParetoFront(
        metrics=metrics,
        candidates=tuple(
            Candidate(
                arm=arm, setting=name,
                x=estimate(x[place], confidence=sweep.confidence),
                y=estimate(y[place], confidence=sweep.confidence),
                standing=standings[place], dominated_by=better[place],
            )
            for place, (arm, name) in enumerate(whose)
        ),
        n_tests=n_tests,
        cautions=tuple(dict.fromkeys(cautions)),
    )  # fmt: skip


def standing(
    x: FloatArray, y: FloatArray, confidence: float = CONFIDENCE
) -> tuple[list[Standing], list[int | None], int]:
    """Which choices are shown to be worse than another one on both metrics.

    A pair is tested where one has lower means of both. Its p value is the greater one of two
    paired t tests (both must show it), corrected by Holm over all pairs that are tested. Where two
    choices are equal on a metric in every seed, the other metric decides.

    Args:
        x: (choices, seeds) change; NaN where a seed has none.
        y: (choices, seeds) the same of the other metric.
        confidence: That of a single claim.

    Returns:
        Standing of each choice, the place of one that is shown to be better (the clearest), and
        the number of pairs that were tested.

    References: Berger (1982), Technometrics 24, on tests of which all must reject.
    """
    worse_of: list[int] = []
    better_of: list[int] = []
    p_values: list[float | None] = []
    for place in range(len(x)):
        beaten, p_of_pairs = _tests(x[place] - x, y[place] - y)
        worse_of += [place] * beaten.size
        better_of += beaten.tolist()
        p_values += p_of_pairs.tolist()
    standings: list[Standing] = ["front"] * len(x)
    clearest: list[int | None] = [None] * len(x)
    least = np.full(len(x), np.inf)
    for worse, better, p_holm in zip(worse_of, better_of, holm(p_values), strict=True):
        p = 1.0 if p_holm is None else p_holm
        if p > 1 - confidence:
            if standings[worse] == "front":
                standings[worse] = "not distinguishable"
        elif p < least[worse]:
            standings[worse], clearest[worse], least[worse] = "dominated", better, p
    return standings, clearest, len(p_values)


def _tests(more_x: FloatArray, more_y: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """The choices with lower means of both, and the p value that they are better.

    Args:
        more_x: (choices, seeds) by how much the one in question is higher than each.
        more_y: (choices, seeds) the same of the other metric.
    """
    known = np.isfinite(more_x) & np.isfinite(more_y)
    rows = np.flatnonzero(known.any(axis=1))
    means = np.array([_masked_means(each[rows], known[rows]) for each in (more_x, more_y)])
    is_better = (means > -_NOISE_PCT).all(axis=0) & (means > _NOISE_PCT).any(axis=0)
    beaten = rows[is_better]
    p = [_p_values(each[beaten], known[beaten]) for each in (more_x, more_y)]
    return beaten, np.maximum(*p)


def _masked_means(values: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    means: FloatArray = np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1)
    return means


def _p_values(differences: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Of the paired t test of each row; 0 where all are equal, 1 where the seeds tell nothing."""
    from scipy import special  # takes long to open

    n = known.sum(axis=1)
    means = _masked_means(differences, known)
    spread = np.where(known, differences - means[:, None], 0.0)
    error = np.sqrt((spread**2).sum(axis=1) / np.maximum(n - 1, 1) / np.maximum(n, 1))
    is_tested = (n > 1) & (np.abs(spread).max(axis=1, initial=0.0) > _NOISE_PCT)
    ratio = np.abs(means) / np.where(is_tested, error, 1.0)
    p = 2.0 * special.stdtr(np.maximum(n - 1, 1), -ratio)
    size = np.abs(np.where(known, differences, 0.0)).max(axis=1, initial=0.0)
    is_equal = (n > 1) & (size <= _NOISE_PCT)
    return np.where(is_equal, 0.0, np.where(is_tested, p, 1.0))
