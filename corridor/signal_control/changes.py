"""From one green to another: yellow, all-red, and which greens may be shown together."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from corridor.columns import BoolArray, FloatArray

CONTROLLED = frozenset("GgyYrRus")
"""Letters of programs whose signals can be controlled."""
GREEN, YELLOW = frozenset("Gg"), frozenset("yY")
PERMISSIVE = "g"
"""The green of those who yield."""
LONGEST_ON_FOOT_S = 30.0
"""Longer than this before the next conflicting green, people on foot are not cleared for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a signal shows between two stages."""

    letters: tuple[str, ...]
    """One after the other."""
    starts_s: tuple[float, ...]
    """When each begins, from the end of the first green."""
    length_s: float
    """Until the other green begins."""

    @classmethod
    def of(cls, pieces: Sequence[tuple[str, float]], step_length_s: float) -> Self:
        """A change from what is shown and for how long, in whole steps."""
        letters, starts_s, at_s = [], [], 0.0
        for state, length_s in pieces:
            letters.append(state)
            starts_s.append(at_s)
            at_s += whole_steps(length_s, step_length_s)
        return cls(letters=tuple(letters), starts_s=tuple(starts_s), length_s=at_s)


def has_green(letters: str) -> BoolArray:
    """(L,) whether each letter is a green; not to be written to, since it is kept."""
    return _are(letters, GREEN)


def has_yellow(letters: str) -> BoolArray:
    """(L,) whether each letter is a yellow; not to be written to either."""
    return _are(letters, YELLOW)


@lru_cache(maxsize=4096)
def _are(letters: str, colours: frozenset[str]) -> BoolArray:
    found = np.array([letter in colours for letter in letters], dtype=np.bool_)
    found.flags.writeable = False
    return found


def whole_steps(length_s: float, step_length_s: float) -> float:
    """A length of time, rounded up to whole steps."""
    return math.ceil(length_s / step_length_s - 1e-6) * step_length_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What a program says of L letters: which may be green together, and what lies between."""

    may_meet: BoolArray
    """(L, L) green in a same phase; symmetric."""
    may_meet_protected: BoolArray
    """(L, L) the first one `G`, the other one green, in a same phase."""
    are_protected: BoolArray
    """(L, L) both `G` in a same phase."""
    yellow_s: FloatArray
    """(L,) yellow behind a green."""
    red_yellow_s: FloatArray
    """(L,) red-yellow before a green."""
    clear_s: FloatArray
    """(L,) from the end of a green to the next green that conflicts with it."""
    needed_s: FloatArray
    """(L, L) from the end of the first one's green to the start of the other one's, at the least;
    0 where they may meet."""

    @classmethod
    def of(
        cls,
        states: Sequence[str],
        lengths_s: Sequence[float],
        stages: Sequence[int],
        on_foot: Collection[int],
    ) -> Self:
        """As a program of some phases shows it.

        Args:
            states: What it shows in each phase of a cycle, in order.
            lengths_s: How long.
            stages: Places of the phases that are stages.
            on_foot: Letters of people on foot: they have no yellow, and may be cleared while
                others have green.
        """
        shown = np.array([list(state) for state in states])
        is_protected = shown == "G"
        is_green = is_protected | (shown == "g")
        green, protected = is_green.astype(np.int64), is_protected.astype(np.int64)
        may_meet = green.T @ green > 0
        yellow_s = _spans(is_green, np.isin(shown, list(YELLOW)), lengths_s)
        # Backwards in time, red-yellow follows the green.
        red_yellow_s = _spans(is_green[::-1], (shown == "u")[::-1], list(lengths_s)[::-1])
        observed_s, clear_s = _clearances(is_green, may_meet, lengths_s, stages, on_foot)
        spare_s = float(np.nanmax(clear_s - yellow_s, initial=0.0))
        clear_s = np.where(np.isnan(clear_s), yellow_s + spare_s, clear_s)
        needed_s = np.minimum(observed_s, clear_s[:, np.newaxis])
        return cls(
            may_meet=may_meet,
            may_meet_protected=protected.T @ green > 0,
            are_protected=protected.T @ protected > 0,
            yellow_s=yellow_s,
            red_yellow_s=red_yellow_s,
            clear_s=clear_s,
            needed_s=np.where(may_meet, 0.0, needed_s),
        )


def _spans(is_green: BoolArray, is_shown: BoolArray, lengths_s: Sequence[float]) -> FloatArray:
    """(L,) how long something is shown behind a green, at the longest."""
    n, n_letters = is_green.shape
    longest_s = np.zeros(n_letters)
    for place in range(n):
        going = is_green[place].copy()
        span_s = np.zeros(n_letters)
        for step in range(1, n):
            going &= is_shown[(place + step) % n]
            span_s += going * lengths_s[(place + step) % n]
        longest_s = np.maximum(longest_s, span_s)
    return longest_s


