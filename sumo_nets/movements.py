"""The movements that signals control: from where to where, how fast, on which path."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumo_nets.network import allows_motor
from sumo_nets.xml_source import scan

FloatArray = NDArray[np.float64]

POINT_M = 1.0
"""Distance of the points that stand for a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One connection that a signal controls."""

    signal_id: str
    index: int
    """Place of its letter in the state."""
    from_edge: str
    to_edge: str
    is_foot: bool
    """Whether it is a crossing of people on foot."""
    is_motor: bool
    """Whether motor traffic may come from its lane."""
    approach_mps: float
    """Speed limit of the lane that ends at the stop line."""
    inner_mps: float
    """Lowest speed limit on the path through the junction."""
    path: FloatArray
    """(P, 2) points of the path from the stop line on, `POINT_M` apart; empty where unknown."""

    @property
    def name(self) -> str:
        """As in timing sheets: `edge>edge`."""
        return f"{self.from_edge}>{self.to_edge}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Movements of all signals of a network, and which edge leads to which."""

    movements: dict[str, dict[int, tuple[Movement, ...]]]
    """Signal id → place in the state → connections with that letter."""
    onward: dict[str, frozenset[str]]
    """Edge → edges that it leads to."""
    length_m: dict[str, float]
    """Of each edge outside junctions."""

    def named(self, signal_id: str, state: str) -> str:
        """The movements to which a state gives green, `(g)` behind those that yield."""
        own = self.movements.get(signal_id, {})
        found: dict[str, None] = {}
        for index, letter in enumerate(state):
            if letter in "Ggs":
                suffix = "" if letter == "G" else f"({letter})"
                found |= dict.fromkeys(f"{each.name}{suffix}" for each in own.get(index, ()))
        return " ".join(found)


def read_roads(net_file: Path) -> Roads:
    """Read the movements of a network.

    Raises:
        XmlError: The file is not well-formed.
    """
    reader = _Reader()
    scan(net_file, reader.start)
    return reader.roads()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    edge: str
    speed_mps: float
    length_m: float
    is_motor: bool
    shape: FloatArray


@dataclass(slots=True)
class _Reader:
    lanes: dict[str, _Lane] = field(default_factory=dict)
    connections: list[dict[str, str]] = field(default_factory=list)
    edge: str = ""
    function: str = ""
    crossings: set[str] = field(default_factory=set)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take one element."""
        if tag == "edge":
            self.edge = attributes.get("id", "")
            self.function = attributes.get("function", "normal")
            if self.function == "crossing":
                self.crossings.add(self.edge)
        elif tag == "lane":
            points = [point.split(",")[:2] for point in attributes.get("shape", "").split()]
            self.lanes[attributes.get("id", "")] = _Lane(
                edge=self.edge,
                speed_mps=float(attributes.get("speed", "0")),
                length_m=float(attributes.get("length", "0")),
                is_motor=allows_motor(attributes.get("allow"), attributes.get("disallow")),
                shape=np.array(points, dtype=np.float64).reshape(-1, 2),
            )
        elif tag == "connection":
            self.connections.append(attributes)

    def roads(self) -> Roads:
        """All that was read, put together."""
        onward: dict[str, set[str]] = {}
        via: dict[str, str] = {}
        for each in self.connections:
            if not each.get("from", "").startswith(":"):
                onward.setdefault(each.get("from", ""), set()).add(each.get("to", ""))
            if each.get("via"):
                via[_lane_id(each, "from")] = each["via"]
        found: dict[str, dict[int, list[Movement]]] = {}
        for each in self.connections:
            for key in ("linkIndex", "linkIndex2"):
                index = int(each.get(key, "-1"))
                if each.get("tl") and index >= 0:
                    own = found.setdefault(each["tl"], {}).setdefault(index, [])
                    own.append(self._movement(each, index, via))
        return Roads(
            movements={
                signal_id: {index: tuple(own[index]) for index in sorted(own)}
                for signal_id, own in sorted(found.items())
            },
            onward={edge: frozenset(edges) for edge, edges in onward.items()},
            length_m={
                lane.edge: lane.length_m
                for lane in self.lanes.values()
                if not lane.edge.startswith(":")
            },
        )

    def _movement(self, connection: dict[str, str], index: int, via: dict[str, str]) -> Movement:
        is_foot = connection.get("to", "") in self.crossings
        approach = self.lanes.get(_lane_id(connection, "from"))
        inner = [_lane_id(connection, "to")] if is_foot else [connection.get("via", "")]
        while via.get(inner[-1]):
            inner.append(via[inner[-1]])
        lanes = [self.lanes[lane_id] for lane_id in inner if lane_id in self.lanes]
        speed_mps = 0.0 if approach is None else approach.speed_mps
        return Movement(
            signal_id=connection["tl"],
            index=index,
            from_edge=connection.get("from", ""),
            to_edge=connection.get("to", ""),
            is_foot=is_foot,
            is_motor=approach is not None and approach.is_motor and not is_foot,
            approach_mps=speed_mps,
            inner_mps=min((lane.speed_mps for lane in lanes), default=speed_mps),
            path=_points([lane.shape for lane in lanes]),
        )


def _lane_id(connection: dict[str, str], end: str) -> str:
    return f"{connection.get(end)}_{connection.get(f'{end}Lane')}"


def _points(shapes: list[FloatArray]) -> FloatArray:
    """Points every `POINT_M` along shapes that follow each other."""
    if not shapes:
        return np.zeros((0, 2))
    corners = np.concatenate(shapes)
    steps_m = np.hypot(*np.diff(corners, axis=0).T)
    along_m = np.concatenate(([0.0], np.cumsum(steps_m)))
    at_m = np.arange(0.0, along_m[-1] + POINT_M / 2, POINT_M)
    return np.column_stack([np.interp(at_m, along_m, corners[:, axis]) for axis in (0, 1)])
