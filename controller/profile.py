"""Cruise, ramp, hold, join: the cheapest approach that meets a point in time and space.

A vehicle cruises at its speed, changes it along a ramp, holds what it has reached, and meets the
point from which it drives on freely. For a given ramp and speed to hold, the times of cruising and
holding follow from two linear equations (distance and time). Coasting is the ramp of a vehicle
that is left to its drag and rolling resistance.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from controller.arrays import EPSILON, BoolArray, FloatArray
from controller.changes import Changes, Pairs, changes
from controller.gate import Course, Gate, is_passed
from controller.means import Grid
from controller.ramps import RATES_MPS2, SPEED_STEP_MPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """What n vehicles are to meet; times from now."""

    distance_m: FloatArray
    """(n,) to the stop line."""
    speed_mps: FloatArray
    """(n,) now."""
    free_mps: FloatArray
    """(n,) greatest speed that each reaches between its place and the stop line, if it can brake
    for a turn there; the time for that braking does not count."""
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
    early_s: FloatArray
    """(n,) whoever stops is at his place so much before that moves."""
    room_m: FloatArray
    """(n,) farther from the stop line nobody creeps: those behind stop there."""
    gate: Gate | None = None
    """A stop line that is passed on the way; None: nobody passes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The cheapest approach of each of n vehicles; where there is none the rest means nothing."""

    is_feasible: BoolArray
    """(n,) whether there is one."""
    ramp_mps2: FloatArray
    """(n,) rate of change of the speed on the ramp; 0: it coasts."""
    hold_mps: FloatArray
    """(n,) speed to hold."""
    cruise_s: FloatArray
    """(n,) time from now until the ramp begins."""
    join_s: FloatArray
    """(n,) time from now until it drives freely; before its place moves where it speeds up."""
    join_m: FloatArray
    """(n,) distance from the stop line there."""


def cheapest(grid: Grid, approach: Approach) -> Choice:
    """Choose the ramp and the speed to hold.

    Args:
        grid: What may be chosen from.
        approach: What is to be met.
    """
    shape = approach.speed_mps.size, grid.hold_mps.size
    told = grid.ramps.at(grid.tables, np.concatenate([approach.speed_mps, approach.free_mps]))
    now, freely = told[:-1, : shape[0]], told[-2:, shape[0] :, np.newaxis]
    joining = _join(grid, approach, freely)
    # Most speeds are too fast, or join too late, by whatever ramp: only the others are looked at.
    cell = joining.is_in_time.ravel().nonzero()[0]
    car, column = np.divmod(cell, shape[1])
    speed_mps, hold_mps = approach.speed_mps[car], grid.hold_mps[column]
    join_m = joining.join_m.take(cell)
    pairs = Pairs(
        car=car,
        column=column,
        speed_mps=speed_mps,
        hold_mps=hold_mps,
        gap_mps=speed_mps - hold_mps,
        join_m=join_m,
        way_m=approach.distance_m[car] - join_m,
        time_s=joining.join_s.take(cell),
    )
    ramps = changes(grid, now[:-1], pairs)
    before_s, cruise_s = _approach(grid, approach, now[-1], pairs, ramps)
    by_pair = before_s.argmin(axis=0), np.arange(cell.size)
    cost_s = np.full(joining.behind_s.size, np.inf)
    cost_s[cell] = before_s[by_pair] + joining.behind_s.take(cell)
    best = np.arange(shape[0]), cost_s.reshape(shape).argmin(axis=1)
    chosen = best[0] * shape[1] + best[1]
    ramp_and_cruise = np.full((2, cost_s.size), np.nan)
    ramp_and_cruise[:, cell] = RATES_MPS2[ramps.row[by_pair]], cruise_s[by_pair]
    ramp_mps2, cruise_s = ramp_and_cruise.take(chosen, axis=1)
    return Choice(
        is_feasible=np.isfinite(cost_s[chosen]),
        ramp_mps2=ramp_mps2,
        hold_mps=grid.hold_mps[best[1]],
        cruise_s=cruise_s,
        join_s=joining.join_s[best],
        join_m=joining.join_m[best],
    )


class _Joining(NamedTuple):
    """Where n vehicles join from each of h speeds to hold; (n, h) each."""

    join_m: FloatArray
    join_s: FloatArray
    is_in_time: BoolArray
    behind_s: FloatArray
    """Cost from there on."""


def _approach(
    grid: Grid, approach: Approach, cruising: FloatArray, pairs: Pairs, ramps: Changes
) -> tuple[FloatArray, FloatArray]:
    """(r, k) cost up to joining, inf where that cannot be driven, and time before the ramp.

    Args:
        grid: What may be chosen from.
        approach: What is to be met.
        cruising: (n,) cost of a second at the present speeds.
        pairs: Who is looked at with which speed to hold.
        ramps: By which ramps.
    """
    means, hold_mps, gap_mps = grid.means, pairs.hold_mps, pairs.gap_mps
    rest_s = pairs.time_s - ramps.time_s
    ahead_m = pairs.way_m - ramps.way_m - hold_mps * rest_s
    # Who is to hold the speed that he has needs no ramp: that is not feasible, whatever it takes.
    cruise_s = ahead_m / np.where(gap_mps == 0.0, 1.0, gap_mps)
    hold_s = rest_s - cruise_s
    is_feasible = ramps.sign * gap_mps > SPEED_STEP_MPS
    is_feasible &= cruise_s >= means.least_cruise_s - EPSILON
    is_feasible &= hold_s >= -EPSILON
    held_from_m = pairs.join_m + hold_mps * hold_s
    if means.floor_mps > 0.0:
        is_feasible &= grid.is_fast_enough[pairs.column] | (held_from_m <= means.near_m)
    if means.creep_mps.size:
        is_feasible &= ~grid.creeps[pairs.column] | (held_from_m <= approach.room_m[pairs.car])
    if approach.gate is not None:
        course = Course(
            speed_mps=pairs.speed_mps,
            cruise_s=cruise_s,
            ramp_s=ramps.time_s,
            ramp_m=ramps.way_m,
            hold_mps=hold_mps,
        )
        is_feasible &= is_passed(approach.gate.of(pairs.car), course)
    holding = grid.steady[pairs.column]
    cost_s = cruising[pairs.car] * cruise_s + ramps.cost_s + holding * hold_s
    return np.where(is_feasible, cost_s, np.inf), cruise_s


def _upright(values: FloatArray) -> FloatArray:
    """(n, 1)."""
    return values[:, np.newaxis]


def _join(grid: Grid, approach: Approach, freely: FloatArray) -> _Joining:
    """Where and when each speed to hold joins, whether in time, and the cost from there.

    Whoever speeds up again joins where he begins to: from there on he drives freely. The cost is
    emission and time up to the free speed and to the stop line. Where that speed is reached behind
    the stop line, cruising from there on is taken off again.

    Args:
        grid: What may be chosen from.
        approach: What is to be met.
        freely: (2, n, 1) cost of a second at each free speed, and of regaining it from standing.
    """
    means, hold_mps = grid.means, grid.hold_mps
    free_mps, accel_mps2 = _upright(approach.free_mps), _upright(approach.accel_mps2)
    twice_mps2, hold_squared = 2.0 * accel_mps2, hold_mps**2
    braking_mps2 = np.minimum(_upright(approach.decel_mps2), means.braking_mps2)
    met_mps = np.maximum(hold_mps, means.rise_share * free_mps * grid.rises)
    is_faster = met_mps > hold_mps
    # Whoever speeds up may be so much faster, since steps do not end when they should.
    most_mps = met_mps + accel_mps2 * means.step_s * is_faster
    margin_m = most_mps * means.reaction_s + most_mps**2 / (2.0 * braking_mps2)
    rise_s = (met_mps - hold_mps) / accel_mps2
    early_s = _upright(approach.early_s) * (hold_mps == 0.0)
    join_s = _upright(approach.slot_s) - early_s - rise_s
    join_m = _upright(approach.place_m) + margin_m + (met_mps**2 - hold_squared) / twice_mps2
    rejoin_s = np.maximum(free_mps - hold_mps, 0.0) / accel_mps2
    rejoin_m = np.maximum(free_mps**2 - hold_squared, 0.0) / twice_mps2
    beyond_s = (join_m - rejoin_m) / free_mps
    reach_s = rejoin_s + beyond_s
    end_mps = np.sqrt(hold_squared + twice_mps2 * join_m)
    # Who does not reach the free speed before the stop line accelerates all the way.
    cover_s = np.where(end_mps <= free_mps, (end_mps - hold_mps) / accel_mps2, reach_s)
    is_in_time = join_s + cover_s <= _upright(approach.latest_s)
    is_in_time &= hold_mps <= _upright(np.minimum(approach.free_mps, approach.fastest_hold_mps))
    is_in_time &= is_faster | ~grid.rises
    behind_s = freely[1] - grid.rejoining_s + freely[0] * beyond_s
    behind_s += means.time_price * (reach_s - rise_s)
    return _Joining(join_m, join_s, is_in_time, behind_s)
