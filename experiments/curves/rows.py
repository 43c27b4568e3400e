"""Curves and tables as flat rows, for CSV."""

from collections.abc import Iterator
from typing import Any

from experiments.curves.estimates import Judged
from experiments.curves.interactions import Interaction
from experiments.curves.networks import OverNetworks
from experiments.curves.response import CurveFamily

Row = dict[str, Any]
ALL_NETWORKS = "(mean)"
"""In place of a network: the mean over all of them."""


def curve_rows(found: CurveFamily) -> Iterator[Row]:
    """A row for each value of the key and arm, and one for each line."""
    for curve in found.curves:
        whose = {
            "key": found.key,
            "scenario": found.scenario or "all",
            "metric": found.metric,
            "arm": curve.arm,
        }
        for point in curve.points:
            yield (
                whose
                | {"what": "value", "value": point.label, "points": point.n_points}
                | (judged_row(point.judged))
            )
        if curve.trend is not None:
            over = f"{curve.trend.low:.4g} to {curve.trend.high:.4g}"
            yield (
                whose
                | {"what": "trend over the range", "value": over, "points": None}
                | (judged_row(curve.trend.over_range))
            )


def interaction_rows(found: Interaction) -> Iterator[Row]:
    """A row for each cell, mean and contrast."""
    whose = {"metric": found.metric, "arm": found.arm}
    first, second = found.keys

    def row(what: str, a: str, b: str, told: Judged) -> Row:
        return whose | {"what": what, first: a, second: b} | judged_row(told)

    for a, cells in zip(found.rows, found.cells, strict=True):
        yield from (row("cell", a, b, c) for b, c in zip(found.columns, cells, strict=True))
    for a, told in zip(found.rows, found.row_means, strict=True):
        yield row("mean", a, "all", told)
    for b, told in zip(found.columns, found.column_means, strict=True):
        yield row("mean", "all", b, told)
    for a, cells in zip(found.rows[1:], found.contrasts, strict=True):
        for b, told in zip(found.columns[1:], cells, strict=True):
            yield row("contrast", a, b, told)


def network_rows(found: OverNetworks) -> Iterator[Row]:
    """A row for each network, and one for all of them."""
    for name, each in (*found.networks.items(), (ALL_NETWORKS, found.total)):
        row: Row = {"arm": found.arm, "setting": found.setting, "network": name}
        row["runs"] = each.n_seeds
        for metric, effect in each.effects.items():
            row[f"{metric}_pct"] = None if effect is None else effect.mean
            row[f"{metric}_low_pct"] = None if effect is None else effect.low
            row[f"{metric}_high_pct"] = None if effect is None else effect.high
        for counter, count in each.counts.items():
            row[counter] = count.arm
            row[f"{counter}_reference"] = count.reference
            row[f"{counter}_seeds_with_more"] = count.seeds_with_more
        yield row


def judged_row(told: Judged) -> Row:
    """Mean in percent, its interval, and what may be said of it."""
    effect = None if told.estimate is None else told.estimate.effect
    return {
        "mean_pct": None if effect is None else effect.mean,
        "low_pct": None if effect is None else effect.low,
        "high_pct": None if effect is None else effect.high,
        "seeds": 0 if effect is None else effect.n,
        "p": None if told.estimate is None else told.estimate.p,
        "p_holm": told.p_holm,
        "verdict": told.verdict,
    }
