"""Where a class drops to zero when coasting, and its traction line continued beyond that."""

import numpy as np
from numpy.typing import NDArray

from emissions.maps import NEVER_MPS2, FloatArray, IntArray


def first_active(is_active: NDArray[np.bool_]) -> IntArray:
    """Number of the lowest acceleration at which anything is emitted, at each speed.

    Args:
        is_active: (v, a) whether the class emits anything at all.

    Returns:
        (v,) 0 where it does not drop: where it emits at the lowest acceleration, or nowhere.
    """
    return np.asarray(is_active.argmax(axis=1))


def crossing(is_active: NDArray[np.bool_], accel_mps2: FloatArray) -> FloatArray:
    """Acceleration at which each speed drops to zero: halfway between the points around it."""
    first = first_active(is_active)
    middle = 0.5 * (accel_mps2[first] + accel_mps2[np.maximum(first - 1, 0)])
    return np.where(first > 0, middle, NEVER_MPS2)


def continue_traction(
    rate: FloatArray, accel_mps2: FloatArray, coasting_mps2: FloatArray
) -> FloatArray:
    """Rates whose drop to zero is replaced by the line that leads to it.

    The line through the two lowest points above the drop goes on until it is zero; where it would
    rise towards braking it stays level.

    Args:
        rate: (v, a) as SUMO states it.
        accel_mps2: (a,).
        coasting_mps2: (v,) where it drops.
    """
    index = np.arange(accel_mps2.size)
    first = np.searchsorted(accel_mps2, coasting_mps2)
    has_drop = ((first > 0) & (first < accel_mps2.size - 1))[:, np.newaxis]
    first = np.clip(first, 0, accel_mps2.size - 2)[:, np.newaxis]
    base = np.take_along_axis(rate, first, axis=1)
    step = np.maximum(np.take_along_axis(rate, first + 1, axis=1) - base, 0.0)
    line = np.maximum(base + step * (index - first), 0.0)
    return np.where(has_drop & (index < first), line, rate)


def fill_limits(rate: FloatArray) -> FloatArray:
    """(v, a) rates with each gap (NaN: more than the motor can do) filled with its neighbour's.

    The neighbour is the next acceleration of less effort: the motor gives what it can.
    """
    if not np.isnan(rate).any():
        return rate
    return _filled_forward(_filled_forward(rate)[:, ::-1])[:, ::-1]


def _filled_forward(rate: FloatArray) -> FloatArray:
    index = np.where(np.isnan(rate), 0, np.arange(rate.shape[1]))
    return np.take_along_axis(rate, np.maximum.accumulate(index, axis=1), axis=1)
