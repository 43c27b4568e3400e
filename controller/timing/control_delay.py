"""Delay at a signal by formula, and what leaves while others must be let go first.

References:
    Highway Capacity Manual (2010), chapter 18: control delay; chapter 31: opposing traffic.
"""

import numpy as np

from controller.arrays import FloatArray

RANDOM_ARRIVALS = 8.0 * 0.5
"""HCM: 8 k I, with k = 0.5 of a fixed-time signal and I = 1 of one that stands alone."""


def incremental_delay_s(
    saturation: FloatArray, capacity_vps: FloatArray, demand_s: float
) -> FloatArray:
    """Mean further delay by chance and by queues that grow: d2 of the HCM.

    Args:
        saturation: Flow over capacity.
        capacity_vps: Vehicles per second that can leave, > 0.
        demand_s: How long the flow lasts.
    """
    over = saturation - 1.0
    chance = RANDOM_ARRIVALS * saturation / (capacity_vps * demand_s)
    return demand_s / 4.0 * (over + np.sqrt(over**2 + chance))


def chance_delay_s(saturation: FloatArray, capacity_vps: FloatArray, demand_s: float) -> FloatArray:
    """The part of d2 that is due to chance: without what a queue that grows steadily brings."""
    growing_s = demand_s / 2.0 * np.maximum(saturation - 1.0, 0.0)
    return incremental_delay_s(saturation, capacity_vps, demand_s) - growing_s


def gap_saturation_vps(
    opposing_vps: FloatArray, critical_gap_s: float, follow_up_s: float | FloatArray
) -> FloatArray:
    """Vehicles per second that find a gap in opposing traffic (Harders 1968; HCM 2010 ch. 31).

    Args:
        opposing_vps: Vehicles per second of those who go first.
        critical_gap_s: Least gap that one vehicle takes.
        follow_up_s: Further time for each one behind it, > 0.
    """
    # -expm1(-x) / x is 1 where nobody opposes, which leaves one vehicle per follow-up time.
    opposing_vps = np.maximum(opposing_vps, 1e-9)
    return (
        opposing_vps
        * np.exp(-opposing_vps * critical_gap_s)
        / -np.expm1(-opposing_vps * follow_up_s)
    )
