"""One run of SUMO per scenario and seed writes down which routes are taken; kept in a cache."""

import hashlib
import itertools
import json
import math
import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from sumo_nets.binaries import complaints, run_program, sumo_version
from sumo_nets.demand import ROUTE_FILE, TABLE_FILE, Demand, read_demand, sumo_arguments
from sumo_nets.frozen import Frozen, freeze_elements, read_taken
from sumo_nets.inputs import fingerprint, own_code
from sumo_nets.outputs import check_whole
from sumo_nets.sanitise import for_routing, for_runs, plain_type
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.traffic import PERSONS, TRAFFIC, Traffic, collect, pieces_of
from sumo_nets.xml_source import as_text, read_pieces, write_pieces

TAKEN_FILE = "taken.xml"
DRAIN_S = 14400.0
"""The routing run ends this long after the last departure at the latest."""


def freeze_routes(
    scenario: Scenario, *, seed: int, demand_scale: float = 1.0, cache_dir: Path
) -> Demand:
    """The scenario's demand as explicit vehicles with the routes that SUMO chose.

    Args:
        scenario: What to freeze.
        seed: Seed of the routing run.
        demand_scale: Factor on the number of vehicles, as SUMO's `--scale`.
        cache_dir: A result that is there for the same contents is taken from there.

    Raises:
        ScenarioError: where SUMO refuses the scenario; with SUMO's words.
        SumoProgramError: where SUMO dies.
        CutShortError: where it could not write all; nothing is kept then.
    """
    if demand_scale <= 0:
        raise ScenarioError([f"demand_scale must be positive, got {demand_scale:g}"])
    kept = cache_dir.resolve() / "routes" / _key(scenario, seed, demand_scale)
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".routes-", dir=kept.parent))
        try:
            _freeze_into(folder, scenario, seed, demand_scale)
            _keep(folder, kept)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return read_demand(kept)


def _keep(folder: Path, kept: Path) -> None:
    """Give a whole folder its name; another process may have been faster."""
    try:
        folder.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise


def _key(scenario: Scenario, seed: int, demand_scale: float) -> str:
    """Name of the result: everything that it depends on."""
    values = {
        "code": own_code(),
        "sumo": sumo_version(),
        "scenario": fingerprint(scenario),
        "seed": seed,
        "scale": demand_scale,
    }
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _freeze_into(folder: Path, scenario: Scenario, seed: int, demand_scale: float) -> None:
    traffic = collect(scenario)
    said, n_waiting = _run(folder, scenario, traffic, seed, demand_scale)
    taken = read_taken(folder / TAKEN_FILE)
    frozen = freeze_elements(traffic, taken, scenario.end_s)
    (folder / TAKEN_FILE).unlink()
    additional = _write_additional(folder, scenario)
    _write_routes(folder / ROUTE_FILE, scenario, frozen)
    n_unrouted = max(n_waiting, len(frozen.unrouted_ids))
    tags = {piece.element.tag for path in scenario.additional_files for piece in read_pieces(path)}
    remarks = _remarks(traffic, frozen, tags, n_unrouted, is_scaled=demand_scale != 1.0)
    table = {
        "additional_files": additional,
        "n_unrouted": n_unrouted,
        "has_persons": any(each.element.tag in PERSONS for each in traffic.elements),
        "warnings": remarks,
        "sumo_warnings": _summary(said),
        "types": {name: as_text(plain_type(kind)) for name, kind in traffic.types.items()},
        **_columns(frozen),
    }
    text = json.dumps(table, sort_keys=True, allow_nan=False)
    (folder / TABLE_FILE).write_text(text, encoding="utf-8")


