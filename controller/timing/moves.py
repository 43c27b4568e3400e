"""Small changes of a plan that keep what its signals demand."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np

from controller.timing.problem import TimedSignal, Timing, TimingPlan
from controller.timing.webster import split


def signal_moves(signal: TimedSignal, timing: Timing, step_s: float) -> list[Timing]:
    """Timings that begin earlier or later, or shift seconds between stages.

    Args:
        signal: What must be kept.
        timing: Where to move from.
        step_s: By how many seconds.
    """
    moved = [later(timing, step_s), later(timing, -step_s)]
    for shifted in _shifts(signal, timing, step_s):
        # The other stages stay where they are, or stage 0 does not.
        moved += [shifted, later(shifted, step_s), later(shifted, -step_s)]
    return moved


def offset_scan(timing: Timing, step_s: float) -> list[Timing]:
    """Timings that begin anywhere else in the cycle."""
    return [later(timing, float(shift_s)) for shift_s in np.arange(step_s, timing.cycle_s, step_s)]


def group_moves(
    plan: TimingPlan, groups: tuple[tuple[int, ...], ...], step_s: float
) -> list[TimingPlan]:
    """Plans in which a group of signals begins earlier or later together."""
    moved = []
    for group in groups:
        for shift_s in (step_s, -step_s):
            timings = list(plan)
            for number in group:
                timings[number] = later(plan[number], shift_s)
            moved.append(tuple(timings))
    return moved


def with_cycle(signal: TimedSignal, timing: Timing, cycle_s: float) -> Timing:
    """The same greens above their least, in proportion, in another cycle; the same offset.

    Raises:
        ValueError: The stages fit no such cycle.
    """
    weights = np.maximum(timing.green_s, 1e-3)
    green_s = split(signal, cycle_s, weights)
    return Timing(cycle_s=cycle_s, offset_s=timing.offset_s % cycle_s, green_s=green_s)


def later(timing: Timing, shift_s: float) -> Timing:
    """A timing that begins so much later."""
    return replace(timing, offset_s=(timing.offset_s + shift_s) % timing.cycle_s)


def _shifts(signal: TimedSignal, timing: Timing, step_s: float) -> Iterator[Timing]:
    green_s = timing.green_s
    can_give = green_s - step_s >= signal.min_green_s
    can_take = green_s + step_s <= signal.max_green_s
    for giver, taker in permutations(range(green_s.size), 2):
        if can_give[giver] and can_take[taker]:
            shifted_s = green_s.copy()
            shifted_s[giver] -= step_s
            shifted_s[taker] += step_s
            yield replace(timing, green_s=shifted_s)
