"""What a vehicle was told for a while, and what its driver did; or why it was told nothing."""

from collections import Counter
from collections.abc import Sequence

from experiments.report.approaches import STANDING_MPS, Row, Spell, plan_of
from experiments.report.glossary import REASONS
from experiments.report.language import say
from experiments.report.plan_words import change_words, clock, kmh, plan_words

BRIEF_S = 2.0
"""Nobody can be expected to follow what is shown for no longer."""
SHORT_S = 0.5
"""Reasons that lasted no longer are not worth a word, if others did."""


def advice_words(spell: Spell, before: Spell | None, execution: str, step_s: float) -> str:
    """Why it was advised, to do what, and what came of it.

    Args:
        spell: Steps under one plan.
        before: What came before on the same approach, if anything.
        execution: Who drives.
        step_s: Length of a step.
    """
    duration_s = len(spell.rows) * step_s
    parts = []
    changes = before is not None and before.is_advised
    if before is not None and changes:
        changed = change_words(before.first, spell.first)
        parts.append(say("The plan changes: {changes}.", changes=changed))
    if spell.first["n_queued"]:
        standing = int(spell.first["n_queued"])
        parts.append(
            say("1 stands ahead of it.")
            if standing == 1
            else say("{n} stand ahead of it.", n=standing)
        )
    if plan_of(spell.first):
        parts.append(plan_words(spell.first, tells_why=not changes))
    told = _shown_words if execution == "driver" else _held_words
    parts.append(told(spell.rows, step_s))
    first, last = (kmh(row["speed_mps"]) for row in (spell.first, spell.rows[-1]))
    parts.append(
        say("Under this advice for {time:g} s.", time=duration_s)
        if first == last
        else say(
            "Under this advice for {time:g} s it went from {first} to {last} km/h.",
            time=duration_s,
            first=first,
            last=last,
        )
    )
    return " ".join(parts)


def _shown_words(rows: Sequence[Row], step_s: float) -> str:
    """What the display showed, and whether the driver kept to it."""
    changes = [
        (place, row)
        for place, row in enumerate(rows)
        if place == 0 or row["shown_mps"] != rows[place - 1]["shown_mps"]
    ]
    shown = [
        say("{speed} km/h from {clock}", speed=kmh(row["shown_mps"]), clock=clock(row["time_s"]))
        if place
        else f"{kmh(row['shown_mps'])} km/h"
        for place, row in changes
        if row["shown_mps"] is not None
    ]
    if not shown:
        return say("The display stayed blank.")
    lags_s = []
    for place, row in changes:
        heeded = (
            later for later in rows[place:] if later["followed_mps"] == row["shown_mps"] is not None
        )
        first = next(heeded, None)
        if first is not None:
            lags_s.append(first["time_s"] - row["time_s"])
    text = say("Shown: {speeds}.", speeds=say(", ").join(shown))
    is_brief = len(rows) * step_s <= BRIEF_S
    return f"{text} {_heeded_words(lags_s, len(shown), step_s, is_brief=is_brief)}"


def _heeded_words(lags_s: Sequence[float], n_shown: int, step_s: float, *, is_brief: bool) -> str:
    """Whether the driver kept to what was shown, and how soon."""
    if not lags_s:
        if is_brief:
            return say("It went before the driver could follow.")
        return say("The driver did not follow.")
    if len(lags_s) < n_shown:
        return say("The driver followed {n} of these {all}.", n=len(lags_s), all=n_shown)
    slowest_s = max(lags_s)
    if slowest_s >= step_s / 2:
        return say("The driver followed {time:g} s later.", time=slowest_s)
    return say("The driver followed at once.")


def _held_words(rows: Sequence[Row], step_s: float) -> str:
    """What cruise control was told; it does as it is told."""
    del step_s
    advised = [row["advised_mps"] for row in rows if row["advised_mps"] is not None]
    if not advised:
        return say("Its own speed carries the plan out.")
    low, high = min(advised), max(advised)
    if kmh(low) == kmh(high):
        return say("Cruise control holds {speed} km/h.", speed=kmh(low))
    return say(
        "Cruise control is set to {first} km/h, in the end to {last} (between {low} and {high}).",
        first=kmh(advised[0]),
        last=kmh(advised[-1]),
        low=kmh(low),
        high=kmh(high),
    )


def silence_words(spell: Spell, step_s: float) -> str:
    """Why there was no advice, longest reason first; to who stands in a queue none applies."""
    total_s = len(spell.rows) * step_s
    moving = [row for row in spell.rows if row["speed_mps"] >= STANDING_MPS]
    standing_s = total_s - len(moving) * step_s
    lengths_s = Counter(row["reason"] for row in moving or spell.rows)
    ranked = [(_lower(say(REASONS[name])), n * step_s) for name, n in lengths_s.most_common()]
    told = [(words, length_s) for words, length_s in ranked if length_s > SHORT_S] or ranked[:1]
    whys = (say("{why} ({time:g} s)", why=words, time=length_s) for words, length_s in told)
    why = told[0][0] if len(told) == 1 else say("; ").join(whys)
    if standing_s:
        return say(
            "No advice for {time:g} s, {standing:g} s of it standing: {why}.",
            time=total_s,
            standing=standing_s,
            why=why,
        )
    return say("No advice for {time:g} s: {why}.", time=total_s, why=why)


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
