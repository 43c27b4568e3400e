"""Signal programs and what they will show: fixed ones exactly, others between bounds."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

GREEN = frozenset("Gg")
"""Letters of a state on which a link may be crossed without stopping."""
OFF = frozenset("oO")
"""Letters of a link whose signal is switched off."""


class Control(IntEnum):
    """How a program decides its switches; the values are SUMO's."""

    STATIC = 0
    RAIL_SIGNAL = 1
    RAIL_CROSSING = 2
    ACTUATED = 3
    NEMA = 4
    DELAY_BASED = 5
    OFF = 7


PREDICTABLE = frozenset({Control.STATIC, Control.ACTUATED, Control.DELAY_BASED})
"""Kinds of control whose phases run one after the other, so that bounds can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase of a program."""

    state: str
    """One letter per link."""
    duration_s: float
    """Planned length."""
    min_s: float
    """Least length; equal to the greatest for a fixed phase."""
    max_s: float
    """Greatest length."""
    following: tuple[int, ...]
    """Phases that may come next; empty: the one behind in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A signal program."""

    program_id: str
    """Its id."""
    control: Control
    """How it decides its switches."""
    offset_s: float
    """Simulated time at which its first phase starts (modulo the cycle)."""
    phases: tuple[Phase, ...]
    """In order."""

    @property
    def cycle_s(self) -> float:
        """Sum of the planned lengths."""
        return sum(phase.duration_s for phase in self.phases)

    def after(self, place: int) -> int | None:
        """The phase that follows a phase; None where the controller chooses between several."""
        following = self.phases[place].following
        if len(following) > 1 and self.control is not Control.STATIC:
            return None
        return following[0] if following else (place + 1) % len(self.phases)

    def position(self, begin_s: float, time_s: float) -> tuple[int, float]:
        """Phase of a fixed program at a time, and when it ends.

        SUMO places a program in its cycle by its offset when the simulation begins, in the order
        of the list; from there it follows `next`.
        """
        # In whole milliseconds, as SUMO counts: rounding must not move a switch by a phase.
        lengths_ms = [round(1e3 * phase.duration_s) for phase in self.phases]
        into_ms = round(1e3 * (begin_s - self.offset_s)) % sum(lengths_ms)
        place = 0
        while into_ms >= lengths_ms[place]:
            into_ms -= lengths_ms[place]
            place += 1
        end_ms = round(1e3 * begin_s) - into_ms + lengths_ms[place]
        while end_ms <= round(1e3 * time_s):
            following = self.after(place)
            if following is None:
                raise ValueError(f"program '{self.program_id}' has phases with several successors")
            place = following
            end_ms += lengths_ms[place]
        return place, end_ms / 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSwitch:
    """A planned change of a signal's program (SUMO's WAUT)."""

    time_s: float
    """When."""
    program_id: str
    """To which program."""
    is_immediate: bool
    """Whether it happens at that very time; SUMO's other procedures wait for a fitting phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When something happens: not before, most likely, not after."""

    min_s: float
    likely_s: float
    max_s: float

    @classmethod
    def exactly(cls, time_s: float) -> "Bounds":
        """A time that is certain."""
        return cls(min_s=time_s, likely_s=time_s, max_s=time_s)

    def not_after(self, other: "Bounds") -> "Bounds":
        """Bounds of the earlier of two things."""
        return Bounds(
            min_s=min(self.min_s, other.min_s),
            likely_s=min(self.likely_s, other.likely_s),
            max_s=min(self.max_s, other.max_s),
        )

    def later(self, min_s: float, likely_s: float, max_s: float) -> "Bounds":
        """Bounds of what follows after a duration within bounds."""
        return Bounds(
            min_s=self.min_s + min_s, likely_s=self.likely_s + likely_s, max_s=self.max_s + max_s
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A state that is shown from one switch to the next."""

    state: str
    start: Bounds
    end: Bounds


def phases_ahead(
    program: Program, place: int, start: Bounds, end: Bounds, likely_s: Mapping[int, float]
) -> Iterator[Segment]:
    """What a program shows from its present phase on, as far as its order is certain.

    Args:
        program: The program.
        place: Its present phase.
        start: When that phase began.
        end: When it ends.
        likely_s: Most likely length by phase; the planned one where missing.
    """
    while True:
        yield Segment(state=program.phases[place].state, start=start, end=end)
        following = program.after(place)
        if following is None:
            return
        place, start = following, end
        phase = program.phases[place]
        if program.control is Control.STATIC:
            end = start.later(phase.duration_s, phase.duration_s, phase.duration_s)
        else:
            length_s = likely_s.get(place, phase.duration_s)
            length_s = min(max(length_s, phase.min_s), phase.max_s)
            end = start.later(phase.min_s, length_s, phase.max_s)


def cut_at_switches(
    segments: Iterable[Segment],
    programs: Mapping[str, Program],
    switches: Iterable[ProgramSwitch],
    begin_s: float,
) -> Iterator[Segment]:
    """Segments that take planned changes of the program into account.

    A program that is not shown keeps its own clock in SUMO, so that the state after a change is
    certain if both programs are fixed. What comes after any other change is not told.
    """
    for switch in switches:
        at = Bounds.exactly(switch.time_s)
        for segment in segments:
            if segment.end.max_s < switch.time_s:
                yield segment
                continue
            if segment.start.min_s < switch.time_s:
                if segment.start.max_s >= switch.time_s:
                    return  # whether it is shown at all before the change is not certain
                yield Segment(
                    state=segment.state, start=segment.start, end=segment.end.not_after(at)
                )
                if segment.end.min_s < switch.time_s:
                    return  # nor is what comes between its end and the change
            break
        else:
            return
        program = programs.get(switch.program_id)
        if not switch.is_immediate or program is None or program.control is not Control.STATIC:
            return
        place, end_s = program.position(begin_s, switch.time_s)
        segments = phases_ahead(program, place, at, Bounds.exactly(end_s), {})
    yield from segments


def green_windows(
    segments: list[Segment], links: list[int], n_windows: int, *, goes_on: bool
) -> FloatArray:
    """Coming greens of some links.

    Args:
        segments: Consecutive states.
        links: Places of the links in the states.
        n_windows: How many greens are wanted for each.
        goes_on: Whether the states repeat for ever, or else nothing is known behind them.

    Returns:
        (6, links, n_windows) absolute times: start min, likely, max; end min, likely, max. NaN
        where no (further) green is known. A green that never ends has an infinite end.
    """
    windows = np.full((6, len(links), n_windows), np.nan)
    if not segments:
        return windows
    letters = np.array([[s.state[link] in GREEN for link in links] for s in segments]).T
    starts = np.array([[s.start.min_s, s.start.likely_s, s.start.max_s] for s in segments])
    ends = np.array([[s.end.min_s, s.end.likely_s, s.end.max_s] for s in segments])
    edge = np.zeros((len(links), 1), dtype=np.int8)
    change = np.diff(letters.astype(np.int8), axis=1, prepend=edge, append=edge)
    for row in range(len(links)):
        first = np.flatnonzero(change[row] == 1)[:n_windows]
        last = np.flatnonzero(change[row] == -1)[:n_windows] - 1
        if goes_on and letters[row].all():
            windows[:3, row, 0], windows[3:, row, 0] = starts[0], math.inf
            continue
        # A green that runs into the end of what is known has no known end.
        known = last < len(segments) - 1
        windows[:3, row, : first.size][:, known] = starts[first[known]].T
        windows[3:, row, : first.size][:, known] = ends[last[known]].T
    return windows
