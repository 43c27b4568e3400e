"""What a lane is for a vehicle that comes onto it."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from corridor.columns import (
    LANE_COUNTS,
    LANE_NUMBERS,
    N_SEEN,
    BoolArray,
    FloatArray,
    IntArray,
)
from corridor.links import NO_LINK, Approach, Movement
from corridor.network import RoadNetwork

START_SIGHTS = 256
"""So many sights find room at first; it doubles when full."""


class Sight(NamedTuple):
    """The next signal as it is seen from a lane; NaN where none is ahead."""

    movement: Movement | None
    numbers: tuple[float, ...]
    """`LANE_NUMBERS`, speeds as the limits of the roads."""
    counts: tuple[int, int, int, int, int, int]
    """`LANE_COUNTS`."""
    truths: tuple[bool, bool, bool, bool]
    """The first of `LANE_TRUTHS`."""


@dataclass(slots=True)
class Sights:
    """All sights that vehicles had so far, as columns: one sight serves many vehicles."""

    movements: list[Movement | None] = field(default_factory=list)
    """Of each."""
    numbers: FloatArray = field(init=False)
    """(`LANE_NUMBERS`, n or more)"""
    counts: IntArray = field(init=False)
    """(`LANE_COUNTS`, n or more)"""
    truths: BoolArray = field(init=False)
    """(N_SEEN, n or more) the first of `LANE_TRUTHS`."""

    def __post_init__(self) -> None:
        self.numbers = np.zeros((len(LANE_NUMBERS), START_SIGHTS))
        self.counts = np.zeros((len(LANE_COUNTS), START_SIGHTS), dtype=np.int64)
        self.truths = np.zeros((N_SEEN, START_SIGHTS), dtype=np.bool_)

    def add(self, sight: Sight) -> int:
        """Note a sight; its place."""
        place = len(self.movements)
        if place == self.numbers.shape[1]:
            self.numbers = np.concatenate([self.numbers, self.numbers], axis=1)
            self.counts = np.concatenate([self.counts, self.counts], axis=1)
            self.truths = np.concatenate([self.truths, self.truths], axis=1)
        self.movements.append(sight.movement)
        self.numbers[:, place] = sight.numbers
        self.counts[:, place] = sight.counts
        self.truths[:, place] = sight.truths
        return place


class Spot:
    """A lane as vehicles on it meet it; an unknown one is nowhere.

    Args:
        network: The road.
        lane: Id of the lane.
        sights: Where what is seen from it is noted.
    """

    def __init__(self, network: RoadNetwork, lane: str, sights: Sights) -> None:
        self._network, self._all = network, sights
        self._lane = self._leads_to = lane
        self._rest_m = 0.0
        self._sights: dict[Approach | None, int] = {}
        self._has_other_lanes = lane not in network.lane_edge or network.has_other_lanes(lane)
        self.limit_mps = network.lane_limit_mps.get(lane, math.nan)
        self.edge = network.lane_edge.get(lane)
        """The lane's edge; inside a junction the one behind it."""
        if self.edge is not None and self.edge.startswith(":"):
            self._rest_m = network.rest_of_crossing_m(lane)
            # A short edge may be passed within a step: the lane tells how far the vehicle is.
            self._leads_to = network.leads_to(lane) or lane
            self.edge = network.lane_edge[self._leads_to]

    def sight(self, approach: Approach | None) -> int:
        """Place of what a vehicle on the lane sees of the next signal on its route."""
        found = self._sights.get(approach)
        if found is None:
            found = self._sights[approach] = self._all.add(self._look(approach))
        return found

    def _look(self, approach: Approach | None) -> Sight:
        network, lane = self._network, self._lane
        movement, crossing_mps, yields_first, must_change = None, math.nan, False, False
        to_line_m = storage_m = beyond_m = beyond_storage_m = math.nan
        behind_mps = beyond_crossing_mps = math.nan
        link_row = stop_lane = stop_edge = beyond_link = beyond_lane = NO_LINK
        if approach is not None:
            link = network.link_ahead(self._leads_to, approach)
            movement, crossing_mps = approach.movement, link.crossing_limit_mps
            to_line_m, storage_m = approach.distance_m + self._rest_m, approach.storage_m
            link_row, stop_lane = link.row, network.lane_number[link.lane]
            stop_edge = network.lane_number[f"{network.lane_edge[link.lane]}_0"]
            yields_first = approach.yields_first
            must_change = network.must_change(self._leads_to, approach)
            beyond = approach.beyond
            # Whoever must yield on the way there, or change lanes, is not to look so far.
            if beyond is not None and not beyond.yields_first:
                behind, onward = network.way_beyond(link, beyond)
                if not network.must_change(behind, beyond):
                    beyond_storage_m = beyond.distance_m
                    beyond_m = approach.crossing_m + beyond_storage_m
                    beyond_link, beyond_lane = onward.row, network.lane_number[onward.lane]
                    behind_mps = network.lane_limit_mps[behind]
                    beyond_crossing_mps = onward.crossing_limit_mps
        present_lane = network.lane_number.get(lane, NO_LINK)
        return Sight(
            movement=movement,
            numbers=(
                *(to_line_m, storage_m, self.limit_mps, beyond_m, beyond_storage_m),
                *(self.limit_mps, crossing_mps, behind_mps, beyond_crossing_mps),
            ),
            counts=(link_row, stop_lane, stop_edge, present_lane, beyond_link, beyond_lane),
            truths=(yields_first, self._leads_to != lane, self._has_other_lanes, must_change),
        )
