"""Values of a swept key as levels of a curve, and means over the other keys that are fair."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Values = Mapping[str, Any]
"""Value of each swept key at a point."""

MOST_LEVELS = 12
"""The values of a numeric key with more of them are put together in ranges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels of a key, and where each point stands."""

    key: str
    labels: tuple[str, ...]
    numbers: FloatArray | None
    """(levels,) value, or mean of the values of a range; None for a key that has no numbers."""
    index: IntArray
    """(points,) level of each point."""
    is_binned: bool
    """Whether a level is a range of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """Changes per level and seed, the other keys averaged over."""

    changes: FloatArray
    """(levels, seeds); NaN where there is none."""
    without: FloatArray | None
    """(levels, blocks) mean over all seeds without one block of a sample; None: nothing was drawn.

    The points of a grid are all there are. Those of a sample were drawn: with others, the mean at
    a level would be another one, since the other keys never balance in full. Seeds cannot show
    that. Points that a design makes together, as the path of Morris, are left out together."""
    n_points: IntArray
    """(levels,) points that a level rests on."""
    cautions: tuple[str, ...]
    """Why the levels may not be alike."""


def levels_of(points: Sequence[Values], key: str, *, n_ranges: int = 5) -> Levels:
    """Levels of a key: numbers in rising order, other values in the order of the plan.

    Args:
        points: The points of the sweep.
        key: A swept key.
        n_ranges: Into how many ranges of equally many points a sampled key is cut.
    """
    values = [point.get(key) for point in points]
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        texts = [value_text(value) for value in values]
        labels = tuple(dict.fromkeys(texts))
        index = np.array([labels.index(text) for text in texts], dtype=np.int64)
        return Levels(key=key, labels=labels, numbers=None, index=index, is_binned=False)
    numbers = np.array(values, dtype=np.float64)
    known, index = np.unique(numbers, return_inverse=True)
    if known.size <= MOST_LEVELS:
        short = tuple(f"{number:.4g}" for number in known)
        is_told_apart = len(set(short)) == len(short)
        labels = short if is_told_apart else tuple(f"{number:.12g}" for number in known)
        return Levels(key=key, labels=labels, numbers=known, index=index, is_binned=False)
    edges = np.quantile(numbers, np.linspace(0, 1, n_ranges + 1)[1:-1])
    index = np.searchsorted(np.unique(edges), numbers, side="right")
    _, index = np.unique(index, return_inverse=True)
    ranges = [numbers[index == level] for level in range(int(index.max()) + 1)]
    return Levels(
        key=key,
        labels=tuple(f"{each.min():.4g} to {each.max():.4g}" for each in ranges),
        numbers=np.array([each.mean() for each in ranges]),
        index=index,
        is_binned=True,
    )


def value_text(value: object) -> str:
    """A value of a key, as it is shown."""
    if value is None:
        return "not set"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def setting_text(values: Values, keys: Sequence[str]) -> str:
    """Values of some keys at a point, as they are shown."""
    return ", ".join(f"{key} {value_text(values.get(key))}" for key in keys)


def settings_of(points: Sequence[Values], keys: Sequence[str]) -> IntArray:
    """(points,) a number for each combination of values of some keys."""
    texts = [json.dumps([point.get(key) for key in keys], sort_keys=True) for point in points]
    known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return np.array([known[text] for text in texts], dtype=np.int64)


def balanced_average(
    changes: FloatArray,
    levels: Sequence[str],
    index: IntArray,
    others: IntArray,
    blocks: IntArray | None = None,
) -> Averages:
    """Mean change per level and seed over the settings of the other keys that all levels have.

    A mean over other settings at each level would mix the effect of the key with that of the
    others. Seeds are not mixed either: one that is missing at a point that is used counts nowhere.

    Args:
        changes: (points, seeds) change in percent; NaN where a run is missing.
        levels: Name of each level.
        index: (points,) level of each point.
        others: (points,) number of the setting of the other keys; all equal: nothing to balance.
        blocks: (points,) block of a sample in which each point was drawn; None: none was drawn.
    """
    has = np.asarray(np.isfinite(changes).any(axis=1))
    filled = [level for level in range(len(levels)) if (has & (index == level)).any()]
    used, cautions = _alike(has, index, others, filled)
    empty = [levels[level] for level in range(len(levels)) if level not in filled]
    if empty:
        cautions.append(f"nothing was compared at {', '.join(empty)}")
    complete = np.isfinite(changes[used]).all(axis=0)
    n_begun = int(np.isfinite(changes[used]).any(axis=0).sum())
    n_left_out = n_begun - int(complete.sum())
    if n_left_out > 0:
        verb = "is" if n_left_out == 1 else "are"
        cautions.append(
            f"{n_left_out} of {n_begun} seeds {verb} left out: not run, or not finished, at each "
            "point"
        )
    means = np.full((len(levels), changes.shape[1]), np.nan)
    counts = np.zeros(len(levels), dtype=np.int64)
    for level in filled:
        rows = used & (index == level)
        counts[level] = rows.sum()
        means[level, complete] = changes[rows][:, complete].mean(axis=0)
    return Averages(
        changes=means,
        without=None if blocks is None else _means_without(changes, index, len(levels), blocks),
        n_points=counts,
        cautions=tuple(cautions),
    )


def _means_without(
    changes: FloatArray, index: IntArray, n_levels: int, blocks: IntArray
) -> FloatArray:
    """(levels, blocks) mean at each level without one block; NaN where nothing is left."""
    known = np.isfinite(changes)
    rows = np.flatnonzero(known.any(axis=1))
    means = np.where(known, changes, 0.0)[rows].sum(axis=1) / known[rows].sum(axis=1)
    names, block = np.unique(blocks[rows], return_inverse=True)
    totals, counts = (np.zeros((n_levels, names.size)) for _ in range(2))
    np.add.at(totals, (index[rows], block), means)
    np.add.at(counts, (index[rows], block), 1.0)
    left = counts.sum(axis=1, keepdims=True) - counts
    found: FloatArray = np.where(
        left > 0, (totals.sum(axis=1, keepdims=True) - totals) / np.maximum(left, 1.0), np.nan
    )
    return found


def _alike(
    has: BoolArray, index: IntArray, others: IntArray, filled: Sequence[int]
) -> tuple[BoolArray, list[str]]:
    """The points whose other keys stand so at every level, and what is to be told of it."""
    cautions = []
    if not has.all():
        n_missing = int((~has).sum())
        verb = "is" if n_missing == 1 else "are"
        cautions.append(f"{n_missing} of {has.size} points {verb} missing")
    per_level = [set(others[has & (index == level)].tolist()) for level in filled]
    common = set.intersection(*per_level) if per_level else set()
    if not common:
        if filled:
            cautions.append("not balanced: the other keys differ from level to level")
        return has, cautions
    used = has & np.isin(others, sorted(common))
    if used.sum() < has.sum():
        cautions.append(
            f"not balanced by itself: {int(used.sum())} of {int(has.sum())} points count, whose "
            "other keys stand so at every level"
        )
    return used, cautions
