"""Who gains and who pays: how unevenly the changes of single trips are spread.

A trip is a vehicle in a seed: the traffic of another seed is another one, whatever ids it has.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.report.effects import compared_words, signed
from experiments.report.glossary import GROUP_NAMES
from experiments.report.language import say
from experiments.report.tables import Cell, Row

FloatArray = NDArray[np.float64]

N_CLASSES = 10
"""Trips are put into so many classes of equal size, by how long they take in the reference."""
CHANGES: Mapping[str, tuple[str, str]] = {
    "trip_time_change_s": ("trip_time_s", "s"),
    "co2_change_g": ("co2_own_g", "g"),
}
"""What is told, the column of the differences that it comes from, and its unit."""


def gini(values: FloatArray) -> float:
    """Gini coefficient: 0 where all have the same, near 1 where one has all; NaN of nothing.

    Args:
        values: (n,) not negative, not all 0.
    """
    total = float(values.sum())
    if values.size == 0 or total <= 0.0:
        return float("nan")
    ranks = np.arange(1, values.size + 1)
    ordered = np.sort(values)
    return float((2 * ranks - values.size - 1) @ ordered / (values.size * total))


def balance(changes: FloatArray) -> tuple[float, float]:
    """What those who gain save, and what those who lose add, both per trip of the group."""
    n = max(changes.size, 1)
    return float(np.abs(changes[changes < 0]).sum() / n), float(changes[changes > 0].sum() / n)


def members(pairs: pl.DataFrame) -> dict[str | None, pl.DataFrame]:
    """The trips of each group that is told of; groups without any are left out.

    Args:
        pairs: Differences per trip, as of `paired_differences`.
    """
    chosen: dict[str | None, pl.Expr] = {
        None: pl.lit(value=True),
        "equipped": pl.col("equipped"),
        "unequipped": ~pl.col("equipped"),
        "main": pl.col("road") == "main",
        "side": pl.col("road") == "side",
    }
    found = {group: pairs.filter(which) for group, which in chosen.items()}
    return {group: rows for group, rows in found.items() if not rows.is_empty()}


def balance_table(pairs: pl.DataFrame) -> list[Row]:
    """Per group: who saves how much, who adds how much, and what of the saving is paid back."""
    rows = []
    for group, trips in members(pairs).items():
        cells = [Cell(value=str(trips.height))]
        for column, unit in CHANGES.values():
            changes = trips[column].to_numpy()
            saved, added = balance(changes)
            back = f"{100 * added / saved:.0f}\u202f%" if saved else "\u2013"
            net = added - saved
            cells += [
                Cell(value=f"{100 * float((changes < 0).mean()):.0f}\u202f%"),
                Cell(value=f"{saved:.1f} / {added:.1f} {unit}"),
                Cell(value=back),
                Cell(change=f"{signed(net, digits=1)} {unit}", tone=_tone(net)),
            ]
        rows.append(Row(name=say(GROUP_NAMES[group]), cells=tuple(cells)))
    return rows


def class_rows(pairs: pl.DataFrame) -> pl.DataFrame:
    """Classes of trips by their time without advice, the shortest first.

    Returns:
        number (1 to 10), n_trips, from_s and to_s of their trip time without advice, mean
        trip_time_change_s, trip_time_change_pct, co2_change_g, co2_change_pct (of the sums).
    """
    trips = pairs.sort("trip_time_reference_s", "seed", "vehicle_id")
    n = trips.height
    if n == 0:
        return pl.DataFrame()
    classes = (np.arange(n) * min(N_CLASSES, n)) // n + 1
    time_s, co2_g = pl.col("trip_time_s"), pl.col("co2_own_g")
    return (
        trips.with_columns(number=pl.Series(classes, dtype=pl.Int64))
        .group_by("number", maintain_order=True)
        .agg(
            n_trips=pl.len(),
            from_s=pl.col("trip_time_reference_s").min(),
            to_s=pl.col("trip_time_reference_s").max(),
            trip_time_change_s=time_s.mean(),
            trip_time_change_pct=100 * time_s.sum() / pl.col("trip_time_reference_s").sum(),
            co2_change_g=co2_g.mean(),
            co2_change_pct=100 * co2_g.sum() / pl.col("co2_reference_g").sum(),
        )
    )


def class_table(pairs: pl.DataFrame) -> list[Row]:
    """The same as rows of text."""
    rows = []
    for row in class_rows(pairs).iter_rows(named=True):
        cells = [Cell(value=str(row["n_trips"]))]
        for change, unit, pct in (
            ("trip_time_change_s", "s", "trip_time_change_pct"),
            ("co2_change_g", "g", "co2_change_pct"),
        ):
            cells.append(
                Cell(
                    change=f"{signed(row[pct], digits=1)}\u202f%",
                    interval=f"{signed(row[change], digits=1)} {unit}",
                    tone=_tone(row[change]),
                )
            )
        name = f"{row['from_s']:.0f}\u2013{row['to_s']:.0f} s"
        rows.append(Row(name=name, cells=tuple(cells)))
    return rows


def gini_words(pairs: pl.DataFrame, arm: str) -> str:
    """Whether trip times get more or less alike in an arm; empty without any."""
    if pairs.is_empty():
        return ""
    before_s = pairs["trip_time_reference_s"].to_numpy()
    after_s = before_s + pairs["trip_time_s"].to_numpy()
    return say(
        "Gini coefficient of the trip times (0: all take the same time): {before:.3f} {compared}, "
        "{after:.3f} in {arm}.",
        compared=compared_words(arm),
        arm=arm,
        before=gini(before_s),
        after=gini(after_s),
    )


def _tone(change: float) -> str:
    if abs(change) < 0.05:
        return "open"
    return "more" if change > 0 else "less"
