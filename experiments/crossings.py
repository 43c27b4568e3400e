"""When each vehicle crossed the stop line of each signal on its way."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from corridor import RoadNetwork

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
    moves = _lane_changes(measured)
    names = ("vehicle_id", *_Move._fields)
    rows = _crossings(moves.select(names).iter_rows(), network, routes)
    table = pl.DataFrame(
        [
            (
                vehicle_id,
                line.place,
                line.signal,
                line.link_index,
                line.edge,
                network.street_name([line.edge]),
                line.edge in main_edges,
                line.time_s,
                line.distance_m,
            )
            for vehicle_id, line in rows
        ],
        schema=CROSSING_SCHEMA,
        orient="row",
    )
    return table.sort("vehicle_id", "place")


class _Move(NamedTuple):
    """A vehicle was on one lane, and a step later on another."""

    from_lane: str
    from_m: float
    from_s: float
    from_way_m: float
    lane: str
    position_m: float
    time_s: float
    speed_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossing:
    place: int
    signal: str
    link_index: int
    edge: str
    time_s: float
    distance_m: float


def _lane_changes(measured: pl.DataFrame) -> pl.DataFrame:
    before = {
        "from_lane": "lane",
        "from_m": "position_m",
        "from_s": "time_s",
        "from_way_m": "distance_m",
    }
    shifted = (
        pl.col(name).shift(1).over("vehicle_id").alias(new_name)
        for new_name, name in before.items()
    )
    return measured.with_columns(*shifted).filter(pl.col("lane") != pl.col("from_lane"))


def _crossings(
    moves: Iterable[tuple[object, ...]], network: RoadNetwork, routes: Mapping[str, Route]
) -> Iterator[tuple[str, _Crossing]]:
    who, at = "", 0.0
    route: Route = ()
    for vehicle_id, *values in moves:
        move = _Move(*values)  # type: ignore[arg-type]
        if vehicle_id != who:
            who, route = str(vehicle_id), routes[str(vehicle_id)]
            at = _place_on(route, move.from_lane, network, 0.0)
        reached = _place_on(route, move.lane, network, at)
        for place in range(math.ceil(at), min(math.ceil(reached), len(route) - 1)):
            crossing = _cross(place, route, move, network)
            if crossing is not None:
                yield who, crossing
        at = reached


def _place_on(route: Route, lane: str, network: RoadNetwork, at: float) -> float:
    """Place on the route: of an edge its number, on the junction behind it half more."""
    edge = network.lane_edge[lane]
    if edge.startswith(":"):
        return math.floor(at) + 0.5
    first = math.ceil(at)
    return float(route.index(edge, first)) if edge in route[first:] else at


def _cross(place: int, route: Route, move: _Move, network: RoadNetwork) -> _Crossing | None:
    edge = route[place]
    movement = network.movement(edge, route[place + 1])
    if movement is None:
        return None
    step_s = move.time_s - move.from_s
    ahead_m = _ahead_m(edge, move, network)
    within_s = min(ahead_m / move.speed_mps, step_s) if move.speed_mps > 0.0 else step_s
    link = movement.links.get(move.from_lane, movement.first_link)
    return _Crossing(
        place=place,
        signal=link.signal,
        link_index=link.index,
        edge=edge,
        time_s=move.from_s + within_s,
        distance_m=move.from_way_m + ahead_m,
    )


def _ahead_m(edge: str, move: _Move, network: RoadNetwork) -> float:
    """How far the stop line was ahead when the step began."""
    if network.lane_edge[move.from_lane] == edge:
        return max(network.edge_length_m[edge] - move.from_m, 0.0)
    # A short edge was passed within the step: counted back from where the vehicle is behind it.
    driven_m = move.speed_mps * (move.time_s - move.from_s)
    return max(driven_m - move.position_m, 0.0)
