"""From a demand and the routes that SUMO took: explicit vehicles, each as it was otherwise."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from sumo_nets.sanitise import drop_devices
from sumo_nets.traffic import FLOWS, TRAVELLER_FLOWS, TRAVELLERS, VEHICLES, Traffic
from sumo_nets.xml_source import as_text, element_time_s, read_pieces, seconds

ROUTING = frozenset(
    "from to via fromTaz toTaz fromJunction toJunction viaJunctions fromXY toXY viaXY fromLonLat"
    " toLonLat viaLonLat route reroute".split()
)
"""Attributes that ask for a route."""
REPETITION = frozenset("begin end number period vehsPerHour perHour probability poisson".split())
"""Attributes that make a flow of one vehicle."""
ROUTE_CHILDREN = frozenset({"route", "routeDistribution", "stop"})
DEFAULT_CLASSES = {
    "DEFAULT_VEHTYPE": "passenger",
    "DEFAULT_PEDTYPE": "pedestrian",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_TAXITYPE": "taxi",
    "DEFAULT_RAILTYPE": "rail",
    "DEFAULT_CONTAINERTYPE": "container",
}
"""Classes of the types that SUMO brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What SUMO says a vehicle did."""

    type_id: str
    depart: str
    """Intended departure in seconds, or a word such as `triggered`."""
    edges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle of the frozen demand."""

    id: str
    type_id: str
    vehicle_class: str
    depart_s: float
    """NaN for a vehicle that waits for a person."""
    edges: tuple[str, ...]
    has_stops: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One element of the frozen demand."""

    depart_s: float
    """Place in the file; for whoever waits, the departure of the element before."""
    order: int
    """Number of the element in the scenario's files."""
    text: str
    """XML."""
    vehicle: Vehicle | None
    """None for persons and containers."""


@dataclass(slots=True, kw_only=True)
class Frozen:
    """Elements of the frozen demand, and what could not be frozen."""

    rows: list[Row] = field(default_factory=list)
    """Sorted by departure, then as in the files."""
    unrouted_ids: list[str] = field(default_factory=list)
    """Vehicles and trips that never got onto the road."""
    foreign_ids: list[str] = field(default_factory=list)
    """Vehicles that SUMO makes by itself in every run: for persons, or by a calibrator."""


def read_taken(path: Path) -> dict[str, Taken]:
    """What SUMO's vehroute output says, by vehicle."""
    taken: dict[str, Taken] = {}
    for piece in read_pieces(path):
        route = piece.element.find("route")
        if piece.element.tag == "vehicle" and route is not None:
            attributes = piece.element.attrib
            taken[attributes["id"]] = Taken(
                type_id=attributes.get("type", "DEFAULT_VEHTYPE"),
                depart=attributes["depart"],
                edges=tuple(route.get("edges", "").split()),
            )
    return taken


def freeze_elements(traffic: Traffic, taken: dict[str, Taken], end_s: float | None) -> Frozen:
    """Explicit vehicles for all elements of a demand; persons and containers as they were."""
    frozen = Frozen()
    copies = _copies(traffic, taken)
    clock_s = 0.0
    for order, piece in enumerate(traffic.elements):
        element = piece.element
        if element.tag in TRAVELLERS | TRAVELLER_FLOWS:
            key = "begin" if element.tag in TRAVELLER_FLOWS else "depart"
            clock_s = _or(element_time_s(element.attrib, key), clock_s)
            frozen.rows.append(Row(clock_s, order, as_text(element), None))
            continue
        if element.tag in VEHICLES:
            clock_s = _or(element_time_s(element.attrib, "depart"), clock_s)
        ids = copies.get(element.get("id", ""), [])
        if not ids and element.tag in VEHICLES:
            frozen.unrouted_ids.append(element.get("id", ""))
        for vehicle_id in ids:
            depart_s = element_time_s({"depart": taken[vehicle_id].depart}, "depart")
            if end_s is None or depart_s is None or depart_s < end_s:
                text, vehicle = _explicit(element, vehicle_id, taken[vehicle_id], traffic)
                frozen.rows.append(Row(_or(depart_s, clock_s), order, text, vehicle))
    own = {vehicle_id for ids in copies.values() for vehicle_id in ids}
    frozen.foreign_ids = [vehicle_id for vehicle_id in taken if vehicle_id not in own]
    frozen.rows.sort(key=lambda row: (row.depart_s, row.order))
    return frozen


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _copies(traffic: Traffic, taken: dict[str, Taken]) -> dict[str, list[str]]:
    """Ids of the vehicles that SUMO made of each element, in their order of departure number."""
    elements = {piece.element.get("id", ""): piece.element for piece in traffic.elements}
    found: dict[str, list[str]] = {}
    for vehicle_id in taken:
        name = vehicle_id
        own = elements.get(name)
        if own is None or own.tag not in VEHICLES:
            name, dot, number = vehicle_id.rpartition(".")
            own = elements.get(name) if dot and number.isdigit() else None
        if own is not None and own.tag in VEHICLES | FLOWS:
            found.setdefault(name, []).append(vehicle_id)
    for name, ids in found.items():
        ids.sort(key=lambda vehicle_id: int(vehicle_id[len(name) + 1 :] or -1))
    return found


