"""The road as vehicles meet it: stop lines, the links that control them, and the way to them."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import sumolib

from corridor.links import Approach, Link, Movement

YIELDING = frozenset("m=sw")
"""SUMO's letters of connections that yield: minor roads, equal ones, stop signs."""


class RoadNetwork:
    """What is needed of a SUMO network: lengths, limits, and signal-controlled links.

    Args:
        net_file: SUMO network.

    Raises:
        ValueError: The file cannot be read as a network.
    """

    def __init__(self, net_file: Path) -> None:
        self.net_file = net_file
        self.net = sumolib.net.readNet(str(net_file), withInternal=True)
        self.edge_length_m: dict[str, float] = {}
        self.lane_limit_mps: dict[str, float] = {}
        self.lane_edge: dict[str, str] = {}
        self.lane_number: dict[str, int] = {}
        self.links: list[Link] = []
        self._crossing_m: dict[tuple[str, str], float] = {}
        self._movements: dict[tuple[str, str], Movement] = {}
        self._straight: set[tuple[str, str]] = set()
        self._minor: set[tuple[str, str]] = set()
        self._rest_of_crossing_m: dict[str, float] = {}
        self._leads_to: dict[str, str] = {}
        self._onward: dict[tuple[str, str], dict[str, str]] = {}
        self._stop_lanes: dict[tuple[str, Approach], tuple[Link, bool]] = {}
        self._approaches: dict[tuple[str, str, Approach | None], Approach] = {}
        self._last: dict[tuple[Movement, tuple[str, ...]], Approach] = {}
        self._stored: dict[tuple[Approach, float], Approach] = {}
        for edge in self.net.getEdges(withInternal=True):
            self.edge_length_m[edge.getID()] = edge.getLength()
            for lane in edge.getLanes():
                self.lane_limit_mps[lane.getID()] = lane.getSpeed()
                self.lane_edge[lane.getID()] = edge.getID()
                self.lane_number[lane.getID()] = len(self.lane_number)
        for edge in self.net.getEdges(withInternal=False):
            self._read_connections(edge)
        self._slope_range_deg = self._find_slope_range_deg()

    def _read_connections(self, edge: sumolib.net.edge.Edge) -> None:
        for following, connections in edge.getOutgoing().items():
            pair = (edge.getID(), following.getID())
            links: dict[str, Link] = {}
            for connection in connections:
                via = connection.getViaLaneID()
                crossing_m = self._follow_internal(via)
                self._note_where_it_leads(via, connection.getToLane().getID())
                self._crossing_m.setdefault(pair, crossing_m)
                onward = self._onward.setdefault(pair, {})
                onward.setdefault(connection.getFromLane().getID(), connection.getToLane().getID())
                if connection.getState() in YIELDING:
                    self._minor.add(pair)
                if not connection.getTLSID() or connection.getTLLinkIndex() < 0:
                    continue
                lane = connection.getFromLane().getID()
                first_m = self.net.getLane(via).getLength() if via else 0.0
                link = Link(
                    signal=connection.getTLSID(),
                    index=connection.getTLLinkIndex(),
                    lane=lane,
                    row=len(self.links),
                    crossing_limit_mps=self._slowest_mps(connection),
                    leads_to=connection.getToLane().getID(),
                    crossing_m=crossing_m,
                    waiting_m=first_m if crossing_m > first_m else 0.0,
                )
                self.links.append(link)
                links.setdefault(lane, link)
                if connection.getDirection() == connection.LINKDIR_STRAIGHT:
                    self._straight.add(pair)
            if links:
                self._movements[pair] = Movement(links=links)

    def _slowest_mps(self, connection: sumolib.net.connection.Connection) -> float:
        """Least limit of the lanes over a junction; of the lane behind it where there are none."""
        lane_id = connection.getViaLaneID()
        slowest_mps = math.inf if lane_id else connection.getToLane().getSpeed()
        while lane_id:
            lane = self.net.getLane(lane_id)
            slowest_mps = min(slowest_mps, lane.getSpeed())
            onward = lane.getOutgoing()
            lane_id = onward[0].getViaLaneID() if onward else ""
        return slowest_mps

    def _follow_internal(self, lane_id: str) -> float:
        """Length over the junction from the start of an internal lane; 0 without one."""
        if not lane_id:
            return 0.0
        known = self._rest_of_crossing_m.get(lane_id)
        if known is None:
            lane = self.net.getLane(lane_id)
            onward = lane.getOutgoing()
            via = onward[0].getViaLaneID() if onward else ""
            known = lane.getLength() + self._follow_internal(via)
            self._rest_of_crossing_m[lane_id] = known
        return known

    def _note_where_it_leads(self, lane_id: str, behind: str) -> None:
        while lane_id:
            self._leads_to[lane_id] = behind
            onward = self.net.getLane(lane_id).getOutgoing()
            lane_id = onward[0].getViaLaneID() if onward else ""

    def leads_to(self, internal_lane: str) -> str | None:
        """The lane behind the junction that a lane over it leads to."""
        return self._leads_to.get(internal_lane)

    def rest_of_crossing_m(self, internal_lane: str) -> float:
        """From the start of an internal lane to the end of its junction."""
        return self._follow_internal(internal_lane)

    def has_other_lanes(self, lane: str) -> bool:
        """Whether some vehicle may change sideways from a lane to another one."""
        beside = self.net.getEdge(self.lane_edge[lane]).getLanes()
        if len(beside) == 1:
            return False
        allowed = set(self.net.getLane(lane).getPermissions())
        return any(
            not allowed.isdisjoint(other.getPermissions())
            for other in beside
            if other.getID() != lane
        )

    def movement(self, edge: str, following: str) -> Movement | None:
        """The signal-controlled links between two edges, if any."""
        return self._movements.get((edge, following))

    def link_ahead(self, lane: str, approach: "Approach") -> Link:
        """The link by which a vehicle will cross the next signal, from the lane where it is.

        It is followed from lane to lane; where a lane does not lead on, the vehicle will change to
        the nearest one that does.

        Args:
            lane: Id of a lane of the approach's first edge.
            approach: The signal ahead, seen from that edge.
        """
        return self._way_ahead(lane, approach)[0]

    def must_change(self, lane: str, approach: "Approach") -> bool:
        """Whether a vehicle must change to another lane before the next signal; as above."""
        return self._way_ahead(lane, approach)[1]

    def _way_ahead(self, lane: str, approach: "Approach") -> tuple[Link, bool]:
        found = self._stop_lanes.get((lane, approach))
        if found is None:
            at, leads_on = lane, True
            for edge, following in zip(approach.way, approach.way[1:], strict=False):
                onward = self._onward.get((edge, following), {})
                leads_on &= at in onward
                at = onward[_nearest(at, onward)] if onward else f"{following}_0"
            links = approach.movement.links
            leads_on &= at in links
            found = self._stop_lanes[(lane, approach)] = links[_nearest(at, links)], not leads_on
        return found

    def way_beyond(self, link: Link, beyond: "Approach") -> tuple[str, Link]:
        """The lane behind a signal, and the link of the next signal from there.

        Args:
            link: By which the first signal is crossed.
            beyond: The signal behind it, seen from there.
        """
        edge = self.lane_edge[link.lane]
        lane = self._onward[(edge, beyond.way[0])][link.lane]
        return lane, self.link_ahead(lane, beyond)

    def is_straight_over_signal(self, edge: str, following: str) -> bool:
        """Whether the way between two edges goes straight on and is controlled by a signal."""
        return (edge, following) in self._straight

    def street_name(self, edges: Sequence[str]) -> str:
        """The name that most of some edges bear; empty where none has one."""
        names = [self.net.getEdge(edge).getName() for edge in edges]
        return max(filter(None, names), key=names.count, default="")

    def crossing_m(self, edge: str, following: str) -> float:
        """Length of the way over the junction between two edges."""
        return self._crossing_m.get((edge, following), 0.0)

    def approaches(self, route: Sequence[str]) -> tuple[Approach | None, ...]:
        """For each edge of a route, the next signal ahead (or None)."""
        found: list[Approach | None] = [None] * len(route)
        ahead: Approach | None = None
        for place in range(len(route) - 2, -1, -1):
            ahead = found[place] = self._approach(route[place], route[place + 1], ahead)
        return tuple(self._with_storage(found))

    def _approach(self, edge: str, following: str, ahead: Approach | None) -> Approach | None:
        """The next signal from an edge, as known from the edge behind it.

        One for all routes that meet the same two signals by the same way.
        """
        movement = self.movement(edge, following)
        if movement is None and ahead is None:
            return None
        if movement is not None and ahead is not None:
            # What is behind that, too, must not make another approach.
            ahead = self._last.setdefault((ahead.movement, ahead.way), replace(ahead, beyond=None))
        key = (edge, following, ahead)
        if key not in self._approaches:
            self._approaches[key] = self._measured(edge, following, movement, ahead)
        return self._approaches[key]

    def _measured(
        self, edge: str, following: str, movement: Movement | None, ahead: Approach | None
    ) -> Approach:
        length_m, crossing_m = self.edge_length_m[edge], self.crossing_m(edge, following)
        if movement is not None:
            return Approach(
                movement=movement,
                way=(edge,),
                distance_m=length_m,
                beyond=ahead,
                crossing_m=crossing_m,
            )
        assert ahead is not None
        return replace(
            ahead,
            way=(edge, *ahead.way),
            distance_m=ahead.distance_m + length_m + crossing_m,
            yields_first=ahead.yields_first or (edge, following) in self._minor,
        )

    def _with_storage(self, found: Iterable[Approach | None]) -> Iterator[Approach | None]:
        """The same approaches, which now know the length of the whole way to their stop line."""
        movement: Movement | None = None
        storage_m = math.inf
        for approach in found:
            if approach is None:
                yield None
                continue
            if approach.movement is not movement:
                movement, storage_m = approach.movement, approach.distance_m
            key = (approach, storage_m)
            if key not in self._stored:
                self._stored[key] = replace(approach, storage_m=storage_m)
            yield self._stored[key]

    def shapes(self) -> dict[str, tuple[list[tuple[float, float]], int]]:
        """Middle line and number of lanes of each edge that is not inside a junction."""
        return {
            edge.getID(): ([(x, y) for x, y in edge.getShape()], edge.getLaneNumber())
            for edge in self.net.getEdges(withInternal=False)
        }

    def signal_positions(self) -> dict[str, tuple[float, float]]:
        """Centre of the stop lines of each signal."""
        ends: dict[str, list[tuple[float, float]]] = {}
        for link in self.links:
            ends.setdefault(link.signal, []).append(self.net.getLane(link.lane).getShape()[-1])
        return {
            signal: (sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found))
            for signal, found in ends.items()
        }

    def slope_range_deg(self) -> tuple[float, float]:
        """Least and greatest slope of all lanes, from the heights of their shapes."""
        return self._slope_range_deg

    def _find_slope_range_deg(self) -> tuple[float, float]:
        slopes = [0.0]
        for lane_id in self.lane_edge:
            shape = self.net.getLane(lane_id).getShape3D()
            slopes += _slopes_deg(shape)
        return min(slopes), max(slopes)


def _nearest(lane: str, candidates: Collection[str]) -> str:
    """The candidate whose place on the road is nearest to a lane's, the rightmost of two."""
    if lane in candidates:
        return lane
    return min(candidates, key=lambda other: (abs(_place(other) - _place(lane)), _place(other)))


def _place(lane: str) -> int:
    return int(lane.rpartition("_")[2])


def _slopes_deg(shape: Sequence[tuple[float, float, float]]) -> list[float]:
    slopes = []
    for (x0, y0, z0), (x1, y1, z1) in pairwise(shape):
        run_m = math.hypot(x1 - x0, y1 - y0)
        if run_m > 0.0:
            slopes.append(math.degrees(math.atan2(z1 - z0, run_m)))
    return slopes
