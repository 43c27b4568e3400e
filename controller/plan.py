"""Plans: what is noted of one, and whether it still holds."""

from dataclasses import replace

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.interface import MEMORY_WIDTH, Observation, Reason
from controller.profile import Choice

(
    JOIN_S,
    JOIN_M,
    HOLD_MPS,
    RAMP_MPS2,
    RAMP_S,
    CRUISE_MPS,
    SLOT_S,
    PLACE_M,
    GREEN_S,
    DONE,
    AHEAD,
    LINK,
    BEYOND_M,
    WHY,
) = range(MEMORY_WIDTH)
"""Columns of a plan: when (simulated time) and where (m from the stop line) it joins; speed to
hold; rate of change of the speed on the ramp (0: it coasts) and when that begins; speed before;
when the queue's place begins to move, and where it is; when green starts; whether the plan was
carried out; vehicles ahead in the queue; row of the link by which its stop line is crossed, and the
way to that line from the next one (0: it is the next); the reason that was given last."""

ADVISED, NOT_NEEDED, TOO_SLOW, PENDING = map(
    int, (Reason.ADVISED, Reason.NOT_NEEDED, Reason.TOO_SLOW, Reason.PENDING)
)
"""As numbers: arrays are compared with a member of the class much more slowly."""

NOTE_NAMES = (
    *("join_s", "join_m", "hold_mps", "ramp_mps2", "ramp_s", "cruise_mps", "slot_s", "place_m"),
    *("green_s", "done", "n_ahead", "link", "beyond_m", "reason"),
)
"""What these columns are called in records."""

MOVED_M = 6.0
"""A place that has moved by more than this (a vehicle more or less) needs another plan."""
BEHIND_MPS = 2.0
"""Who is slower than planned by more than this is held up by somebody, and needs another plan."""
STOPPED_MPS = 0.1
"""Who is slower than this has stopped."""


def noted(
    choice: Choice,
    seen: Observation,
    *,
    slot_s: FloatArray,
    place_m: FloatArray,
    green_s: FloatArray,
    n_ahead: IntArray,
    link: IntArray,
    speed_mps: FloatArray,
) -> FloatArray:
    """(m, MEMORY_WIDTH) notes of new plans; times in the arguments count from now."""
    now_s = seen.time_s
    notes = np.empty((MEMORY_WIDTH, choice.ramp_mps2.size))
    notes[JOIN_S] = now_s + choice.join_s
    notes[JOIN_M] = choice.join_m
    notes[HOLD_MPS] = choice.hold_mps
    notes[RAMP_MPS2] = choice.ramp_mps2
    notes[RAMP_S] = now_s + choice.cruise_s
    notes[CRUISE_MPS] = speed_mps
    notes[SLOT_S] = now_s + slot_s
    notes[PLACE_M] = place_m
    notes[GREEN_S] = now_s + green_s
    notes[DONE] = 0.0
    notes[AHEAD] = n_ahead
    notes[LINK] = link
    notes[BEYOND_M] = 0.0
    notes[WHY] = np.nan
    return notes.T


def is_planned(notes: FloatArray) -> BoolArray:
    """(n,) whether there is a plan, carried out or not."""
    return np.isfinite(notes[:, JOIN_S])


def is_done(notes: FloatArray) -> BoolArray:
    """(n,) whether a plan was carried out."""
    return np.asarray(notes[:, DONE] == 1.0)


def is_under_way(notes: FloatArray) -> BoolArray:
    """(n,) whether there is a plan that is being carried out."""
    return np.asarray(notes[:, DONE] == 0.0)


def is_over(notes: FloatArray, seen: Observation, lag_s: float) -> BoolArray:
    """(n,) whether the time to drive freely has come, the driver's lag counted."""
    return np.asarray(notes[:, JOIN_S] - lag_s < seen.time_s + 0.5 * seen.step_length_s)


def is_invalid(
    notes: FloatArray,
    seen: Observation,
    *,
    slot_s: FloatArray,
    place_m: FloatArray,
    tolerance_s: float,
) -> BoolArray:
    """(n,) whether what a plan rests on has changed, or its vehicle does not keep to it."""
    speed_mps = seen.speed_mps
    moved = np.abs(notes[:, SLOT_S] - seen.time_s - slot_s) > tolerance_s
    moved |= np.abs(notes[:, PLACE_M] - place_m) > MOVED_M
    planned_mps = np.minimum(notes[:, HOLD_MPS], notes[:, CRUISE_MPS])
    is_behind = speed_mps < planned_mps - BEHIND_MPS
    has_stopped = (notes[:, HOLD_MPS] == 0.0) & (speed_mps < STOPPED_MPS)
    return np.asarray(moved | is_behind | has_stopped)


def forget_passed(notes: FloatArray, seen: Observation) -> None:
    """Forget plans for stop lines that are no longer ahead: passed, or of another lane."""
    traffic, row = seen.traffic, seen.traffic_row
    is_ahead = notes[:, LINK] == traffic.link.take(row)
    if traffic.beyond is not None:
        is_ahead |= notes[:, LINK] == traffic.beyond.link.take(row)
    notes[~is_ahead, :WHY] = np.nan
    # Until the next look nobody knows what else there is to say to who has just lost his plan.
    notes[~is_ahead & (notes[:, WHY] == ADVISED), WHY] = np.nan


def note_way_beyond(notes: FloatArray, seen: Observation) -> None:
    """Note of each plan how far behind the next stop line the one is that it is for."""
    beyond, row = seen.traffic.beyond, seen.traffic_row
    if beyond is not None:
        way_m = np.where(notes[:, LINK] == beyond.link.take(row), beyond.way_m.take(row), 0.0)
        notes[:, BEYOND_M] = np.where(is_planned(notes), way_m, np.nan)


def to_planned_line(notes: FloatArray, seen: Observation) -> Observation:
    """The same, with distances to the stop lines that the plans are for."""
    return replace(seen, distance_m=seen.distance_m + np.nan_to_num(notes[:, BEYOND_M]))
