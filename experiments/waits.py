"""How long each vehicle waited at each signal: from when it first stands until it is through.

Moving up in a queue ends no wait, so creeping hides none: whoever stands a second time at the same
signal has waited all the time between. Time at scheduled stops is no wait.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from emissions import FloatArray
from experiments.lookup import IntArray, is_first, numbered, run_lengths
from experiments.places import BEFORE_M
from experiments.trace import STOP_SPEED_MPS, STOP_TIME_S

STOPS_FILE = "stops.xml"
"""Where SUMO writes when vehicles served scheduled stops."""
DWELL_SCHEMA = {"vehicle_id": pl.String, "started_s": pl.Float64, "ended_s": pl.Float64}
_NOWHERE = pl.lit(None, dtype=pl.String)


def wait_rows(
    measured: pl.DataFrame, crossings: pl.DataFrame, dwells: pl.DataFrame, step_length_s: float
) -> pl.DataFrame:
    """The wait of each vehicle at each stop line that it crossed.

    It lasts from the end of the first step below 5 km/h (of those that follow each other for at
    least 2 s, at most 600 m before the line and behind the one before) until the line is crossed,
    without scheduled stops between.

    Args:
        measured: Trace with `distance_m`, by vehicle and time; times are when steps end.
        crossings: As of `crossing_rows`.
        dwells: As of `read_dwells`.
        step_length_s: Length of a step.

    Returns:
        The crossings with `wait_s`, 0 where nobody stood.
    """
    halts = _halts(measured, dwells, step_length_s)
    return _with_waits(crossings, _first_halts(halts, crossings), dwells)


def read_dwells(stops: Path) -> pl.DataFrame:
    """When vehicles served scheduled stops, from SUMO's stop output; none where it is not there.

    Returns:
        vehicle_id, started_s, ended_s.
    """
    told = ET.parse(stops).getroot().iter("stopinfo") if stops.is_file() else ()
    rows = [
        (each.get("id", ""), float(each.get("started", "nan")), float(each.get("ended", "nan")))
        for each in told
    ]
    return pl.DataFrame(rows, schema=DWELL_SCHEMA, orient="row")


def longest_rows(waits: pl.DataFrame) -> pl.DataFrame:
    """Per vehicle that crossed a signal: its longest wait at one, and where; null where none.

    Args:
        waits: As of `wait_rows`.
    """
    longest = waits.sort("vehicle_id", "place").group_by("vehicle_id", maintain_order=True)
    at = pl.col("wait_s").arg_max()
    return longest.agg(
        longest_wait_s=pl.col("wait_s").max(),
        longest_wait_signal=pl.when(pl.col("wait_s").max() > 0.0)
        .then(pl.col("signal_id").get(at))
        .otherwise(_NOWHERE),
    )


def _halts(measured: pl.DataFrame, dwells: pl.DataFrame, step_length_s: float) -> pl.DataFrame:
    """When and where vehicles began to stand: vehicle_id, since_s, distance_m."""
    vehicle, vehicles = numbered(measured["vehicle_id"])
    speed_mps, time_s, way_m = (
        measured[name].to_numpy() for name in ("speed_mps", "time_s", "distance_m")
    )
    is_slow = (speed_mps < STOP_SPEED_MPS) & measured["is_move"].to_numpy()
    for dwelling in _dwelling_rows(dwells, vehicle, vehicles, time_s):
        is_slow[dwelling] = False
    _, n_steps = run_lengths(is_slow, vehicle)
    begins = is_slow & (is_first(vehicle) | ~np.concatenate([[False], is_slow[:-1]]))
    rows = np.flatnonzero(begins)[n_steps * step_length_s >= STOP_TIME_S - 1e-9]
    return pl.DataFrame(
        {
            "vehicle_id": vehicles[vehicle[rows]].cast(pl.String),
            "since_s": time_s[rows],
            "distance_m": way_m[rows],
        }
    )


def _dwelling_rows(
    dwells: pl.DataFrame, vehicle: IntArray, vehicles: pl.Series, time_s: FloatArray
) -> Iterator[slice]:
    """The rows of the trace in which vehicles serve scheduled stops."""
    number = {name: place for place, name in enumerate(vehicles)}
    for vehicle_id, started_s, ended_s in dwells.iter_rows():
        if vehicle_id in number:
            first, behind = np.searchsorted(vehicle, [number[vehicle_id], number[vehicle_id] + 1])
            start, end = np.searchsorted(time_s[first:behind], [started_s, ended_s], "right")
            yield slice(first + start, first + end)


def _first_halts(halts: pl.DataFrame, crossings: pl.DataFrame) -> pl.DataFrame:
    """When a vehicle first stood before each line: vehicle_id, place, since_s."""
    lines = crossings.select("vehicle_id", "place", "distance_m", line_m="distance_m")
    ahead = halts.sort("distance_m").join_asof(
        lines.sort("distance_m"),
        on="distance_m",
        by="vehicle_id",
        strategy="forward",
        check_sortedness=False,
    )
    near = ahead.filter(pl.col("line_m") - pl.col("distance_m") <= BEFORE_M)
    return near.group_by("vehicle_id", "place").agg(pl.col("since_s").min())


def _with_waits(crossings: pl.DataFrame, halts: pl.DataFrame, dwells: pl.DataFrame) -> pl.DataFrame:
    stood = crossings.join(
        halts, on=["vehicle_id", "place"], how="left", maintain_order="left"
    ).with_columns(wait_s=(pl.col("time_s") - pl.col("since_s")).fill_null(0.0))
    if dwells.is_empty():
        return stood.drop("since_s")
    within = pl.min_horizontal("ended_s", "time_s") - pl.max_horizontal("started_s", "since_s")
    dwelt = (
        stood.join(dwells, on="vehicle_id")
        .group_by("vehicle_id", "place")
        .agg(dwelt_s=within.clip(lower_bound=0.0).sum())
    )
    return (
        stood.join(dwelt, on=["vehicle_id", "place"], how="left", maintain_order="left")
        .with_columns((pl.col("wait_s") - pl.col("dwelt_s").fill_null(0.0)).clip(lower_bound=0.0))
        .drop("since_s", "dwelt_s")
    )
