"""How long greens last at least: as stated, and long enough for people on foot to cross."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from sumo_nets.phases import GREEN, LEAST_GREEN_S, is_green
from sumo_nets.xml_source import scan

WALKING_SPEED_MPS = 1.2
"""How fast people cross: RiLSA 2015 (1.0 to 1.5 m/s, 1.2 as a rule) and HCM 2000 (4 ft/s)."""
WALK_S = 5.0
"""Least time in which people may set out: RiLSA 2015; MUTCD 2009, 4E.06, has at least 4 s."""


def pedestrian_minimum_s(length_m: float, walking_speed_mps: float = WALKING_SPEED_MPS) -> float:
    """Least time from the start of a crossing's green to the next green across it.

    It is the time to set out, and the time in which those who set out last reach the other side.

    Args:
        length_m: Of the crossing, > 0.
        walking_speed_mps: Of whom it is made for, > 0.

    References: RiLSA 2015, FGSV 321, Cologne; MUTCD 2009, section 4E.06 (walk interval and
        pedestrian clearance time), FHWA, Washington.
    """
    if not (length_m > 0 and walking_speed_mps > 0):
        raise ValueError(
            "the length of a crossing and the speed on it must be positive, "
            f"got {length_m:g} m and {walking_speed_mps:g} m/s"
        )
    return WALK_S + length_m / walking_speed_mps


def crossing_lengths_m(net_file: Path) -> dict[str, dict[int, float]]:
    """Length of each crossing of people on foot that a signal controls.

    Returns:
        Signal → place of the crossing's letter in the states → length.

    Raises:
        XmlError: The file is not well-formed.
    """
    found: dict[str, dict[int, float]] = {}
    for each in _crossings(net_file):
        found.setdefault(each.signal_id, {})[each.index] = each.length_m
    return found


def crossing_signals(net_file: Path) -> dict[str, str]:
    """The signal that controls each crossing of people on foot, by the crossing's edge.

    Raises:
        XmlError: The file is not well-formed.
    """
    return {each.edge_id: each.signal_id for each in _crossings(net_file)}


@dataclass(frozen=True, slots=True)
class _Crossing:
    edge_id: str
    signal_id: str
    index: int
    length_m: float


def _crossings(net_file: Path) -> list[_Crossing]:
    """Crossings with signals, in the order of the file."""
    lengths_m: dict[str, float] = {}
    found: list[_Crossing] = []
    inside = ""

    def take(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "edge":
            is_crossing = attributes.get("function") == "crossing"
            inside = attributes.get("id", "") if is_crossing else ""
        elif tag == "lane" and inside:
            lengths_m[inside] = float(attributes.get("length", "0"))
        elif tag == "connection" and "tl" in attributes and attributes.get("to") in lengths_m:
            edge, index = attributes["to"], int(attributes.get("linkIndex", "-1"))
            found.append(_Crossing(edge, attributes["tl"], index, lengths_m[edge]))

    scan(net_file, take)
    return found


def min_greens_s(
    program: Element,
    crossings_m: Mapping[int, float],
    walking_speed_mps: float = WALKING_SPEED_MPS,
) -> tuple[float, ...]:
    """How long each phase of a program lasts at least.

    A green lasts its stated `minDur`, else 5 s, and longer where people on foot have green: they
    get time to set out, and those who set out last reach the other side before traffic gets green
    that had none when they did. What follows the crossing's green counts for their way: a phase
    in which only traffic beside them goes on keeps its length as far as they need it. Each phase
    suffices by itself, since a controller may skip the others. No phase is asked for more than the
    program gives it (`maxDur`, else `duration`): a plan that is too short for people on foot
    already is the scenario's.

    Args:
        program: The `tlLogic`; its phases follow in order.
        crossings_m: Length of its crossings, by the place of their letter in the states.
        walking_speed_mps: Of people on foot.

    Returns:
        (n,) one per phase; phases that are no greens last as planned.
    """
    phases = [_Phase.of(phase) for phase in program.iter("phase")]
    least_s = [phase.least_s for phase in phases]
    vehicles = frozenset(range(len(phases[0].state) if phases else 0)) - crossings_m.keys()
    cleared = [
        (place, last, list(_clearing(phases, place, last, vehicles)), length_m / walking_speed_mps)
        for place, length_m in crossings_m.items()
        for last in _last_of_walks(phases, place)
    ]
    for _, _, clearing, way_s in cleared:
        for each in clearing:
            if phases[each].is_green:
                least_s[each] = max(least_s[each], min(phases[each].planned_s, way_s))
    for place, last, clearing, way_s in cleared:
        need_s = WALK_S + max(way_s - math.fsum(least_s[each] for each in clearing), 0.0)
        for each in _walk_that_ends(phases, place, last):
            if phases[each].is_green:
                least_s[each] = max(least_s[each], min(phases[each].most_s, need_s))
    return tuple(least_s)


@dataclass(frozen=True, slots=True)
class _Phase:
    state: str
    is_green: bool
    """Whether it is a green and no change from one to the next."""
    least_s: float
    """Without people on foot."""
    planned_s: float
    most_s: float
    """What may be asked for them."""

    @classmethod
    def of(cls, phase: Element) -> "_Phase":
        state, planned_s = phase.get("state", ""), float(phase.get("duration", "0"))
        if not is_green(state):
            return cls(state, False, planned_s, planned_s, planned_s)
        stated = phase.get("minDur")
        least_s = min(LEAST_GREEN_S, planned_s) if stated is None else float(stated)
        most_s = float(phase.get("maxDur", planned_s))
        return cls(state, True, least_s, planned_s, most_s)

    def walks(self, place: int) -> bool:
        """Whether a crossing has green."""
        return place < len(self.state) and self.state[place] in GREEN


def _last_of_walks(phases: Sequence[_Phase], place: int) -> Iterator[int]:
    """Phases after which a crossing's green ends."""
    for number, phase in enumerate(phases):
        if phase.walks(place) and not phases[(number + 1) % len(phases)].walks(place):
            yield number


def _walk_that_ends(phases: Sequence[_Phase], place: int, last: int) -> Iterator[int]:
    """The phases of a crossing's green that ends with one, backwards."""
    while phases[last].walks(place):
        yield last
        last = (last - 1) % len(phases)


def _clearing(
    phases: Sequence[_Phase], place: int, last: int, vehicles: frozenset[int]
) -> Iterator[int]:
    """The phases behind a crossing's green until traffic gets green that had none in it."""
    open_for = {each for each in vehicles if phases[last].walks(each)}
    number = (last + 1) % len(phases)
    while number != last and not phases[number].walks(place):
        if any(phases[number].walks(each) for each in vehicles - open_for):
            return
        yield number
        number = (number + 1) % len(phases)
