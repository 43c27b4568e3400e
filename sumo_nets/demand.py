"""A frozen demand, and the route file that an arm makes of it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import SubElement, fromstring

import numpy as np
from numpy.typing import NDArray

from sumo_nets.frozen import DEFAULT_CLASSES
from sumo_nets.scenario import Scenario
from sumo_nets.xml_source import as_text, read_pieces, write_pieces

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

AUTOMATED = "+automated"
"""Ends the id of a type whose driver is perfect."""
IMPERFECTIONS = {
    "EIDM": ("sigmaerror", "sigmaleader", "sigmagap"),
    "IDM": (),
    "IDMM": (),
    "ACC": (),
    "CACC": (),
    "CC": (),
    "Rail": (),
    "W99": (),
}
"""Attributes of the noise of a car-following model; for models not named, `sigma`."""
BLOCKER_OPTION = "ignore-junction-blocker"
JUNCTION_BLOCKER_S = 60.0
"""How long a vehicle blocks a junction before it is driven around, unless told otherwise."""
ROUTE_FILE = "demand.rou.xml"
TABLE_FILE = "demand.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Vehicles with explicit routes and types, the same for all arms of a seed.

    The rows of the arrays are vehicles, sorted by departure.
    """

    route_file: Path
    """Types, vehicles with routes, persons and containers, sorted by departure."""
    additional_files: tuple[Path, ...]
    """Copies of the scenario's: they write no files and hold no vehicles."""
    vehicle_ids: tuple[str, ...]
    type_ids: tuple[str, ...]
    """(n,) the concrete type of each vehicle."""
    vehicle_classes: tuple[str, ...]
    """(n,) SUMO's vehicle class of each vehicle."""
    departs_s: FloatArray
    """(n,) intended departure; NaN where the vehicle waits for a person."""
    has_stops: BoolArray
    """(n,) whether the vehicle has scheduled stops."""
    routes: tuple[tuple[str, ...], ...]
    """(n,) edges that each vehicle drives over."""
    types: Mapping[str, str]
    """The `vType` of each type of the scenario's own files, as XML."""
    n_unrouted: int
    """Vehicles that SUMO never put on the road in the routing run; they are not among these."""
    warnings: tuple[str, ...]
    """What a reader of any result must know of the demand."""
    sumo_warnings: tuple[str, ...]
    """What SUMO complained of in the run that froze the routes, one of each sort."""
    has_persons: bool = False
    """Whether people walk, or ride in vehicles."""


def read_demand(folder: Path) -> Demand:
    """The frozen demand that a folder holds."""
    table = json.loads((folder / TABLE_FILE).read_text(encoding="utf-8"))
    departs_s = [float("nan") if value is None else value for value in table["departs_s"]]
    return Demand(
        route_file=folder / ROUTE_FILE,
        additional_files=tuple(folder / name for name in table["additional_files"]),
        vehicle_ids=tuple(table["vehicle_ids"]),
        type_ids=tuple(table["type_ids"]),
        vehicle_classes=tuple(table["vehicle_classes"]),
        departs_s=np.array(departs_s, dtype=np.float64),
        has_stops=np.array(table["has_stops"], dtype=np.bool_),
        routes=tuple(tuple(edges.split()) for edges in table["routes"]),
        types=table["types"],
        n_unrouted=table["n_unrouted"],
        warnings=tuple(table["warnings"]),
        sumo_warnings=tuple(table["sumo_warnings"]),
        has_persons=table["has_persons"],
    )


def write_demand(
    demand: Demand,
    path: Path,
    *,
    automated_ids: Collection[str] = (),
    device_ids: Collection[str] = (),
) -> Path:
    """The route file of an arm.

    Args:
        demand: The frozen demand.
        path: File to write.
        automated_ids: Vehicles whose type becomes a copy without driver imperfection.
        device_ids: Vehicles that get SUMO's own `device.glosa`.

    Returns:
        The file to use: the frozen one itself where nothing is asked for.

    Raises:
        ValueError: for ids that are not in the demand.
    """
    automated, equipped = frozenset(automated_ids), frozenset(device_ids)
    unknown = sorted((automated | equipped) - frozenset(demand.vehicle_ids))
    if unknown:
        raise ValueError(f"{len(unknown)} vehicles are not in the demand, as '{unknown[0]}'")
    if not automated and not equipped:
        return demand.route_file
    pairs = zip(demand.vehicle_ids, demand.type_ids, strict=True)
    copied = sorted({type_id for vehicle_id, type_id in pairs if vehicle_id in automated})
    write_pieces(path, "routes", _arm_pieces(demand, copied, automated, equipped))
    return path


def _arm_pieces(
    demand: Demand, copied: Sequence[str], automated: Collection[str], equipped: Collection[str]
) -> Iterator[str]:
    pending = [automated_type(type_id, demand.types.get(type_id)) for type_id in copied]
    for piece in read_pieces(demand.route_file):
        element = piece.element
        if element.tag == "vehicle":
            yield from pending
            pending = []
            vehicle_id = element.get("id", "")
            if vehicle_id in automated:
                element.set("type", element.get("type", "DEFAULT_VEHTYPE") + AUTOMATED)
            if vehicle_id in equipped:
                SubElement(element, "param", {"key": "has.glosa.device", "value": "true"})
        yield as_text(element)


def automated_type(type_id: str, definition: str | None) -> str:
    """The type as XML under another id, driven without imperfection.

    Args:
        type_id: Id of the type to copy.
        definition: Its `vType` as XML; None for the types that SUMO brings.
    """
    default_class = DEFAULT_CLASSES.get(type_id, "passenger")
    element = fromstring(definition or f'<vType vClass="{default_class}"/>')
    model = element.get("carFollowModel", "Krauss")
    element.set("id", type_id + AUTOMATED)
    for key in IMPERFECTIONS.get(model, ("sigma",)):
        element.set(key, "0")
        for child in element:
            if child.tag.startswith("carFollowing"):
                child.attrib.pop(key, None)
    SubElement(element, "param", {"key": "has.driverstate.device", "value": "false"})
    return as_text(element)


def comparison_arguments(
    scenario: Scenario, *, junction_blocker_s: float, teleport_s: float = -1.0
) -> list[str]:
    """What all compared runs have in common: nobody is teleported, collisions are counted.

    Args:
        scenario: If it sets `ignore-junction-blocker` itself, its own value stays.
        junction_blocker_s: A vehicle that has blocked a junction for so long is driven around.
        teleport_s: Wait after which a vehicle teleports; negative for never, as in all runs that
            are compared.
    """
    arguments = ["--time-to-teleport", f"{teleport_s:g}", "--collision.action", "warn"]
    arguments += ["--collision.check-junctions", "true"]
    if BLOCKER_OPTION not in dict(scenario.options):
        arguments += [f"--{BLOCKER_OPTION}", f"{junction_blocker_s:g}"]
    return arguments


def sumo_arguments(
    scenario: Scenario, demand_files: Path | Sequence[Path], additional_files: Sequence[Path]
) -> list[str]:
    """Command line of SUMO for a scenario with a demand, without program, seed and outputs."""
    routes = [demand_files] if isinstance(demand_files, Path) else list(demand_files)
    arguments = ["--net-file", str(scenario.net_file)]
    for option, files in (("route-files", routes), ("additional-files", additional_files)):
        if files:
            arguments += [f"--{option}", ",".join(map(str, files))]
    arguments += ["--begin", f"{scenario.begin_s:.3f}"]
    arguments += ["--step-length", f"{scenario.step_length_s:.3f}"]
    for name, value in scenario.options:
        arguments += [f"--{name}", value]
    return arguments
