"""When each vehicle crossed the stop line of each signal on its way."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor import RoadNetwork
from emissions import FloatArray
from experiments.lookup import BoolArray, IntArray, numbered

Route = tuple[str, ...]

CROSSING_SCHEMA = {
    "vehicle_id": pl.String,
    "place": pl.Int64,
    "signal_id": pl.String,
    "link_index": pl.Int64,
    "edge_id": pl.String,
    "street": pl.String,
    "main": pl.Boolean,
    "time_s": pl.Float64,
    "distance_m": pl.Float64,
}


def with_distance(trace: pl.DataFrame, step_length_s: float) -> pl.DataFrame:
    """The trace with `distance_m`, the way that each vehicle has driven since its insertion."""
    step_m = pl.when("is_move").then(pl.col("speed_mps") * step_length_s).otherwise(0.0)
    return trace.with_columns(distance_m=step_m.cum_sum().over("vehicle_id"))


def crossing_rows(
    measured: pl.DataFrame,
    network: RoadNetwork,
    routes: Mapping[str, Route],
    main_edges: Collection[str],
) -> pl.DataFrame:
    """One row per vehicle and signal on its way, in the order of the way.

    Args:
        measured: Trace with roads and `distance_m`, by vehicle and time.
        network: The road.
        routes: Edges of each vehicle.
        main_edges: Edges of the main road.

    Returns:
        vehicle_id, place (of the edge before the line, in the route), signal_id, link_index,
        edge_id and street before the line, main (whether that is the main road), time_s (within
        a step, at the speed of the step), distance_m (from the insertion).
    """
    vehicle, vehicles = numbered(measured["vehicle_id"])
    lane, lanes = numbered(measured["lane"])
    before = _rows_before_changes(vehicle, lane, lanes.len())
    moves = zip(
        vehicles[vehicle[before]].to_list(),
        lanes[lane[before]].to_list(),
        lanes[lane[before + 1]].to_list(),
        strict=True,
    )
    found = list(_crossed(moves, network, routes))
    edges = [each.edge for each in found]
    rows = before[np.array([each.move for each in found], dtype=np.int64)]
    is_at_line = np.array([each.is_at_line for each in found], dtype=np.bool_)
    lengths_m = np.array([network.edge_length_m[edge] for edge in edges], dtype=np.float64)
    time_s, way_m = _when(measured, rows, is_at_line, lengths_m)
    streets = {edge: network.street_name([edge]) for edge in set(edges)}
    table = pl.DataFrame(
        {
            "vehicle_id": vehicles[vehicle[rows]],
            "place": [each.place for each in found],
            "signal_id": [each.signal for each in found],
            "link_index": [each.link_index for each in found],
            "edge_id": edges,
            "street": [streets[edge] for edge in edges],
            "main": [edge in main_edges for edge in edges],
            "time_s": time_s,
            "distance_m": way_m,
        },
        schema=CROSSING_SCHEMA,
    )
    return table.sort("vehicle_id", "place")


class _Crossed(NamedTuple):
    """A vehicle went over a signal's stop line when it came to another lane."""

    move: int
    """Which of all comings to another lane."""
    place: int
    """Of the edge before the line, in the route."""
    edge: str
    signal: str
    link_index: int
    is_at_line: bool
    """Whether it was on that edge before; else it passed the whole edge within the step."""


def _rows_before_changes(vehicle: IntArray, lane: IntArray, no_lane: int) -> IntArray:
    """Rows whose vehicle is on another lane in the row that follows."""
    changes = (vehicle[1:] == vehicle[:-1]) & (lane[1:] != lane[:-1])
    changes &= (lane[1:] != no_lane) & (lane[:-1] != no_lane)
    return np.flatnonzero(changes)


def _crossed(
    moves: Iterable[tuple[str, str, str]], network: RoadNetwork, routes: Mapping[str, Route]
) -> Iterator[_Crossed]:
    """The stop lines that were crossed.

    Args:
        moves: Vehicle, its lane, and the lane that it came to within a step; by vehicle and time.
        network: The road.
        routes: Edges of each vehicle.
    """
    who, halves = "", 0
    route: Route = ()
    lane_edge = network.lane_edge
    for move, (vehicle_id, from_lane, to_lane) in enumerate(moves):
        if vehicle_id != who:
            who, route = vehicle_id, routes[vehicle_id]
            halves = _halves_to(lane_edge[from_lane], route, 0)
        reached = _halves_to(lane_edge[to_lane], route, halves)
        for place in range((halves + 1) // 2, min((reached + 1) // 2, len(route) - 1)):
            edge = route[place]
            movement = network.movement(edge, route[place + 1])
            if movement is not None:
                link = movement.links.get(from_lane, movement.first_link)
                is_at_line = lane_edge[from_lane] == edge
                yield _Crossed(move, place, edge, link.signal, link.index, is_at_line)
        halves = reached


def _halves_to(edge: str, route: Route, halves: int) -> int:
    """Twice the place on the route that an edge is at; on the junction behind a place one more."""
    if edge.startswith(":"):
        return halves | 1
    try:
        return 2 * route.index(edge, (halves + 1) // 2)
    except ValueError:
        return halves


def _when(
    measured: pl.DataFrame, rows: IntArray, is_at_line: BoolArray, lengths_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """When stop lines were crossed, and how far the vehicles had driven then.

    Args:
        measured: Trace with `distance_m`.
        rows: (m,) rows of the vehicles' last steps before the lines.
        is_at_line: (m,) whether they were on the edges that end at the lines.
        lengths_m: (m,) of those edges.
    """
    position_m, time_s, speed_mps, way_m = (
        measured[name].to_numpy() for name in ("position_m", "time_s", "speed_mps", "distance_m")
    )
    step_s, speed_mps = time_s[rows + 1] - time_s[rows], speed_mps[rows + 1]
    # A short edge was passed within the step: counted back from where the vehicle is behind it.
    passed_m = speed_mps * step_s - position_m[rows + 1]
    ahead_m = np.maximum(np.where(is_at_line, lengths_m - position_m[rows], passed_m), 0.0)
    drives = speed_mps > 0.0
    within_s = np.where(
        drives, np.minimum(ahead_m / np.where(drives, speed_mps, 1.0), step_s), step_s
    )
    return time_s[rows] + within_s, way_m[rows] + ahead_m
