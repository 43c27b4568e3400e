"""Types of arrays, what rounding makes of nothing in them, and runs of equal numbers."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

EPSILON = 1e-9
"""Of times, ways and speeds: what is not more than this is nothing."""


def is_first_of_run(numbers: IntArray) -> BoolArray:
    """(n,) whether each number differs from the one before; the first one does."""
    found = np.empty(numbers.size, dtype=np.bool_)
    found[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found
