"""Plans: what is noted of one, whether it still holds, and how it is carried out."""

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.driver import Driver
from controller.interface import MEMORY_WIDTH, Observation
from controller.profile import SPEED_STEP_MPS, Choice, Ramps

(
    JOIN_S,
    JOIN_M,
    HOLD_MPS,
    RAMP,
    RAMP_S,
    CRUISE_MPS,
    SLOT_S,
    PLACE_M,
    GREEN_S,
    DONE,
    AHEAD,
    WHY,
) = range(MEMORY_WIDTH)
"""Columns of a plan: when (simulated time) and where (m from the stop line) it joins; speed to
hold; row of the ramp and when it begins; speed before; when the queue's place begins to move, and
where it is; when green starts; whether the plan was carried out;
vehicles ahead in the queue; the reason that was given last."""

NOTE_NAMES = (
    *("join_s", "join_m", "hold_mps", "ramp", "ramp_s", "cruise_mps", "slot_s", "place_m"),
    *("green_s", "done", "n_ahead", "reason"),
)
"""What these columns are called in records."""

MOVED_M = 6.0
"""A place that has moved by more than this (a vehicle more or less) needs another plan."""
BEHIND_MPS = 2.0
"""Who is slower than planned by more than this is held up by somebody, and needs another plan."""
REGULATION_MPS = 1.5
"""While it holds a speed a vehicle may deviate by this much, to arrive in time."""
REGULATION_MPS2 = 1.0
SLOW_MPS = 2.0
"""A driver who is slower than his own wish by this much would speed up if he were told nothing."""
NEAR_MPS = 0.3
"""A speed is reached when it is this near."""


def noted(
    choice: Choice,
    seen: Observation,
    *,
    slot_s: FloatArray,
    place_m: FloatArray,
    green_s: FloatArray,
    n_ahead: IntArray,
    speed_mps: FloatArray,
) -> FloatArray:
    """(m, MEMORY_WIDTH) notes of new plans; times in the arguments count from now."""
    now_s = seen.time_s
    notes = np.full((choice.ramp.size, MEMORY_WIDTH), np.nan)
    notes[:, JOIN_S] = now_s + choice.join_s
    notes[:, JOIN_M] = choice.join_m
    notes[:, HOLD_MPS] = choice.hold_mps
    notes[:, RAMP] = choice.ramp
    notes[:, RAMP_S] = now_s + choice.cruise_s
    notes[:, CRUISE_MPS] = speed_mps
    notes[:, SLOT_S] = now_s + slot_s
    notes[:, PLACE_M] = place_m
    notes[:, GREEN_S] = now_s + green_s
    notes[:, DONE] = 0.0
    notes[:, AHEAD] = n_ahead
    return notes


def is_planned(notes: FloatArray) -> BoolArray:
    """(n,) whether there is a plan, carried out or not."""
    return np.isfinite(notes[:, JOIN_S])


def is_done(notes: FloatArray) -> BoolArray:
    """(n,) whether a plan was carried out."""
    return np.asarray(notes[:, DONE] == 1.0)


def is_over(notes: FloatArray, seen: Observation, lag_s: float) -> BoolArray:
    """(n,) whether the time to drive freely has come, the driver's lag counted."""
    with np.errstate(invalid="ignore"):
        return np.asarray(notes[:, JOIN_S] - lag_s < seen.time_s + 0.5 * seen.step_length_s)


def is_invalid(
    notes: FloatArray,
    seen: Observation,
    *,
    slot_s: FloatArray,
    place_m: FloatArray,
    tolerance_s: float,
    standing_mps: float,
) -> BoolArray:
    """(n,) whether what a plan rests on has changed, or its vehicle does not keep to it."""
    speed_mps = seen.speed_mps
    with np.errstate(invalid="ignore"):
        moved = np.abs(notes[:, SLOT_S] - seen.time_s - slot_s) > tolerance_s
        moved |= np.abs(notes[:, PLACE_M] - place_m) > MOVED_M
        planned_mps = np.minimum(notes[:, HOLD_MPS], notes[:, CRUISE_MPS])
        is_behind = speed_mps < planned_mps - BEHIND_MPS
        has_stopped = (notes[:, HOLD_MPS] == 0.0) & (speed_mps < standing_mps)
    return np.asarray(moved | is_behind | has_stopped)


