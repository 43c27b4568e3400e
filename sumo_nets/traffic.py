"""The demand of a scenario, element by element: what belongs to the time window."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import Piece, element_time_s, read_pieces, seconds

VEHICLES = frozenset({"vehicle", "trip"})
FLOWS = frozenset({"flow"})
TRAVELLERS = frozenset({"person", "container"})
TRAVELLER_FLOWS = frozenset({"personFlow", "containerFlow"})
PERSONS = frozenset({"person", "personFlow"})
TRAFFIC = VEHICLES | FLOWS | TRAVELLERS | TRAVELLER_FLOWS
"""Elements that put something on the road at some time."""
TYPES = frozenset({"vType", "vTypeDistribution"})
ROUTES = frozenset({"route", "routeDistribution"})
RATES = ("period", "vehsPerHour", "perHour", "personsPerHour", "containersPerHour", "probability")
"""Attributes of a flow that say how dense it is."""


@dataclass(slots=True, kw_only=True)
class Traffic:
    """All elements of a scenario's files that have to do with demand, in SUMO's order."""

    elements: list[Piece] = field(default_factory=list)
    """Vehicles, trips, flows, persons, containers and their flows within the window."""
    types: dict[str, Element] = field(default_factory=dict)
    """`vType` by id, also those inside distributions."""
    routes: dict[str, list[Element]] = field(default_factory=dict)
    """Routes that an id of a route or of a distribution may mean."""
    n_before: int = 0
    """Elements that would have departed before the window."""
    n_after: int = 0
    """Elements that would depart after the window."""
    last_s: float = 0.0
    """Latest time that an element of the window departs at."""


def collect(scenario: Scenario) -> Traffic:
    """The demand of a scenario, cut to its window.

    Raises:
        ScenarioError: where a flow has no end and the scenario has none either.
        XmlError: where a file is broken.
    """
    traffic = Traffic(last_s=scenario.begin_s)
    problems: list[str] = []
    for path in (*scenario.additional_files, *scenario.route_files):
        for piece in read_pieces(path):
            _take(piece, traffic, scenario, problems)
    if problems:
        raise ScenarioError(problems)
    return traffic


def pieces_of(path: Path, scenario: Scenario) -> Iterator[Piece]:
    """A file's pieces with the traffic cut to the window, for SUMO to read."""
    for piece in read_pieces(path):
        if piece.element.tag not in TRAFFIC:
            yield piece
        elif (element := within_window(piece.element, scenario)) is not None:
            yield Piece(element=element, file=piece.file, line=piece.line, column=piece.column)


def _take(piece: Piece, traffic: Traffic, scenario: Scenario, problems: list[str]) -> None:
    element = piece.element
    if element.tag in TYPES:
        for kind in element.iter("vType"):
            traffic.types[kind.get("id", "")] = kind
    elif element.tag in ROUTES:
        _take_routes(element, traffic)
    elif element.tag in TRAFFIC:
        begin_s = element_time_s(element.attrib, _start_key(element))
        is_flow = element.tag in FLOWS | TRAVELLER_FLOWS
        if not is_flow and begin_s is not None and begin_s < scenario.begin_s:
            traffic.n_before += 1
            return
        cut = within_window(element, scenario)
        if cut is None:
            traffic.n_after += 1
            return
        if is_flow and scenario.end_s is None and "end" not in cut.attrib | _counted(cut):
            problems.append(
                f"{piece.place}: flow '{cut.get('id')}' has no end and the scenario has none; "
                "give an end time"
            )
        end_s = _flow_end_s(cut) if is_flow else begin_s
        traffic.last_s = max(traffic.last_s, end_s or begin_s or 0.0)
        traffic.elements.append(
            Piece(element=cut, file=piece.file, line=piece.line, column=piece.column)
        )


def _counted(flow: Element) -> dict[str, str]:
    """An `end` that is implied by a number of vehicles with a rate."""
    has_rate = any(key in flow.attrib for key in RATES)
    return {"end": ""} if "number" in flow.attrib and has_rate else {}


def _flow_end_s(flow: Element) -> float | None:
    """When the last vehicle of a flow departs; twice the mean where that is by chance."""
    end_s = element_time_s(flow.attrib, "end")
    if end_s is not None or "number" not in flow.attrib:
        return end_s
    number = float(flow.get("number", "1"))
    begin_s = element_time_s(flow.attrib, "begin") or 0.0
    per_hour = [float(flow.attrib[key]) for key in RATES[1:5] if key in flow.attrib]
    period = flow.get("period", "0")
    if period.startswith("exp("):
        return begin_s + 2.0 * number / float(period[4:-1])
    if "probability" in flow.attrib:
        return begin_s + 2.0 * number / float(flow.attrib["probability"])
    return begin_s + number * (3600.0 / per_hour[0] if per_hour else seconds(period))


def _take_routes(element: Element, traffic: Traffic) -> None:
    own = [element] if element.tag == "route" else list(element.iter("route"))
    members = [route for route in own if "edges" in route.attrib]
    for route in members:
        traffic.routes[route.get("id", "")] = [route]
    if element.tag == "routeDistribution":
        named = element.get("routes", "").split()
        named += [route.get("refId", "") for route in own]
        members += [route for name in named for route in traffic.routes.get(name, [])]
        traffic.routes[element.get("id", "")] = members


def _start_key(element: Element) -> str:
    return "begin" if element.tag in FLOWS | TRAVELLER_FLOWS else "depart"


def within_window(element: Element, scenario: Scenario) -> Element | None:
    """An element of traffic without what departs at the window's end or later.

    Flows keep their rate: a flow that ends later, or nowhere, ends at the window's end.

    Returns:
        The element itself, a shortened copy, or None if nothing of it is left.
    """
    end_s = scenario.end_s
    if end_s is None:
        return element
    begin_s = element_time_s(element.attrib, _start_key(element))
    if element.tag not in FLOWS | TRAVELLER_FLOWS:
        return element if begin_s is None or begin_s < end_s else None
    if element.get("begin") is None:
        begin_s = scenario.begin_s
    if begin_s is None:
        return element
    if begin_s >= end_s:
        return None
    return _shortened(element, begin_s, end_s)


def _shortened(flow: Element, begin_s: float, window_end_s: float) -> Element:
    end_s = element_time_s(flow.attrib, "end")
    number = flow.get("number")
    has_rate = any(key in flow.attrib for key in RATES)
    if number is not None and not has_rate:
        return _fewer(flow, begin_s, window_end_s if end_s is None else end_s, window_end_s)
    if end_s is not None and end_s <= window_end_s:
        return flow
    cut = copy.deepcopy(flow)
    cut.set("end", f"{window_end_s:g}" if window_end_s < 1e5 else repr(window_end_s))
    return cut


def _fewer(flow: Element, begin_s: float, end_s: float, window_end_s: float) -> Element:
    """A flow of a number of vehicles, spread over its time, with fewer of them in less time."""
    cut = copy.deepcopy(flow)
    period_s = (end_s - begin_s) / max(int(flow.get("number", "1")), 1)
    if end_s > window_end_s and period_s > 0:
        number = math.ceil((window_end_s - begin_s) / period_s - 1e-9)
        end_s = begin_s + number * period_s
        cut.set("number", str(number))
    cut.set("end", repr(end_s))
    return cut