def _explicit(
    source: Element, vehicle_id: str, taken: Taken, traffic: Traffic
) -> tuple[str, Vehicle]:
    drawn = {"id": vehicle_id, "type": taken.type_id, "depart": taken.depart}
    if taken.type_id == "DEFAULT_VEHTYPE":
        del drawn["type"]
    element = Element("vehicle", drawn)
    for key, value in source.attrib.items():
        if key not in ROUTING | REPETITION | {"id", "type", "depart"}:
            element.set(key, value)
    SubElement(element, "route", {"edges": " ".join(taken.edges)})
    depart_s = element_time_s({"depart": taken.depart}, "depart")
    for stop in _stops(source, taken, depart_s, traffic):
        element.append(stop)
    element.extend(copy.deepcopy(child) for child in source if child.tag not in ROUTE_CHILDREN)
    drop_devices(element)
    kind = traffic.types.get(taken.type_id)
    default_class = DEFAULT_CLASSES.get(taken.type_id, "passenger")
    vehicle = Vehicle(
        id=vehicle_id,
        type_id=taken.type_id,
        vehicle_class=default_class if kind is None else kind.get("vClass", default_class),
        depart_s=float("nan") if depart_s is None else depart_s,
        edges=taken.edges,
        has_stops=element.find("stop") is not None,
    )
    return as_text(element), vehicle


def _stops(
    source: Element, taken: Taken, depart_s: float | None, traffic: Traffic
) -> Iterator[Element]:
    """Stops of the route, in the time of the vehicle, and then those of the vehicle itself."""
    yield from _route_stops(source, taken, depart_s, traffic)
    flow_begin_s = element_time_s(source.attrib, "begin") or 0.0
    delay_s = (depart_s or 0.0) - flow_begin_s if source.tag in FLOWS else 0.0
    for stop in source.findall("stop"):
        yield _delayed(stop, delay_s)


def _route_stops(
    source: Element, taken: Taken, depart_s: float | None, traffic: Traffic
) -> Iterator[Element]:
    own = [route for route in source.iter("route") if "edges" in route.attrib]
    for route in own or traffic.routes.get(source.get("route", ""), []):
        stops = route.findall("stop")
        repeats = int(route.get("repeat", "0")) + 1
        if stops and tuple(route.get("edges", "").split()) * repeats == taken.edges:
            cycle_s = seconds(route.get("cycleTime", "0"))
            for n in range(repeats):
                for stop in stops:
                    yield _delayed(stop, (depart_s or 0.0) + n * cycle_s)
            return


def _delayed(stop: Element, delay_s: float) -> Element:
    """A copy of a stop whose times are later."""
    late = copy.deepcopy(stop)
    for key in ("until", "arrival", "started", "ended"):
        time_s = element_time_s(stop.attrib, key)
        if time_s is not None and delay_s:
            late.set(key, f"{time_s + delay_s:.3f}")
    return late
