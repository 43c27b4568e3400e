"""Signals and speed as two factors: what each does, and whether advice saves as much on others.

Cells are arms: ways to control signals (levels of the one factor, the scenario's own plan first)
by who is advised (levels of the other one, nobody first). All figures are paired by seed, and in
percent of the mean of one arm: own plan, nobody advised. So they add up: the change of a cell is
that of its signals, plus that of its advice on the own plan, plus their interaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from experiments.arms import OWN_PLAN, split_arm
from experiments.measures import (
    EFFECT_FIELDS,
    FACTOR_METRICS,
    effect_columns,
    effect_key,
    points_key,
    share_key,
)
from experiments.statistics import (
    ONE_RUN,
    Effect,
    FloatArray,
    paired_difference,
    paired_effect,
    paired_share,
    verdict,
)
from experiments.study import Selection

UNADVISED = "unadvised"
"""Level of advice in which nobody is advised."""

ENOUGH_KEPT = 2 / 3
"""Advice gets along with a control of signals that leaves it this share of its saving."""

KEPT, LOST, OPEN_SHARE = "at least two thirds kept", "less than two thirds kept", "open"
"""Verdicts on a share that is kept."""

CELLS, SIGNALS, ADVICE, WITHIN, INTERACTIONS, SHARES = (
    "cells", "signals_effects", "advice_effects", "advice_within", "interactions", "shares_kept",
)  # fmt: skip
"""Parts of the section in the summary: changes of each cell, and main effect of each level of a
factor, against the reference; of advice on the same signals, against these without advice; what
advice changes beyond its change on the own plan; and as a share of its saving there."""

PARTS = (CELLS, SIGNALS, ADVICE, WITHIN, INTERACTIONS, SHARES)

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Which arms are cells of the table."""

    arms: Mapping[str, Mapping[str, str]]
    """Signals → advice → arm; the own plan comes first and has all levels of advice, and each
    other one has `unadvised` and one or more of the others."""

    @property
    def signals(self) -> tuple[str, ...]:
        """Levels of signals, the own plan first."""
        return tuple(self.arms)

    @property
    def advice(self) -> tuple[str, ...]:
        """Levels of advice, nobody first."""
        return tuple(self.arms[OWN_PLAN])

    def signals_with(self, advice: str) -> tuple[str, ...]:
        """Levels of signals that were run with this advice."""
        return tuple(signals for signals, cells in self.arms.items() if advice in cells)

    def places(self) -> Iterator[tuple[str, ...]]:
        """Keys of all figures in the section: the part, then signals, advice or both."""
        cells = [(signals, advice) for signals, row in self.arms.items() for advice in row]
        advised = [cell for cell in cells if cell[1] != UNADVISED]
        others = [cell for cell in advised if cell[0] != OWN_PLAN]
        yield from ((CELLS, *cell) for cell in cells[1:])
        yield from ((SIGNALS, signals) for signals in self.signals[1:])
        yield from ((ADVICE, advice) for advice in self.advice[1:])
        yield from ((WITHIN, *cell) for cell in advised)
        yield from ((part, *cell) for part in (INTERACTIONS, SHARES) for cell in others)


def crossing_of(arms: Sequence[str]) -> Crossing | None:
    """The table that arms make; None unless two ways to control signals share two of advice.

    Args:
        arms: Names, in the order of the experiment.
    """
    levels: dict[str, dict[str, str]] = {OWN_PLAN: {}}
    for arm in sorted(arms, key=lambda name: split_arm(name)[1] != UNADVISED):
        signals, advice = split_arm(arm)
        levels.setdefault(signals or OWN_PLAN, {})[advice] = arm
    own = levels.pop(OWN_PLAN)
    in_order = dict.fromkeys(split_arm(arm)[0] for arm in arms)
    shared = {
        signals: {advice: levels[signals][advice] for advice in own if advice in levels[signals]}
        for signals in in_order
        if signals
    }
    others = {
        signals: cells for signals, cells in shared.items() if UNADVISED in cells and len(cells) > 1
    }
    if not others:
        return None
    common = {advice for cells in others.values() for advice in cells}
    return Crossing(
        arms={OWN_PLAN: {each: arm for each, arm in own.items() if each in common}, **others}
    )


