"""Who waits, and how long: waits at signals, arm by arm, with the longest one and its place."""

from typing import Any

import numpy as np
import polars as pl

from experiments.people import LONGEST_AT
from experiments.report.data import Results
from experiments.report.effects import effect_at
from experiments.report.language import say
from experiments.report.plot_explained import short_name
from experiments.report.tables import Cell, Row, change_cell, number_text, table_arms

LEVELS = (0.5, 0.95, 0.99)
"""Shares of vehicles whose waits are told."""


def waits_table(results: Results) -> list[Row]:
    """One row per arm: quantiles of the waits, those of both kinds of roads, and the longest one.

    Empty where the results tell of no waits.
    """
    if results.waits.is_empty():
        return []
    return [_row(results, arm) for arm in table_arms(results)]


def persons_table(results: Results) -> list[Row]:
    """One row per arm of those who walk or ride; empty where there are none."""
    persons: dict[str, Any] = results.summary.get("persons") or {}
    rows = []
    for arm in (arm for arm in table_arms(results) if arm in persons):
        told = persons[arm]
        times = number_text(told["trip_time_s"], 1)
        effect = effect_at(told, "trip_time_pct")
        trip = Cell(value=times) if arm == results.reference else change_cell(effect, times)
        rows.append(
            Row(
                name=arm,
                cells=(
                    Cell(value=f"{told['arrived']:g} / {told['persons']:g}"),
                    trip,
                    Cell(value=number_text(told["ride_wait_s"], 1)),
                    Cell(value=number_text(told["wait_p95_s"], 0)),
                    _longest_cell(told["longest_wait_s"], told[LONGEST_AT], "person_id"),
                ),
            )
        )
    return rows


def _row(results: Results, arm: str) -> Row:
    waits = results.waits.filter(arm=arm)
    figures: dict[str, Any] = results.summary["arms"].get(arm, {})
    by_road = [waits.filter(road=road)["longest_wait_s"] for road in ("main", "side")]
    return Row(
        name=arm,
        cells=(
            Cell(value=_quantiles(waits["longest_wait_s"], LEVELS)),
            *(Cell(value=_quantiles(each, LEVELS[1:2])) for each in by_road),
            _longest_cell(figures.get("longest_wait_s"), figures.get(LONGEST_AT), "vehicle_id"),
            Cell(value=number_text(figures.get("longest_entry_wait_s"), 0)),
        ),
    )


def _quantiles(waits_s: pl.Series, levels: tuple[float, ...]) -> str:
    if waits_s.is_empty():
        return "\u2013"
    return " / ".join(f"{each:.0f}" for each in np.quantile(waits_s.to_numpy(), levels))


def _longest_cell(wait_s: float | None, at: dict[str, Any] | None, who: str) -> Cell:
    if at is None:
        return Cell(value=number_text(wait_s, 0))
    place = say(
        "{who} at {signal}, seed {seed}",
        who=short_name(at[who]),
        signal=short_name(at["signal_id"]),
        seed=at["seed"],
    )
    return Cell(value=number_text(wait_s, 0), interval=place)
