"""Response curves: how the effect of advice changes over a swept key."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.curves.estimates import Estimate, Judged, estimate, estimates_of, judged, scaled
from experiments.curves.levels import (
    Averages,
    IntArray,
    Levels,
    balanced_average,
    levels_of,
    settings_of,
    value_text,
)
from experiments.curves.reading import Sweep

FloatArray = NDArray[np.float64]

SCENARIO = "scenario"
"""Key of the network; curves are also told for each one apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """The effect at one value of the key."""

    label: str
    number: float | None
    """The value; None for a key without numbers."""
    n_points: int
    """Points of the sweep that it rests on."""
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The straight line through a curve, one per seed."""

    low: float
    """Least value of the key."""
    high: float
    per_unit: Estimate
    """Slope: points of percent per unit of the key."""
    over_range: Judged
    """The same over the whole range of the key."""
    reversals: tuple[str, ...]
    """Pairs of neighbouring values between which it is shown to go against the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The effect of one arm on one metric over a key."""

    arm: str
    points: tuple[CurvePoint, ...]
    trend: Trend | None
    """None for a key without numbers, or with one value."""
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFamily:
    """The curves of all arms over a key on a metric, judged together."""

    key: str
    metric: str
    scenario: str | None
    """Name of the only one that counts; None: the mean over all."""
    is_binned: bool
    curves: tuple[Curve, ...]
    family: str
    """In words, what Holm's correction is made over."""


def response_curves(
    sweep: Sweep, key: str, metric: str, arms: Sequence[str], *, scenario: str | None = None
) -> CurveFamily:
    """Curves of some arms over one swept key, the other keys averaged over.

    Args:
        sweep: The results.
        key: A swept key.
        metric: As in `co2_phemlight5`.
        arms: Arms to be judged together.
        scenario: Only its points count.

    Raises:
        ValueError: There is no such key, arm, metric or scenario.
    """
    rows = _rows(sweep, key, scenario)
    points = [sweep.points[row] for row in rows]
    levels = levels_of(points, key)
    others = other_settings(sweep, rows, (key,))
    blocks = None if sweep.blocks is None else sweep.blocks[rows]
    averages = [
        balanced_average(
            sweep.changes_pct(arm, metric)[rows], levels.labels, levels.index, others, blocks
        )
        for arm in arms
    ]
    n_levels = len(levels.labels)
    found = [
        told
        for each in averages
        for told in estimates_of(each.changes, each.without, sweep.confidence)
    ]
    told = judged(found, sweep.confidence)
    trends = _trends(levels, averages, sweep.confidence)
    return CurveFamily(
        key=key,
        metric=metric,
        scenario=scenario,
        is_binned=levels.is_binned,
        curves=tuple(
            Curve(
                arm=arm,
                points=_curve_points(levels, average, told[place * n_levels :]),
                trend=trend,
                cautions=average.cautions,
            )
            for place, (arm, average, trend) in enumerate(zip(arms, averages, trends, strict=True))
        ),
        family=f"{len(found)} comparisons: {_count(len(arms), 'arm')} × "
        f"{_count(n_levels, 'range' if levels.is_binned else 'value')} of {key}",
    )


def scenarios_of(sweep: Sweep) -> tuple[str, ...]:
    """Scenarios of the sweep, if it has several; else none."""
    if SCENARIO not in sweep.swept:
        return ()
    found = tuple(dict.fromkeys(value_text(point.get(SCENARIO)) for point in sweep.points))
    return found if len(found) > 1 else ()


def overall(sweep: Sweep, arm: str, metric: str) -> tuple[Estimate | None, tuple[str, ...]]:
    """Mean effect over all points, each of the same weight, and what limits it."""
    alike = np.zeros(len(sweep.points), dtype=np.int64)
    changes = sweep.changes_pct(arm, metric)
    average = balanced_average(changes, ["all points"], alike, alike, sweep.blocks)
    found = estimates_of(average.changes, average.without, sweep.confidence)
    return found[0], average.cautions


