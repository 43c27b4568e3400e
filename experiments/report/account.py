"""What happened to a vehicle on its way, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass

from emissions import ACCOUNTS
from experiments.report.approaches import Approach, approaches
from experiments.report.effects import signed
from experiments.report.glossary import ACCOUNT_NAMES
from experiments.report.journeys import Explained
from experiments.report.language import say
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
    arms = explained.arm
    if explained.reference:
        arms = say("{arm} against {reference}", arm=arms, reference=explained.reference)
    return Account(
        title=say(
            "Vehicle {vehicle} in {scenario}, seed {seed}: {arms}",
            vehicle=explained.vehicle_id,
            scenario=explained.scenario,
            seed=explained.seed,
            arms=arms,
        ),
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
        yield say(
            "Trip {time:.0f} s, CO₂ {co2:.0f} g (own class), {stops} stops. Nothing was run "
            "without advice to compare with.",
            time=trip["trip_time_s"],
            co2=trip["co2_own_g"],
            stops=trip["stops"],
        )
    else:
        other = explained.without.trip
        later_s = trip["trip_time_s"] - other["trip_time_s"]
        more_g = trip["co2_own_g"] - other["co2_own_g"]
        share = (
            f" ({signed(100 * more_g / other['co2_own_g'])}\u202f%)" if other["co2_own_g"] else ""
        )
        yield say(
            "Trip {time:.1f} s with advice, {other_time:.1f} s without ({later} s). CO₂ {co2:.0f} "
            "g with, {other_co2:.0f} g without{share}, own class. Stops {stops} with, "
            "{other_stops} without.",
            time=trip["trip_time_s"],
            other_time=other["trip_time_s"],
            later=signed(later_s, digits=1),
            co2=trip["co2_own_g"],
            other_co2=other["co2_own_g"],
            share=share,
            stops=trip["stops"],
            other_stops=other["stops"],
        )
    yield _advised_words(explained)


def _advised_words(explained: Explained) -> str:
    trip = explained.journey.trip
    if not trip["equipped"]:
        return say("The vehicle is not equipped: what changed came from the advice to others.")
    if explained.journey.advice.is_empty():
        return say("What it was told is not known: nothing was recorded of it near a signal.")
    return say(
        "Under advice for {time:.0f} s. What a single trip gains or loses is chance in part: the "
        "traffic around it differs as well.",
        time=trip["advised_s"],
    )


def _title(approach: Approach) -> str:
    place = {"signal": approach.signal_id, "link": approach.link_index, "road": approach.edge_id}
    if approach.street:
        return say(
            "Signal {signal}, link {link}, from road {road} on {street}",
            street=approach.street,
            **place,
        )
    return say("Signal {signal}, link {link}, from road {road}", **place)


def _approach_lines(approach: Approach, explained: Explained) -> Iterable[str]:
    step_s = explained.step_length_s
    told: dict[str, object] = {}
    for number, spell in enumerate(approach.spells):
        windows = windows_words(spell.first)
        news = windows if windows != told.get("windows") else ""
        told["windows"] = windows or told.get("windows")
        if spell.is_advised:
            before = approach.spells[number - 1] if number else None
            words = advice_words(spell, before, explained.execution, step_s)
        else:
            words = silence_words(spell, step_s)
        yield say(
            "{clock}, {distance:.0f} m before the line:{news} {words}",
            clock=clock(spell.first["time_s"]),
            distance=spell.first["distance_m"],
            news=say(" Told: {windows}.", windows=news) if news else "",
            words=words,
        )
    yield _crossing_words(approach)
    yield from _cost_words(approach)


def _crossing_words(approach: Approach) -> str:
    crossed = clock(approach.crossed_s)
    if approach.later_s is None or approach.crossed_without_s is None:
        return say("Crossed at {crossed}.", crossed=crossed)
    if abs(approach.later_s) < SAME_S:
        return say("Crossed at {crossed}, without advice at the same time.", crossed=crossed)
    both = {
        "crossed": crossed,
        "other": clock(approach.crossed_without_s),
        "later": _later(approach.later_s),
    }
    if abs(approach.later_before_s) < SAME_S:
        return say("Crossed at {crossed}, without advice at {other}: {later}.", **both)
    return say(
        "Crossed at {crossed}, without advice at {other}: {later} (over the line before: "
        "{before}).",
        before=_later(approach.later_before_s),
        **both,
    )


def _later(seconds: float) -> str:
    size = f"{abs(seconds):.1f}"
    return say("{s} s later", s=size) if seconds > 0 else say("{s} s earlier", s=size)


def _cost_words(approach: Approach) -> Iterable[str]:
    """Time, standing and the accounts of the approach, with and without advice."""
    both = [piece for piece in (approach.stretch, approach.without) if piece is not None]

    def told(values: Iterable[float], digits: int) -> str:
        return " / ".join(f"{value:.{digits}f}".replace("-", "\u2212") for value in values)

    name = say("This approach, with / without advice") if len(both) > 1 else say("This approach")
    yield say(
        "{name}: {time} s, standing {standing} s.",
        name=name,
        time=told((p.duration_s for p in both), 0),
        standing=told((p.standing_s for p in both), 0),
    )
    accounts = (
        f"{say(ACCOUNT_NAMES[_name(a.column)])} {told((p.accounts[a.column] for p in both), 1)} "
        f"{_unit(a.column)}"
        for a in ACCOUNTS
    )
    yield say("Its CO₂ and energy: {accounts}.", accounts=say(", ").join(accounts))


def _name(column: str) -> str:
    return column.rpartition("_")[0]


def _unit(column: str) -> str:
    return "Wh" if column.endswith("_wh") else "g"
