"""The tables of a run, from SUMO's outputs and what the session counted."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from corridor import RoadNetwork, Tally
from emissions import ACCOUNTS
from experiments.choices import VehicleClass
from experiments.conflicts import conflict_rows
from experiments.crossings import crossing_rows, with_distance
from experiments.fleet_account import CLASS_COLUMN, add_fleet, draw_fleet
from experiments.lookup import looked_up
from experiments.occupancy import persons_in
from experiments.pedestrians import PEOPLE_FILE, person_figures, person_rows
from experiments.places import approach_rows, minute_rows, place_steps, road_rows
from experiments.preparation import Prepared
from experiments.recording import journey_rows, write_records
from experiments.result_files import PERSONS
from experiments.run_accounts import load_run_accounts
from experiments.trace import (
    account_columns,
    add_accounts,
    add_arrivals,
    add_roads,
    count_blockers,
    read_trace,
    read_trips,
    vehicle_rows,
)
from experiments.waits import STOPS_FILE, longest_rows, read_dwells, wait_rows
from sumo_nets import Demand, crossing_signals

MAIN_SHARE = 0.5
"""A vehicle counts for the main road if this share of its way is on it."""
NOT_COUNTED = frozenset(
    "pedestrian wheelchair bicycle tram rail_urban rail rail_electric rail_fast subway cable_car "
    "ship container aircraft drone".split()
)
"""SUMO vehicle classes that are no motor vehicles on a road."""
SUBLANE_OPTION = "lateral-resolution"
"""Of SUMO: more than 0 lets vehicles be side by side on a lane."""
STEEPEST_DEG = 12.0
"""Steeper lanes are taken for this steep."""
COLUMNS = (
    *("vehicle_id", "vehicle_type", "vehicle_class", "equipped", "road", "depart_s"),
    *("depart_delay_s", "duration_s", "trip_time_s", "distance_m", "stops", "creep_time_s"),
    *("harsh_brakings", "low_ttc_s", "low_ttc_events", "high_drac_s", "high_drac_events"),
    *("over_ceiling_s", "advised_s", "advice_changes", "speed_factor", "finished"),
    *("delay_s", "persons", "person_time_s", "person_delay_s"),
    *("longest_wait_s", "longest_wait_signal"),
)
"""Of the table of vehicles, in order; those of the accounts come behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the trace of a run tells beside its tables."""

    n_steps: int
    """Vehicle-steps."""
    counters: dict[str, Any]
    """`junction_blockers`: how often a vehicle blocked a junction for so long that others were let
    through it; `idle_co2_g_per_s`: what standing costs on the first account; `persons`, where the
    scenario has any, as of `person_figures`."""


def write_tables(prepared: Prepared, tally: Tally, step_length_s: float) -> Found:
    """Write vehicles, roads and, if recorded, trajectories and signals of a run.

    Returns:
        What was found beside the tables.
    """
    folder, network = prepared.folder, prepared.network
    trips = read_trips(folder / "tripinfo.xml")
    maps = load_run_accounts(
        prepared.order.experiment.accounts,
        slopes_deg=slope_slices(network),
        cache_dir=prepared.order.cache_dir,
    )
    counted = draw_fleet(_vehicle_facts(prepared), prepared.order.experiment)
    recorded = read_trace(folder / "fcd.parquet")
    is_sublane = float(dict(prepared.order.scenario.options).get(SUBLANE_OPTION, "0")) > 0.0
    # Before it is cut down to those who count: whoever does not may still be in the way.
    conflicts = conflict_rows(recorded, tally.length_m, step_length_s, is_sublane=is_sublane)
    trace = add_arrivals(recorded, trips, step_length_s)
    facts = counted.select("vehicle_id", "equipped", *_of_fleet(counted))
    trace = trace.hstack(looked_up(trace["vehicle_id"], facts))
    if trace["equipped"].null_count():
        trace = trace.filter(pl.col("equipped").is_not_null())
    trace = add_accounts(add_roads(trace, network), maps, step_length_s)
    trace = add_fleet(
        trace,
        prepared.order.experiment,
        slopes_deg=slope_slices(network),
        step_length_s=step_length_s,
        cache_dir=prepared.order.cache_dir,
    )
    waits = _write_places(prepared, tally, trace, step_length_s)
    driven = vehicle_rows(trace, tally.speed_factor, step_length_s)
    _write_vehicles(
        prepared,
        counted,
        (trips, driven, conflicts, _advised(prepared, tally), longest_rows(waits)),
    )
    idle = maps[ACCOUNTS[0]].at(np.zeros(1), np.zeros(1), np.zeros(1))
    patience_s = prepared.order.experiment.junction_blocker_s
    counters: dict[str, Any] = {
        "junction_blockers": count_blockers(trace, patience_s, step_length_s),
        "idle_co2_g_per_s": float(idle[0]),
    }
    if prepared.demand.has_persons:
        counters["persons"] = _write_persons(prepared)
    return Found(n_steps=trace.height, counters=counters)


def _write_vehicles(
    prepared: Prepared, counted: pl.DataFrame, tables: Iterable[pl.DataFrame]
) -> None:
    """Write the table of vehicles, put together of several."""
    vehicles = counted
    for table in tables:
        vehicles = vehicles.join(table, on="vehicle_id", how="left", maintain_order="left")
    vehicles = _with_persons(vehicles, prepared.order.experiment.occupancy)
    columns = (*COLUMNS, *_of_fleet(vehicles), *account_columns(vehicles))
    table = vehicles.sort("vehicle_id").select(columns)
    table.write_parquet(prepared.folder / "vehicles.parquet")


def _write_persons(prepared: Prepared) -> dict[str, Any]:
    """Write the table of persons.

    Returns:
        As of `person_figures`.
    """
    folder, signals = prepared.folder, crossing_signals(prepared.order.scenario.net_file)
    persons = person_rows(folder / "tripinfo.xml", folder / PEOPLE_FILE, signals)
    persons.write_parquet(folder / PERSONS)
    return person_figures(persons)


def _of_fleet(vehicles: pl.DataFrame) -> list[str]:
    """The column of the drawn classes, where there is one."""
    return [name for name in vehicles.columns if name == CLASS_COLUMN]


def _with_persons(vehicles: pl.DataFrame, occupancy: Mapping[VehicleClass, float]) -> pl.DataFrame:
    """With the time and the delay of each vehicle, and of all persons in it together."""
    return (
        vehicles.with_columns(
            trip_time_s=pl.col("duration_s") + pl.col("depart_delay_s"),
            persons=persons_in(vehicles["vehicle_class"], occupancy),
            longest_wait_s=pl.col("longest_wait_s").fill_null(0.0),
        )
        .with_columns(delay_s=pl.col("trip_time_s") - pl.col("free_s"))
        .with_columns(
            person_time_s=pl.col("persons") * pl.col("trip_time_s"),
            person_delay_s=pl.col("persons") * pl.col("delay_s"),
        )
    )


def _write_places(
    prepared: Prepared, tally: Tally, trace: pl.DataFrame, step_length_s: float
) -> pl.DataFrame:
    """Write what was emitted where and when and, if wished, what single vehicles did.

    Returns:
        Waits at signals, as of `wait_rows`.
    """
    folder = prepared.folder
    main_edges = {edge for road in prepared.main_road for edge in road.edges}
    # SUMO calls a step by when it begins; vehicles are where it says when it ends.
    ended = trace.with_columns(pl.col("time_s") + step_length_s)
    measured = with_distance(ended, step_length_s)
    routes = dict(zip(prepared.demand.vehicle_ids, prepared.demand.routes, strict=True))
    crossings = crossing_rows(measured, prepared.network, routes, main_edges)
    waits = wait_rows(measured, crossings, read_dwells(folder / STOPS_FILE), step_length_s)
    placed = place_steps(measured, crossings)
    road_rows(trace, main_edges, step_length_s).write_parquet(folder / "roads.parquet")
    minute_rows(trace, step_length_s).write_parquet(folder / "minutes.parquet")
    approach_rows(placed, crossings, step_length_s).write_parquet(folder / "approaches.parquet")
    if prepared.order.records:
        waits.write_parquet(folder / "crossings.parquet")
        journey_rows(measured).write_parquet(folder / "journeys.parquet")
        write_records(prepared, tally, trace)
    return waits


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
    """Time with advice and its changes; unknown for SUMO's own device, which does not tell."""
    ids = list(prepared.demand.vehicle_ids)
    is_unknown = prepared.arm.device is not None
    times = [math.nan if is_unknown else tally.advised_time_s.get(v, 0.0) for v in ids]
    changes = [None if is_unknown else tally.advice_changes.get(v, 0) for v in ids]
    return pl.DataFrame(
        {"vehicle_id": ids, "advised_s": times, "advice_changes": changes},
        schema={"vehicle_id": pl.String, "advised_s": pl.Float64, "advice_changes": pl.Int64},
    )
