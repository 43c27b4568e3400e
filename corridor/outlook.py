"""What a signal will show: its states in order, and when it switches from each to the next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.programs import Control, Program, ProgramSwitch

FloatArray = NDArray[np.float64]

MIN, Q10, LIKELY, Q90, MAX = range(5)
"""First axis of the times of switches: not before, 10 %, median, 90 %, not after."""
SHARES = np.array([0.1, 0.5, 0.9])
"""Probabilities of the three in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Consecutive states, as far as their order is certain."""

    states: tuple[str, ...]
    """One letter per link each."""
    times_s: FloatArray
    """(5, states + 1) when each of them starts; at last, when the last one ends."""

    def first(self, n_states: int) -> "Outlook":
        """The first states alone."""
        times_s = self.times_s[:, : n_states + 1].copy()
        return Outlook(states=self.states[:n_states], times_s=times_s)


def exactly(times_s: FloatArray) -> FloatArray:
    """(5, n) times that are certain, from (n,) of them."""
    return np.repeat(np.asarray(times_s)[np.newaxis], 5, axis=0)


def fixed_outlook(
    program: Program, place: int, start_s: float, end_s: float, n_states: int
) -> Outlook:
    """What a fixed program shows.

    Args:
        program: The program.
        place: Its present phase.
        start_s: When that began.
        end_s: When it ends.
        n_states: How many states are wanted.
    """
    states, times_s = [program.phases[place].state], [start_s, end_s]
    while len(states) < n_states:
        following = program.after(place)
        assert following is not None, program.program_id
        place = following
        states.append(program.phases[place].state)
        times_s.append(times_s[-1] + program.phases[place].duration_s)
    return Outlook(states=tuple(states), times_s=exactly(np.array(times_s)))


def cut_at_switches(
    outlook: Outlook,
    programs: Mapping[str, Program],
    switches: Iterable[ProgramSwitch],
    begin_s: float,
    n_states: int,
) -> tuple[Outlook, bool]:
    """An outlook that takes planned changes of the program into account.

    A program that is not shown keeps its own clock in SUMO, so that the state after a change is
    certain if both programs are fixed. What comes after any other change is not told.

    Args:
        outlook: Without any change.
        programs: All programs of the signal, by id.
        switches: Changes to come, in order.
        begin_s: Start of the simulation.
        n_states: How many states are wanted behind the last change.

    Returns:
        The outlook, and whether it goes on behind its end as the last program does.
    """
    for switch in switches:
        at_s = switch.time_s
        reached = np.flatnonzero(outlook.times_s[MAX, 1:] >= at_s)
        if reached.size == 0:
            break
        n_kept = int(reached[0])
        starts_s, ends_s = outlook.times_s[:, n_kept], outlook.times_s[:, n_kept + 1]
        if starts_s[MIN] < at_s:
            if starts_s[MAX] >= at_s:
                return outlook.first(n_kept), False  # whether it is shown at all is not certain
            n_kept += 1
            is_open = bool(ends_s[MIN] < at_s)
            outlook = outlook.first(n_kept)
            outlook.times_s[:, n_kept] = np.minimum(ends_s, at_s)
            if is_open:
                return outlook, False  # nor is what comes between its end and the change
        program = programs.get(switch.program_id)
        if not switch.is_immediate or program is None or program.control is not Control.STATIC:
            return outlook.first(n_kept), False
        place, end_s = program.position(begin_s, at_s)
        behind = fixed_outlook(program, place, at_s, end_s, n_states)
        outlook = Outlook(
            states=(*outlook.states[:n_kept], *behind.states),
            times_s=np.concatenate([outlook.times_s[:, :n_kept], behind.times_s], axis=1),
        )
    return outlook, True
