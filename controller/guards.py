"""Who must not be advised, for the sake of others."""

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.interface import Traffic

LOOKED_BACK = 3
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
    order = np.lexsort((traffic.distance_m, traffic.present_lane))
    lane, here = traffic.lane.take(order), traffic.present_lane.take(order)
    distance_m, cross_s = traffic.distance_m.take(order), cross_s.take(order)
    # Behind the last vehicle stands itself, which is no pair: it is bound for the same lane.
    behind = np.minimum(np.arange(order.size) + BEHIND, order.size - 1)
    is_pair = (here.take(behind) == here) & (lane.take(behind) != lane)
    is_pair &= distance_m.take(behind) - distance_m < reach_m
    is_pair &= cross_s.take(behind) < cross_s - tolerance_s
    return _of_any(is_pair, order)


def parts_ways(traffic: Traffic, *, reach_m: float) -> BoolArray:
    """(m,) whether somebody close behind will not take the same way up to the signal beyond.

    Args:
        traffic: Vehicles, and the signals behind the next ones.
        reach_m: Who is farther behind does not count.
    """
    assert traffic.beyond is not None
    order = np.lexsort((traffic.distance_m, traffic.present_lane))
    lane, onward = traffic.lane[order], traffic.beyond.lane[order]
    here, distance_m = traffic.present_lane[order], traffic.distance_m[order]
    behind = np.minimum(np.arange(order.size) + BEHIND, order.size - 1)
    is_pair = (lane.take(behind) != lane) | (onward.take(behind) != onward)
    is_pair &= (here.take(behind) == here) & (distance_m.take(behind) - distance_m < reach_m)
    return _of_any(is_pair, order)


def _of_any(is_pair: BoolArray, order: IntArray) -> BoolArray:
    """(m,) whether there is a pair, in the order of the traffic."""
    found = np.empty(order.size, dtype=np.bool_)
    found[order] = is_pair.any(axis=0)
    return found