def point_effects(sweep: Sweep, metric: str, arms: Sequence[str]) -> dict[str, list[Judged]]:
    """Effect at each point, judged as one family over all arms and points.

    Returns:
        Arm → an effect for each point.
    """
    n = len(sweep.points)
    found = [
        estimate(changes, confidence=sweep.confidence)
        for arm in arms
        for changes in sweep.changes_pct(arm, metric)
    ]
    told = judged(found, sweep.confidence)
    return {arm: told[place * n : (place + 1) * n] for place, arm in enumerate(arms)}


def other_settings(sweep: Sweep, rows: IntArray, keys: Sequence[str]) -> IntArray:
    """Number of the setting of all keys but some, at some points.

    All are alike in a sample: its keys were drawn each for itself, so that they balance on average.
    """
    if sweep.kind == "sample":
        return np.zeros(len(rows), dtype=np.int64)
    points = [sweep.points[row] for row in rows]
    return settings_of(points, [key for key in sweep.swept if key not in keys])


def check_key(sweep: Sweep, key: str) -> None:
    """Tell a key that was not swept.

    Raises:
        ValueError: It was not.
    """
    if key not in sweep.swept:
        raise ValueError(f"'{key}' was not swept; swept were {', '.join(sweep.swept)}")


def _rows(sweep: Sweep, key: str, scenario: str | None) -> IntArray:
    check_key(sweep, key)
    if scenario is None:
        return np.arange(len(sweep.points))
    names = np.array([value_text(point.get(SCENARIO)) for point in sweep.points])
    if scenario not in names:
        raise ValueError(f"there is no scenario '{scenario}'; there are {', '.join(set(names))}")
    return np.flatnonzero(names == scenario)


def _curve_points(
    levels: Levels, average: Averages, told: Sequence[Judged]
) -> tuple[CurvePoint, ...]:
    return tuple(
        CurvePoint(
            label=label,
            number=None if levels.numbers is None else float(levels.numbers[place]),
            n_points=int(average.n_points[place]),
            judged=told[place],
        )
        for place, label in enumerate(levels.labels)
    )


def _trends(levels: Levels, averages: Sequence[Averages], confidence: float) -> list[Trend | None]:
    """The line of each arm; all arms are a family."""
    if levels.numbers is None or levels.numbers.size < 2:
        return [None] * len(averages)
    numbers = levels.numbers
    reach = float(np.ptp(numbers))
    found = []
    for each in averages:
        spans = reach * _slopes(numbers, each.changes)[None]
        without = None if each.without is None else reach * _slopes(numbers, each.without)[None]
        found += estimates_of(spans, without, confidence)
    told = judged(found, confidence)
    return [
        _trend(levels, average, each, confidence)
        for average, each in zip(averages, told, strict=True)
    ]


def _trend(levels: Levels, average: Averages, told: Judged, confidence: float) -> Trend | None:
    if told.estimate is None or levels.numbers is None:
        return None
    low, high = float(levels.numbers.min()), float(levels.numbers.max())
    without = None if average.without is None else np.diff(average.without, axis=0)
    steps = judged(estimates_of(np.diff(average.changes, axis=0), without, confidence), confidence)
    against = {"less": "more", "more": "less"}.get(told.verdict)
    return Trend(
        low=low,
        high=high,
        per_unit=scaled(told.estimate, 1.0 / (high - low)),
        over_range=told,
        reversals=tuple(
            f"{levels.labels[place]} and {levels.labels[place + 1]}"
            for place, step in enumerate(steps)
            if against is not None and step.verdict == against
        ),
    )


def _slopes(numbers: FloatArray, changes: FloatArray) -> FloatArray:
    """(seeds,) least-squares slope over the levels that have a value; NaN below two of these.

    Args:
        numbers: (levels,) value of the key.
        changes: (levels, seeds), or blocks in place of seeds.
    """
    known = np.isfinite(changes)
    x = np.where(known, numbers[:, None], 0.0)
    x = np.where(known, x - x.sum(axis=0) / np.maximum(known.sum(axis=0), 1), 0.0)
    spread = (x**2).sum(axis=0)
    rise = (x * np.where(known, changes, 0.0)).sum(axis=0)
    slopes: FloatArray = np.where(spread > 0, rise / np.where(spread > 0, spread, 1.0), np.nan)
    return slopes


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
