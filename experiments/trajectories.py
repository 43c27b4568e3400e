"""Where vehicles were along the main road, and which of them had advice."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor import MainRoad
from experiments.lookup import looked_up, numbered
from experiments.trace import is_inside


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
    on_road = trace.hstack(looked_up(trace["edge_id"], places)).filter(
        pl.col("direction").is_not_null()
    )
    told = pl.DataFrame(
        {"time_s": advised.time_s, "vehicle_id": advised.vehicle_id},
        schema={"time_s": pl.Float64, "vehicle_id": pl.String},
    ).select(
        "time_s",
        pl.col("vehicle_id").cast(trace.schema["vehicle_id"], strict=False),
        advised=pl.lit(value=True),
    )
    lane, lanes = numbered(on_road["lane"])
    # On a junction a position counts from its start, which is the end of the edge before it.
    before_m = pl.when(pl.Series(is_inside(lanes)[lane])).then("edge_length_m").otherwise(0.0)
    return on_road.join(
        told, on=["time_s", "vehicle_id"], how="left", maintain_order="left"
    ).select(
        "direction",
        pl.col("vehicle_id").cast(pl.String),
        "equipped",
        pl.col("advised").fill_null(value=False),
        "time_s",
        position_m=pl.col("start_m") + before_m + pl.col("position_m"),
        speed_mps=pl.col("speed_mps"),
    )
