"""Who must not be advised, for the sake of others."""

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.interface import Traffic

LOOKED_BACK = 5
"""Vehicles behind that are looked at."""
BEHIND = np.arange(1, LOOKED_BACK + 1)[:, np.newaxis]
"""Places from each vehicle to those."""


def holds_up(
    traffic: Traffic, cross_s: FloatArray, *, reach_m: float, tolerance_s: float
) -> BoolArray:
    """(m,) whether somebody close behind, bound for another lane, would cross much earlier.

    A vehicle that slows down for its own red holds up those behind it whose lane flows.

    Args:
        traffic: Vehicles.
        cross_s: (m,) when each will cross its stop line without advice.
        reach_m: Who is farther behind does not count.
        tolerance_s: Who crosses earlier by less than this does not count.
    """
    order, behind, is_close = _pairs_behind(traffic.present_lane, -traffic.position_m, reach_m)
    lane, cross_s = traffic.lane.take(order), cross_s.take(order)
    is_close &= lane.take(behind) != lane
    is_close &= cross_s.take(behind) < cross_s - tolerance_s
    return _of_any(is_close, order)


def keeps_waiting(traffic: Traffic, *, reach_m: float, standing_mps: float) -> BoolArray:
    """(m,) whether somebody stands who must let it pass before he may enter the same road.

    Slow vehicles leave no gap for so long as they take to pass, so that those who wait for one on a
    side road without a signal would pay for what the vehicles on the road save.

    Args:
        traffic: Vehicles.
        reach_m: Who is farther from that junction does not count.
        standing_mps: Who is slower than this stands.
    """
    waits = traffic.yields_first & (traffic.speed_mps < standing_mps)
    if not waits.any():
        return waits
    # Whoever is farther from the stop line than he who waits has not passed his junction yet.
    order = np.lexsort((traffic.distance_m, traffic.stop_edge))
    edge, distance_m = traffic.stop_edge.take(order), traffic.distance_m.take(order)
    latest = np.maximum.accumulate(np.where(waits.take(order), np.arange(order.size), -1))
    ahead = np.maximum(latest, 0)
    is_before = (latest >= 0) & (edge.take(ahead) == edge)
    is_before &= distance_m - distance_m.take(ahead) < reach_m
    return _of_any(is_before[np.newaxis], order) & ~traffic.yields_first


def parts_ways(traffic: Traffic, *, reach_m: float) -> BoolArray:
    """(m,) whether somebody close behind will not take the same way up to the signal beyond.

    Args:
        traffic: Vehicles, and the signals behind the next ones.
        reach_m: Who is farther behind does not count.
    """
    assert traffic.beyond is not None
    found = np.zeros(traffic.lane.size, dtype=np.bool_)
    # On the same lane now, or later: roads are cut in pieces.
    for lanes, back_m in (
        (traffic.present_lane, -traffic.position_m),
        (traffic.lane, traffic.distance_m),
    ):
        order, behind, is_close = _pairs_behind(lanes, back_m, reach_m)
        lane, onward = traffic.lane.take(order), traffic.beyond.lane.take(order)
        is_close &= (lane.take(behind) != lane) | (onward.take(behind) != onward)
        found |= _of_any(is_close, order)
    return found


def _pairs_behind(
    lanes: IntArray, back_m: FloatArray, reach_m: float
) -> tuple[IntArray, IntArray, BoolArray]:
    """Who follows whom on some lanes.

    Args:
        lanes: (m,) where the vehicles are now, or will be.
        back_m: (m,) how far back each is on its lane, counted from any point of it.
        reach_m: Who is farther behind is not close.

    Returns:
        (m,) order by lane, from the stop line backwards; `LOOKED_BACK` by m places in it of those
        behind; and whether they are on the same lane, and nearer than this.
    """
    order = np.lexsort((back_m, lanes))
    here, back_m = lanes.take(order), back_m.take(order)
    # Behind the last vehicle stands itself, which is no pair: it is bound for the same lane.
    behind = np.minimum(np.arange(order.size) + BEHIND, order.size - 1)
    is_close = here.take(behind) == here
    is_close &= back_m.take(behind) - back_m < reach_m
    return order, behind, is_close


def _of_any(is_pair: BoolArray, order: IntArray) -> BoolArray:
    """(m,) whether there is a pair, in the order of the traffic."""
    found = np.empty(order.size, dtype=np.bool_)
    found[order] = is_pair.any(axis=0)
    return found
