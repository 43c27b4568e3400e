"""Interaction tables: whether the effect over one key depends on another one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.curves.estimates import Judged, estimates_of, judged
from experiments.curves.levels import Averages, balanced_average, levels_of
from experiments.curves.reading import Sweep
from experiments.curves.response import check_key, other_settings

FloatArray = NDArray[np.float64]

_RANGES = 3
"""Ranges of a sampled key in a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """The effect of one arm on one metric, cell by cell of two keys."""

    keys: tuple[str, str]
    """Of the rows and of the columns."""
    arm: str
    metric: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Judged, ...], ...]
    row_means: tuple[Judged, ...]
    """Main effect of the first key: mean over the columns, each of the same weight."""
    column_means: tuple[Judged, ...]
    contrasts: tuple[tuple[Judged, ...], ...]
    """(rows - 1, columns - 1) difference of differences against the first row and column; 0 where
    the effects of the two keys add up."""
    cautions: tuple[str, ...]
    family: str
    """In words, what Holm's correction is made over."""


def interaction(sweep: Sweep, keys: tuple[str, str], metric: str, arm: str) -> Interaction:
    """The interaction table of two swept keys, the others averaged over.

    Raises:
        ValueError: There is no such key, arm or metric, or the keys are one.
    """
    for key in keys:
        check_key(sweep, key)
    if keys[0] == keys[1]:
        raise ValueError(f"an interaction needs two keys, got '{keys[0]}' twice")
    first, second = (levels_of(sweep.points, key, n_ranges=_RANGES) for key in keys)
    n_rows, n_columns = len(first.labels), len(second.labels)
    names = [f"{a} / {b}" for a in first.labels for b in second.labels]
    others = other_settings(sweep, np.arange(len(sweep.points)), keys)
    index = first.index * n_columns + second.index
    average = balanced_average(sweep.changes_pct(arm, metric), names, index, others, sweep.blocks)

    def told(part: Callable[[FloatArray], FloatArray]) -> tuple[tuple[Judged, ...], ...]:
        return _told(average, (n_rows, n_columns), part, sweep.confidence)

    return Interaction(
        keys=keys,
        arm=arm,
        metric=metric,
        rows=first.labels,
        columns=second.labels,
        cells=told(lambda cells: cells),
        row_means=told(lambda cells: cells.mean(axis=1)[None])[0],
        column_means=told(lambda cells: cells.mean(axis=0)[None])[0],
        contrasts=told(contrasts),
        cautions=average.cautions,
        family=f"{n_rows * n_columns} cells, {n_rows} and {n_columns} means, "
        f"{(n_rows - 1) * (n_columns - 1)} contrasts, each a family",
    )


def contrasts(cells: FloatArray) -> FloatArray:
    """(rows - 1, columns - 1, seeds) difference of differences against the first row and column.

    Args:
        cells: (rows, columns, seeds).
    """
    found: FloatArray = cells[1:, 1:] - cells[1:, :1] - cells[:1, 1:] + cells[:1, :1]
    return found


def _told(
    average: Averages,
    shape: tuple[int, int],
    part: Callable[[FloatArray], FloatArray],
    confidence: float,
) -> tuple[tuple[Judged, ...], ...]:
    """Figures made of the cells, as (rows, columns), judged as one family.

    Args:
        average: The cells, row by row.
        shape: Rows and columns of these.
        part: (rows, columns, seeds or blocks) cells → figures of two dimensions and the same last.
        confidence: Probability that intervals are made for.
    """
    changes = part(average.changes.reshape(*shape, -1))
    n_rows, n_columns, n_seeds = changes.shape
    without = None
    if average.without is not None:
        blocks = part(average.without.reshape(*shape, -1))
        without = blocks.reshape(n_rows * n_columns, blocks.shape[2])
    rows = changes.reshape(n_rows * n_columns, n_seeds)
    told = judged(estimates_of(rows, without, confidence), confidence)
    return tuple(tuple(told[row * n_columns : (row + 1) * n_columns]) for row in range(n_rows))
