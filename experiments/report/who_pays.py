"""Who pays, and where: each vehicle's time to each stop line, with advice against without."""

from dataclasses import dataclass

import polars as pl

from experiments.report.data import Results
from experiments.report.effects import signed
from experiments.report.language import say
from experiments.report.plot_explained import short_name
from experiments.report.tables import Cell, Row

MISSED_S = 20.0
"""Who takes so much longer to a stop line has missed a green that he would have caught."""
MOST_ROWS = 12
"""Approaches that are told one by one; the rest is told together."""
KEYS = ["seed", "vehicle_id"]
KIND_NAMES = {"main": "main", "side": "side", "": ""}
"""Kind of a share → what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one approach, or what is no approach, makes of the mean trip time."""

    name: str
    kind: str
    """"main", "side", or empty."""
    changes_s: pl.Series
    """Per crossing, with advice minus without; > 0 takes longer."""
    of_mean_s: float
    """Sum of them per vehicle of the network."""


def shares_by_approach(results: Results) -> list[Share]:
    """The change of the mean trip time in the recorded seed, taken apart.

    The time to a stop line counts from the line before, so that a delay is told where it arose.

    Returns:
        Approaches that matter most first, the others together, then the wait to enter and the way
        behind the last signal. Nothing where nothing was recorded or compared.
    """
    if results.focus is None or results.crossings.is_empty():
        return []
    trips = _trips(results, results.focus)
    changes = _changes(results, results.focus, trips)
    if trips.is_empty() or changes.is_empty():
        return []
    approaches = ["signal_id", "edge_id", "street", "main"]
    found = [
        Share(
            name=_name(str(signal), str(street or edge)),
            kind="main" if main else "side",
            changes_s=rows["change_s"],
            of_mean_s=float(rows["change_s"].sum()) / trips.height,
        )
        for (signal, edge, street, main), rows in changes.group_by(approaches, maintain_order=True)
    ]
    found.sort(key=lambda share: (-abs(share.of_mean_s), share.name))
    shown, rest = found[:MOST_ROWS], found[MOST_ROWS:]
    if rest:
        shown.append(
            Share(
                name=say("{n} other approaches", n=len(rest)),
                kind="",
                changes_s=pl.concat([share.changes_s for share in rest]),
                of_mean_s=sum(share.of_mean_s for share in rest),
            )
        )
    last = changes.group_by(KEYS).agg(pl.col("later_s").sort_by("place").last())
    behind = trips.join(last, on=KEYS, how="left", maintain_order="left").select(
        pl.col("trip_s") - pl.col("later_s").fill_null(pl.col("entry_s"))
    )
    for name, values in (
        (say("Wait to enter the road"), trips["entry_s"]),
        (say("Behind the last signal"), behind["trip_s"]),
    ):
        total_s = float(values.sum())
        shown.append(Share(name=name, kind="", changes_s=values, of_mean_s=total_s / trips.height))
    return shown


def who_pays_table(shares: list[Share]) -> list[Row]:
    """The same as rows, and the whole in the last one."""
    rows = [
        Row(name=share.name, unit=say(KIND_NAMES[share.kind]), cells=_cells(share))
        for share in shares
    ]
    if rows:
        whole_s = sum(share.of_mean_s for share in shares)
        empty = (Cell(),) * (len(rows[0].cells) - 1)
        rows.append(Row(name=say("Mean trip time"), cells=(*empty, _mean_cell(whole_s))))
    return rows


def missed_share(changes_s: pl.Series) -> float:
    """Share of crossings by which a green was missed."""
    return float((changes_s > MISSED_S).mean() or 0.0)  # type: ignore[arg-type]


def _cells(share: Share) -> tuple[Cell, ...]:
    values = share.changes_s
    low, median, high = (float(values.quantile(q, "linear") or 0.0) for q in (0.25, 0.5, 0.75))
    caught = float((values < -MISSED_S).mean() or 0.0)  # type: ignore[arg-type]
    return (
        Cell(value=str(values.len())),
        Cell(value=f"{_seconds(low)} / {_seconds(median)} / {_seconds(high)}"),
        Cell(value=f"{100 * missed_share(values):.1f}\u202f%"),
        Cell(value=f"{100 * caught:.1f}\u202f%"),
        _mean_cell(share.of_mean_s),
    )


def _mean_cell(seconds: float) -> Cell:
    tone = "open" if abs(seconds) < 0.005 else "more" if seconds > 0 else "less"
    return Cell(change=f"{signed(seconds, digits=2)} s", tone=tone)


def _seconds(value: float) -> str:
    return signed(value, digits=1)


def _name(signal_id: str, road: str) -> str:
    return say("{signal} from {road}", signal=short_name(signal_id), road=road)


def _trips(results: Results, arm: str) -> pl.DataFrame:
    """Per vehicle of the recorded seed: what it waits and drives longer."""
    seed = results.crossings["seed"][0]
    rows = results.vehicles.filter(pl.col("seed") == seed)
    before = rows.filter(pl.col("arm") == results.reference)
    after = rows.filter(pl.col("arm") == arm)
    return after.join(before, on=KEYS, suffix="_before", maintain_order="left").select(
        *KEYS,
        entry_s=pl.col("depart_delay_s") - pl.col("depart_delay_s_before"),
        trip_s=pl.col("trip_time_s") - pl.col("trip_time_s_before"),
    )


def _changes(results: Results, arm: str, trips: pl.DataFrame) -> pl.DataFrame:
    """Per crossing: how much later it came, and how much of that arose since the line before."""
    before = results.crossings.filter(pl.col("arm") == results.reference)
    after = results.crossings.filter(pl.col("arm") == arm)
    before = before.select(*KEYS, "place", before_s="time_s")
    return (
        after.join(before, on=[*KEYS, "place"])
        .join(trips, on=KEYS)
        .sort(*KEYS, "place")
        .with_columns(later_s=pl.col("time_s") - pl.col("before_s"))
        .with_columns(
            change_s=pl.col("later_s")
            - pl.col("later_s").shift(1).over(KEYS).fill_null(pl.col("entry_s"))
        )
    )
