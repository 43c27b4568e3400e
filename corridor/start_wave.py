"""How queues start to move: one vehicle after the other, as roadside units see it."""

import math
from dataclasses import dataclass, field

import numpy as np

from corridor.columns import BoolArray, Columns, IntArray

STANDS_MPS, STARTS_MPS = 0.5, 1.0
"""A slower vehicle stands, and one that stood and is faster has started: nobody starts twice by
rolling on a little."""
LONGEST_S = 6.0
"""Whoever starts later than this after the vehicle ahead did not start because of it."""
ROOM_M = 6.5
"""Between two vehicles that stand this much farther apart than in a queue there is room for a car,
which the units may not see."""
FEWEST, ENOUGH = 10, 200
"""Fewer starts say nothing, and more say nothing new."""
MARGIN_S = 1.6
"""Two standard deviations of single times: 0.4 to 0.9 s were seen on SUMO's roads."""


@dataclass(slots=True)
class StartWave:
    """Learns how long after the vehicle ahead a queued vehicle starts.

    The wave of starts runs upstream from driver to driver (Newell 2002, Transportation Research
    B 36); how soon each follows depends on how drivers speed up. Told is what it is at least, with
    97.5 % confidence, on the mean over all queues of the network: advice that counts on too slow a
    wave wastes green.
    """

    _sum_s: float = field(default=0.0, init=False)
    _count: int = field(default=0, init=False)

    @property
    def step_s(self) -> float:
        """From one start to the next, at least; NaN: not known."""
        if self._count < FEWEST:
            return math.nan
        return self._sum_s / self._count - MARGIN_S / math.sqrt(self._count)

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
        has_moved = columns.flags("has_moved")
        started = (has_stood & (speed_mps >= STARTS_MPS)).nonzero()[0]
        # Whoever enters the road standing does not stand in a queue.
        has_stood |= has_moved & (speed_mps < STANDS_MPS)
        has_moved |= speed_mps >= STARTS_MPS
        if not started.size:
            return
        has_stood[started] = False
        columns.floats("started_s")[started] = time_s
        columns.floats("started_m")[started] = columns.floats("position_m")[started]
        self._learn(columns, is_seen.nonzero()[0], time_s)

    def _learn(self, columns: Columns, seen: IntArray, time_s: float) -> None:
        """From those who start now, each with the vehicle ahead of it on its lane."""
        lane, place_m = columns.ints("present_lane")[seen], columns.floats("position_m")[seen]
        order = np.lexsort((place_m, lane))
        behind, ahead = seen[order[:-1]], seen[order[1:]]
        started_s, started_m = columns.floats("started_s"), columns.floats("started_m")
        after_s = time_s - started_s[ahead]
        room_m = started_m[ahead] - started_m[behind] - columns.floats("space_m")[ahead]
        # NaN, whoever never stood, says nothing.
        is_pair = (np.diff(lane[order]) == 0) & (started_s[behind] == time_s)
        is_pair &= (after_s > 0.0) & (after_s <= LONGEST_S) & (room_m < ROOM_M)
        is_pair &= ~columns.flags("has_stood")[ahead]
        self._sum_s += float(after_s[is_pair].sum())
        self._count += int(is_pair.sum())
