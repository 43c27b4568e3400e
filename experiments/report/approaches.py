"""A vehicle's way cut at the signals: what happened on the way to each, and what it was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import polars as pl

from emissions import ACCOUNTS
from experiments.report.journeys import Explained, Journey

Row = Mapping[str, Any]

BEHIND_M = 100.0
"""So far behind a stop line, or half the way to the next one, an approach ends: whoever had to
stop has come to speed again, and the approach has paid for it."""
STANDING_MPS = 5.0 / 3.6
"""Slower is standing, as where stops are counted."""
PLAN_TOLERANCE = 1e-3
"""Notes that differ by less are the same plan."""
PROGRESS_NOTES = frozenset({"note_done", "note_beyond_m"})
"""Notes that tell how far a plan is carried out, and where it is seen from; not which it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What a piece of way cost."""

    duration_s: float
    standing_s: float
    accounts: Mapping[str, float]
    """Column of an account → g or Wh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Steps in a row in which a vehicle was under one plan, or had no advice."""

    rows: tuple[Row, ...]
    """Of the advice that was recorded; not empty."""

    @property
    def first(self) -> Row:
        """When it began."""
        return self.rows[0]

    @property
    def is_advised(self) -> bool:
        """Whether there was advice."""
        return bool(self.first["reason"] == "advised")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """The way to one stop line."""

    signal_id: str
    link_index: int
    link_without: int | None
    """Link by which it crossed without advice, maybe from another lane; None as below."""
    edge_id: str
    street: str
    line_m: float
    """From the vehicle's insertion to the stop line."""
    crossed_s: float
    crossed_without_s: float | None
    """The same crossing without advice; None where it was not run."""
    later_before_s: float
    """How much later than without advice it crossed the line before, or entered the road."""
    stretch: Stretch
    without: Stretch | None
    spells: tuple[Spell, ...]
    """In the order of time; none where nothing was recorded."""

    @property
    def later_s(self) -> float | None:
        """How much later than without advice it crossed."""
        return None if self.crossed_without_s is None else self.crossed_s - self.crossed_without_s


def approaches(explained: Explained) -> tuple[Approach, ...]:
    """The approaches of a vehicle, in the order of its way."""
    journey, without = explained.journey, explained.without
    step_s = explained.step_length_s
    others = {} if without is None else _crossed(without, step_s)
    later_s = 0.0 if without is None else _entered_s(journey) - _entered_s(without)
    found = []
    crossed_before_s = float("-inf")
    for place, (row, stretch) in _crossed(journey, step_s).items():
        other, other_stretch = others.get(place, (None, None))
        told = _told_between(journey.advice, crossed_before_s, row["time_s"])
        approach = Approach(
            signal_id=row["signal_id"],
            link_index=row["link_index"],
            link_without=None if other is None else other["link_index"],
            edge_id=row["edge_id"],
            street=row["street"],
            line_m=row["distance_m"],
            crossed_s=row["time_s"],
            crossed_without_s=None if other is None else other["time_s"],
            later_before_s=later_s,
            stretch=stretch,
            without=other_stretch,
            spells=spells(told),
        )
        found.append(approach)
        later_s = later_s if approach.later_s is None else approach.later_s
        crossed_before_s = row["time_s"]
    return tuple(found)


def _crossed(journey: Journey, step_length_s: float) -> dict[int, tuple[Row, Stretch]]:
    """Place on the route → crossing, and what the approach to it cost."""
    rows = journey.crossings.iter_rows(named=True)
    pairs = zip(rows, stretches(journey, step_length_s), strict=True)
    return {row["place"]: (row, stretch) for row, stretch in pairs}


def stretches(journey: Journey, step_length_s: float) -> list[Stretch]:
    """What each approach of a journey cost; the pieces of way do not overlap."""
    lines_m = journey.crossings["distance_m"].to_list()
    ends_m = [line_m + BEHIND_M for line_m in lines_m]
    for place, (line_m, next_m) in enumerate(pairwise(lines_m)):
        ends_m[place] = line_m + min(BEHIND_M, (next_m - line_m) / 2.0)
    # In the first step a vehicle is put on the road, and has not driven.
    driven = journey.steps.slice(1)
    found = []
    for start_m, end_m in pairwise([float("-inf"), *ends_m]):
        way = pl.col("distance_m")
        piece = driven.filter((way > start_m) & (way <= end_m))
        standing = piece.filter(pl.col("speed_mps") < STANDING_MPS)
        found.append(
            Stretch(
                duration_s=piece.height * step_length_s,
                standing_s=standing.height * step_length_s,
                accounts={a.column: float(piece[a.column].sum()) for a in ACCOUNTS},
            )
        )
    return found


def spells(told: list[Row]) -> tuple[Spell, ...]:
    """Recorded steps by the plan they were under; steps without advice stay together."""
    numbers, number = [], 0
    for place, row in enumerate(told):
        if place and not _goes_on(told[place - 1], row):
            number += 1
        numbers.append(number)
    numbered = zip(numbers, told, strict=True)
    return tuple(
        Spell(rows=tuple(row for _, row in same))
        for _, same in groupby(numbered, key=lambda pair: pair[0])
    )


def plan_of(row: Row) -> dict[str, float]:
    """What the policy noted of its plan, without what tells its progress."""
    return {
        name: value
        for name, value in row.items()
        if name.startswith("note_") and name not in PROGRESS_NOTES and value is not None
    }


def _goes_on(row: Row, following: Row) -> bool:
    advised = row["reason"] == "advised"
    if advised != (following["reason"] == "advised"):
        return False
    plan, later = plan_of(row), plan_of(following)
    if not advised:
        return True
    return plan.keys() == later.keys() and all(
        abs(plan[name] - later[name]) <= PLAN_TOLERANCE for name in plan
    )


def _told_between(advice: pl.DataFrame, start_s: float, end_s: float) -> list[Row]:
    time_s = pl.col("time_s")
    return list(advice.filter((time_s > start_s) & (time_s <= end_s)).iter_rows(named=True))


def _entered_s(journey: Journey) -> float:
    return float(journey.trip["depart_s"] + journey.trip["depart_delay_s"])
