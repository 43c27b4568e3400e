"""Slow ways to a stop."""

from dataclasses import replace

import numpy as np

from controller.approach import Approach, Choice, Means
from controller.arrays import FloatArray, IntArray
from controller.ramps import SPEED_STEP_MPS, Ramps


def or_slowly(
    ramps: Ramps, means: Means, approach: Approach, choice: Choice, from_stop_s: FloatArray
) -> Choice:
    """The same approaches; where a stop is less costly if it is approached slowly, so.

    Whoever has to stop in any case slows down at once, cruises slowly, and stops along a ramp. He
    stands for less time, and has less drag to overcome.

    Args:
        ramps: All ramps.
        means: What may be chosen from.
        approach: What is to be met.
        choice: The cheapest of all other approaches.
        from_stop_s: (n,) cost from the end of a stop on.
    """
    if not means.slow_mps.size:
        return choice
    stops = choice.is_feasible & (choice.hold_mps == 0.0)
    stops &= approach.speed_mps > means.slow_mps.min() + SPEED_STEP_MPS
    if approach.gate is not None:
        stops &= np.isnan(approach.gate.way_m)
    rows = stops.nonzero()[0]
    if not rows.size:
        return choice
    cost_s, moves_s = _slow_ways(ramps, means, approach, rows)
    which, best = np.arange(rows.size), cost_s.argmin(axis=1)
    lowest_s = cost_s[which, best] + from_stop_s[rows]
    slower = (lowest_s < choice.cost_s[rows]).nonzero()[0]
    rows, best = rows[slower], best[slower]
    ramp, cruise_mps, cruise_s = (
        choice.ramp.copy(),
        choice.cruise_mps.copy(),
        choice.cruise_s.copy(),
    )
    ramp[rows], cruise_mps[rows] = means.slow_ramp, means.slow_mps[best]
    cruise_s[rows] = moves_s[slower, best]
    total_s = choice.cost_s.copy()
    total_s[rows] = lowest_s[slower]
    return replace(choice, cost_s=total_s, ramp=ramp, cruise_mps=cruise_mps, cruise_s=cruise_s)


def _slow_ways(
    ramps: Ramps, means: Means, approach: Approach, rows: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Cost up to the start from a stop, and time before the ramp to it.

    (k, s) of some rows and all slow speeds; the cost of what cannot be driven is inf.
    """
    slow_mps, first_s, row = means.slow_mps, means.least_cruise_s, means.slow_ramp
    speed_mps = approach.speed_mps[rows]
    ramp = np.array([ramps.way_m[row], ramps.time_s[row], ramps.cost_s[row]])
    stop_m, stop_s, stop_cost_s = stop = ramps.at(ramp, slow_mps)
    down_m, down_s, down_cost_s = ramps.at(ramp, speed_mps)[..., np.newaxis] - stop[:, np.newaxis]
    # A step is driven at the speed of its end.
    first_m = (first_s - 0.5 * means.step_s) * speed_mps
    way_m = approach.distance_m[rows] - approach.place_m[rows] - first_m
    slow_s = (way_m[:, np.newaxis] - down_m - stop_m) / slow_mps
    moves_s = first_s + down_s + slow_s
    stands_s = approach.slot_s[rows, np.newaxis] - moves_s - stop_s
    cost_s = down_cost_s + ramps.at(ramps.steady, slow_mps) * slow_s + stop_cost_s
    cost_s += (ramps.at(ramps.steady, speed_mps) * first_s)[:, np.newaxis]
    cost_s += ramps.steady[0] * stands_s
    is_possible = (slow_s >= 0.0) & (stands_s >= 0.0)
    is_possible &= speed_mps[:, np.newaxis] - slow_mps > SPEED_STEP_MPS
    return np.where(is_possible, cost_s, np.inf), moves_s
