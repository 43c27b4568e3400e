"""Where on the way to a signal advice saves, and where it costs: per passage of a stop line."""

from experiments.places import AT_M, BEFORE_M, BEHIND_M
from experiments.report.data import Results
from experiments.report.effects import SIDED, account_metrics, arm_effects, effect_at, signed
from experiments.report.glossary import metric_name
from experiments.report.language import say
from experiments.report.tables import Cell, Row
from experiments.statistics import Effect, verdict

ZONE_NAMES = {
    "before": "Before the signal: {before_m:.0f} to {at_m:.0f} m",
    "at": "At the signal: the last {at_m:.0f} m",
    "behind": "Behind it: up to {behind_m:.0f} m",
    "elsewhere": "Elsewhere",
    "all": "In all",
}
"""Part of the way → what it is called."""


def passage_accounts(results: Results) -> list[str]:
    """What the columns of the table are called, each with its unit."""
    units = {"co2": "g", "energy": "Wh"}
    return [
        say("{name} ({unit})", name=metric_name(metric), unit=units[metric.partition("_")[0]])
        for metric in _per_passage(results)
    ]


def passages_table(results: Results) -> list[Row]:
    """Change per passage of the arm in focus: a row per part of the way, a column per account."""
    accounts = _per_passage(results)
    return [
        Row(
            name=say(name, before_m=BEFORE_M, at_m=AT_M, behind_m=BEHIND_M),
            cells=tuple(_cell(effect_at(found, zone)) for found in accounts.values()),
        )
        for zone, name in ZONE_NAMES.items()
        if accounts
    ]


def _per_passage(results: Results) -> dict[str, dict[str, object]]:
    if results.focus is None:
        return {}
    found = arm_effects(results.summary, results.focus).get("per_passage") or {}
    return {
        metric: found[metric]
        for metric in account_metrics(results.summary, "co2", "energy")
        if metric in found
    }


def _cell(found: Effect | None) -> Cell:
    if found is None or found.low is None or found.high is None:
        return Cell(change="" if found is None else signed(found.mean))
    said = verdict(found)
    return Cell(
        change=signed(found.mean),
        interval=say("{low} to {high}", low=signed(found.low), high=signed(found.high)),
        verdict=say(said),
        tone=said if said in SIDED else "open",
    )
