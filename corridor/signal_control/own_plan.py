"""The scenario's own plan as a plan of stages: what signals fall back to."""

import numpy as np

from controller import StagePlan
from corridor.columns import FloatArray
from corridor.signal_control.stages import Stages

N_GREENS = 4
"""Greens that are planned ahead."""


def own_plan(stages: Stages, stage: int, free_s: float) -> StagePlan:
    """Greens by which a signal comes back to its own program, and keeps to its clock.

    A green that the program has now, too, ends as in the program. Another one ends at once, to the
    green that the program has then, or to the next one if that is too late.

    Args:
        stages: Of the signal.
        stage: The last green that is committed.
        free_s: Before this time it cannot end.
    """
    at, end_s = _by_the_clock(stages, free_s)
    found, ends_s = [stage], [free_s]
    if at == stage:
        ends_s[0] = end_s
        at = int(stages.following[at])
        end_s += _length_s(stages, at)
    elif free_s + stages.change_s[stage, at] + stages.min_s[at] > end_s:
        following = int(stages.following[at])
        end_s += _length_s(stages, following)
        at = following
        if at == stage:
            ends_s[0] = end_s
            at = int(stages.following[at])
            end_s += _length_s(stages, at)
    while len(found) < N_GREENS:
        found.append(at)
        ends_s.append(end_s)
        at = int(stages.following[at])
        end_s += _length_s(stages, at)
    return StagePlan(stages=np.array(found), ends_s=np.array(ends_s))


def stage_by_the_clock(stages: Stages, time_s: float) -> int:
    """The stage that the program has at a time, or that comes next."""
    return _by_the_clock(stages, time_s)[0]


def _by_the_clock(stages: Stages, time_s: float) -> tuple[int, float]:
    """The stage that the program has at a time, or that comes next; and when its green ends."""
    cycle_s = stages.cycle_s
    into_s = (time_s - stages.offset_s) % cycle_s
    ends_s: FloatArray = stages.begins_s + stages.planned_s
    # Within rounding of its end it is over.
    later = (ends_s > into_s + 1e-6).nonzero()[0]
    if later.size:
        return int(later[0]), time_s - into_s + float(ends_s[later[0]])
    return 0, time_s - into_s + cycle_s + float(ends_s[0])


def _length_s(stages: Stages, stage: int) -> float:
    """From the end of the green before to the end of a green."""
    before = int(np.flatnonzero(stages.following == stage)[0])
    return float(stages.change_s[before, stage] + stages.planned_s[stage])