def _run(
    folder: Path, scenario: Scenario, traffic: Traffic, seed: int, demand_scale: float
) -> tuple[list[str], int]:
    """Run the demand of the window once.

    Returns:
        SUMO's warnings, and the number of vehicles that it loaded but never put on the road.
    """
    inputs = folder / "input"
    inputs.mkdir()
    additional = [inputs / f"additional-{n}.xml" for n in range(len(scenario.additional_files))]
    for path, source in zip(additional, scenario.additional_files, strict=True):
        pieces = map(for_routing, pieces_of(source, scenario))
        write_pieces(path, "additional", map(as_text, pieces))
    routes = [inputs / f"routes-{n}.xml" for n in range(len(scenario.route_files))]
    for path, source in zip(routes, scenario.route_files, strict=True):
        pieces = map(for_routing, pieces_of(source, scenario))
        write_pieces(path, "routes", map(as_text, pieces))
    options = dict(scenario.routing_options)
    scale = demand_scale * float(options.pop("scale", "1"))
    done = run_program(
        "sumo",
        [
            *sumo_arguments(scenario, routes, additional),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
            *("--scale", f"{scale:g}", "--seed", str(seed)),
            *("--end", f"{traffic.last_s + DRAIN_S:.3f}"),
            *("--vehroute-output", str(folder / TAKEN_FILE), "--precision", "6"),
            *("--vehroute-output.intended-depart", "--vehroute-output.last-route"),
            *("--statistic-output", str(inputs / "statistic.xml")),
            *("--vehroute-output.write-unfinished", "--no-step-log", "--duration-log.disable"),
        ],
        folder=inputs,
    )
    if done.returncode:
        words = complaints(done, "Error") or (done.stderr.strip() or "no reason given",)
        raise ScenarioError(f"{scenario.name}: SUMO refuses it: {word}" for word in words)
    check_whole(folder / TAKEN_FILE, b"</routes>")
    check_whole(inputs / "statistic.xml", b"</statistics>")
    counts = next(
        piece.element.attrib
        for piece in read_pieces(inputs / "statistic.xml")
        if piece.element.tag == "vehicles"
    )
    shutil.rmtree(inputs)
    return list(complaints(done, "Warning")), int(counts["loaded"]) - int(counts["inserted"])


def _write_additional(folder: Path, scenario: Scenario) -> list[str]:
    """Copies of the additional files for the compared runs; their names."""
    names: list[str] = []
    for n, path in enumerate(scenario.additional_files):
        pieces = (piece for piece in read_pieces(path) if piece.element.tag not in TRAFFIC)
        names.append(f"additional-{n}.add.xml")
        write_pieces(folder / names[-1], "additional", map(as_text, map(for_runs, pieces)))
    return names


def _write_routes(path: Path, scenario: Scenario, frozen: Frozen) -> None:
    """Types and named routes as they were, then everything that travels, by departure."""
    static = (
        as_text(for_runs(piece))
        for source in scenario.route_files
        for piece in read_pieces(source)
        if piece.element.tag not in TRAFFIC
    )
    write_pieces(path, "routes", itertools.chain(static, (row.text for row in frozen.rows)))


def _columns(frozen: Frozen) -> dict[str, list[object]]:
    """The table of vehicles, column by column."""
    vehicles = [row.vehicle for row in frozen.rows if row.vehicle is not None]
    return {
        "vehicle_ids": [vehicle.id for vehicle in vehicles],
        "type_ids": [vehicle.type_id for vehicle in vehicles],
        "vehicle_classes": [vehicle.vehicle_class for vehicle in vehicles],
        "departs_s": [None if math.isnan(v.depart_s) else v.depart_s for v in vehicles],
        "has_stops": [vehicle.has_stops for vehicle in vehicles],
        "routes": [" ".join(vehicle.edges) for vehicle in vehicles],
    }


def _remarks(
    traffic: Traffic, frozen: Frozen, tags: Collection[str], n_unrouted: int, *, is_scaled: bool
) -> list[str]:
    """What a reader of the results should know of the frozen demand."""
    remarks: list[str] = []
    if n_unrouted:
        some = f", as {', '.join(frozen.unrouted_ids[:3])}" if frozen.unrouted_ids else ""
        remarks.append(f"{n_unrouted} vehicles never got onto the road: left out{some}")
    if traffic.n_before:
        remarks.append(f"{traffic.n_before} vehicles or persons depart before the begin: left out")
    if frozen.foreign_ids:
        remarks.append(
            f"{len(frozen.foreign_ids)} vehicles are made by SUMO in every run, for persons or by "
            f"calibrators, and are not frozen, as {frozen.foreign_ids[0]}"
        )
    if "rerouter" in tags:
        remarks.append("a rerouter may change routes during a run, other than in another arm")
    if "calibrator" in tags:
        remarks.append(
            "a calibrator adds and removes vehicles by traffic, other than in another arm"
        )
    if is_scaled and any(row.vehicle is None for row in frozen.rows):
        remarks.append("demand_scale changes the number of vehicles, not that of persons")
    return remarks


def _summary(warnings: list[str]) -> list[str]:
    """SUMO's warnings of the routing run, the first of each sort, with the number of them."""
    sorts: dict[str, list[str]] = {}
    for warning in warnings:
        sorts.setdefault(re.sub(r"'[^']*'|[0-9.]+", "", warning), []).append(warning)
    return [
        f"SUMO in the routing run: {found[0]}"
        + (f" (and {len(found) - 1} like it)" if found[1:] else "")
        for found in sorts.values()
    ]
