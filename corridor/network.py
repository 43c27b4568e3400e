"""The road as vehicles meet it: stop lines, the links that control them, and the way to them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import sumolib

NO_LINK = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One signal-controlled way over a junction, from one lane."""

    signal: str
    """Id of the signal."""
    index: int
    """Place of its letter in the signal's state."""
    lane: str
    """Id of the lane that ends at its stop line."""
    row: int
    """Its row in the arrays over all links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """All links that lead from one edge to the next."""

    links: dict[str, Link]
    """By id of the lane before the stop line."""

    def from_lane(self, lane: str) -> Link:
        """The link of a lane; of the movement's first lane where that lane has none."""
        return self.links.get(lane) or next(iter(self.links.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """The next signal on a route, seen from the start of one of its edges."""

    movement: Movement
    """The links by which the route crosses it."""
    edge: str
    """The edge that ends at the stop line."""
    distance_m: float
    """From the start of the edge where the vehicle is, to the stop line."""


class RoadNetwork:
    """What is needed of a SUMO network: lengths, limits, and signal-controlled links.

    Args:
        net_file: SUMO network.

    Raises:
        ValueError: The file cannot be read as a network.
    """

    def __init__(self, net_file: Path) -> None:
        self.net = sumolib.net.readNet(str(net_file), withInternal=True)
        self.edge_length_m: dict[str, float] = {}
        self.lane_limit_mps: dict[str, float] = {}
        self.lane_edge: dict[str, str] = {}
        self.links: list[Link] = []
        self._crossing_m: dict[tuple[str, str], float] = {}
        self._movements: dict[tuple[str, str], Movement] = {}
        self._straight: set[tuple[str, str]] = set()
        self._rest_of_crossing_m: dict[str, float] = {}
        self._leads_to: dict[str, str] = {}
        for edge in self.net.getEdges(withInternal=True):
            self.edge_length_m[edge.getID()] = edge.getLength()
            for lane in edge.getLanes():
                self.lane_limit_mps[lane.getID()] = lane.getSpeed()
                self.lane_edge[lane.getID()] = edge.getID()
        for edge in self.net.getEdges(withInternal=False):
            self._read_connections(edge)

    def _read_connections(self, edge: sumolib.net.edge.Edge) -> None:
        for following, connections in edge.getOutgoing().items():
            pair = (edge.getID(), following.getID())
            links: dict[str, Link] = {}
            for connection in connections:
                crossing_m = self._follow_internal(connection.getViaLaneID())
                self._note_where_it_leads(connection.getViaLaneID(), following.getID())
                self._crossing_m.setdefault(pair, crossing_m)
                if not connection.getTLSID() or connection.getTLLinkIndex() < 0:
                    continue
                lane = connection.getFromLane().getID()
                link = Link(
                    signal=connection.getTLSID(),
                    index=connection.getTLLinkIndex(),
                    lane=lane,
                    row=len(self.links),
                )
                self.links.append(link)
                links.setdefault(lane, link)
                if connection.getDirection() == connection.LINKDIR_STRAIGHT:
                    self._straight.add(pair)
            if links:
                self._movements[pair] = Movement(links=links)

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

    def _note_where_it_leads(self, lane_id: str, edge: str) -> None:
        while lane_id:
            self._leads_to[lane_id] = edge
            onward = self.net.getLane(lane_id).getOutgoing()
            lane_id = onward[0].getViaLaneID() if onward else ""

    def leads_to(self, internal_lane: str) -> str | None:
        """The edge that a lane over a junction leads to."""
        return self._leads_to.get(internal_lane)

    def rest_of_crossing_m(self, internal_lane: str) -> float:
        """From the start of an internal lane to the end of its junction."""
        return self._follow_internal(internal_lane)

    def movement(self, edge: str, following: str) -> Movement | None:
        """The signal-controlled links between two edges, if any."""
        return self._movements.get((edge, following))

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
            edge, following = route[place], route[place + 1]
            length_m = self.edge_length_m[edge]
            movement = self.movement(edge, following)
            if movement is not None:
                ahead = Approach(movement=movement, edge=edge, distance_m=length_m)
            elif ahead is not None:
                ahead = Approach(
                    movement=ahead.movement,
                    edge=ahead.edge,
                    distance_m=ahead.distance_m + length_m + self.crossing_m(edge, following),
                )
            found[place] = ahead
        return tuple(found)

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
        slopes = [0.0]
        for lane_id in self.lane_edge:
            shape = self.net.getLane(lane_id).getShape3D()
            slopes += _slopes_deg(shape)
        return min(slopes), max(slopes)


def _slopes_deg(shape: Sequence[tuple[float, float, float]]) -> list[float]:

    slopes = []
    for (x0, y0, z0), (x1, y1, z1) in pairwise(shape):
        run_m = math.hypot(x1 - x0, y1 - y0)
        if run_m > 0.0:
            slopes.append(math.degrees(math.atan2(z1 - z0, run_m)))
    return slopes
