"""Plans carried out: the speed that each wants now, for a cruise control or on a display."""

from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray
from controller.driver import Driver
from controller.interface import COMFORT_DECEL_MPS2, Observation
from controller.plan import (
    CRUISE_MPS,
    HOLD_MPS,
    JOIN_M,
    JOIN_S,
    PLACE_M,
    RAMP_MPS2,
    RAMP_S,
    is_planned,
    is_under_way,
)
from controller.ramps import Ramps, row_of

REGULATION_MPS = 1.5
"""While it holds a speed a vehicle may deviate by this much, to arrive in time."""
REGULATION_MPS2 = 1.0
"""It changes its speed for that by no more than this."""
SLOWEST_MPS = 2.25
"""Nobody is held slower than this to arrive later: he would soon count as standing, and those
behind him be told to stop there."""
SLOW_MPS = 2.0
"""A driver who is slower than his own wish by this much would speed up if he were told nothing."""
FIRMER, GENTLER = 2.0, 0.5
"""Within these factors a ramp to a stop is driven firmer or gentler, to end at the very place."""
NEAR_MPS = 0.3
"""A speed is reached when it is this near."""


class Moving(NamedTuple):
    """Where n vehicles that carry plans out are, and how fast."""

    time_s: float
    step_length_s: float
    distance_m: FloatArray
    """(n,) to the stop line."""
    speed_mps: FloatArray
    """(n,)."""


def speed_now(notes: FloatArray, seen: Observation, ramps: Ramps) -> FloatArray:
    """(n,) speed that each plan wants at the end of this step; NaN where none is carried out."""
    wanted_mps = np.empty_like(seen.speed_mps)
    wanted_mps.fill(np.nan)
    rows = is_under_way(notes).nonzero()[0]
    if rows.size:
        cars = Moving(
            seen.time_s,
            seen.step_length_s,
            seen.distance_m.take(rows),
            seen.speed_mps.take(rows),
        )
        wanted_mps[rows] = _wanted_mps(notes.take(rows, axis=0), cars, ramps)
    return wanted_mps


def _wanted_mps(notes: FloatArray, cars: Moving, ramps: Ramps) -> FloatArray:
    """(n,) the same for plans that are all carried out."""
    step_s, now_s, speed_mps = cars.step_length_s, cars.time_s, cars.speed_mps
    hold_mps, ramp_s, cruise_mps = notes[:, HOLD_MPS], notes[:, RAMP_S], notes[:, CRUISE_MPS]
    row, stops = row_of(notes[:, RAMP_MPS2]), hold_mps == 0.0
    column, begin, end = ramps.column(np.array([speed_mps, cruise_mps, hold_mps]))
    next_mps = speed_mps + ramps.accel_mps2[row, column] * step_s
    if stops.any():
        way_m = ramps.way_m[row, column]
        next_mps = np.where(stops, _to_the_place_mps(notes, cars, way_m, next_mps), next_mps)
    goes_down = next_mps < speed_mps
    ramping_mps = np.where(
        goes_down, np.maximum(next_mps, hold_mps), np.minimum(next_mps, hold_mps)
    )
    is_holding = np.where(
        goes_down, speed_mps <= hold_mps + NEAR_MPS, speed_mps >= hold_mps - NEAR_MPS
    )
    # Whoever regulates departs from the speed to hold, and still holds it.
    is_holding |= now_s >= ramp_s + ramps.length_s(row, begin, end)
    change_mps = REGULATION_MPS2 * step_s
    holding_mps = np.maximum(needed_mps(notes, cars), speed_mps - change_mps)
    holding_mps = np.minimum(holding_mps, speed_mps + change_mps)
    # A ramp down to a stop ends at the back of the queue, where the vehicle stops by itself.
    wanted_mps = np.where(is_holding & ~stops, holding_mps, ramping_mps)
    return np.where(now_s + 0.5 * step_s < ramp_s, cruise_mps, wanted_mps)