def speed_now(notes: FloatArray, seen: Observation, ramps: Ramps) -> FloatArray:
    """(n,) speed that each plan wants at the end of this step; NaN without one."""
    step_s, now_s, speed_mps = seen.step_length_s, seen.time_s, seen.speed_mps
    hold_mps = notes[:, HOLD_MPS]
    ramp = np.nan_to_num(notes[:, RAMP]).astype(np.int64)
    with np.errstate(invalid="ignore"):
        is_cruising = now_s + 0.5 * step_s < notes[:, RAMP_S]
        next_mps = ramps.next_speed_mps(ramp, speed_mps, step_s)
        goes_down = next_mps < speed_mps
        ramping_mps = np.where(
            goes_down, np.maximum(next_mps, hold_mps), np.minimum(next_mps, hold_mps)
        )
        has_reached = np.where(
            goes_down, speed_mps <= hold_mps + NEAR_MPS, speed_mps >= hold_mps - NEAR_MPS
        )
        # Whoever regulates departs from the speed to hold, and still holds it.
        has_reached |= now_s >= notes[:, RAMP_S] + _ramp_length_s(notes, ramp, ramps)
        holding_mps = np.clip(
            needed_mps(notes, seen),
            speed_mps - REGULATION_MPS2 * step_s,
            speed_mps + REGULATION_MPS2 * step_s,
        )
        # A ramp down to a stop ends at the back of the queue, where the vehicle stops by itself.
        wanted_mps = np.where(has_reached & (hold_mps > 0.0), holding_mps, ramping_mps)
        return np.where(is_cruising, notes[:, CRUISE_MPS], wanted_mps)


def _ramp_length_s(notes: FloatArray, ramp: IntArray, ramps: Ramps) -> FloatArray:
    """(n,) how long each plan's ramp lasts; 0 without one."""
    cruise, hold = (
        np.rint(np.nan_to_num(notes[:, column]) / SPEED_STEP_MPS).astype(np.int64)
        for column in (CRUISE_MPS, HOLD_MPS)
    )
    return np.asarray(np.abs(ramps.time_s[ramp, cruise] - ramps.time_s[ramp, hold]))


def needed_mps(notes: FloatArray, seen: Observation) -> FloatArray:
    """(n,) speed that still joins in time, near the planned one; NaN without a plan."""
    hold_mps = notes[:, HOLD_MPS]
    left_s = np.maximum(notes[:, JOIN_S] - seen.time_s, seen.step_length_s)
    needed = (seen.distance_m - notes[:, JOIN_M]) / left_s
    slowest_mps = np.maximum(hold_mps - REGULATION_MPS, 0.0)
    return np.clip(needed, slowest_mps, hold_mps + REGULATION_MPS)


def planned_speed(notes: FloatArray, time_s: float, ramps: Ramps) -> FloatArray:
    """(n,) speed that each plan foresees at a time on its ramp, or behind it; NaN without one."""
    speed_mps = notes[:, CRUISE_MPS].copy()
    for ramp in np.unique(notes[is_planned(notes), RAMP]):
        rows = np.flatnonzero(notes[:, RAMP] == ramp)
        table_s = ramps.time_s[int(ramp)]
        sign = np.sign(ramps.accel_mps2[int(ramp), 0])
        spent_s = np.maximum(time_s - notes[rows, RAMP_S], 0.0)
        at_s = np.interp(notes[rows, CRUISE_MPS], ramps.speed_mps, table_s) + sign * spent_s
        on_ramp_mps = np.interp(at_s, table_s, ramps.speed_mps)
        hold_mps = notes[rows, HOLD_MPS]
        bound = np.maximum if sign < 0.0 else np.minimum
        speed_mps[rows] = bound(on_ramp_mps, hold_mps)
    return speed_mps


def speed_to_show(notes: FloatArray, seen: Observation, driver: Driver, ramps: Ramps) -> FloatArray:
    """(n,) what a driver is shown: the speed that the plan will have when he has reacted.

    A driver is not asked to creep: where the plan ends in a stop he is told to ease off to the
    slowest speed that is shown, and stops behind the queue by himself.
    """
    hold_mps, cruise_mps = notes[:, HOLD_MPS], notes[:, CRUISE_MPS]
    # A display stays for a while: it shows what will be right in the middle of that time.
    then_s = seen.time_s + driver.lag_s + 0.5 * driver.hold_s
    with np.errstate(invalid="ignore"):
        begins = then_s >= notes[:, RAMP_S]
        planned_mps = planned_speed(notes, then_s, ramps)
        is_holding = (hold_mps > 0.0) & (planned_mps <= hold_mps)
        keeps = np.abs(needed_mps(notes, seen) - seen.previous_advice_mps) < driver.step_mps
        held_mps = np.where(keeps, seen.previous_advice_mps, needed_mps(notes, seen))
        shown_mps = np.maximum(np.where(is_holding, held_mps, planned_mps), driver.floor_mps)
        # Who cruises slower than he would like to is to stay so until his ramp begins.
        is_slow = cruise_mps < seen.ceiling_mps - SLOW_MPS
        waiting_mps = np.where(is_slow, np.maximum(cruise_mps, driver.floor_mps), np.nan)
    return np.where(begins, shown_mps, waiting_mps)
