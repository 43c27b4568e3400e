"""Where along the way, and when, a drive was paid for: approaches to signals, and minutes."""

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from emissions import FloatArray
from experiments.lookup import IntArray, as_enum, groups, is_first, numbered
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
        _sums(trace, keys, step_length_s)
        .with_columns(pl.col("edge_id").fill_null(""))
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
    vehicle, vehicles = numbered(measured["vehicle_id"])
    of_vehicle = pl.DataFrame({"vehicle_id": vehicles, "vehicle": range(len(vehicles))})
    lines = (
        crossings.select("vehicle_id", "signal_id", "edge_id", "distance_m")
        .join(of_vehicle, on="vehicle_id")
        .sort("vehicle", "distance_m")
    )
    way_m, line_m = measured["distance_m"].to_numpy(), lines["distance_m"].to_numpy()
    following, last = _lines_around(vehicle, way_m, lines["vehicle"].to_numpy(), line_m)
    # Behind all lines stands one more, which is none.
    line_m = np.append(line_m, np.nan)
    ahead_m, past_m = line_m[following] - way_m, way_m - line_m[last]
    reach_m = np.fmin((line_m[following] - line_m[last]) / 2.0, BEHIND_M)
    zone = np.select(
        [past_m < reach_m, ahead_m <= AT_M, ahead_m <= BEFORE_M],
        [ZONES.index(name) for name in ("behind", "at", "before")],
        ZONES.index("elsewhere"),
    )
    belongs = np.select(
        [zone == ZONES.index("behind"), zone != ZONES.index("elsewhere")],
        [last, following],
        lines.height,
    )
    names = lines.select(as_enum(lines[name]) for name in ("signal_id", "edge_id"))
    return (
        measured.drop("edge_id")
        .hstack(names.vstack(names.clear(1))[belongs])
        .with_columns(zone=pl.Series(ZONES, dtype=pl.Enum(ZONES))[zone])
    )


def _lines_around(
    vehicle: IntArray, way_m: FloatArray, line_vehicle: IntArray, line_m: FloatArray
) -> tuple[IntArray, IntArray]:
    """The stop lines next to each step on the way of its vehicle.

    Args:
        vehicle: (n,) number of the vehicle of each step, rising.
        way_m: (n,) how far it has come.
        line_vehicle: (k,) number of the vehicle that crosses each line, rising.
        line_m: (k,) how far it has come there, rising for each vehicle.

    Returns:
        (n,) the first line at or behind the step; (n,) the last one at or before it; k: none.
    """
    n_lines = line_m.size
    following, last = (np.full(vehicle.size, n_lines) for _ in range(2))
    numbers = np.unique(line_vehicle)
    steps, lines = (
        (np.searchsorted(rows, numbers), np.searchsorted(rows, numbers, "right"))
        for rows in (vehicle, line_vehicle)
    )
    for start, end, first, behind in zip(*steps, *lines, strict=True):
        own_m, ways_m = line_m[first:behind], way_m[start:end]
        ahead = own_m.searchsorted(ways_m)
        following[start:end] = np.where(ahead < own_m.size, first + ahead, n_lines)
        past = own_m.searchsorted(ways_m, "right")
        last[start:end] = np.where(past > 0, first + past - 1, n_lines)
    return following, last


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
    first = placed.filter(pl.Series(is_first(numbered(placed["vehicle_id"]).number)))
    kinds = first.select(pl.col("vehicle_id").cast(pl.String), "equipped")
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
    minute = (pl.col("time_s") / MINUTE_S).floor().cast(pl.Int64)
    sums = _sums(trace.with_columns(minute_s=minute), ["minute_s", "equipped"], step_length_s)
    return sums.with_columns(pl.col("minute_s") * MINUTE_S).sort("minute_s", "equipped")


def _sums(trace: pl.DataFrame, keys: list[str], step_length_s: float) -> pl.DataFrame:
    """Time, distance and accounts of the steps that have the same keys."""
    moving = trace["is_move"].to_numpy()
    number, first = groups(trace, keys)
    # Who was just inserted has driven nothing: these rows make a group that is left out.
    number = np.where(moving, number, first.size)

    def total(column: str | None = None) -> NDArray[Any]:
        weights = None if column is None else trace[column].to_numpy()
        return np.bincount(number, weights, minlength=first.size)[: first.size]

    n_steps = total()
    names = pl.col(pl.Enum)
    sums = (
        trace.select(keys)[first]
        .with_columns(names.cast(pl.String))
        .with_columns(
            vehicle_s=pl.Series(n_steps * step_length_s),
            distance_m=pl.Series(total("speed_mps") * step_length_s),
            **{column: pl.Series(total(column)) for column in account_columns(trace)},
        )
    )
    return sums.filter(pl.Series(n_steps > 0))
