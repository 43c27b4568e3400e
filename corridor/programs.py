"""Signal programs: their phases, in which order they follow, and when fixed ones switch."""

from dataclasses import dataclass
from enum import IntEnum

GREEN = frozenset("Ggs")
"""Letters of a state on which a link may be crossed, be it (s: turn on red) after a stop."""
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


OPEN = frozenset({Control.ACTUATED, Control.DELAY_BASED})
"""Kinds of control that decide by traffic, but let their phases run one after the other."""


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
