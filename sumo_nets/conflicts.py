"""Which movements of a signal cannot pass at the same time, by SUMO's own right of way."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumo_nets.xml_source import scan

BoolArray = NDArray[np.bool_]

PROTECTED, PERMISSIVE, ARROW = "G", "g", "s"
"""Letters of greens: who yields to nobody; who yields to some; who stops, and yields to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightOfWay:
    """How the L links of a signal stand to each other, crossings of people on foot included."""

    are_foes: BoolArray
    """(L, L) symmetric: their paths cross or merge. On the diagonal: two connections that share
    the letter do."""
    yields: BoolArray
    """(L, L) [i, j]: where both have green, i gives way to j."""

    def clashes(self, state: str) -> list[tuple[int, int]]:
        """Pairs of links with green that conflict, each once, in order.

        Two protected greens (`G`) must not be foes. A permissive one (`g`) may have green with a
        foe that it yields to; of two permissive ones, one has to yield. An arrow to turn on red
        (`s`) yields to all.
        """
        n = min(len(state), len(self.are_foes))
        letters = np.array(list(state[:n]), dtype="U1")
        is_green = np.isin(letters, (PROTECTED, PERMISSIVE))
        gives_way = self.yields[:n, :n] & (letters == PERMISSIVE)[:, None]
        both = self.are_foes[:n, :n] & np.outer(is_green, is_green)
        is_clash = np.triu(both & ~(gives_way | gives_way.T))
        return [(int(i), int(j)) for i, j in zip(*np.nonzero(is_clash), strict=True)]


def conflicts(net_file: Path) -> dict[str, BoolArray]:
    """The conflict matrix of each signal: (L, L), symmetric, true where two links are foes.

    A pair of foes may have green together only as `RightOfWay.clashes` says.

    Raises:
        XmlError: The file is not well-formed.
    """
    return {signal_id: each.are_foes for signal_id, each in right_of_way(net_file).items()}


def right_of_way(net_file: Path) -> dict[str, RightOfWay]:
    """Foes and duties to yield of all signals, by their id, read from `request` elements.

    Links of one signal over several junctions (a joined signal) are foes within each junction.
    Lanes of one movement (from the same edge to the same edge) that merge are no foes: they get
    green together, and their drivers zip.

    Raises:
        XmlError: The file is not well-formed.
    """
    reader = _Reader()
    scan(net_file, reader.start)
    return dict(sorted(reader.matrices().items()))


@dataclass(slots=True, kw_only=True)
class _Junction:
    inner_lanes: list[str]
    """One per request; empty in networks without the inside of junctions."""
    lanes_in: list[str]
    requests: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Number → foes, response; the rightmost letter is number 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connection:
    from_edge: str
    from_lane: str
    to_edge: str
    to_lane: str
    via: str
    signal_id: str
    indices: tuple[int, ...]

    def is_one_movement_with(self, other: "_Connection") -> bool:
        """Whether both lead from the same edge to the same edge."""
        return (self.from_edge, self.to_edge) == (other.from_edge, other.to_edge)


class _Reader:
    """Takes junctions and connections; who belongs to whom is known at the end."""

    def __init__(self) -> None:
        self._junctions: list[_Junction] = []
        self._connections: list[_Connection] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take one element."""
        if tag == "junction":
            # An internal junction lists lanes of foes, and has no requests.
            is_inner = attributes.get("type") == "internal"
            self._junctions.append(
                _Junction(
                    inner_lanes=[] if is_inner else attributes.get("intLanes", "").split(),
                    lanes_in=[] if is_inner else attributes.get("incLanes", "").split(),
                )
            )
        elif tag == "request" and self._junctions:
            said = attributes.get("foes", ""), attributes.get("response", "")
            self._junctions[-1].requests[int(attributes["index"])] = said
        elif tag == "connection":
            places = [int(attributes.get(key, "-1")) for key in ("linkIndex", "linkIndex2")]
            self._connections.append(
                _Connection(
                    from_edge=attributes.get("from", ""),
                    from_lane=f"{attributes.get('from')}_{attributes.get('fromLane')}",
                    to_edge=attributes.get("to", ""),
                    to_lane=f"{attributes.get('to')}_{attributes.get('toLane')}",
                    via=attributes.get("via", ""),
                    signal_id=attributes.get("tl", ""),
                    indices=tuple(place for place in places if place >= 0),
                )
            )

    def matrices(self) -> dict[str, RightOfWay]:
        """All signals of the network."""
        size: dict[str, int] = {}
        for each in self._connections:
            if each.signal_id and each.indices:
                size[each.signal_id] = max(size.get(each.signal_id, 0), max(each.indices) + 1)
        found = {
            signal_id: RightOfWay(
                are_foes=np.zeros((n, n), dtype=np.bool_), yields=np.zeros((n, n), dtype=np.bool_)
            )
            for signal_id, n in size.items()
        }
        numbers = self._numbers()
        for junction in self._junctions:
            _fill(found, junction, numbers)
        return found

    def _numbers(self) -> dict[int, dict[int, _Connection]]:
        """Controlled connections by `id` of their junction and number of their request."""
        place = {
            lane: (id(junction), number)
            for junction in self._junctions
            for number, lane in enumerate(junction.inner_lanes)
        }
        onward = {each.from_lane: each.via for each in self._connections if each.via}
        found: dict[int, dict[int, _Connection]] = {}
        counted = self._counted()
        for each in self._connections:
            if not each.signal_id or not each.indices:
                continue
            # A path that waits inside the junction is listed by its second part.
            lane = each.via or each.to_lane
            while lane and lane not in place:
                lane = onward.get(lane, "")
            where = place.get(lane) or counted.get(id(each))
            if where is not None:
                found.setdefault(where[0], {})[where[1]] = each
        return found

    def _counted(self) -> dict[int, tuple[int, int]]:
        """Places by counting connections lane by lane, where junctions have no inside."""
        by_lane: dict[str, list[_Connection]] = {}
        for each in self._connections:
            by_lane.setdefault(each.from_lane, []).append(each)
        found: dict[int, tuple[int, int]] = {}
        for junction in self._junctions:
            if not junction.inner_lanes:
                row = [each for lane in junction.lanes_in for each in by_lane.get(lane, [])]
                found |= {id(each): (id(junction), number) for number, each in enumerate(row)}
        return found


def _fill(
    found: dict[str, RightOfWay],
    junction: _Junction,
    numbers: dict[int, dict[int, _Connection]],
) -> None:
    """Write the requests of a junction into the matrices of its signals."""
    links = numbers.get(id(junction), {})
    for number, link in links.items():
        foes, response = junction.requests.get(number, ("", ""))
        for other_number, other in links.items():
            if other.signal_id != link.signal_id:
                continue
            matrix = found[link.signal_id]
            for i in link.indices:
                for j in other.indices:
                    if _bit(foes, other_number) and not link.is_one_movement_with(other):
                        matrix.are_foes[i, j] = matrix.are_foes[j, i] = True
                    if _bit(response, other_number):
                        matrix.yields[i, j] = True


def _bit(letters: str, number: int) -> bool:
    return number < len(letters) and letters[-1 - number] == "1"
