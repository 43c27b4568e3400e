"""Stages of a signal program, and how a signal goes from one to another.

A stage can be shown after any other one here. Plans by the clock and timing sheets have stages of
their own, see `experiments.retiming.stages`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from corridor.columns import FloatArray, IntArray
from corridor.programs import Phase, Program
from corridor.signal_control.changes import CONTROLLED, GREEN, Change, Clearance, change_between

BETWEEN = frozenset("yYu")
"""Letters that no stage has."""
MOST_STAGES = 16
"""A program with more stages is a recording."""
LEAST_GREEN_S = 5.0
"""Least length of a green whose program states none, unless it was planned shorter."""
SHORTEST_MAX_S, LONGEST_MAX_S = 20.0, 90.0
"""Bounds of twice the planned length, the greatest one of a green whose program states none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What a signal can show: S stages, and the changes between them."""

    signal_id: str
    program_id: str
    letters: tuple[str, ...]
    """(S,) what each stage shows: one letter per link, crossings of people on foot included."""
    phases: tuple[int, ...]
    """(S,) place of each in the program."""
    planned_s: FloatArray
    """(S,) planned length of each green."""
    min_s: FloatArray
    """(S,) least length."""
    max_s: FloatArray
    """(S,) greatest length."""
    following: IntArray
    """(S,) stage that comes next in the program."""
    begins_s: FloatArray
    """(S,) when each begins within the cycle, from the program's start."""
    cycle_s: float
    offset_s: float
    """Simulated time at which the program starts, modulo its cycle."""
    changes: dict[tuple[int, int], Change]
    """What is shown between any two stages."""
    change_s: FloatArray
    """(S, S) their lengths."""
    clearance: Clearance

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(slots=True, kw_only=True)
class _Run:
    """Consecutive phases that show the same."""

    place: int
    state: str
    duration_s: float
    min_s: float
    max_s: float

    @property
    def is_stage(self) -> bool:
        return not GREEN.isdisjoint(self.state) and BETWEEN.isdisjoint(self.state)


def stages_of(
    signal_id: str,
    program: Program,
    on_foot: Collection[int],
    leaving_s: Mapping[int, float],
    step_length_s: float,
) -> Stages | None:
    """Stages of a program; None where it has not two of them, or shows what cannot be controlled.

    Args:
        signal_id: Id of the signal.
        program: Its program, with its offset.
        on_foot: Places of letters that are for people on foot.
        leaving_s: How long those who wait inside the junction take to leave it, by their letter.
        step_length_s: Changes take whole steps.
    """
    runs, shift_s = _runs(program)
    places = [place for place, run in enumerate(runs) if run.is_stage]
    if not 2 <= len(places) <= MOST_STAGES or not all(CONTROLLED.issuperset(r.state) for r in runs):
        return None
    runs = runs[places[0] :] + runs[: places[0]]
    begins_s = np.cumsum([0.0, *(run.duration_s for run in runs)])
    cycle_s = float(begins_s[-1])
    places = [place for place, run in enumerate(runs) if run.is_stage]
    found = [runs[place] for place in places]
    lengths_s = [run.duration_s for run in runs]
    clearance = Clearance.of([run.state for run in runs], lengths_s, places, on_foot)
    inside_s = np.array([leaving_s.get(k, 0.0) for k in range(len(found[0].state))])
    following = (np.arange(len(places)) + 1) % len(places)
    changes = {}
    for one, start in enumerate(found):
        for other, end in enumerate(found):
            if one == other:
                continue
            if other == following[one]:
                behind = places[other] if other > one else len(runs)
                own = runs[places[one] + 1 : behind]
                pieces = [(run.state, run.duration_s) for run in own]
                changes[one, other] = Change.of(pieces, step_length_s)
            else:
                changes[one, other] = change_between(
                    start.state, end.state, clearance, inside_s, step_length_s
                )
    first_s = shift_s + sum(run.duration_s for run in _before(program, found[0].place))
    return Stages(
        signal_id=signal_id,
        program_id=program.program_id,
        letters=tuple(run.state for run in found),
        phases=tuple(run.place for run in found),
        planned_s=np.array([run.duration_s for run in found]),
        min_s=np.array([_least_s(run, on_foot) for run in found]),
        max_s=np.array([_greatest_s(run) for run in found]),
        following=following,
        begins_s=begins_s[places],
        cycle_s=cycle_s,
        offset_s=(program.offset_s + first_s) % cycle_s,
        changes=changes,
        change_s=_lengths_s(changes, len(places)),
        clearance=clearance,
    )


def _lengths_s(changes: dict[tuple[int, int], Change], n_stages: int) -> FloatArray:
    lengths_s = np.zeros((n_stages, n_stages))
    for (one, other), change in changes.items():
        lengths_s[one, other] = change.length_s
    return lengths_s


def _before(program: Program, place: int) -> list[Phase]:
    """Phases from the first one of a program up to another."""
    found, at = [], 0
    while at != place:
        found.append(program.phases[at])
        at = program.after(at) or 0
    return found


def _runs(program: Program) -> tuple[list[_Run], float]:
    """What a program shows in a cycle; and by how much it begins before the program's start."""
    runs: list[_Run] = []
    place = 0
    for _ in program.phases:
        phase = program.phases[place]
        if runs and runs[-1].state == phase.state:
            _join(runs[-1], phase.duration_s, phase.min_s, phase.max_s)
        else:
            runs.append(
                _Run(
                    place=place,
                    state=phase.state,
                    duration_s=phase.duration_s,
                    min_s=phase.min_s,
                    max_s=phase.max_s,
                )
            )
        following = program.after(place)
        if following is None:
            return [], 0.0
        place = following
        if place == 0:
            break
    else:
        return [], 0.0
    if len(runs) > 1 and runs[0].state == runs[-1].state:
        last = runs.pop()
        _join(runs[0], last.duration_s, last.min_s, last.max_s)
        return runs, -last.duration_s
    return runs, 0.0


def _join(run: _Run, duration_s: float, min_s: float, max_s: float) -> None:
    run.duration_s += duration_s
    run.min_s += min_s
    run.max_s += max_s


def _least_s(run: _Run, on_foot: Collection[int]) -> float:
    """Least length of a green; who walks has as long as planned."""
    if any(run.state[place] in GREEN for place in on_foot):
        return run.duration_s
    # A fixed phase that states no bounds is told with both of them equal to its length.
    return run.min_s if run.min_s < run.duration_s else min(LEAST_GREEN_S, run.duration_s)


def _greatest_s(run: _Run) -> float:
    if run.duration_s < run.max_s <= 2.0 * LONGEST_MAX_S:
        return run.max_s
    return max(run.duration_s, min(max(2.0 * run.duration_s, SHORTEST_MAX_S), LONGEST_MAX_S))
