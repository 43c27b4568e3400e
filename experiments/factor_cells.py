"""Signals and advice as two factors: which arms are cells of the table, and what is told where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.arms import OWN_PLAN, split_arm
from experiments.measures import (
    FACTOR_METRICS,
    effect_columns,
    effect_key,
    points_key,
    share_key,
)

UNADVISED = "unadvised"
"""Level of advice in which nobody is advised."""

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
