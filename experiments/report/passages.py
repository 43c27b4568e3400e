"""Where on the way to a signal advice saves, and where it costs: per passage of a stop line."""

from experiments.places import AT_M, BEFORE_M, BEHIND_M
from experiments.report.data import Results
from experiments.report.effects import SIDED, account_metrics, arm_effects, effect_at, signed
from experiments.report.glossary import metric_name
from experiments.report.tables import Cell, Row
from experiments.statistics import Effect, verdict

ZONE_NAMES = {
    "before": f"Before the signal: {BEFORE_M:.0f} to {AT_M:.0f} m",
    "at": f"At the signal: the last {AT_M:.0f} m",
    "behind": f"Behind it: up to {BEHIND_M:.0f} m",
    "elsewhere": "Elsewhere",
    "all": "In all",
}
"""Part of the way → what it is called."""


def passage_accounts(results: Results) -> list[str]:
    """What the columns of the table are called, each with its unit."""
    units = {"co2": "g", "energy": "Wh"}
    return [
        f"{metric_name(metric)} ({units[metric.partition('_')[0]]})"
        for metric in _per_passage(results)
    ]


def passages_table(results: Results) -> list[Row]:
    """Change per passage of the arm in focus: a row per part of the way, a column per account."""
    accounts = _per_passage(results)
    return [
        Row(name=name, cells=tuple(_cell(effect_at(found, zone)) for found in accounts.values()))
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
        interval=f"{signed(found.low)} to {signed(found.high)}",
        verdict=said,
        tone=said if said in SIDED else "open",
    )
