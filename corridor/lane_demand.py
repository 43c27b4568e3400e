"""What roadside units see of the traffic at stop lines, as far as it moves signals."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from corridor.columns import BoolArray, Columns, FloatArray, IntArray
from corridor.links import Link

NEAR_M, SEEN_M = 50.0, 100.0
"""Distances to the stop line within which vehicles are counted."""
STANDING_MPS = 2.0
"""A slower vehicle stands."""
HEADWAY_S = 1.8
"""Vehicles do not cross a stop line faster one after the other."""
GAP_S = 4.0
"""A longer gap between two vehicles ends a platoon: gap-out controllers wait 3 to 4 s."""
NOBODY_S = 99.0
"""Arrival where nobody comes."""
FARTHEST_M = 1e5
"""No vehicle that is seen is farther from its stop line, nor needs more seconds to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """Vehicles that roadside units see ahead of stop lines."""

    link_row: IntArray
    """(n,) row of the link that each will cross by."""
    distance_m: FloatArray
    """(n,) to the stop line, > 0."""
    speed_mps: FloatArray
    """(n,) now."""
    limit_mps: FloatArray
    """(n,) speed limit where each of them is."""


NOBODY = Sensed(
    link_row=np.zeros(0, dtype=np.int64),
    distance_m=np.zeros(0),
    speed_mps=np.zeros(0),
    limit_mps=np.zeros(0),
)


PLATOON, STANDING, NEAR, SEEN, ARRIVAL = range(5)
"""Rows of the demand at stop lines: when the last vehicle could cross of those that follow without
a gap (s, 0: none); vehicles in sight that stand, near the stop line, in sight; and when the first
one could be there, below 0 so that more is more demand (-s)."""


@dataclass(slots=True)
class LaneWatch:
    """Tells the demand at the stop lines of some links.

    Args:
        links: The links; those of one lane share a stop line.
        n_rows: Links of the whole network.
    """

    links: Sequence[Link]
    n_rows: int
    lanes: dict[str, int] = field(init=False)
    """Number of each lane."""
    _lane_of_row: IntArray = field(init=False)

    def __post_init__(self) -> None:
        names = dict.fromkeys(link.lane for link in self.links)
        self.lanes = {name: number for number, name in enumerate(names)}
        # The last one is found by the row -1, which means no link.
        self._lane_of_row = np.full(self.n_rows + 1, -1)
        for link in self.links:
            self._lane_of_row[link.row] = self.lanes[link.lane]

    @property
    def nowhere(self) -> int:
        """Number of the lane where nobody ever is."""
        return len(self.lanes)

    def look(self, sensed: Sensed) -> FloatArray:
        """(5, lanes) the demand now; the last lane is `nowhere`."""
        lane = self._lane_of_row[sensed.link_row]
        rows = np.flatnonzero(lane >= 0)
        rows = rows[np.argsort(lane[rows] * FARTHEST_M + sensed.distance_m[rows])]
        lane, distance_m = lane[rows], sensed.distance_m[rows]
        free_s = distance_m / np.maximum(sensed.limit_mps[rows], 1.0)
        # Vehicles are sorted by lane; those of lane k are the ones from begins[k] on.
        begins = np.searchsorted(lane, np.arange(self.nowhere + 2))
        crossing_s, is_within = _platoons(lane, free_s, begins[lane])
        counted = np.empty((4, lane.size))
        counted[NEAR], counted[SEEN] = distance_m < NEAR_M, distance_m < SEEN_M
        np.multiply(counted[SEEN], sensed.speed_mps[rows] < STANDING_MPS, out=counted[STANDING])
        counted[PLATOON] = is_within
        totals = np.zeros((4, lane.size + 1))
        np.cumsum(counted, axis=1, out=totals[:, 1:])
        demand = np.empty((5, self.nowhere + 1))
        np.subtract(totals[:, begins[1:]], totals[:, begins[:-1]], out=demand[:ARRIVAL])
        # The times of the last ones within platoons, and of the first ones.
        last = begins[:-1] + demand[PLATOON].astype(np.int64)
        demand[PLATOON] = np.append(0.0, crossing_s)[last] * (demand[PLATOON] > 0.0)
        is_there = begins[1:] > begins[:-1]
        demand[ARRIVAL] = np.where(is_there, -np.append(free_s, 0.0)[begins[:-1]], -NOBODY_S)
        return demand


def _platoons(lane: IntArray, free_s: FloatArray, first: IntArray) -> tuple[FloatArray, BoolArray]:
    """When vehicles could cross, and whether no gap is ahead of them.

    Args:
        lane: (n,) of each vehicle, rising.
        free_s: (n,) time to the stop line if nobody were ahead, rising within a lane.
        first: (n,) number of the first vehicle of its lane.
    """
    number = np.arange(lane.size) - first
    # Crossing times: not before one's own, nor sooner than a headway after the vehicle ahead.
    # Less all headways, that is a running maximum; far apart by lane, one serves for all lanes.
    apart_s = lane * FARTHEST_M - number * HEADWAY_S
    crossing_s = np.maximum.accumulate(np.maximum(free_s, HEADWAY_S) + apart_s) - apart_s
    gap_s = crossing_s.copy()
    gap_s[1:] -= crossing_s[:-1] * (number[1:] > 0)
    is_behind_gap = gap_s > GAP_S
    n_gaps = np.cumsum(is_behind_gap)
    # No more gaps than before the first vehicle of the lane.
    return crossing_s, n_gaps == (n_gaps - is_behind_gap)[first]


def sense(near: Columns) -> Sensed:
    """What roadside units see of some vehicles, all of them ahead of a stop line."""
    return Sensed(
        link_row=near.ints("link_row"),
        distance_m=near.floats("distance_m"),
        speed_mps=near.floats("speed_mps"),
        limit_mps=near.floats("limit_mps"),
    )
