"""What happened to a vehicle on its way, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass

from emissions import ACCOUNTS
from experiments.report.approaches import Approach, approaches
from experiments.report.effects import signed
from experiments.report.glossary import ACCOUNT_NAMES
from experiments.report.journeys import Explained
from experiments.report.plan_words import clock, windows_words
from experiments.report.spell_words import advice_words, silence_words

SAME_S = 0.05
"""Differences of time below this are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is told of one signal."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is told of a vehicle."""

    title: str
    summary: tuple[str, ...]
    parts: tuple[Part, ...]


def account_of(explained: Explained, signal_id: str | None = None) -> Account:
    """The account of a vehicle.

    Args:
        explained: The vehicle.
        signal_id: Only this signal is told of.

    Raises:
        ValueError: The vehicle did not cross that signal.
    """
    found = chosen_approaches(explained, signal_id)
    against = f" against {explained.reference}" if explained.reference else ""
    return Account(
        title=f"Vehicle {explained.vehicle_id} in {explained.scenario}, seed {explained.seed}: "
        f"{explained.arm}{against}",
        summary=tuple(_trip_lines(explained)),
        parts=tuple(
            Part(title=_title(approach), lines=tuple(_approach_lines(approach, explained)))
            for approach in found
        ),
    )


def chosen_approaches(explained: Explained, signal_id: str | None) -> tuple[Approach, ...]:
    """The approaches to one signal, or all.

    Raises:
        ValueError: There is none.
    """
    found = approaches(explained)
    if signal_id is None:
        return found
    chosen = tuple(approach for approach in found if approach.signal_id == signal_id)
    if not chosen:
        known = ", ".join(dict.fromkeys(approach.signal_id for approach in found)) or "none"
        raise ValueError(
            f"vehicle '{explained.vehicle_id}' does not cross signal '{signal_id}'; "
            f"on its way: {known}"
        )
    return chosen


def _trip_lines(explained: Explained) -> Iterable[str]:
    trip = explained.journey.trip
    if explained.without is None:
        yield (
            f"Trip {trip['trip_time_s']:.0f} s, CO₂ {trip['co2_own_g']:.0f} g (own class), "
            f"{trip['stops']} stops. Nothing was run without advice to compare with."
        )
    else:
        other = explained.without.trip
        later_s = trip["trip_time_s"] - other["trip_time_s"]
        more_g = trip["co2_own_g"] - other["co2_own_g"]
        share = (
            f" ({signed(100 * more_g / other['co2_own_g'])}\u202f%)" if other["co2_own_g"] else ""
        )
        yield (
            f"Trip {trip['trip_time_s']:.1f} s with advice, {other['trip_time_s']:.1f} s without "
            f"({signed(later_s, digits=1)} s). "
            f"CO₂ {trip['co2_own_g']:.0f} g with, {other['co2_own_g']:.0f} g without{share}, "
            f"own class. Stops {trip['stops']} with, {other['stops']} without."
        )
    yield _advised_words(explained)


def _advised_words(explained: Explained) -> str:
    trip = explained.journey.trip
    if not trip["equipped"]:
        return "The vehicle is not equipped: what changed came from the advice to others."
    if explained.journey.advice.is_empty():
        return "What it was told is not known: nothing was recorded of it near a signal."
    return (
        f"Under advice for {trip['advised_s']:.0f} s. What a single trip gains or loses is chance "
        "in part: the traffic around it differs as well."
    )


def _title(approach: Approach) -> str:
    street = f" on {approach.street}" if approach.street else ""
    return (
        f"Signal {approach.signal_id}, link {approach.link_index}, from road "
        f"{approach.edge_id}{street}"
    )


def _approach_lines(approach: Approach, explained: Explained) -> Iterable[str]:
    step_s = explained.step_length_s
    told: dict[str, object] = {}
    for number, spell in enumerate(approach.spells):
        windows = windows_words(spell.first)
        place = f"{clock(spell.first['time_s'])}, {spell.first['distance_m']:.0f} m before the line"
        news = f" Told: {windows}." if windows and windows != told.get("windows") else ""
        told["windows"] = windows or told.get("windows")
        if spell.is_advised:
            before = approach.spells[number - 1] if number else None
            yield f"{place}:{news} {advice_words(spell, before, explained.execution, step_s)}"
        else:
            yield f"{place}:{news} {silence_words(spell, step_s)}"
    yield _crossing_words(approach)
    yield from _cost_words(approach)


def _crossing_words(approach: Approach) -> str:
    text = f"Crossed at {clock(approach.crossed_s)}"
    if approach.later_s is None or approach.crossed_without_s is None:
        return f"{text}."
    when = clock(approach.crossed_without_s)
    if abs(approach.later_s) < SAME_S:
        return f"{text}, without advice at the same time."
    text += f", without advice at {when}: {_later(approach.later_s)}"
    if abs(approach.later_before_s) < SAME_S:
        return f"{text}."
    return f"{text} (over the line before: {_later(approach.later_before_s)})."


def _later(seconds: float) -> str:
    return f"{abs(seconds):.1f} s {'later' if seconds > 0 else 'earlier'}"


def _cost_words(approach: Approach) -> Iterable[str]:
    """Time, standing and the accounts of the approach, with and without advice."""
    both = [piece for piece in (approach.stretch, approach.without) if piece is not None]

    def told(values: Iterable[float], digits: int) -> str:
        return " / ".join(f"{value:.{digits}f}".replace("-", "\u2212") for value in values)

    name = "This approach, with / without advice" if len(both) > 1 else "This approach"
    yield (
        f"{name}: {told((p.duration_s for p in both), 0)} s, "
        f"standing {told((p.standing_s for p in both), 0)} s."
    )
    accounts = (
        f"{ACCOUNT_NAMES[_name(a.column)]} {told((p.accounts[a.column] for p in both), 1)} "
        f"{_unit(a.column)}"
        for a in ACCOUNTS
    )
    yield f"Its CO₂ and energy: {', '.join(accounts)}."


def _name(column: str) -> str:
    return column.rpartition("_")[0]


def _unit(column: str) -> str:
    return "Wh" if column.endswith("_wh") else "g"
