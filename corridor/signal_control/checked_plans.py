"""What a controller says, as far as it is a plan."""

import math
from collections.abc import Mapping
from operator import eq

import numpy as np

from controller import StagePlan

MOST_GREENS = 64
"""Nobody plans more greens ahead."""


def checked_plans(
    said: object, n_stages: list[int], present: list[int]
) -> tuple[dict[int, StagePlan], list[str]]:
    """The plans that can be used, and what is wrong with the others.

    Args:
        said: What a controller gave.
        n_stages: Stages of each signal.
        present: Last committed stage of each.
    """
    if not isinstance(said, Mapping):
        return {}, [f"a mapping of plans was expected, got {type(said).__name__}"]
    found, wrong = {}, []
    for number, plan in said.items():
        is_number = isinstance(number, int | np.integer) and 0 <= number < len(n_stages)
        if not is_number:
            wrong.append(f"no signal has the number {number!r:.40}")
            continue
        try:
            found[int(number)] = _checked(plan, n_stages[number], present[number])
        except (TypeError, ValueError, AttributeError) as error:
            wrong.append(f"signal {number}: {error!s:.200}")
    return found, wrong


def _checked(plan: StagePlan, n_stages: int, present: int) -> StagePlan:
    """A plan as arrays of our own, which nobody can change later.

    Raises:
        ValueError: It is none.
        TypeError: The same.
        AttributeError: The same.
    """
    stages, ends_s = np.asarray(plan.stages), np.asarray(plan.ends_s)
    if stages.ndim != 1 or stages.shape != ends_s.shape or not 1 <= stages.size <= MOST_GREENS:
        raise ValueError(
            f"stages and ends_s must be 1 to {MOST_GREENS} each, as many of one as of the other, "
            f"got shapes {stages.shape} and {ends_s.shape}"
        )
    if stages.dtype.kind not in "iu":
        raise ValueError(f"stages must be whole numbers, got {stages.dtype}")
    if ends_s.dtype.kind not in "iuf":
        raise ValueError(f"ends_s must be numbers, got {ends_s.dtype}")
    numbers, times_s = stages.tolist(), ends_s.tolist()
    if min(numbers) < 0 or max(numbers) >= n_stages:
        raise ValueError(f"stages must be 0 to {n_stages - 1}, got {numbers}")
    # A sum is quicker than a look at each: NaN and -inf are never lost in it.
    if not sum(times_s) > -math.inf:
        raise ValueError("ends_s must be times")
    if times_s != sorted(times_s) or math.inf in times_s[:-1]:
        raise ValueError(f"ends_s must rise, and only the last one may be open, got {times_s}")
    if numbers[0] != present:
        raise ValueError(f"the first stage must be the committed one, {present}, got {numbers[0]}")
    if any(map(eq, numbers, numbers[1:])):
        raise ValueError(f"a stage cannot follow itself, got {numbers}")
    return StagePlan(stages=stages.astype(np.int64), ends_s=ends_s.astype(np.float64))
