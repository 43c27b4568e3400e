"""From what SUMO recorded of a run to one row per vehicle, road and moment.

The trace is SUMO's own output (position, speed, acceleration, slope of every vehicle and step),
the same for all arms, so that no arm is measured by other means than another.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from corridor import MainRoad, RoadNetwork
from emissions import Account, EmissionMap, account_steps, column_parts

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
    rows = []
    for _, element in ET.iterparse(tripinfo):
        if element.tag != "tripinfo":
            continue
        emissions = element.find("emissions")
        counted = {} if emissions is None else emissions.attrib
        number = {k: float(element.get(k, "nan")) for k in ("depart", "departDelay", "duration")}
        has_departed = number["depart"] >= 0.0
        rows.append(
            {
                "vehicle_id": element.get("id"),
                "depart_s": number["depart"] - number["departDelay"],
                "depart_delay_s": number["departDelay"],
                "duration_s": number["duration"],
                "distance_m": float(element.get("routeLength", "nan")),
                "arrival_speed_mps": float(element.get("arrivalSpeed", "nan")),
                **{
                    column: float(counted.get(name, "nan")) * scale
                    for column, (name, scale) in OWN_QUANTITIES.items()
                },
                "finished": float(element.get("arrival", "-1")) >= 0.0,
                "departed": has_departed,
            }
        )
        element.clear()
    return pl.DataFrame(rows, schema=TRIP_SCHEMA)


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
    trace = (
        pl.read_parquet(fcd, columns=list(COLUMNS))
        .rename(COLUMNS)
        .filter(pl.col("vehicle_id").is_not_null())
        .with_columns(pl.col(list(COLUMNS.values())[3:]).cast(pl.Float64))
        .sort("vehicle_id", "time_s", maintain_order=True)
    )
    is_first = pl.col("vehicle_id") != pl.col("vehicle_id").shift(1)
    return trace.with_columns(is_move=~is_first.fill_null(value=True))


def add_arrivals(trace: pl.DataFrame, trips: pl.DataFrame, step_length_s: float) -> pl.DataFrame:
    """The trace with all steps that SUMO's emission device counts.

    SUMO does not record a vehicle in the step in which it arrives: that row is added, with the
    speed of arrival, at the place of the row before.
    """
    arrivals = (
        trace.group_by("vehicle_id", maintain_order=True)
        .last()
        .join(trips.filter("finished").select("vehicle_id", "arrival_speed_mps"), on="vehicle_id")
        .with_columns(
            accel_mps2=(pl.col("arrival_speed_mps") - pl.col("speed_mps")) / step_length_s,
            speed_mps=pl.col("arrival_speed_mps"),
            time_s=pl.col("time_s") + step_length_s,
            is_move=pl.lit(value=True),
        )
        .select(trace.columns)
    )
    return pl.concat([trace, arrivals]).sort("vehicle_id", "time_s", maintain_order=True)


def add_roads(trace: pl.DataFrame, network: RoadNetwork) -> pl.DataFrame:
    """With `edge_id`, its length and limit; a junction counts for the road that leads to it."""
    lanes = pl.DataFrame(
        {
            "lane": list(network.lane_edge),
            "edge_id": [None if e.startswith(":") else e for e in network.lane_edge.values()],
            "limit_mps": [network.lane_limit_mps[lane] for lane in network.lane_edge],
        },
        schema={"lane": pl.String, "edge_id": pl.String, "limit_mps": pl.Float64},
    )
    lengths = pl.DataFrame(
        {
            "edge_id": list(network.edge_length_m),
            "edge_length_m": list(network.edge_length_m.values()),
        },
        schema={"edge_id": pl.String, "edge_length_m": pl.Float64},
    )
    return (
        trace.join(lanes, on="lane", how="left", maintain_order="left")
        .with_columns(pl.col("edge_id").forward_fill().over("vehicle_id"))
        .join(lengths, on="edge_id", how="left", maintain_order="left")
    )


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
    """One row per vehicle that drove: stops, creeping, harsh braking, accounts."""
    factors = pl.DataFrame(
        {"vehicle_id": list(speed_factor), "speed_factor": list(speed_factor.values())},
        schema={"vehicle_id": pl.String, "speed_factor": pl.Float64},
    )
    is_move = pl.col("is_move")
    is_slow = (pl.col("speed_mps") < STOP_SPEED_MPS) & is_move
    is_harsh = (pl.col("accel_mps2") < HARSH_MPS2) & is_move
    ceiling_mps = pl.col("limit_mps") * pl.col("speed_factor") + CEILING_TOLERANCE_MPS
    marked = trace.join(factors, on="vehicle_id", how="left", maintain_order="left").with_columns(
        is_slow=is_slow,
        slow_run=(is_slow != is_slow.shift(1)).fill_null(value=True).cum_sum().over("vehicle_id"),
        starts_harsh=is_harsh & ~is_harsh.shift(1).fill_null(value=False).over("vehicle_id"),
        creeps=pl.col("speed_mps").is_between(*CREEP_MPS) & is_move,
        is_over=(pl.col("speed_mps") > ceiling_mps) & is_move,
    )
    n_needed = int(np.ceil(STOP_TIME_S / step_length_s - 1e-9))
    stops = (
        marked.filter("is_slow")
        .group_by("vehicle_id", "slow_run")
        .len()
        .filter(pl.col("len") >= n_needed)
        .group_by("vehicle_id")
        .agg(stops=pl.len().cast(pl.Int64))
    )
    accounts = [pl.col(column).sum() for column in account_columns(trace)]
    return (
        marked.group_by("vehicle_id", maintain_order=True)
        .agg(
            pl.col("speed_factor").first(),
            *accounts,
            creep_time_s=pl.col("creeps").sum() * step_length_s,
            over_ceiling_s=pl.col("is_over").sum() * step_length_s,
            harsh_brakings=pl.col("starts_harsh").sum().cast(pl.Int64),
        )
        .join(stops, on="vehicle_id", how="left", maintain_order="left")
        .with_columns(pl.col("stops").fill_null(0))
    )


def count_blockers(trace: pl.DataFrame, patience_s: float, step_length_s: float) -> int:
    """How often a vehicle stood inside a junction for at least a time."""
    is_blocking = (pl.col("speed_mps") < CREEP_MPS[0]) & pl.col("lane").str.starts_with(":")
    marked = trace.select(
        "vehicle_id",
        is_blocking=is_blocking,
        run=(is_blocking != is_blocking.shift(1)).fill_null(value=True).cum_sum(),
    )
    runs = marked.filter("is_blocking").group_by("vehicle_id", "run").len()
    return runs.filter(pl.col("len") * step_length_s >= patience_s).height


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisedSteps:
    """Which vehicle had advice when; rows of two parallel lists."""

    time_s: Sequence[float]
    vehicle_id: Sequence[str]


def trajectory_rows(
    trace: pl.DataFrame, main_road: Sequence[MainRoad], advised: AdvisedSteps
) -> pl.DataFrame:
    """Where each vehicle was along the main road, while it was on it."""
    places = pl.DataFrame(
        [
            (direction, edge, start_m)
            for direction, road in enumerate(main_road)
            for edge, start_m in zip(road.edges, road.starts_m, strict=True)
        ],
        schema={"direction": pl.Int64, "edge_id": pl.String, "start_m": pl.Float64},
        orient="row",
    ).unique("edge_id", keep="first", maintain_order=True)
    told = pl.DataFrame(
        {"time_s": advised.time_s, "vehicle_id": advised.vehicle_id},
        schema={"time_s": pl.Float64, "vehicle_id": pl.String},
    ).with_columns(advised=pl.lit(value=True))
    # On a junction a position counts from its start, which is the end of the edge before it.
    before_m = pl.when(pl.col("lane").str.starts_with(":")).then("edge_length_m").otherwise(0.0)
    return (
        trace.join(places, on="edge_id", maintain_order="left")
        .join(told, on=["time_s", "vehicle_id"], how="left", maintain_order="left")
        .select(
            "direction",
            "vehicle_id",
            "equipped",
            pl.col("advised").fill_null(value=False),
            "time_s",
            position_m=pl.col("start_m") + before_m + pl.col("position_m"),
            speed_mps=pl.col("speed_mps"),
        )
    )
