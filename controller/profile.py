"""Cruise, ramp, hold, join: the cheapest approach that meets a point in time and space.

A vehicle cruises at its speed, changes it along a ramp, holds what it has reached, and meets the
point from which it drives on freely. For a given ramp and speed to hold, the times of cruising and
holding follow from two linear equations (distance and time). Coasting is the ramp of a vehicle
that is left to its drag and rolling resistance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.interface import RateMap

REFERENCE_MPS = 50.0 / 3.6
"""Each map counts relative to what it charges for cruising at this speed."""
SPEED_STEP_MPS = 0.25
TOP_SPEED_MPS = 60.0
LEVEL_DEG = np.zeros(1)
DOWN_MPS2 = (0.35, 0.5, 0.7, 1.0, 1.5)
"""Steady decelerations that an approach may use; the last is what nobody exceeds for advice."""
UP_MPS2 = (0.5, 1.0)
"""Steady accelerations that an approach may use."""
COASTING = 0
"""Row of the ramp of a coasting vehicle."""
COASTING_MPS2, COASTING_PER_M = 0.16, 0.001
"""Its deceleration: a constant (rolling) and a share of the speed squared (drag). A little more
than where SUMO's maps of passenger cars show no traction (0.14 + 0.0009 v2, measured)."""
WAVERING = ((-2 / 3, 1 / 9), (-1 / 3, 2 / 9), (0.0, 3 / 9), (1 / 3, 2 / 9), (2 / 3, 1 / 9))
"""Departures from the wanted acceleration as shares of the greatest, and how frequent they are."""
REJOIN_MPS2 = 2.0
"""Acceleration by which what follows the approach is costed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramps:
    """Ramps between standing and each speed, and what driving them costs.

    Costs are in seconds of cruising at 50 km/h. Rows: coasting, `DOWN_MPS2`, `UP_MPS2`, and the
    acceleration `REJOIN_MPS2`.
    """

    speed_mps: FloatArray
    """(s,) rising from 0, regular."""
    accel_mps2: FloatArray
    """(r, s) acceleration on the ramp at each speed; negative slows down."""
    time_s: FloatArray
    """(r, s) from standing to each speed (or back)."""
    way_m: FloatArray
    """(r, s)."""
    cost_s: FloatArray
    """(r, s)."""
    steady: FloatArray
    """(s,) cost per second at a steady speed."""

    def at(self, table: FloatArray, speed_mps: FloatArray) -> FloatArray:
        """Columns of a table, (..., n), at n speeds."""
        place = np.clip(speed_mps / SPEED_STEP_MPS, 0.0, self.speed_mps.size - 1.001)
        lower = place.astype(np.int64)
        share = place - lower
        return np.asarray(table[..., lower] * (1.0 - share) + table[..., lower + 1] * share)

    def next_speed_mps(self, ramp: IntArray, speed_mps: FloatArray, step_s: float) -> FloatArray:
        """(n,) speed one step further along the ramp of each vehicle."""
        place = np.rint(np.clip(speed_mps, 0.0, TOP_SPEED_MPS) / SPEED_STEP_MPS).astype(np.int64)
        return speed_mps + self.accel_mps2[ramp, place] * step_s


def tabulate(rates: Sequence[RateMap], *, wavering_mps2: float) -> Ramps:
    """Tabulate the mean of several emission maps along all ramps.

    The mean of several maps keeps advice from exploiting what a single one does not charge for.

    Args:
        rates: Maps, each taken relative to its value at a steady 50 km/h.
        wavering_mps2: By how much a driver's acceleration departs from what he wants, at the most;
            small departures are more frequent (triangular). It makes driving, and slow driving
            most of all, more costly than the maps say of a steady speed.

    Raises:
        ValueError: No map is given.
    """
    if not rates:
        raise ValueError("the planner needs at least one emission map, got none")
    speed_mps = np.arange(0.0, TOP_SPEED_MPS + SPEED_STEP_MPS, SPEED_STEP_MPS)
    coasting = -(COASTING_MPS2 + COASTING_PER_M * speed_mps**2)
    steady_mps2 = [*(-down for down in DOWN_MPS2), *UP_MPS2, REJOIN_MPS2]
    accel_mps2 = np.array([coasting, *(np.full(speed_mps.size, rate) for rate in steady_mps2)])
    middle_mps = speed_mps[:-1] + 0.5 * SPEED_STEP_MPS
    middle_mps2 = 0.5 * (accel_mps2[:, :-1] + accel_mps2[:, 1:])
    duration_s = SPEED_STEP_MPS / np.abs(middle_mps2)
    per_second = np.zeros(middle_mps2.shape)
    steady = np.zeros(speed_mps.size)
    for rate in rates:
        at_reference = rate.at(np.array([REFERENCE_MPS]), np.zeros(1), LEVEL_DEG)[0]
        for departure, weight in WAVERING:
            share = weight / (len(rates) * at_reference)
            off_mps2 = departure * wavering_mps2
            moving_mps2 = np.where(speed_mps > 0.0, off_mps2, 0.0)
            steady += share * rate.at(speed_mps, moving_mps2, LEVEL_DEG)
            on_ramp = rate.at(middle_mps[np.newaxis], middle_mps2 + off_mps2, LEVEL_DEG)
            per_second += share * on_ramp
    return Ramps(
        speed_mps=speed_mps,
        accel_mps2=accel_mps2,
        time_s=_from_standing(duration_s),
        way_m=_from_standing(duration_s * middle_mps),
        cost_s=_from_standing(duration_s * per_second),
        steady=steady,
    )


def _from_standing(parts: FloatArray) -> FloatArray:
    return np.pad(np.cumsum(parts, axis=1), ((0, 0), (1, 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """What n vehicles are to meet; times from now."""

    distance_m: FloatArray
    """(n,) to the stop line."""
    speed_mps: FloatArray
    """(n,) now."""
    free_mps: FloatArray
    """(n,) speed at which each will go on behind the stop line."""
    slot_s: FloatArray
    """(n,) when its place in the queue begins to move."""
    place_m: FloatArray
    """(n,) distance of that place from the stop line."""
    latest_s: FloatArray
    """(n,) it must cross the stop line by then."""
    fastest_hold_mps: FloatArray
    """(n,) no greater speed is held; 0: it is to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an approach may be made of."""

    ramps: tuple[int, ...]
    """Rows of the ramps that may be used."""
    hold_mps: FloatArray
    """(h,) speeds that may be held; 0 means to stop."""
    least_cruise_s: float
    """Nothing changes before."""
    time_price: float
    """Of a second later behind the signal, in seconds of cruising at 50 km/h."""
    reaction_s: float
    """Whoever joins with a speed must still be able to stop behind his place if it does not move:
    he keeps the way of this reaction and ..."""
    braking_mps2: float
    """... of this braking."""


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
    """(n,) time from now until it drives freely."""
    join_m: FloatArray
    """(n,) distance from the stop line there."""


def cheapest(ramps: Ramps, approach: Approach, means: Means) -> Choice:
    """Choose the ramp and the speed to hold.

    Args:
        ramps: As from `tabulate`.
        approach: What is to be met.
        means: What may be chosen from.
    """
    hold_mps = means.hold_mps
    column = np.rint(hold_mps / SPEED_STEP_MPS).astype(np.int64)
    allowed = np.array(means.ramps)
    speed_mps, free_mps = _cube(approach.speed_mps), _cube(approach.free_mps)

    def between(table: FloatArray) -> FloatArray:
        """(n, r, h) from the present speed to each speed to hold."""
        now = ramps.at(table, approach.speed_mps)[allowed].T[:, :, np.newaxis]
        return np.asarray(np.abs(now - table[allowed[:, np.newaxis], column]))

    margin_m = hold_mps * means.reaction_s + hold_mps**2 / (2.0 * means.braking_mps2)
    join_m = _cube(approach.place_m) + margin_m
    join_s = _cube(approach.slot_s)
    rest_m = _cube(approach.distance_m) - join_m - between(ramps.way_m)
    rest_s = join_s - between(ramps.time_s)
    gap_mps = speed_mps - hold_mps
    ahead_m = rest_m - hold_mps * rest_s
    cruise_s = np.divide(ahead_m, gap_mps, out=np.zeros_like(ahead_m), where=gap_mps != 0.0)
    hold_s = rest_s - cruise_s
    goes_down = ramps.accel_mps2[allowed, 0][:, np.newaxis] < 0.0
    is_feasible = (
        (np.where(goes_down, gap_mps, -gap_mps) > SPEED_STEP_MPS)
        & (cruise_s >= means.least_cruise_s)
        & (hold_s >= 0.0)
        & (hold_mps <= np.minimum(free_mps, _cube(approach.fastest_hold_mps)))
        & (join_s + _cover_s(join_m, hold_mps, free_mps) <= _cube(approach.latest_s))
    )
    before_s = (
        _cube(ramps.at(ramps.steady, approach.speed_mps)) * cruise_s
        + between(ramps.cost_s)
        + ramps.steady[column] * hold_s
    )
    cost_s = before_s + _cost_behind_s(ramps, approach, means, join_m)
    cost_s = np.where(is_feasible, cost_s, np.inf).reshape(approach.speed_mps.size, -1)
    best, which = np.argmin(cost_s, axis=1), np.arange(approach.speed_mps.size)
    i_ramp, i_hold = np.divmod(best, hold_mps.size)
    return Choice(
        is_feasible=np.isfinite(cost_s[which, best]),
        ramp=allowed[i_ramp],
        hold_mps=hold_mps[i_hold],
        cruise_s=cruise_s[which, i_ramp, i_hold],
        join_s=approach.slot_s,
        join_m=join_m[which, 0, i_hold],
    )


def _cube(values: FloatArray) -> FloatArray:
    """(n, 1, 1)."""
    return values[:, np.newaxis, np.newaxis]


def _cost_behind_s(
    ramps: Ramps, approach: Approach, means: Means, join_m: FloatArray
) -> FloatArray:
    """(n, 1, h) emission and time from joining on, up to the free speed and to the stop line.

    Where that speed is reached behind the stop line, cruising from there on is taken off again.
    """
    hold_mps, free_mps = means.hold_mps, _cube(approach.free_mps)
    last = ramps.cost_s.shape[0] - 1
    column = np.rint(hold_mps / SPEED_STEP_MPS).astype(np.int64)
    rejoin_s = np.maximum(free_mps - hold_mps, 0.0) / REJOIN_MPS2
    rejoin_m = np.maximum(free_mps**2 - hold_mps**2, 0.0) / (2.0 * REJOIN_MPS2)
    beyond_s = (join_m - rejoin_m) / free_mps
    ramp_s = _cube(ramps.at(ramps.cost_s[last], approach.free_mps)) - ramps.cost_s[last, column]
    cruising = _cube(ramps.at(ramps.steady, approach.free_mps))
    return np.asarray(ramp_s + cruising * beyond_s + means.time_price * (rejoin_s + beyond_s))


def _cover_s(way_m: FloatArray, speed_mps: FloatArray, free_mps: FloatArray) -> FloatArray:
    """Time to cover a way from a speed, accelerating up to the free one."""
    end_mps = np.sqrt(speed_mps**2 + 2.0 * REJOIN_MPS2 * way_m)
    ramp_m = np.maximum(free_mps**2 - speed_mps**2, 0.0) / (2.0 * REJOIN_MPS2)
    short_s = (end_mps - speed_mps) / REJOIN_MPS2
    long_s = np.maximum(free_mps - speed_mps, 0.0) / REJOIN_MPS2 + (way_m - ramp_m) / free_mps
    return np.where(end_mps <= free_mps, short_s, long_s)
