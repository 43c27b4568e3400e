"""What advice saves at a signal: grams per passage of a stop line, by part of the way to it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from experiments.measures import metric_of
from experiments.places import ZONES
from experiments.statistics import CONFIDENCE, FloatArray, paired_difference
from experiments.study import Run
from experiments.trace import account_columns

TOLD_QUANTITIES = ("co2_", "energy_")
"""How the metrics begin that are told by passage; all are in `approaches.parquet`."""


def per_passage(
    reference: Sequence[Run], arm: Sequence[Run], *, confidence: float = CONFIDENCE
) -> dict[str, Any]:
    """Change of each account per passage of a stop line, in g or Wh, by zone and in all.

    The zones of an account add up to `all`. In percent, the change depends on how far apart
    signals are; per passage it does not.

    Args:
        reference: Runs of the reference, in the order of the seeds.
        arm: Runs of the arm, of the same seeds and vehicles.
        confidence: Probability that the intervals are made for.

    Returns:
        Metric → zone → paired difference; nothing where nobody passed a signal.
    """
    tables = [run.approaches for run in (*reference, *arm)]
    if any(table.is_empty() or not _passages(table) for table in tables):
        return {}
    columns = account_columns(tables[0])
    before, after = (
        np.stack([_by_zone(run.approaches, columns) for run in runs]) for runs in (reference, arm)
    )
    found: dict[str, Any] = {}
    for place, column in enumerate(columns):
        metric = metric_of(column)
        if metric.startswith(TOLD_QUANTITIES):
            found[metric] = {
                zone: _difference(before[:, row, place], after[:, row, place], confidence)
                for row, zone in enumerate((*ZONES, "all"))
            }
    return found


def _by_zone(approaches: pl.DataFrame, columns: list[str]) -> FloatArray:
    """(zones + 1, accounts) per passage, the last row for all zones."""
    sums = np.stack(
        [
            approaches.filter(pl.col("zone") == zone).select(columns).sum().to_numpy()[0]
            for zone in ZONES
        ]
    )
    return np.vstack([sums, sums.sum(axis=0)]) / _passages(approaches)


def _passages(approaches: pl.DataFrame) -> int:
    """Stop lines that were passed; each zone of an approach tells them anew."""
    keys = ["signal_id", "edge_id", "equipped"]
    return int(approaches.group_by(keys).agg(pl.col("passages").first())["passages"].sum())


def _difference(before: FloatArray, after: FloatArray, confidence: float) -> dict[str, Any] | None:
    found = paired_difference(before, after, confidence=confidence)
    return None if found is None else asdict(found)
