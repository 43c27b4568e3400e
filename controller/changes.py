"""Changes of speed: by which ramps vehicles get to the speeds that they may hold."""

from typing import NamedTuple

import numpy as np

from controller.arrays import EPSILON, FloatArray, IntArray
from controller.interface import COMFORT_DECEL_MPS2
from controller.means import Grid
from controller.ramps import GENTLEST_MPS2, STEPS_PER_MPS2, row_of


class Pairs(NamedTuple):
    """k pairs of a vehicle and a speed to hold; (k,) each."""

    car: IntArray
    column: IntArray
    """Place of the speed to hold among all of them."""
    speed_mps: FloatArray
    """Present speed."""
    hold_mps: FloatArray
    gap_mps: FloatArray
    """By how much that is less."""
    join_m: FloatArray
    """Distance from the stop line where it joins."""
    way_m: FloatArray
    """To there."""
    time_s: FloatArray
    """Until then."""


class Changes(NamedTuple):
    """Changes of speed of k pairs by r ramps; (r, k) each."""

    row: IntArray
    """Of the ramp."""
    sign: FloatArray
    """1 for a ramp down, -1 for one up."""
    way_m: FloatArray
    """As it is driven in steps."""
    time_s: FloatArray
    cost_s: FloatArray


def changes(grid: Grid, now: FloatArray, pairs: Pairs) -> Changes:
    """Changes of speed by all ramps that may be used; not all of them can be driven.

    Args:
        grid: What may be chosen from, with r ramps.
        now: (3 r, n) way, time and cost of these from standing to the present speeds.
        pairs: Who is looked at with which speed to hold.
    """
    shape = grid.rows.size, pairs.car.size
    by_ramp = now.reshape(3, shape[0], -1).take(pairs.car, axis=2)
    # Costs of a ramp down may be negative: electric cars regain some of what they spent.
    way_m, time_s, cost_s = grid.down * (by_ramp - grid.to_hold.take(pairs.column, axis=2))
    # A step is driven at the speed of its end: slower than on the ramp down, faster on one up.
    steps_m = 0.5 * pairs.gap_mps * grid.means.step_s
    rows = np.broadcast_to(grid.rows[:, np.newaxis], shape)
    given = Changes(rows, np.broadcast_to(grid.down, shape), way_m - steps_m, time_s, cost_s)
    if not grid.means.fits_ramps:
        return given
    fitting = _fitting(grid, pairs, steps_m)
    return Changes(*(np.vstack(parts) for parts in zip(given, fitting, strict=True)))


def _fitting(grid: Grid, pairs: Pairs, steps_m: FloatArray) -> Changes:
    """(1, k) the gentlest steady ramp down that each pair can drive, if there is one.

    At a deceleration b it takes gap^2 / (2 b) of the way that is to spare: cruising all the time
    leads that much beyond the place, holding all the time that much short of it. So next to
    nothing is left to hold, or to cruise, whichever has less to spare.

    Args:
        grid: What may be chosen from.
        pairs: Who is looked at with which speed to hold.
        steps_m: (k,) by how much ramps are shorter in steps.
    """
    speed_mps, hold_mps = pairs.speed_mps, pairs.hold_mps
    gap_mps = np.maximum(pairs.gap_mps, 0.0)
    too_far_m = speed_mps * pairs.time_s - pairs.way_m - steps_m
    too_short_m = pairs.way_m - hold_mps * pairs.time_s + steps_m
    spare_m = np.maximum(np.minimum(too_far_m, too_short_m), EPSILON)
    steps = np.ceil(0.5 * gap_mps**2 / spare_m * STEPS_PER_MPS2)
    # Where it would have to be firmer than there is one this one cannot be driven either.
    decel_mps2 = np.minimum(np.maximum(steps / STEPS_PER_MPS2, GENTLEST_MPS2), COMFORT_DECEL_MPS2)
    row = row_of(-decel_mps2)
    time_s = gap_mps / decel_mps2
    return Changes(
        row=row,
        sign=np.ones(row.size),
        way_m=0.5 * (speed_mps + hold_mps) * time_s - steps_m,
        time_s=time_s,
        cost_s=grid.ramps.cost_on(row, speed_mps) - grid.ramps.cost_on(row, hold_mps),
    )
