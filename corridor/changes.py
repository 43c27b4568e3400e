"""How often the advice to a vehicle changed."""

import numpy as np

from corridor.actuation import Execution
from corridor.columns import BoolArray, Columns, FloatArray

NOTICED_MPS = 0.5
"""Cruise control follows smaller changes of advice without anybody's notice."""


def differs(told_mps: FloatArray, counted_mps: FloatArray, tolerance_mps: float) -> BoolArray:
    """Whether advice appeared, went, or moved away from the speed that was counted last.

    Args:
        told_mps: (n,) what each vehicle is told now; NaN: nothing.
        counted_mps: (n,) what it was told when it last counted as changed.
        tolerance_mps: A new speed counts if it differs by more.
    """
    appears_or_goes: BoolArray = np.isnan(told_mps) != np.isnan(counted_mps)
    appears_or_goes |= np.abs(told_mps - counted_mps) > tolerance_mps
    return appears_or_goes


def count_changes(columns: Columns, execution: Execution) -> None:
    """Count for each vehicle whether its advice changed in this step.

    With drivers that is each change of the display; with cruise control advice that appears or
    goes, or differs by more than `NOTICED_MPS` from what was counted last.
    """
    is_automated = execution == "automated"
    told_mps = columns.floats("advised_mps" if is_automated else "shown_mps")
    counted_mps = columns.floats("counted_mps")
    is_changed = differs(told_mps, counted_mps, NOTICED_MPS if is_automated else 0.0)
    rows = is_changed.nonzero()[0]
    if rows.size:
        counted_mps[rows] = told_mps[rows]
        columns.ints("advice_changes")[rows] += 1
