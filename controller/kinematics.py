"""Arrival at a stop line: which constant speeds meet a green."""

import numpy as np

from controller.arrays import FloatArray


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
