"""The tables of a run, from SUMO's outputs and what the session counted."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from corridor import MainRoad, RoadNetwork, Tally
from emissions import ACCOUNTS, load_accounts
from experiments.preparation import Prepared
from experiments.trace import (
    AdvisedSteps,
    add_accounts,
    add_roads,
    count_blockers,
    read_trace,
    read_trips,
    road_rows,
    trajectory_rows,
    vehicle_rows,
)
from sumo_nets import Demand, sumo_home, sumo_version

MAIN_SHARE = 0.5
"""A vehicle counts for the main road if this share of its way is on it."""
NOT_COUNTED = frozenset(
    "pedestrian wheelchair bicycle tram rail_urban rail rail_electric rail_fast subway cable_car "
    "ship container aircraft drone".split()
)
"""SUMO vehicle classes that are no motor vehicles on a road."""
STEEPEST_DEG = 12.0
"""Steeper lanes are taken for this steep."""
COLUMNS = (
    *("vehicle_id", "vehicle_type", "vehicle_class", "equipped", "road", "depart_s"),
    *("depart_delay_s", "duration_s", "trip_time_s", "distance_m", "stops", "creep_time_s"),
    *("harsh_brakings", "over_ceiling_s", "advised_s", "speed_factor", "co2_own_g"),
    *("co2_hbefa4_g", "co2_hbefa4_nojump_g", "co2_phemlight5_g", "energy_bev_wh", "finished"),
)
"""Of the table of vehicles, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the trace of a run tells beside its tables."""

    n_steps: int
    """Vehicle-steps."""
    junction_blockers: int
    """Times that a vehicle blocked a junction for so long that others were let through it."""
    idle_co2_g_per_s: float
    """What standing costs on the first account."""


def write_tables(prepared: Prepared, tally: Tally, step_length_s: float) -> Found:
    """Write vehicles, roads and, if recorded, trajectories and signals of a run.

    Returns:
        What was found beside the tables.
    """
    folder, network = prepared.folder, prepared.network
    trips = read_trips(folder / "tripinfo.xml")
    maps = load_accounts(
        slopes_deg=slope_slices(network),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=prepared.order.cache_dir,
    )
    counted = _vehicle_facts(prepared)
    trace = read_trace(folder / "fcd.parquet", trips, step_length_s)
    trace = trace.join(counted.select("vehicle_id"), on="vehicle_id", how="semi")
    trace = add_accounts(add_roads(trace, network), maps, step_length_s)
    vehicles = (
        counted.join(trips, on="vehicle_id", how="left", maintain_order="left")
        .join(
            vehicle_rows(trace, tally.speed_factor, step_length_s),
            on="vehicle_id",
            how="left",
            maintain_order="left",
        )
        .join(_advised(prepared, tally), on="vehicle_id", how="left", maintain_order="left")
        .with_columns(trip_time_s=pl.col("duration_s") + pl.col("depart_delay_s"))
        .sort("vehicle_id")
    )
    vehicles.select(COLUMNS).write_parquet(folder / "vehicles.parquet")
    main_edges = {edge for road in prepared.main_road for edge in road.edges}
    road_rows(trace, main_edges, step_length_s).write_parquet(folder / "roads.parquet")
    if prepared.order.records:
        _write_records(prepared, tally, trace)
    idle = maps[ACCOUNTS[0]].at(np.zeros(1), np.zeros(1), np.zeros(1))
    patience_s = prepared.order.experiment.junction_blocker_s
    return Found(
        n_steps=trace.height,
        junction_blockers=count_blockers(trace, patience_s, step_length_s),
        idle_co2_g_per_s=float(idle[0]),
    )


def slope_slices(network: RoadNetwork) -> tuple[float, ...]:
    """Whole degrees that span the slopes of a network; a single one where it is flat."""
    least_deg, greatest_deg = network.slope_range_deg()
    lower = max(math.floor(least_deg), -STEEPEST_DEG)
    upper = min(math.ceil(greatest_deg), STEEPEST_DEG)
    return tuple(float(degree) for degree in range(int(lower), int(upper) + 1))


def _vehicle_facts(prepared: Prepared) -> pl.DataFrame:
    demand: Demand = prepared.demand
    main_edges = {edge for road in prepared.main_road for edge in road.edges}
    length_m = prepared.network.edge_length_m
    roads = []
    for route in demand.routes:
        on_main_m = sum(length_m[edge] for edge in route if edge in main_edges)
        whole_m = sum(length_m[edge] for edge in route)
        roads.append("main" if on_main_m >= MAIN_SHARE * whole_m and on_main_m > 0 else "side")
    facts = pl.DataFrame(
        {
            "vehicle_id": demand.vehicle_ids,
            "vehicle_type": demand.type_ids,
            "vehicle_class": demand.vehicle_classes,
            "road": roads,
        },
        schema=dict.fromkeys(("vehicle_id", "vehicle_type", "vehicle_class", "road"), pl.String),
    )
    return facts.filter(~pl.col("vehicle_class").is_in(list(NOT_COUNTED))).with_columns(
        equipped=pl.col("vehicle_id").is_in(list(prepared.equipped))
    )


def _advised(prepared: Prepared, tally: Tally) -> pl.DataFrame:
    """Time with advice; unknown for SUMO's own device, which does not tell."""
    ids = list(prepared.demand.vehicle_ids)
    is_unknown = prepared.arm.device is not None
    times = [math.nan if is_unknown else tally.advised_time_s.get(v, 0.0) for v in ids]
    return pl.DataFrame(
        {"vehicle_id": ids, "advised_s": times},
        schema={"vehicle_id": pl.String, "advised_s": pl.Float64},
    )


