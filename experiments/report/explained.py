"""Which vehicles are worth a look, and what the page tells of a typical one."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from experiments.report.account import Account, account_of
from experiments.report.approaches import approaches
from experiments.report.journeys import Explained, Records, read_records
from experiments.report.plot_explained import explained_chart
from experiments.report.plot_style import Chart

SEVERAL_SIGNALS = 2
"""A vehicle that was advised at so many signals shows more than one that was not."""
EACH_KIND = 3
"""Vehicles listed of each kind."""
TYPICAL_SHARE = 0.1
"""So many in the middle, by the change of CO2, are typical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A vehicle worth a look."""

    why: str
    vehicle_id: str
    n_signals: int
    """At which it had advice."""
    advised_s: float
    later_s: float | None
    """Trip time, with advice minus without; None without a reference."""
    co2_g: float | None
    """The same of its CO2, own class."""
    co2_pct: float | None


def explain_typical(directory: Path, asked_for: str | None = None) -> Explained | None:
    """A typical advised vehicle of the arm in focus; None where none was recorded.

    Of the middle tenth by the change of CO2, the one that was advised for longest.

    Args:
        directory: Folder that a run has written.
        asked_for: The arm in focus, where the reader asked for one.
    """
    if not (directory / "journeys.parquet").is_file():
        return None
    records = read_records(directory)
    if not records.advised or records.reference is None:
        return None
    if asked_for is not None and asked_for not in records.advised:
        return None
    arm = records.arm(asked_for)
    typical = _typical(_ranked(records, arm))
    return None if typical.is_empty() else records.explained(typical["vehicle_id"][0], arm)


def typical_account(explained: Explained | None) -> Account | None:
    """What the page tells of it."""
    return None if explained is None else account_of(explained)


def typical_chart(explained: Explained | None) -> Chart | None:
    """How the page shows it; drawn inside `drawing_style`."""
    return None if explained is None else explained_chart(explained, approaches(explained))


def worth_a_look(records: Records, arm: str) -> list[Candidate]:
    """Vehicles with the largest saving of CO2, the smallest or a loss, and typical ones between.

    Without a reference nobody knows what they save: those that were advised for longest.
    """
    ranked = _ranked(records, arm)
    kinds = [("advised for longest", _longest_advised(ranked).head(EACH_KIND))]
    if records.reference is not None:
        kinds = [
            ("largest saving of CO2", ranked.head(EACH_KIND)),
            ("typical", _typical(ranked).head(EACH_KIND)),
            ("smallest saving, or loss", ranked.tail(EACH_KIND).reverse()),
        ]
    found: dict[str, Candidate] = {}
    for why, rows in kinds:
        for row in rows.iter_rows(named=True):
            found.setdefault(row["vehicle_id"], Candidate(why=why, **row))
    return list(found.values())


def _typical(ranked: pl.DataFrame) -> pl.DataFrame:
    """Those in the middle, the longest advised first."""
    n_middle = max(round(TYPICAL_SHARE * ranked.height), 1)
    return _longest_advised(ranked.slice((ranked.height - n_middle) // 2, n_middle))


def _longest_advised(ranked: pl.DataFrame) -> pl.DataFrame:
    return ranked.sort("advised_s", descending=True, nulls_last=True, maintain_order=True)


def _ranked(records: Records, arm: str) -> pl.DataFrame:
    """Advised vehicles by how their CO2 changed, those advised at several signals if there are."""
    vehicles = records.table("vehicles", arm).filter("equipped")
    columns = ("vehicle_id", "trip_time_s", "co2_own_g")
    nothing = pl.lit(None, dtype=pl.Float64)
    if records.reference is None:
        compared = vehicles.with_columns(later_s=nothing, co2_g=nothing, co2_pct=nothing)
    else:
        before = records.table("vehicles", records.reference).select(columns)
        more_g = pl.col("co2_own_g") - pl.col("co2_own_g_right")
        compared = vehicles.join(before, on="vehicle_id", maintain_order="left").with_columns(
            later_s=pl.col("trip_time_s") - pl.col("trip_time_s_right"),
            co2_g=more_g,
            co2_pct=100.0 * more_g / pl.col("co2_own_g_right"),
        )
    ranked = (
        compared.join(_signals_with_advice(records, arm), on="vehicle_id", maintain_order="left")
        .select("vehicle_id", "n_signals", "advised_s", "later_s", "co2_g", "co2_pct")
        .sort("co2_g", "vehicle_id", nulls_last=True)
    )
    several = ranked.filter(pl.col("n_signals") >= SEVERAL_SIGNALS)
    return ranked if several.is_empty() else several


def _signals_with_advice(records: Records, arm: str) -> pl.DataFrame:
    """Vehicle → signals at which it had advice; where nobody tells, signals that it crossed."""
    advice = records.advice(arm)
    if advice.is_empty():
        rows = records.table("crossings", arm)
    else:
        rows = advice.filter(pl.col("advised_mps").is_not_null())
    return rows.group_by("vehicle_id").agg(n_signals=pl.col("signal_id").n_unique().cast(pl.Int64))
