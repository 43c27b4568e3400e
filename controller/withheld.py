"""Who must have no plan, and why."""

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.eco_parameters import EcoParameters
from controller.interface import Observation, Reason
from controller.plan import ADVISED, is_planned
from controller.target import Target


def withheld(
    notes: FloatArray, seen: Observation, target: Target, parameters: EcoParameters
) -> IntArray:
    """(n,) why each vehicle must have no plan; `Reason.ADVISED` where it may."""
    is_new = ~is_planned(notes)
    is_slow = seen.speed_mps < parameters.min_speed_mps
    is_near = np.fmin(seen.distance_m, target.gate_m) < parameters.min_distance_m
    rules = [
        (~target.is_known, Reason.NO_GREEN),
        (is_new & np.isnan(target.slot_s), Reason.NO_GREEN),
        (is_new & (target.wait_s <= parameters.min_wait_s), Reason.NOT_NEEDED),
        (seen.yields_first | (is_new & seen.on_junction), Reason.JUNCTION),
        (seen.must_change, Reason.WRONG_LANE),
        (target.holds_up, Reason.HOLDS_UP),
        (target.place_m > target.room_m, Reason.SATURATED),
        (target.spread_s > parameters.silent_s, Reason.UNCERTAIN),
        (is_new & target.may_make_earlier, Reason.LATE_GREEN),
        (is_new & (is_slow | is_near), Reason.TOO_SLOW),
    ]
    if parameters.leaders_only:
        rules.append((is_new & (target.n_ahead > 0), Reason.NOT_NEEDED))
    why = np.zeros(is_new.size, dtype=np.int64)
    why.fill(ADVISED)
    for applies, reason in reversed(rules):
        why[applies] = int(reason)
    return why
