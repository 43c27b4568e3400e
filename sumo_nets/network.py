"""What a network file says of itself: signals, roads, connections, read in one pass."""

from dataclasses import dataclass, field
from pathlib import Path

from sumo_nets.xml_source import XmlError, scan

RAIL_SIGNALS = frozenset({"rail_signal", "rail_crossing"})
"""Types of `tlLogic` that are no road signals."""
MOTOR_CLASSES = frozenset(
    "passenger private taxi bus coach delivery truck trailer motorcycle moped evehicle hov custom1"
    " custom2 emergency authority army vip".split()
)
"""Vehicle classes that drive on roads with an engine."""
ALL = frozenset({"all"})


@dataclass(slots=True, kw_only=True)
class Lane:
    """One lane of a road."""

    length_m: float
    speed_mps: float
    is_motor: bool
    """Whether any motor traffic may use it."""


@dataclass(slots=True, kw_only=True)
class Edge:
    """One road in one direction, without those inside junctions."""

    lanes: list[Lane] = field(default_factory=list)
    is_motor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A connection that a signal controls."""

    signal_id: str
    index: int
    """Place of its letter in the state."""
    from_edge: str
    to_edge: str
    is_vehicle: bool
    """False for crossings of pedestrians."""


@dataclass(slots=True, kw_only=True)
class Program:
    """One program of a signal, as in a `tlLogic`."""

    signal_id: str
    program_id: str
    kind: str
    """SUMO's type, as in `static` or `actuated`."""
    durations_s: list[float] = field(default_factory=list)
    states: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Network:
    """A network as its file describes it."""

    edges: dict[str, Edge] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    positions_m: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Of junctions, by their id."""

    @property
    def signal_ids(self) -> tuple[str, ...]:
        """Signals of roads that control at least one movement of motor traffic, sorted."""
        rail = {program.signal_id for program in self.programs if program.kind in RAIL_SIGNALS}
        motor = {
            link.signal_id
            for link in self.links
            if link.is_vehicle and link.from_edge in self.edges
            if self.edges[link.from_edge].is_motor
        }
        return tuple(sorted(motor - rail))


def read_network(path: Path) -> Network:
    """Read a network file, also in gzip.

    Raises:
        XmlError: where the file is not well-formed, or holds no network.
    """
    reader = _Reader()
    scan(path, reader.start)
    if not reader.is_network:
        raise XmlError(f"{path}: is no network of SUMO (no element 'net')")
    return reader.network


def read_programs(path: Path) -> list[Program]:
    """The signal programs in an additional file."""
    reader = _Reader()
    scan(path, reader.start)
    return reader.network.programs


class _Reader:
    """Takes the elements of a file in their order."""

    def __init__(self) -> None:
        self.network = Network()
        self.is_network = False
        self._edge: Edge | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take one element."""
        if tag == "net":
            self.is_network = True
        elif tag == "edge":
            self._start_edge(attributes)
        elif tag == "lane" and self._edge is not None:
            self._start_lane(self._edge, attributes)
        elif tag == "connection" and "tl" in attributes:
            self._start_link(attributes)
        elif tag == "tlLogic":
            self.network.programs.append(
                Program(
                    signal_id=attributes.get("id", ""),
                    program_id=attributes.get("programID", "0"),
                    kind=attributes.get("type", "static"),
                )
            )
        elif tag == "phase" and self.network.programs:
            self.network.programs[-1].durations_s.append(float(attributes.get("duration", "0")))
            self.network.programs[-1].states.append(attributes.get("state", ""))
        elif tag == "junction" and "x" in attributes:
            position_m = (float(attributes["x"]), float(attributes.get("y", "0")))
            self.network.positions_m[attributes.get("id", "")] = position_m

    def _start_edge(self, attributes: dict[str, str]) -> None:
        self._edge = None
        is_inner = attributes.get("function", "normal") not in ("normal", "connector")
        if self.is_network and not is_inner:
            self._edge = self.network.edges[attributes.get("id", "")] = Edge()

    @staticmethod
    def _start_lane(edge: Edge, attributes: dict[str, str]) -> None:
        is_motor = allows_motor(attributes.get("allow"), attributes.get("disallow"))
        edge.lanes.append(
            Lane(
                length_m=float(attributes.get("length", "0")),
                speed_mps=float(attributes.get("speed", "0")),
                is_motor=is_motor,
            )
        )
        edge.is_motor |= is_motor

    def _start_link(self, attributes: dict[str, str]) -> None:
        from_edge = attributes.get("from", "")
        self.network.links.append(
            Link(
                signal_id=attributes["tl"],
                index=int(attributes.get("linkIndex", "-1")),
                from_edge=from_edge,
                to_edge=attributes.get("to", ""),
                is_vehicle=not from_edge.startswith(":"),
            )
        )


def allows_motor(allow: str | None, disallow: str | None) -> bool:
    """Whether a lane with these permissions lets any motor traffic in."""
    if allow is not None:
        allowed = frozenset(allow.split())
        return allowed == ALL or bool(allowed & MOTOR_CLASSES)
    forbidden = frozenset((disallow or "").split())
    return forbidden != ALL and not forbidden >= MOTOR_CLASSES
