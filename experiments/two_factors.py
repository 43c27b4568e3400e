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

from experiments.arms import OWN_PLAN
from experiments.factor_cells import (
    ADVICE,
    CELLS,
    INTERACTIONS,
    PARTS,
    SHARES,
    SIGNALS,
    UNADVISED,
    WITHIN,
    Crossing,
    Figures,
    crossing_of,
    figure_key,
)
from experiments.measures import EFFECT_FIELDS, FACTOR_METRICS, effect_columns
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

ENOUGH_KEPT = 2 / 3
"""Advice gets along with a control of signals that leaves it this share of its saving."""

KEPT, LOST, OPEN_SHARE = "at least two thirds kept", "less than two thirds kept", "open"
"""Verdicts on a share that is kept."""


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
