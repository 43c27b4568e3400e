"""What a vehicle was told for a while, and what its driver did; or why it was told nothing."""

from collections import Counter
from collections.abc import Sequence

from experiments.report.approaches import STANDING_MPS, Row, Spell, plan_of
from experiments.report.glossary import REASONS
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
        parts.append(f"The plan changes: {change_words(before.first, spell.first)}.")
    if spell.first["n_queued"]:
        standing = int(spell.first["n_queued"])
        verb = "stands" if standing == 1 else "stand"
        parts.append(f"{standing} {verb} ahead of it.")
    if plan_of(spell.first):
        parts.append(plan_words(spell.first, tells_why=not changes))
    told = _shown_words if execution == "driver" else _held_words
    parts.append(told(spell.rows, step_s))
    first, last = (kmh(row["speed_mps"]) for row in (spell.first, spell.rows[-1]))
    went = f" it went from {first} to {last} km/h" if first != last else ""
    parts.append(f"Under this advice for {duration_s:g} s{went}.")
    return " ".join(parts)


def _shown_words(rows: Sequence[Row], step_s: float) -> str:
    """What the display showed, and whether the driver kept to it."""
    changes = [
        (place, row)
        for place, row in enumerate(rows)
        if place == 0 or row["shown_mps"] != rows[place - 1]["shown_mps"]
    ]
    shown = [
        f"{kmh(row['shown_mps'])} km/h" + (f" from {clock(row['time_s'])}" if place else "")
        for place, row in changes
        if row["shown_mps"] is not None
    ]
    if not shown:
        return "The display stayed blank."
    lags_s = []
    for place, row in changes:
        heeded = (
            later for later in rows[place:] if later["followed_mps"] == row["shown_mps"] is not None
        )
        first = next(heeded, None)
        if first is not None:
            lags_s.append(first["time_s"] - row["time_s"])
    text = f"Shown: {', '.join(shown)}."
    if not lags_s:
        if len(rows) * step_s <= BRIEF_S:
            return f"{text} It went before the driver could follow."
        return f"{text} The driver did not follow."
    if len(lags_s) < len(shown):
        return f"{text} The driver followed {len(lags_s)} of these {len(shown)}."
    slowest_s = max(lags_s)
    return f"{text} The driver followed " + (
        f"{slowest_s:g} s later." if slowest_s >= step_s / 2 else "at once."
    )


def _held_words(rows: Sequence[Row], step_s: float) -> str:
    """What cruise control was told; it does as it is told."""
    del step_s
    advised = [row["advised_mps"] for row in rows if row["advised_mps"] is not None]
    if not advised:
        return "Its own speed carries the plan out."
    low, high = min(advised), max(advised)
    if kmh(low) == kmh(high):
        return f"Cruise control holds {kmh(low)} km/h."
    return (
        f"Cruise control is set to {kmh(advised[0])} km/h, in the end to {kmh(advised[-1])} "
        f"(between {kmh(low)} and {kmh(high)})."
    )


def silence_words(spell: Spell, step_s: float) -> str:
    """Why there was no advice, longest reason first; to who stands in a queue none applies."""
    total_s = len(spell.rows) * step_s
    moving = [row for row in spell.rows if row["speed_mps"] >= STANDING_MPS]
    standing_s = total_s - len(moving) * step_s
    text = f"No advice for {total_s:g} s"
    if standing_s:
        text += f", {standing_s:g} s of it standing"
    lengths_s = Counter(row["reason"] for row in moving or spell.rows)
    ranked = [(_lower(REASONS[name]), n * step_s) for name, n in lengths_s.most_common()]
    told = [(words, length_s) for words, length_s in ranked if length_s > SHORT_S] or ranked[:1]
    if len(told) == 1:
        return f"{text}: {told[0][0]}."
    return f"{text}: {'; '.join(f'{words} ({length_s:g} s)' for words, length_s in told)}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