def _write_records(prepared: Prepared, tally: Tally, trace: pl.DataFrame) -> None:
    advised = AdvisedSteps(
        time_s=[time_s for time_s, _ in tally.advised_steps],
        vehicle_id=[vehicle_id for _, vehicle_id in tally.advised_steps],
    )
    rows = trajectory_rows(trace, prepared.main_road, advised)
    rows = rows.with_columns(equipped=pl.col("vehicle_id").is_in(list(prepared.equipped)))
    rows.write_parquet(prepared.folder / "trajectories.parquet")
    signals = pl.DataFrame(
        list(_signal_rows(prepared.main_road, prepared.folder)),
        schema={
            "direction": pl.Int64,
            "signal_id": pl.String,
            "position_m": pl.Float64,
            "start_s": pl.Float64,
            "end_s": pl.Float64,
            "state": pl.String,
        },
        orient="row",
    )
    signals.write_parquet(prepared.folder / "signals.parquet")


def _signal_rows(
    main_road: tuple[MainRoad, ...], folder: Path
) -> Iterator[tuple[int, str, float, float, float, str]]:
    """What each stop line showed, from when to when."""
    shown = _read_states(folder)
    for direction, road in enumerate(main_road):
        for line in road.stop_lines:
            run: tuple[float, float, str] | None = None
            for start_s, end_s, state in shown.get(line.signal, ()):
                letter = state[line.link_index]
                if run is not None and run[2] == letter:
                    run = (run[0], end_s, letter)
                    continue
                if run is not None:
                    yield (direction, line.signal, line.position_m, *run)
                run = (start_s, end_s, letter)
            if run is not None:
                yield (direction, line.signal, line.position_m, *run)


def _read_states(folder: Path) -> dict[str, list[tuple[float, float, str]]]:
    """By signal: start, end and state of each step that SUMO recorded."""
    shown: dict[str, list[tuple[float, float, str]]] = {}
    for file in sorted(folder.glob("signal-*.xml")):
        steps = [e for e in ET.parse(file).getroot() if e.tag == "tlsState"]
        times_s = [float(e.get("time", "nan")) for e in steps]
        for element, start_s, end_s in zip(steps, times_s, times_s[1:], strict=False):
            rows = shown.setdefault(element.get("id", ""), [])
            rows.append((start_s, end_s, element.get("state", "")))
        file.unlink()
    return shown
