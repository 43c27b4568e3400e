"""Types of arrays, and runs of equal numbers in them."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def is_first_of_run(numbers: IntArray) -> BoolArray:
    """(n,) whether each number differs from the one before; the first one does."""
    found = np.empty(numbers.size, dtype=np.bool_)
    found[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found
