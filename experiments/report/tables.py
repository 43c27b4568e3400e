"""The tables of the report, as rows of text ready for the page."""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from experiments.measures import ACCOUNT_VALUES
from experiments.report.data import Results
from experiments.report.effects import (
    PEOPLE_METRICS,
    SIDED,
    TRIP_METRICS,
    account_metrics,
    arm_effects,
    change_text,
    effect,
    interval_text,
)
from experiments.report.glossary import GROUP_NAMES, REASONS, metric_name
from experiments.report.language import say
from experiments.statistics import Effect, verdict

LOSS_S = 5.0
"""A trip that is longer by more counts as lost time; less is hardly noticed."""

LOSS_SHARE = 0.10
"""The same, as a share of the trip without advice."""

TRIP_VALUES: dict[str, tuple[str, str, int]] = {
    "trip_time": ("trip_time_s", "s", 1),
    "stops": ("stops_per_vehicle", "per vehicle", 2),
    "creep_time": ("creep_time_s", "s per vehicle", 1),
    "delay": ("delay_s", "s per vehicle", 1),
    "person_trip_time": ("person_trip_time_s", "s per person", 1),
    "person_delay": ("person_delay_s", "s per person", 1),
}
"""Where the summary keeps what is compared beside accounts, its unit and its decimals."""

PLAIN_VALUES: tuple[tuple[str, str, str, int], ...] = (
    ("over_ceiling_s", "Time above the own ceiling", "s per vehicle", 1),
    ("teleports", "Teleports", "sum of all seeds", 0),
    ("junction_blockers", "Vehicles that blocked a junction", "sum of all seeds", 0),
    ("advice_changes_per_km", "Changes of advice", "per km of the equipped", 2),
    ("depart_delay_s", "Wait to enter the road", "s per vehicle", 1),
    ("vehicles", "Vehicles", "per seed", 0),
    ("distance_km", "Distance driven", "km per seed", 1),
)
"""Key in the summary, name, unit and decimals of what is told without an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value with its change against the reference; every text may be empty."""

    value: str = ""
    change: str = ""
    interval: str = ""
    verdict: str = ""
    tone: str = "open"
    """"less", "more" or "open": colours the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table."""

    name: str
    unit: str = ""
    cells: tuple[Cell, ...]


def arms_table(results: Results) -> list[Row]:
    """Every metric, one column per arm, the reference first."""
    arms = table_arms(results)
    is_told = any("delay_s" in each for each in results.summary["arms"].values())
    rows = [
        Row(
            name=metric_name(metric),
            unit=say(_value_of(metric)[1]),
            cells=tuple(_arm_cell(results, arm, metric) for arm in arms),
        )
        for metric in (
            *account_metrics(results.summary, "co2", "co2e", "energy"),
            *TRIP_METRICS,
            *(PEOPLE_METRICS if is_told else ()),
            *account_metrics(results.summary, "nox", "pmx"),
        )
    ]
    for key, name, unit, digits in PLAIN_VALUES:
        values = [results.summary["arms"].get(arm, {}).get(key) for arm in arms]
        if any(value is not None for value in values):
            cells = tuple(Cell(value=number_text(value, digits)) for value in values)
            rows.append(Row(name=say(name), unit=say(unit), cells=cells))
    return rows


def table_arms(results: Results) -> tuple[str, ...]:
    """The reference, the treated arms, and what else was run."""
    ordered = (results.reference, *results.treated, *results.arms)
    return tuple(dict.fromkeys(ordered))


def change_cell(found: Effect | None, value: str = "") -> Cell:
    """A change as a cell; says so where nothing was compared."""
    if found is None:
        return Cell(value=value, verdict=say(verdict(found)))
    said = verdict(found)
    return Cell(
        value=value,
        change=change_text(found),
        interval=interval_text(found),
        verdict="" if found.low is None else say(said),
        tone=said if said in SIDED else "open",
    )


