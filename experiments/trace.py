"""From what SUMO recorded of a run to one row per vehicle, road and moment.

The trace is SUMO's own output (position, speed, acceleration, slope of every vehicle and step),
the same for all arms, so that no arm is measured by other means than another.
"""

from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

import numpy as np
import polars as pl

from corridor import RoadNetwork
from emissions import Account, EmissionMap, FloatArray, account_steps, column_parts
from experiments.lookup import (
    BoolArray,
    IntArray,
    as_enum,
    is_first,
    looked_up,
    numbered,
    run_lengths,
)

STOP_SPEED_MPS = 5.0 / 3.6
"""Slower is standing, if it lasts."""
STOP_TIME_S = 2.0
"""Shorter is no stop."""
CREEP_MPS = (0.1, 3.0)
"""Speeds that count as creeping."""
HARSH_MPS2 = -3.0
"""Braking below this is harsh."""
CEILING_TOLERANCE_MPS = 0.1
"""More above the driver's own ceiling than this counts as above."""
COLUMNS = {
    "timestep_time": "time_s",
    "vehicle_id": "vehicle_id",
    "vehicle_lane": "lane",
    "vehicle_pos": "position_m",
    "vehicle_speed": "speed_mps",
    "vehicle_acceleration": "accel_mps2",
    "vehicle_slope": "slope_deg",
}
OWN_QUANTITIES = {
    "co2_own_g": ("CO2_abs", 1e-3),
    "fuel_own_g": ("fuel_abs", 1e-3),
    "energy_own_wh": ("electricity_abs", 1.0),
    "nox_own_g": ("NOx_abs", 1e-3),
    "pmx_own_g": ("PMx_abs", 1e-3),
}
"""Column → what SUMO's emission device calls it, and that unit (mg, Wh) in the column's."""
TRIP_SCHEMA = {
    "vehicle_id": pl.String,
    "depart_s": pl.Float64,
    "depart_delay_s": pl.Float64,
    "duration_s": pl.Float64,
    "distance_m": pl.Float64,
    "arrival_speed_mps": pl.Float64,
    **dict.fromkeys(OWN_QUANTITIES, pl.Float64),
    "finished": pl.Boolean,
    "departed": pl.Boolean,
}


def read_trips(tripinfo: Path) -> pl.DataFrame:
    """One row per vehicle of SUMO's tripinfo, unfinished ones included."""
    trips: list[dict[str, str]] = []
    emissions: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "tripinfo":
            trips.append(attributes)
            emissions.append({})
        elif tag == "emissions" and trips:
            emissions[-1] = attributes

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with tripinfo.open("rb") as file:
        parser.ParseFile(file)

    def numbers(told: list[dict[str, str]], name: str, default: str = "nan") -> FloatArray:
        return np.array([float(each.get(name, default)) for each in told], dtype=np.float64)

    depart_s, depart_delay_s = numbers(trips, "depart"), numbers(trips, "departDelay")
    columns = {
        "vehicle_id": [trip.get("id") for trip in trips],
        "depart_s": depart_s - depart_delay_s,
        "depart_delay_s": depart_delay_s,
        "duration_s": numbers(trips, "duration"),
        "distance_m": numbers(trips, "routeLength"),
        "arrival_speed_mps": numbers(trips, "arrivalSpeed"),
        **{
            column: numbers(emissions, name) * scale
            for column, (name, scale) in OWN_QUANTITIES.items()
        },
        "finished": numbers(trips, "arrival", "-1") >= 0.0,
        "departed": depart_s >= 0.0,
    }
    return pl.DataFrame(columns, schema=TRIP_SCHEMA)


def read_trace(fcd: Path) -> pl.DataFrame:
    """Every step of every vehicle, as SUMO recorded it.

    Returns:
        Rows sorted by vehicle and time, with `is_move` false for the moment of insertion.
    """
    schema = pl.read_parquet_schema(fcd)
    if not schema:
        empty = {"time_s": pl.Float64, "vehicle_id": pl.String, "lane": pl.String}
        numbers = dict.fromkeys(list(COLUMNS.values())[3:], pl.Float64)
        return pl.DataFrame(schema={**empty, **numbers, "is_move": pl.Boolean})
    recorded = (
        pl.read_parquet(fcd, columns=list(COLUMNS))
        .rename(COLUMNS)
        .filter(pl.col("vehicle_id").is_not_null())
    )
    names = (as_enum(recorded[name]) for name in ("vehicle_id", "lane"))
    # SUMO records one step after the other: within a vehicle the rows stay as they are.
    trace = recorded.with_columns(*names).sort("vehicle_id", maintain_order=True)
    vehicle = trace["vehicle_id"].to_physical()
    return trace.with_columns(
        pl.col(list(COLUMNS.values())[3:]).cast(pl.Float64),
        is_move=(vehicle == vehicle.shift(1)).fill_null(value=False),
    )


def add_arrivals(trace: pl.DataFrame, trips: pl.DataFrame, step_length_s: float) -> pl.DataFrame:
    """The trace with all steps that SUMO's emission device counts.

    SUMO does not record a vehicle in the step in which it arrives: that row is added, with the
    speed of arrival, at the place of the row before.
    """
    vehicle = trace["vehicle_id"]
    last = trace.filter((vehicle != vehicle.shift(-1)).fill_null(value=True))
    ends = looked_up(
        last["vehicle_id"], trips.select("vehicle_id", "arrival_speed_mps", "finished")
    )
    arrivals = (
        last.hstack(ends)
        .filter("finished")
        .with_columns(
            accel_mps2=(pl.col("arrival_speed_mps") - pl.col("speed_mps")) / step_length_s,
            speed_mps=pl.col("arrival_speed_mps"),
            time_s=pl.col("time_s") + step_length_s,
            is_move=pl.lit(value=True),
        )
        .select(trace.columns)
    )
    return pl.concat([trace, arrivals]).sort("vehicle_id", maintain_order=True)