def _to_the_place_mps(
    notes: FloatArray, cars: Moving, way_m: FloatArray, next_mps: FloatArray
) -> FloatArray:
    """(n,) speed one step further on a ramp down, as firm as it takes to stop at the place.

    Args:
        notes: Plans.
        cars: Who carries them out.
        way_m: (n,) length of the ramp from the present speed to a stop.
        next_mps: (n,) speed one step further as planned.
    """
    step_s, speed_mps = cars.step_length_s, cars.speed_mps
    way_m = np.maximum(way_m - 0.5 * speed_mps * step_s, 0.1)
    left_m = np.maximum(cars.distance_m - notes[:, PLACE_M], 0.1)
    firmness = np.minimum(np.maximum(way_m / left_m, GENTLER), FIRMER)
    slowing_mps = np.minimum((speed_mps - next_mps) * firmness, COMFORT_DECEL_MPS2 * step_s)
    return np.asarray(np.maximum(speed_mps - slowing_mps, 0.0))


def needed_mps(notes: FloatArray, cars: Moving | Observation) -> FloatArray:
    """(n,) speed that still joins in time, near the planned one; NaN without a plan."""
    hold_mps = notes[:, HOLD_MPS]
    left_s = np.maximum(notes[:, JOIN_S] - cars.time_s, cars.step_length_s)
    needed = (cars.distance_m - notes[:, JOIN_M]) / left_s
    slowest_mps = np.maximum(hold_mps - REGULATION_MPS, np.minimum(hold_mps, SLOWEST_MPS))
    return np.minimum(np.maximum(needed, slowest_mps), hold_mps + REGULATION_MPS)


def speed_to_show(notes: FloatArray, seen: Observation, driver: Driver, ramps: Ramps) -> FloatArray:
    """(n,) what a driver is shown of each plan; NaN: nothing.

    He is shown the speed to hold so early that he has reacted when the ramp begins, and eases off
    to it by himself; while he holds it, what still arrives in time. Where the plan ends in a stop
    he is shown the slowest speed that there is, and stops behind the queue by himself.
    """
    hold_mps = notes[:, HOLD_MPS]
    reacted_s = seen.time_s + driver.lag_s
    # A display stays for a while: what is held is what will be right in the middle of that time.
    then_s = reacted_s + 0.5 * driver.hold_s
    near_floor_mps = driver.floor_at_mps(seen.distance_m)
    begins = reacted_s + 0.5 * seen.step_length_s >= notes[:, RAMP_S]
    stops = hold_mps == 0.0
    is_holding = np.zeros(stops.size, dtype=np.bool_)
    rolling = (begins & ~stops & is_under_way(notes)).nonzero()[0]
    plans = notes.take(rolling, axis=0)
    row, ends = row_of(plans[:, RAMP_MPS2]), plans[:, [CRUISE_MPS, HOLD_MPS]].T
    begin, end = ramps.column(ends)
    is_holding[rolling] = then_s >= plans[:, RAMP_S] + ramps.length_s(row, begin, end)
    needed = _shown_for(needed_mps(notes, seen), driver, seen.step_length_s)
    keeps = np.abs(needed - seen.previous_advice_mps) < driver.step_mps
    held_mps = np.where(keeps, seen.previous_advice_mps, needed)
    aimed_mps = _shown_for(hold_mps, driver, seen.step_length_s)
    shown_mps = np.maximum(np.where(is_holding, held_mps, aimed_mps), near_floor_mps)
    # Who cruises slower than he would like to is to stay so until his ramp begins.
    cruise_mps = notes[:, CRUISE_MPS]
    is_slow = cruise_mps < seen.ceiling_mps - SLOW_MPS
    waiting_mps = _shown_for(cruise_mps, driver, seen.step_length_s)
    waiting_mps = np.maximum(waiting_mps, near_floor_mps)
    return np.where(begins, shown_mps, np.where(is_slow, waiting_mps, np.nan))


def _shown_for(driven_mps: FloatArray, driver: Driver, step_length_s: float) -> FloatArray:
    """(n,) step of the display by which a driver comes nearest to some speeds."""
    shown_mps = driven_mps + driver.dawdling_mps2 * step_length_s
    return np.asarray(np.rint(shown_mps / driver.step_mps) * driver.step_mps)


def decel_to_ask(notes: FloatArray, driver: Driver) -> FloatArray:
    """(n,) how firmly each plan slows down, where that is more than easing off; NaN elsewhere."""
    asked_mps2 = np.empty(len(notes))
    asked_mps2.fill(np.nan)
    rows = is_planned(notes).nonzero()[0]
    decel_mps2 = -notes[rows, RAMP_MPS2]
    is_firm = decel_mps2 > driver.ease_off_mps2
    asked_mps2[rows[is_firm]] = decel_mps2[is_firm]
    return asked_mps2
