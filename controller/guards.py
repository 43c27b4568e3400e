"""Who must not be advised, for the sake of others."""

import numpy as np

from controller.arrays import BoolArray, FloatArray
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
    holds = np.empty(order.size, dtype=np.bool_)
    holds[order] = is_pair.any(axis=0)
    return holds
