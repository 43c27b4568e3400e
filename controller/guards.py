"""Who must not be advised, for the sake of others."""

import numpy as np

from controller.arrays import BoolArray, FloatArray
from controller.interface import Traffic

LOOKED_BACK = 3
"""Vehicles behind that are looked at."""


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
    size = traffic.lane.size
    order = np.lexsort((traffic.distance_m, traffic.present_lane))
    lane, here = traffic.lane[order], traffic.present_lane[order]
    distance_m, cross_s = traffic.distance_m[order], cross_s[order]
    holds = np.zeros(size, dtype=np.bool_)
    for behind in range(1, min(LOOKED_BACK, size - 1) + 1):
        is_pair = (here[behind:] == here[:-behind]) & (lane[behind:] != lane[:-behind])
        is_pair &= distance_m[behind:] - distance_m[:-behind] < reach_m
        is_pair &= cross_s[behind:] < cross_s[:-behind] - tolerance_s
        holds[:-behind] |= is_pair
    back = np.empty_like(holds)
    back[order] = holds
    return back
