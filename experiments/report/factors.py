"""Signals and advice as two factors: tables and the sentence of the page."""

from dataclasses import dataclass
from typing import Any

from experiments.arms import OWN_PLAN
from experiments.factor_cells import (
    CELLS,
    INTERACTIONS,
    SHARES,
    SIGNALS,
    WITHIN,
    figure_key,
    figures_at,
    told_places,
)
from experiments.measures import FACTOR_METRICS, effect_key
from experiments.report.data import Results
from experiments.report.effects import effect_at, signed
from experiments.report.glossary import metric_name
from experiments.report.language import say
from experiments.report.tables import Cell, Row, change_cell
from experiments.report.words import and_list
from experiments.statistics import Effect
from experiments.two_factors import KEPT, LOST, share_verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorTable:
    """One control of signals beside the own plan."""

    signals: str
    heads: tuple[str, ...]
    """Names of the metrics."""
    rows: tuple[Row, ...]
    sentences: tuple[str, ...]
    """Whether advice keeps two thirds of its saving, one for each kind of advice."""


def factor_tables(results: Results) -> list[FactorTable]:
    """A table for each other control of signals; none where the arms make none."""
    factors = results.summary.get("factors")
    if not factors:
        return []
    return [_table(factors, signals) for signals in factors["signals"][1:]]


def _table(factors: dict[str, Any], signals: str) -> FactorTable:
    metrics = [name for name in FACTOR_METRICS if effect_key(name) in factors[SIGNALS][signals]]
    places = told_places(factors, signals)
    return FactorTable(
        signals=signals,
        heads=tuple(map(metric_name, metrics)),
        rows=tuple(_row(factors, place, metrics) for place in places),
        sentences=tuple(_kept_words(factors, p, metrics) for p in places if p[0] == SHARES),
    )


def _row(factors: dict[str, Any], place: tuple[str, ...], metrics: list[str]) -> Row:
    part, figures = place[0], figures_at(factors, place)
    tell = {SHARES: _share_cell, INTERACTIONS: _points_cell}.get(part, change_cell)
    found = (effect_at(figures, figure_key(part, metric)) for metric in metrics)
    name, unit = _name(place, figures)
    return Row(name=name, unit=unit, cells=tuple(tell(each) for each in found))


def _name(place: tuple[str, ...], figures: dict[str, Any]) -> tuple[str, str]:
    """What a row is called, and in which unit it is."""
    part, *levels = place
    levels = [level_name(level) for level in levels]
    of_reference = say("% of the reference")
    if "over" in figures:
        over = and_list([level_name(level) for level in figures["over"]])
        name = say("{level}, main effect: mean over {over}", level=levels[0], over=over)
        return name, of_reference
    signals, advice = levels
    return {
        CELLS: (say("{signals}, {advice}", signals=signals, advice=advice), of_reference),
        WITHIN: (
            say("{advice} on {signals} against the same signals without advice",
                advice=advice, signals=signals),
            say("% of these"),
        ),
        INTERACTIONS: (
            say("Interaction: what {advice} changes here beyond its change on the own plan",
                advice=advice),
            say("points"),
        ),
        SHARES: (say("Share of its saving on the own plan that {advice} keeps", advice=advice), ""),
    }[part]  # fmt: skip


def level_name(level: str) -> str:
    """What a level is called on the page."""
    return say(OWN_PLAN) if level == OWN_PLAN else level


def _points_cell(found: Effect | None) -> Cell:
    """A difference of effects: more is a saving lost."""
    cell = change_cell(found)
    if found is None or found.low is None or found.high is None:
        return cell
    low, high = (signed(end, digits=1) for end in (found.low, found.high))
    return Cell(
        change=signed(found.mean, digits=1),
        interval=say("{low} to {high}", low=low, high=high),
        verdict=cell.verdict,
        tone=cell.tone,
    )


def _share_cell(found: Effect | None) -> Cell:
    if found is None:
        return Cell(verdict=say("no saving shown on the own plan"))
    said = share_verdict(found)
    interval = ""
    if found.low is not None and found.high is not None:
        interval = say("{low} to {high} %", low=_percent(found.low), high=_percent(found.high))
    return Cell(
        change=f"{_percent(found.mean)}\u202f%",
        interval=interval,
        verdict=say(said),
        tone={KEPT: "less", LOST: "more"}.get(said, "open"),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}".replace("-", "\u2212")


def _kept_words(factors: dict[str, Any], place: tuple[str, ...], metrics: list[str]) -> str:
    """On which metrics advice is shown to keep two thirds of its saving, and on which not."""
    figures = figures_at(factors, place)
    by_verdict: dict[str, list[str]] = {}
    for metric in metrics:
        found = effect_at(figures, figure_key(SHARES, metric))
        by_verdict.setdefault(share_verdict(found), []).append(metric_name(metric))
    named = {said: say("; ").join(names) for said, names in by_verdict.items()}
    told = []
    if KEPT in named:
        told.append(
            say("at least two thirds of the saving are kept ({metrics})", metrics=named[KEPT])
        )
    if LOST in named:
        told.append(say("less than two thirds are kept ({metrics})", metrics=named[LOST]))
    start = say("{advice} on {signals}: ", advice=place[2], signals=place[1])
    if not told:
        return start + say("of no figure is it shown whether two thirds of the saving are kept.")
    rest = len(metrics) - sum(len(by_verdict.get(said, ())) for said in (KEPT, LOST))
    told += [say("neither is shown of the others")] if rest else []
    return start + say(", ").join(told) + say(".")
