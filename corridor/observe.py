"""What roadside units and vehicles know at a step: from the table to an observation."""

import numpy as np

from controller import Observation, Reason
from corridor.spat import END_LIKELY, END_MIN, START_LIKELY, START_MAX, from_now
from corridor.vehicles import BoolArray, FloatArray, IntArray, VehicleTable


def reasons_without_advice(
    table: VehicleTable,
    *,
    range_m: float,
    stale_s: float,
    age_s: FloatArray,
    is_told: BoolArray,
    is_at_stop: BoolArray,
) -> IntArray:
    """Why each vehicle of the table cannot be advised; `Reason.ADVISED` where it can.

    Args:
        table: All vehicles.
        range_m: Reach of the roadside units.
        stale_s: Greatest age of a message that is used.
        age_s: (n,) age of what each vehicle heard last; inf: nothing.
        is_told: (links,) whether anything is known of the link's future.
        is_at_stop: (n,) whether the vehicle serves a scheduled stop.
    """
    link_row = table.ints("link_row")
    distance_m = table.distance_m
    has_signal = link_row >= 0
    with np.errstate(invalid="ignore"):
        is_far = distance_m > range_m
        is_passed = distance_m <= 0.0
    untold = ~is_told[np.where(has_signal, link_row, 0)] if is_told.size else ~has_signal
    return np.select(
        [
            ~has_signal | is_passed,
            is_far,
            ~table.flags("follows_advice"),
            is_at_stop,
            np.isinf(age_s),
            age_s > stale_s + 1e-9,
            untold,
        ],
        [
            Reason.NO_SIGNAL,
            Reason.OUT_OF_RANGE,
            Reason.REFUSED,
            Reason.AT_STOP,
            Reason.NOT_HEARD,
            Reason.STALE,
            Reason.NO_SPAT,
        ],
        default=Reason.ADVISED,
    ).astype(np.int64)


def queue_ahead(lane: IntArray, distance_m: FloatArray, is_known: BoolArray) -> IntArray:
    """How many known vehicles are between each vehicle and the stop line of its lane.

    Vehicles on upstream edges count for the lane that their route continues to.

    Args:
        lane: (n,) number of the link at whose stop line the vehicle will stand; < 0: none.
        distance_m: (n,) to that stop line.
        is_known: (n,) whether the roadside unit sees the vehicle.

    Returns:
        (n,) counts.
    """
    order = np.lexsort((distance_m, lane))
    known = is_known[order].astype(np.int64)
    before = np.cumsum(known) - known
    sorted_lane = lane[order]
    is_first = np.r_[True, sorted_lane[1:] != sorted_lane[:-1]] if order.size else known == 1
    group = np.cumsum(is_first) - 1
    counts = np.empty_like(known)
    counts[order] = before - before[is_first][group]
    return counts


def observe(
    table: VehicleTable,
    rows: IntArray,
    windows: FloatArray,
    *,
    time_s: float,
    step_length_s: float,
    age_s: FloatArray,
    n_queued: IntArray,
) -> Observation:
    """The observation of some rows of the table.

    Args:
        table: All vehicles.
        rows: (m,) rows that can be advised.
        windows: (6, m, W) absolute times of the greens that each of them was told.
        time_s: Now.
        step_length_s: Length of a step.
        age_s: (n,) age of what each vehicle of the table heard last.
        n_queued: (n,) known vehicles that stand ahead of each vehicle of the table.
    """
    ahead = from_now(windows, time_s)
    return Observation(
        time_s=time_s,
        step_length_s=step_length_s,
        distance_m=table.distance_m[rows],
        speed_mps=table.floats("speed_mps")[rows],
        ceiling_mps=table.ceiling_mps[rows],
        accel_mps2=table.floats("accel_mps2")[rows],
        decel_mps2=table.floats("decel_mps2")[rows],
        green_start_s=ahead[START_MAX],
        green_end_s=ahead[END_MIN],
        likely_start_s=ahead[START_LIKELY],
        likely_end_s=ahead[END_LIKELY],
        spat_age_s=age_s[rows],
        n_queued=n_queued[rows],
        previous_advice_mps=table.floats("advised_mps")[rows],
    )
