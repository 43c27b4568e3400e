"""Arrival at a stop line: when it is free, and which constant speeds meet a green."""

import numpy as np

from controller.arrays import FloatArray
from controller.interface import Traffic


def green_arrival_speed(
    distance_m: FloatArray,
    green_start_s: FloatArray,
    green_end_s: FloatArray,
    max_speed_mps: FloatArray,
    *,
    min_speed_mps: FloatArray | float,
) -> FloatArray:
    """Fastest constant speed that reaches the stop line on green.

    Args:
        distance_m: (n,) distance to the stop line, > 0.
        green_start_s: (n,) start of the green, from now; negative where it has begun.
        green_end_s: (n,) end of the green, from now.
        max_speed_mps: (n,) upper bound, > 0.
        min_speed_mps: Slower advice than this is not given, > 0.

    Returns:
        (n,) speed; NaN where no speed within the bounds meets the green, or none is known.
    """
    earliest_s = np.maximum(green_start_s, distance_m / max_speed_mps)
    latest_s = np.minimum(green_end_s, distance_m / min_speed_mps)
    return np.where(earliest_s <= latest_s, distance_m / earliest_s, np.nan)


def free_arrival_s(traffic: Traffic) -> FloatArray:
    """(m,) time to the stop line with nobody and no red ahead.

    The vehicle accelerates to its ceiling, and brakes for a turn.
    """
    ceiling_mps = np.maximum(traffic.ceiling_mps, 0.1)
    speed_mps = np.minimum(traffic.speed_mps, ceiling_mps)
    squared, twice_mps2 = speed_mps**2, 2.0 * traffic.accel_mps2
    to_ceiling_m = (ceiling_mps**2 - squared) / twice_mps2
    reaches = traffic.distance_m >= to_ceiling_m
    gain_s = (ceiling_mps - speed_mps) ** 2 / (twice_mps2 * ceiling_mps)
    end_mps = np.sqrt(squared + twice_mps2 * traffic.distance_m)
    short_s = (end_mps - speed_mps) / traffic.accel_mps2
    excess_mps = np.maximum(ceiling_mps - traffic.crossing_mps, 0.0)
    turn_s = excess_mps**2 / (2.0 * traffic.decel_mps2 * ceiling_mps)
    return np.where(reaches, traffic.distance_m / ceiling_mps + gain_s + turn_s, short_s)