def number_text(value: float | None, digits: int) -> str:
    """A number with thin spaces between thousands; a dash where there is none."""
    return "\u2013" if value is None else f"{value:,.{digits}f}".replace(",", "\u202f")


def groups_table(results: Results, arm: str, pairs: pl.DataFrame) -> list[Row]:
    """Who gains and who pays: changes by group, and shares of vehicles that win or lose time."""
    effects = arm_effects(results.summary, arm)
    selections: dict[str | None, pl.Expr] = {
        None: pl.lit(True),
        "equipped": pl.col("equipped"),
        "unequipped": ~pl.col("equipped"),
        "main": pl.col("road") == "main",
        "side": pl.col("road") == "side",
    }
    rows = []
    for group, chosen in selections.items():
        members = pairs.filter(chosen)
        changes = [
            change_cell(effect(effects, metric, group))
            for metric in ("trip_time", "co2_own", "stops")
        ]
        trips = Cell(value=f"{members.height / max(results.n_seeds, 1):.0f}")
        cells = (trips, *changes, *_shares(members)) if members.height else (trips,)
        rows.append(Row(name=say(GROUP_NAMES[group]), cells=cells))
    return rows


def _shares(members: pl.DataFrame) -> tuple[Cell, ...]:
    longer_s, before_s = pl.col("trip_time_s"), pl.col("trip_time_reference_s")
    shares = members.select(
        (longer_s < -LOSS_S).mean().alias("gain"),
        (longer_s > LOSS_S).mean().alias("loss"),
        (longer_s > LOSS_SHARE * before_s).mean().alias("loss_share"),
        (pl.col("co2_own_g") > 0).mean().alias("co2"),
    ).row(0)
    return tuple(Cell(value=f"{100 * share:.0f}\u202f%") for share in shares)


def advice_table(results: Results) -> list[tuple[str, str, list[tuple[str, float]]]]:
    """Per advised arm: share of time under advice, and where advice was not given, why.

    Returns:
        Arm, share as text (empty: not recorded), and (reason in words, share 0..1), the largest
        first.
    """
    rows = []
    for arm in results.advised:
        told = results.summary["arms"].get(arm, {})
        share = told.get("advice_share")
        reasons = {k: float(v) for k, v in (told.get("advice_reasons") or {}).items() if v}
        total = sum(reasons.values())
        ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        rows.append(
            (
                arm,
                "" if share is None else f"{100 * share:.1f}\u202f%",
                [(say(REASONS[name]), steps / total) for name, steps in ranked],
            )
        )
    return rows


def flat(tree: object, prefix: str = "") -> list[tuple[str, str]]:
    """A nested configuration as lines of dotted key and value.

    >>> flat({"a": {"b": [1, 2]}, "c": None})
    [('a.b', '1, 2'), ('c', '–')]
    """
    if isinstance(tree, dict):
        return [line for key, value in tree.items() for line in flat(value, f"{prefix}{key}.")]
    return [(prefix.removesuffix("."), _value_text(tree))]


def _value_text(value: object) -> str:
    if value is None or value in ([], ""):
        return "\u2013"
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, list):
        is_plain = not any(isinstance(item, dict | list) for item in value)
        return ", ".join(map(_value_text, value)) if is_plain else json.dumps(value)
    return str(value)


def _value_of(metric: str) -> tuple[str, str, int]:
    return TRIP_VALUES.get(metric) or ACCOUNT_VALUES[metric.partition("_")[0]]


def _arm_cell(results: Results, arm: str, metric: str) -> Cell:
    key, _, digits = _value_of(metric)
    value: Any = results.summary["arms"].get(arm, {}).get(key)
    if isinstance(value, dict):
        value = value.get(metric.partition("_")[2])
    if arm == results.reference:
        return Cell(value=number_text(value, digits))
    return change_cell(
        effect(arm_effects(results.summary, arm), metric), number_text(value, digits)
    )