def _clearances(
    is_green: BoolArray,
    may_meet: BoolArray,
    lengths_s: Sequence[float],
    stages: Sequence[int],
    on_foot: Collection[int],
) -> tuple[FloatArray, FloatArray]:
    """From the ends of greens to the next conflicting ones.

    Returns:
        (L, L) the shortest time from the end of the first one's green to the start of the other
        one's (inf: they do not follow each other); (L,) the longest to any conflicting one, where
        that begins with the next stage; NaN where it never does.
    """
    n, n_letters = is_green.shape
    observed_s = np.full((n_letters, n_letters), np.inf)
    clear_s = np.full(n_letters, np.nan)
    for place in range(n):
        for letter in np.flatnonzero(is_green[place] & ~is_green[(place + 1) % n]):
            waited_s, is_direct, met = 0.0, True, np.zeros(n_letters, dtype=np.bool_)
            for step in range(1, n):
                at = (place + step) % n
                if is_green[at, letter]:
                    break
                meets = is_green[at] & ~met & ~may_meet[letter]
                observed_s[letter, meets] = np.minimum(observed_s[letter, meets], waited_s)
                if meets.any() and not met.any():
                    walks = letter in on_foot and waited_s <= LONGEST_ON_FOOT_S
                    if is_direct or walks:
                        clear_s[letter] = np.fmax(clear_s[letter], waited_s)
                met |= meets
                is_direct &= at not in stages
                waited_s += lengths_s[at]
    return observed_s, clear_s


def change_between(
    one: str, other: str, clearance: Clearance, leaving_s: FloatArray, step_length_s: float
) -> Change:
    """The change between two stages that do not follow each other in their program.

    Whoever loses green ends it so early that he is gone when the first one that conflicts with
    him gets it: yellow and all-red are as long as in the program. Who has green in both keeps it.

    Whoever yields may wait inside the junction for a gap until the end of his green, as in a
    program that stops the oncoming ones and lets him go on before others start. Without that
    stage between, all greens end so early that he can leave.

    Args:
        one: What the first stage shows.
        other: What the second one shows.
        clearance: Of their program.
        leaving_s: (L,) how long those who wait inside take to leave, when nobody comes.
        step_length_s: The change takes whole steps.
    """
    loses = [a in GREEN and b not in GREEN for a, b in zip(one, other, strict=True)]
    gains = [a not in GREEN and b in GREEN for a, b in zip(one, other, strict=True)]
    needed_s = _needed_s(one, np.array(loses), np.array(gains), clearance, leaving_s)
    ends = [whole_steps(end_s, step_length_s) for end_s in needed_s.tolist()]
    length_s = max((ends[place] for place, is_one in enumerate(loses) if is_one), default=0.0)
    moments_s = {0.0}
    for place in range(len(one)):
        if loses[place]:
            yellow_s = whole_steps(clearance.yellow_s[place], step_length_s)
            moments_s |= {length_s - ends[place], length_s - ends[place] + yellow_s}
        elif gains[place]:
            ready_s = whole_steps(clearance.red_yellow_s[place], step_length_s)
            moments_s.add(max(length_s - ready_s, 0.0))
    starts_s = sorted(moment_s for moment_s in moments_s if moment_s < length_s - 1e-6)

    def letter(place: int, at_s: float) -> str:
        a, b = one[place], other[place]
        if loses[place]:
            into_s = at_s - (length_s - ends[place])
            yellow_s = whole_steps(clearance.yellow_s[place], step_length_s)
            return a if into_s < -1e-6 else "y" if into_s < yellow_s - 1e-6 else "r"
        if gains[place]:
            ready_s = whole_steps(clearance.red_yellow_s[place], step_length_s)
            if at_s >= length_s - ready_s - 1e-6:
                return "u"
            return "s" if a == "s" else "r"
        if a in GREEN:
            return a if a == b else "g"
        return "s" if a == b == "s" else "r"

    letters = ["".join(letter(k, at_s) for k in range(len(one))) for at_s in starts_s]
    return Change(letters=tuple(letters), starts_s=tuple(starts_s), length_s=length_s)


def _needed_s(
    one: str, loses: BoolArray, gains: BoolArray, clearance: Clearance, leaving_s: FloatArray
) -> FloatArray:
    """(L,) from the end of each green of a first stage to the start of a second one."""
    is_met = (~clearance.may_meet & gains).any(axis=1)
    waits = is_met & loses & np.array([letter == PERMISSIVE for letter in one])
    least_s = np.maximum(clearance.yellow_s, leaving_s[waits].max(initial=0.0))
    return np.asarray(np.where(is_met, np.fmax(clearance.clear_s, least_s), least_s))
