"""How queues start to move: one vehicle after the other, as roadside units see it."""

from dataclasses import dataclass, field

import numpy as np

from corridor.columns import BoolArray, Columns

STANDS_MPS, STARTS_MPS = 0.5, 1.0
"""A slower vehicle stands, and one that stood and is faster has started: nobody starts twice by
rolling on a little."""
LONGEST_S = 6.0
"""Whoever starts later than this after the vehicle ahead did not start because of it."""
FEWEST, ENOUGH = 30, 100
"""Fewer starts say nothing; and behind so many the mean no longer changes by a step."""


@dataclass(slots=True)
class StartWave:
    """Learns how long after the vehicle ahead a queued vehicle starts.

    The wave of starts runs upstream from driver to driver (Newell 2002, Transportation Research
    B 36); how soon each follows depends on how the leaders speed up, so it is another one where
    cars are weak. The mean over all queues is told, in whole steps of the simulation: starts are
    seen at steps, and a wave that differs by less is no other wave.

    Args:
        step_length_s: Length of a step.
    """

    step_length_s: float
    _sum_s: float = field(default=0.0, init=False)
    _count: int = field(default=0, init=False)

    @property
    def step_s(self) -> float:
        """From the start of one queued vehicle to that of the one behind it; NaN: not known."""
        if self._count < FEWEST:
            return float("nan")
        return round(self._sum_s / self._count / self.step_length_s) * self.step_length_s

    def look(self, columns: Columns, is_seen: BoolArray, time_s: float) -> None:
        """Take note of those who start, and of those who stand.

        Args:
            columns: All vehicles.
            is_seen: (n,) whether roadside units see each of them.
            time_s: Now.
        """
        if self._count >= ENOUGH:
            return
        speed_mps, has_stood = columns.floats("speed_mps"), columns.flags("has_stood")
        started = (has_stood & (speed_mps >= STARTS_MPS)).nonzero()[0]
        has_stood |= speed_mps < STANDS_MPS
        if not started.size:
            return
        has_stood[started] = False
        started_s = columns.floats("started_s")
        started_s[started] = time_s
        seen = is_seen.nonzero()[0]
        lane, place_m = columns.ints("present_lane")[seen], columns.floats("position_m")[seen]
        order = np.lexsort((place_m, lane))
        behind, ahead = seen[order[:-1]], seen[order[1:]]
        is_pair = (started_s[behind] == time_s) & (np.diff(lane[order]) == 0)
        after_s = time_s - started_s[ahead[is_pair]]
        # NaN, whoever never stood, says nothing.
        after_s = after_s[after_s <= LONGEST_S]
        self._sum_s += float(after_s.sum())
        self._count += after_s.size
