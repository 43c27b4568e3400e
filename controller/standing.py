"""Who stands in a queue, and how many of them are ahead."""

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray, is_first_of_run

STANDING_MPS = 5.0 / 3.6
"""A vehicle slower than this stands in a queue."""


def queue_ahead(lane: IntArray, distance_m: FloatArray, stands: BoolArray) -> IntArray:
    """How many vehicles stand between each vehicle and the stop line of its lane.

    Vehicles on upstream edges count for the lane that their route continues to.

    Args:
        lane: (n,) number of the link at whose stop line the vehicle will stand; < 0: none.
        distance_m: (n,) to that stop line.
        stands: (n,) whether the vehicle stands.

    Returns:
        (n,) counts.
    """
    order = np.lexsort((distance_m, lane))
    standing = stands[order].astype(np.int64)
    before = standing.cumsum() - standing
    counts = np.empty_like(before)
    # Counts only grow: the greatest of those at the starts of lanes so far is that of this lane.
    counts[order] = before - np.maximum.accumulate(before * is_first_of_run(lane[order]))
    return counts