def factors_of(selection: Selection, arms: Sequence[str], confidence: float) -> Figures | None:
    """The section `factors` of the summary; None where the arms make no table.

    Args:
        selection: The runs that are compared.
        arms: Those that may be compared with each other, among them `unadvised`.
        confidence: Probability that intervals are made for.
    """
    crossing = crossing_of(arms)
    if crossing is None or not selection.seeds:
        return None
    columns = effect_columns(selection.of(UNADVISED)[0].vehicles.columns)
    found: Figures = {
        "signals": list(crossing.signals),
        "advice": list(crossing.advice),
        CELLS: {
            signals: {advice: {"arm": arm} for advice, arm in cells.items()}
            for signals, cells in crossing.arms.items()
        },
        SIGNALS: {s: {"over": list(crossing.arms[s])} for s in crossing.signals[1:]},
        ADVICE: {a: {"over": list(crossing.signals_with(a))} for a in crossing.advice[1:]},
    }
    for metric in filter(columns.__contains__, FACTOR_METRICS):
        values = {
            (signals, advice): _means(selection, arm, columns[metric])
            for signals, cells in crossing.arms.items()
            for advice, arm in cells.items()
        }
        table = _Table(crossing=crossing, values=values, confidence=confidence)
        for place in crossing.places():
            effect = table.figure(place)
            entry = None if effect is None else asdict(effect)
            _under(found, place)[figure_key(place[0], metric)] = entry
    return found


def figure_key(part: str, metric: str) -> str:
    """Key of a metric's figure in a part of the section."""
    return {INTERACTIONS: points_key, SHARES: share_key}.get(part, effect_key)(metric)


