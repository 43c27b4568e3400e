"""Cruise, ramp, hold, join: the cheapest approach that meets a point in time and space.

A vehicle cruises at its speed, changes it along a ramp, holds what it has reached, and meets the
point from which it drives on freely. For a given ramp and speed to hold, the times of cruising and
holding follow from two linear equations (distance and time). Coasting is the ramp of a vehicle
that is left to its drag and rolling resistance.
"""

from dataclasses import dataclass

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.gate import Course, Gate, is_passed
from controller.ramps import SPEED_STEP_MPS, Ramps


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """What n vehicles are to meet; times from now."""

    distance_m: FloatArray
    """(n,) to the stop line."""
    speed_mps: FloatArray
    """(n,) now."""
    free_mps: FloatArray
    """(n,) speed at which each will go on behind the stop line."""
    accel_mps2: FloatArray
    """(n,) acceleration by which each reaches that speed from joining on."""
    decel_mps2: FloatArray
    """(n,) deceleration by which each brakes for whoever is ahead."""
    slot_s: FloatArray
    """(n,) when its place in the queue begins to move."""
    place_m: FloatArray
    """(n,) distance of that place from the stop line."""
    latest_s: FloatArray
    """(n,) it must cross the stop line by then."""
    fastest_hold_mps: FloatArray
    """(n,) no greater speed is held; 0: it is to stop."""
    gate: Gate | None = None
    """A stop line that is passed on the way; None: nobody passes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an approach may be made of."""

    ramps: tuple[int, ...]
    """Rows of the ramps that may be used."""
    hold_mps: FloatArray
    """(h,) speeds that may be held; 0 means to stop."""
    step_s: float
    """Length of a simulation step."""
    time_price: float
    """Of a second later behind the signal, in seconds of cruising at 50 km/h."""
    reaction_s: float
    """Whoever joins with a speed must still be able to stop behind his place if it does not move:
    he keeps the way of this reaction and ..."""
    braking_mps2: float
    """... of his own braking, or of this one if that is gentler."""
    least_cruise_s: float = 0.0
    """Nothing changes before."""
    floor_mps: float = 0.0
    """Slower speeds are held only near the stop line ..."""
    near_m: float = np.inf
    """... than this."""
    rise_share: float = 0.0
    """Behind what is held an approach may speed up to this share of the free speed before it
    joins; 0: it joins with the speed that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The cheapest approach of each of n vehicles."""

    is_feasible: BoolArray
    """(n,) whether there is one."""
    ramp: IntArray
    """(n,) row of the ramp."""
    hold_mps: FloatArray
    """(n,) speed to hold."""
    cruise_s: FloatArray
    """(n,) time from now until the ramp begins."""
    join_s: FloatArray
    """(n,) time from now until it drives freely; before its place moves where it speeds up."""
    join_m: FloatArray
    """(n,) distance from the stop line there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What means allow: r ramps by h speeds to hold, with all that is the same for each vehicle."""

    ramps: Ramps
    means: Means
    rows: IntArray
    """(r,) rows of the ramps."""
    down: FloatArray
    """(r, 1) 1 for a ramp down, -1 for one up."""
    tables: FloatArray
    """(3 r + 1, s) way, time and cost of the ramps from standing to each speed; below them what a
    second at a steady speed costs."""
    hold_mps: FloatArray
    """(h,) speeds that may be held; once more those from which an approach speeds up again."""
    rises: BoolArray
    """(h,) whether it does."""
    to_hold: FloatArray
    """(3, 1, r, h) way, time and cost of the ramps from standing to the speeds to hold."""
    steady: FloatArray
    """(h,) cost of a second at each of these."""
    rejoining: FloatArray
    """(2, s) cost of regaining each speed from standing, and of a second at it."""
    rejoining_s: FloatArray
    """(h,) cost of regaining the speeds to hold from standing."""
    is_fast_enough: BoolArray
    """(h,) what may be held anywhere."""

    @classmethod
    def of(cls, ramps: Ramps, means: Means) -> "Grid":
        """All that means allow."""
        rows, held_mps = np.array(means.ramps), means.hold_mps
        moving_mps = held_mps[held_mps > 0.0] if means.rise_share > 0.0 else np.zeros(0)
        hold_mps = np.concatenate([held_mps, moving_mps])
        moving = np.array([ramps.way_m[rows], ramps.time_s[rows], ramps.cost_s[rows]])
        return cls(
            ramps=ramps,
            means=means,
            rows=rows,
            down=np.where(ramps.accel_mps2[rows, :1] < 0.0, 1.0, -1.0),
            tables=np.vstack([*moving, ramps.steady]),
            hold_mps=hold_mps,
            rises=np.arange(hold_mps.size) >= held_mps.size,
            to_hold=ramps.at(moving, hold_mps)[:, np.newaxis],
            steady=ramps.at(ramps.steady, hold_mps),
            rejoining=np.array([ramps.cost_s[-1], ramps.steady]),
            rejoining_s=ramps.at(ramps.cost_s[-1], hold_mps),
            is_fast_enough=(hold_mps >= means.floor_mps) | (hold_mps == 0.0),
        )


