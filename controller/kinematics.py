"""Arrival at a stop line: when it is free, and which constant speeds meet a green."""

import numpy as np

from controller.arrays import FloatArray
from controller.interface import Traffic

CREEPING_MPS = 0.1
"""Nobody drives or turns more slowly for ever."""


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


def fastest_between(
    start_mps: FloatArray,
    end_mps: FloatArray,
    way_m: FloatArray,
    accel_mps2: FloatArray,
    decel_mps2: FloatArray,
) -> FloatArray:
    """(n,) speed that is reached between two others by speeding up, then braking.

    Below the first of them where the way is too short for braking to the second.
    """
    squared = decel_mps2 * (2.0 * accel_mps2 * way_m + start_mps**2) + accel_mps2 * end_mps**2
    return np.asarray(np.sqrt(squared / (accel_mps2 + decel_mps2)))


def free_arrival_s(traffic: Traffic) -> FloatArray:
    """(m,) time to the stop line with nobody and no red ahead.

    The vehicle accelerates to its ceiling, and brakes for a turn.
    """
    distance_m, accel_mps2, decel_mps2 = traffic.distance_m, traffic.accel_mps2, traffic.decel_mps2
    ceiling_mps = np.maximum(traffic.ceiling_mps, CREEPING_MPS)
    crossing_mps = np.minimum(np.maximum(traffic.crossing_mps, CREEPING_MPS), ceiling_mps)
    speed_mps = np.minimum(traffic.speed_mps, ceiling_mps)
    squared, twice_mps2 = speed_mps**2, 2.0 * accel_mps2
    speeding_up_m = (ceiling_mps**2 - squared) / twice_mps2
    braking_m = (ceiling_mps**2 - crossing_mps**2) / (2.0 * decel_mps2)
    gain_s = (ceiling_mps - speed_mps) ** 2 / (twice_mps2 * ceiling_mps)
    turn_s = (ceiling_mps - crossing_mps) ** 2 / (2.0 * decel_mps2 * ceiling_mps)
    # Whoever does not reach his ceiling before he brakes reaches this speed.
    end_mps = np.minimum(crossing_mps, np.sqrt(squared + twice_mps2 * distance_m))
    peak_mps = fastest_between(speed_mps, end_mps, distance_m, accel_mps2, decel_mps2)
    short_s = (peak_mps - speed_mps) / accel_mps2 + (peak_mps - end_mps) / decel_mps2
    # Whoever is too near to brake as is comfortable brakes harder.
    short_s = np.where(peak_mps < speed_mps, 2.0 * distance_m / (speed_mps + end_mps), short_s)
    reaches = distance_m >= speeding_up_m + braking_m
    return np.where(reaches, distance_m / ceiling_mps + gain_s + turn_s, short_s)