def factor_paths(arms: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Keys in the summary of each figure that arms will have; none where they make no table.

    Args:
        arms: Of the experiment.
        columns: Of the accounts in `vehicles.parquet`.
    """
    crossing = crossing_of(arms)
    metrics = effect_columns(columns)
    for place in () if crossing is None else crossing.places():
        for metric in filter(metrics.__contains__, FACTOR_METRICS):
            yield ("factors", *place, figure_key(place[0], metric))


def told_places(factors: Figures, signals: str) -> list[tuple[str, ...]]:
    """Places of what is told of one control of signals beside the own plan, in order.

    Args:
        factors: Section of the summary.
        signals: One of its levels, not the own plan.
    """
    found: list[tuple[str, ...]] = [(SIGNALS, signals), (CELLS, signals, UNADVISED)]
    for advice in (level for level in factors["advice"] if level in factors[WITHIN][signals]):
        found += [
            (ADVICE, advice),
            (CELLS, OWN_PLAN, advice),
            *((part, signals, advice) for part in (CELLS, WITHIN, INTERACTIONS, SHARES)),
        ]
    return found


def figures_at(factors: Figures, place: Sequence[str]) -> Figures:
    """The figures at a place of the section."""
    for key in place:
        factors = factors[key]
    return factors


def factor_rows(factors: Figures) -> Iterator[dict[str, Any]]:
    """The section as rows: figure, signals, advice, metric, unit, the effect and its verdict.

    Args:
        factors: Section of the summary.
    """
    for part in PARTS:
        for levels, figures in _leaves(part, factors.get(part) or {}):
            for key, entry in figures.items():
                if key in ("arm", "over"):
                    continue
                metric, _, unit = key.rpartition("_")
                effect = None if entry is None else Effect(**entry)
                judge = share_verdict if part == SHARES else verdict
                yield {
                    "figure": part,
                    **levels,
                    "metric": metric,
                    "unit": unit,
                    **(dict.fromkeys(EFFECT_FIELDS) if entry is None else entry),
                    "verdict": judge(effect),
                }


def share_verdict(share: Effect | None) -> str:
    """Whether advice keeps two thirds of its saving, as far as the interval allows to say."""
    if share is None:
        return verdict(None)
    if share.low is None or share.high is None:
        return ONE_RUN
    if share.low >= ENOUGH_KEPT:
        return KEPT
    return LOST if share.high < ENOUGH_KEPT else OPEN_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One metric in all cells."""

    crossing: Crossing
    values: Mapping[tuple[str, str], FloatArray]
    """(signals, advice) → (seeds,) mean per vehicle."""
    confidence: float

    def figure(self, place: tuple[str, ...]) -> Effect | None:
        """The figure at a place of the section."""
        part, level = place[0], place[1]
        if part == CELLS:
            return self._change([(OWN_PLAN, UNADVISED)], [(level, place[2])])
        if part == SIGNALS:
            over = self.crossing.arms[level]
            return self._change([(OWN_PLAN, a) for a in over], [(level, a) for a in over])
        if part == ADVICE:
            on = self.crossing.signals_with(level)
            return self._change([(s, UNADVISED) for s in on], [(s, level) for s in on])
        told = {WITHIN: self._within, INTERACTIONS: self._interaction, SHARES: self._share}
        return told[part](level, place[2])

    def _change(
        self, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
    ) -> Effect | None:
        """Change from the mean of some cells to that of others, in percent of the reference."""
        pair = (np.mean([self.values[cell] for cell in cells], axis=0) for cells in (before, after))
        return self._in_percent(*pair)

    def _interaction(self, signals: str, advice: str) -> Effect | None:
        """What advice changes on these signals beyond what it changes on the own plan."""
        return self._in_percent(*(self._by_advice(each, advice) for each in (OWN_PLAN, signals)))

    def _share(self, signals: str, advice: str) -> Effect | None:
        """Share of its saving on the own plan that advice has on these signals."""
        pair = (-self._by_advice(each, advice) for each in (OWN_PLAN, signals))
        return paired_share(*pair, confidence=self.confidence)

    def _within(self, signals: str, advice: str) -> Effect | None:
        """Effect of advice against nobody advised on the same signals, in percent of these."""
        pair = self.values[signals, UNADVISED], self.values[signals, advice]
        return paired_effect(*pair, confidence=self.confidence)

    def _by_advice(self, signals: str, advice: str) -> FloatArray:
        change: FloatArray = self.values[signals, advice] - self.values[signals, UNADVISED]
        return change

    def _in_percent(self, before: FloatArray, after: FloatArray) -> Effect | None:
        base = float(self.values[OWN_PLAN, UNADVISED].mean())
        if not np.isfinite(base) or base == 0.0:
            return None
        return paired_difference(
            100.0 / base * before, 100.0 / base * after, confidence=self.confidence
        )


def _means(selection: Selection, arm: str, column: str) -> FloatArray:
    """(seeds,) mean per vehicle; NaN where no vehicle has a value."""
    found = (run.vehicles[column].cast(pl.Float64).mean() for run in selection.of(arm))
    return np.array([np.nan if mean is None else mean for mean in found], dtype=np.float64)


def _under(section: Figures, place: tuple[str, ...]) -> Figures:
    for key in place:
        section = section.setdefault(key, {})
    return section


def _leaves(part: str, content: Figures) -> Iterator[tuple[dict[str, str], Figures]]:
    """The levels of both factors (empty: the mean over them), and what is told of them."""
    for first, inner in content.items():
        if part == SIGNALS:
            yield {"signals": first, "advice": ""}, inner
        elif part == ADVICE:
            yield {"signals": "", "advice": first}, inner
        else:
            yield from (({"signals": first, "advice": a}, each) for a, each in inner.items())