def add_roads(trace: pl.DataFrame, network: RoadNetwork) -> pl.DataFrame:
    """With `edge_id`, its length and limit; a junction counts for the road that leads to it."""
    edges = [None if e.startswith(":") else e for e in network.lane_edge.values()]
    lanes = pl.DataFrame(
        {
            "lane": list(network.lane_edge),
            "edge_id": as_enum(pl.Series(edges, dtype=pl.String)),
            "limit_mps": [network.lane_limit_mps[lane] for lane in network.lane_edge],
        },
        schema_overrides={"lane": pl.String, "limit_mps": pl.Float64},
    )
    lengths = pl.DataFrame(
        {
            "edge_id": list(network.edge_length_m),
            "edge_length_m": list(network.edge_length_m.values()),
        },
        schema={"edge_id": pl.String, "edge_length_m": pl.Float64},
    )
    on_road = trace.hstack(looked_up(trace["lane"], lanes)).with_columns(
        pl.col("edge_id").forward_fill().over("vehicle_id")
    )
    return on_road.hstack(looked_up(on_road["edge_id"], lengths))


def account_columns(table: pl.DataFrame) -> list[str]:
    """Columns of accounts, in the order of the table."""
    return [name for name in table.columns if column_parts(name) is not None]


def add_accounts(
    trace: pl.DataFrame, maps: Mapping[Account, EmissionMap], step_length_s: float
) -> pl.DataFrame:
    """With one column per account: g or Wh of each step."""
    steps = account_steps(
        maps,
        trace["speed_mps"].to_numpy(),
        trace["accel_mps2"].to_numpy(),
        trace["slope_deg"].to_numpy(),
        step_length_s=step_length_s,
    )
    is_move = trace["is_move"].to_numpy()
    return trace.with_columns(
        **{column: np.where(is_move, values, 0.0) for column, values in steps.items()}
    )


def vehicle_rows(
    trace: pl.DataFrame, speed_factor: Mapping[str, float], step_length_s: float
) -> pl.DataFrame:
    """One row per vehicle that drove: stops, creeping, harsh braking, free time, accounts.

    The free time (`free_s`) is what its way takes at the driver's own ceiling: limit times own
    speed factor of each lane that it drove on.
    """
    vehicle, names = numbered(trace["vehicle_id"])
    known = pl.Series("speed_factor", list(map(speed_factor.get, names)), dtype=pl.Float64)
    factors = known.to_numpy()
    speed_mps, accel_mps2, limit_mps = (
        trace[name].to_numpy() for name in ("speed_mps", "accel_mps2", "limit_mps")
    )
    is_move = trace["is_move"].to_numpy()
    is_slow = (speed_mps < STOP_SPEED_MPS) & is_move
    creeps = (speed_mps >= CREEP_MPS[0]) & (speed_mps <= CREEP_MPS[1]) & is_move
    ceiling_mps = limit_mps * factors[vehicle]
    is_over = (speed_mps > ceiling_mps + CEILING_TOLERANCE_MPS) & is_move
    is_free = is_move & (ceiling_mps > 0.0)
    free_s = np.where(is_free, speed_mps * step_length_s, 0.0) / np.where(is_free, ceiling_mps, 1.0)
    halts, n_steps = run_lengths(is_slow, vehicle)
    n_needed = int(np.ceil(STOP_TIME_S / step_length_s - 1e-9))
    brakings, _ = run_lengths((accel_mps2 < HARSH_MPS2) & is_move, vehicle)
    first = is_first(vehicle)
    who = vehicle[first]

    def count(vehicles: IntArray) -> IntArray:
        return np.bincount(vehicles, minlength=names.len())[who]

    accounts = trace.group_by("vehicle_id", maintain_order=True).agg(
        pl.col(column).sum() for column in account_columns(trace)
    )
    return accounts.select(
        pl.col("vehicle_id").cast(pl.String),
        known[who],
        pl.exclude("vehicle_id"),
        creep_time_s=pl.Series(count(vehicle[creeps]) * step_length_s),
        over_ceiling_s=pl.Series(count(vehicle[is_over]) * step_length_s),
        harsh_brakings=pl.Series(count(brakings)),
        stops=pl.Series(count(halts[n_steps >= n_needed])),
        free_s=pl.Series(np.bincount(vehicle, free_s, minlength=names.len())[who]),
    )


def count_blockers(trace: pl.DataFrame, patience_s: float, step_length_s: float) -> int:
    """How often a vehicle stood inside a junction for at least a time."""
    lane, lanes = numbered(trace["lane"])
    is_blocking = (trace["speed_mps"].to_numpy() < CREEP_MPS[0]) & is_inside(lanes)[lane]
    _, n_steps = run_lengths(is_blocking, numbered(trace["vehicle_id"]).number)
    return int(np.count_nonzero(n_steps * step_length_s >= patience_s))


def is_inside(lanes: pl.Series) -> BoolArray:
    """Whether each of some lanes is inside a junction; no lane (one more value) is not."""
    return np.append(lanes.str.starts_with(":").to_numpy(), False)