def cheapest(grid: Grid, approach: Approach) -> Choice:
    """Choose the ramp and the speed to hold.

    Args:
        grid: What may be chosen from.
        approach: What is to be met.
    """
    means, hold_mps = grid.means, grid.hold_mps
    join_m, join_s, is_in_time, behind_s = _join(grid, approach)
    now = grid.ramps.at(grid.tables, approach.speed_mps)
    by_ramp = now[:-1].reshape(3, grid.rows.size, -1).transpose(0, 2, 1)
    way_m, time_s, ramp_cost_s = np.abs(by_ramp[..., np.newaxis] - grid.to_hold)
    gap_mps = _cube(approach.speed_mps) - hold_mps
    # A step is driven at the speed of its end: slower than on the ramp down, faster on one up.
    ramp_m = way_m - 0.5 * gap_mps * means.step_s
    rest_s = join_s - time_s
    ahead_m = _cube(approach.distance_m) - join_m - ramp_m - hold_mps * rest_s
    cruise_s = np.divide(ahead_m, gap_mps, out=np.zeros_like(ahead_m), where=gap_mps != 0.0)
    hold_s = rest_s - cruise_s
    is_feasible = is_in_time & (grid.down * gap_mps > SPEED_STEP_MPS)
    is_feasible &= cruise_s >= means.least_cruise_s
    is_feasible &= hold_s >= 0.0
    if means.floor_mps > 0.0:
        is_feasible &= grid.is_fast_enough | (join_m + hold_mps * hold_s <= means.near_m)
    if approach.gate is not None:
        course = Course(
            speed_mps=_cube(approach.speed_mps),
            cruise_s=cruise_s,
            ramp_s=time_s,
            ramp_m=ramp_m,
            hold_mps=hold_mps,
        )
        is_feasible &= is_passed(approach.gate, course)
    before_s = _cube(now[-1]) * cruise_s + ramp_cost_s + grid.steady * hold_s
    cost_s = np.where(is_feasible, before_s + behind_s, np.inf).reshape(len(cruise_s), -1)
    which, best = np.arange(len(cruise_s)), cost_s.argmin(axis=1)
    i_ramp, i_hold = np.divmod(best, hold_mps.size)
    return Choice(
        is_feasible=np.isfinite(cost_s[which, best]),
        ramp=grid.rows[i_ramp],
        hold_mps=hold_mps[i_hold],
        cruise_s=cruise_s[which, i_ramp, i_hold],
        join_s=join_s[which, 0, i_hold],
        join_m=join_m[which, 0, i_hold],
    )


def _cube(values: FloatArray) -> FloatArray:
    """(n, 1, 1)."""
    return values[:, np.newaxis, np.newaxis]


def _join(grid: Grid, approach: Approach) -> tuple[FloatArray, FloatArray, BoolArray, FloatArray]:
    """Where and when each speed to hold joins, whether in time, and the cost from there.

    (n, 1, h) each. Whoever speeds up again joins where he begins to: from there on he drives
    freely. The cost is emission and time up to the free speed and to the stop line. Where that
    speed is reached behind the stop line, cruising from there on is taken off again.
    """
    means, hold_mps = grid.means, grid.hold_mps
    free_mps, accel_mps2 = _cube(approach.free_mps), _cube(approach.accel_mps2)
    twice_mps2, hold_squared = 2.0 * accel_mps2, hold_mps**2
    braking_mps2 = np.minimum(_cube(approach.decel_mps2), means.braking_mps2)
    met_mps = np.maximum(hold_mps, means.rise_share * free_mps * grid.rises)
    # Whoever speeds up may be so much faster, since steps do not end when they should.
    most_mps = met_mps + np.where(met_mps > hold_mps, accel_mps2 * means.step_s, 0.0)
    margin_m = most_mps * means.reaction_s + most_mps**2 / (2.0 * braking_mps2)
    rise_s = (met_mps - hold_mps) / accel_mps2
    join_s = _cube(approach.slot_s) - rise_s
    join_m = _cube(approach.place_m) + margin_m + (met_mps**2 - hold_squared) / twice_mps2
    rejoin_s = np.maximum(free_mps - hold_mps, 0.0) / accel_mps2
    rejoin_m = np.maximum(free_mps**2 - hold_squared, 0.0) / twice_mps2
    beyond_s = (join_m - rejoin_m) / free_mps
    end_mps = np.sqrt(hold_squared + twice_mps2 * join_m)
    # Who does not reach the free speed before the stop line accelerates all the way.
    short_s = (end_mps - hold_mps) / accel_mps2
    cover_s = np.where(end_mps <= free_mps, short_s, rejoin_s + beyond_s)
    is_in_time = join_s + cover_s <= _cube(approach.latest_s)
    is_in_time &= hold_mps <= _cube(np.minimum(approach.free_mps, approach.fastest_hold_mps))
    is_in_time &= ~grid.rises | (met_mps > hold_mps)
    free_cost_s, cruising = grid.ramps.at(grid.rejoining, approach.free_mps)
    behind_s = _cube(free_cost_s) - grid.rejoining_s + _cube(cruising) * beyond_s
    return join_m, join_s, is_in_time, behind_s + means.time_price * (rejoin_s + beyond_s - rise_s)
