"""Where along the way, and when, a drive was paid for: approaches to signals, and minutes."""

from collections.abc import Collection

import polars as pl

from experiments.trace import account_columns

AT_M = 50.0
"""So near before a stop line a vehicle is at the signal: in what is left of its queue."""
BEHIND_M = 150.0
"""So far behind a stop line it is behind the signal: it regains its speed. Less where the way to
the next stop line is shorter than twice this."""
BEFORE_M = 600.0
"""So far before a stop line it is before the signal: where advice is given."""
ZONES = ("before", "at", "behind", "elsewhere")
"""Parts of the way that are told apart."""
MINUTE_S = 60.0


def road_rows(
    trace: pl.DataFrame, main_edges: Collection[str], step_length_s: float
) -> pl.DataFrame:
    """One row per road and kind of vehicle: time, distance and accounts.

    Args:
        trace: With roads, accounts and `equipped`.
        main_edges: Edges of the main road.
        step_length_s: Length of a step.
    """
    keys = ["edge_id", "equipped"]
    return (
        _sums(trace.with_columns(pl.col("edge_id").fill_null("")), keys, step_length_s)
        .with_columns(main=pl.col("edge_id").is_in(list(main_edges)))
        .sort(keys)
    )


def place_steps(measured: pl.DataFrame, crossings: pl.DataFrame) -> pl.DataFrame:
    """The trace with `zone`, and `signal_id` and `edge_id` of the approach that it belongs to.

    A step counts for the place where it ends. The borders are fixed distances, so that no arm
    moves them by what it does.

    Args:
        measured: Trace with `distance_m`, by vehicle and time.
        crossings: As from `crossing_rows`: the stop lines on each vehicle's way.
    """
    lines = crossings.select(
        "vehicle_id", "signal_id", pl.col("edge_id").alias("approach"), line_m=pl.col("distance_m")
    ).sort("vehicle_id", "line_m")
    steps = measured.drop("edge_id").sort("vehicle_id", "distance_m", maintain_order=True)
    found = steps
    for suffix, strategy in (("_next", "forward"), ("_last", "backward")):
        named = lines.rename({n: f"{n}{suffix}" for n in ("signal_id", "approach", "line_m")})
        found = found.join_asof(
            named,
            left_on="distance_m",
            right_on=f"line_m{suffix}",
            by="vehicle_id",
            strategy=strategy,  # type: ignore[arg-type]
            # Both tables are sorted within each vehicle.
            check_sortedness=False,
        )
    ahead_m = pl.col("line_m_next") - pl.col("distance_m")
    past_m = pl.col("distance_m") - pl.col("line_m_last")
    half_m = (pl.col("line_m_next") - pl.col("line_m_last")) / 2.0
    reach_m = pl.min_horizontal(half_m, pl.lit(BEHIND_M))
    zone = (
        pl.when(past_m < reach_m)
        .then(pl.lit("behind"))
        .when(ahead_m <= AT_M)
        .then(pl.lit("at"))
        .when(ahead_m <= BEFORE_M)
        .then(pl.lit("before"))
        .otherwise(pl.lit("elsewhere"))
    )

    def of_zone(name: str) -> pl.Expr:
        return (
            pl.when(pl.col("zone") == "behind")
            .then(f"{name}_last")
            .when(pl.col("zone") != "elsewhere")
            .then(f"{name}_next")
        )

    return found.with_columns(zone=zone).with_columns(
        signal_id=of_zone("signal_id"), edge_id=of_zone("approach")
    )


def approach_rows(
    placed: pl.DataFrame, crossings: pl.DataFrame, step_length_s: float
) -> pl.DataFrame:
    """One row per approach, zone and kind of vehicle: passages, time, distance and accounts.

    What is emitted far from any signal stands in rows without one, so that all add up.

    Args:
        placed: As from `place_steps`, with `equipped`.
        crossings: As from `crossing_rows`.
        step_length_s: Length of a step.
    """
    keys = ["signal_id", "edge_id", "equipped"]
    kinds = placed.select("vehicle_id", "equipped").unique()
    passages = crossings.join(kinds, on="vehicle_id").group_by(keys).agg(passages=pl.len())
    return (
        _sums(placed, [*keys, "zone"], step_length_s)
        .join(passages, on=keys, how="left")
        .with_columns(pl.col("passages").fill_null(0).cast(pl.Int64))
        .sort([*keys, "zone"], nulls_last=True)
    )


def minute_rows(trace: pl.DataFrame, step_length_s: float) -> pl.DataFrame:
    """One row per minute and kind of vehicle: time, distance and accounts.

    Args:
        trace: With accounts and `equipped`.
        step_length_s: Length of a step.
    """
    minute_s = (pl.col("time_s") / MINUTE_S).floor() * MINUTE_S
    keys = ["minute_s", "equipped"]
    return _sums(trace.with_columns(minute_s=minute_s), keys, step_length_s).sort(keys)


def _sums(trace: pl.DataFrame, keys: list[str], step_length_s: float) -> pl.DataFrame:
    return (
        trace.filter("is_move")
        .group_by(keys)
        .agg(
            vehicle_s=pl.len() * step_length_s,
            distance_m=pl.col("speed_mps").sum() * step_length_s,
            **{column: pl.col(column).sum() for column in account_columns(trace)},
        )
    )
