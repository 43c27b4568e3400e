"""Who came how close to hitting the vehicle ahead, from the trace of a run.

The leader of a vehicle is the next one ahead on its lane in the same step; of the first one on a
lane, it is the last one on the lane where it drove next. What is measured is what SUMO's SSM
device measures of vehicles that follow each other:

- time to collision (TTC): gap / closing speed; 0 where the two overlap on a lane;
- deceleration rate to avoid a crash (DRAC): closing speed² / (2 · gap).

Not seen: leaders further ahead than the next lane, on a lane that is passed within a step, or on
one that the follower is yet to change to; vehicles that cross or merge into each other's way.

References: SUMO 1.28, `MSDevice_SSM::computeTTC` and `MSDevice_SSM::computeDRAC`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from experiments.lookup import is_first, numbered

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LOW_TTC_S = 1.5
"""A shorter time to collision is a conflict."""
HIGH_DRAC_MPS2 = 3.0
"""Having to brake harder than this is a conflict."""
NOBODY = -1
"""Row of a leader where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Who followed whom; one row per row of the trace."""

    vehicle: IntArray
    """(n,) number of the vehicle, equal in all rows of one."""
    leader: IntArray
    """(n,) row of the vehicle ahead in the same step, or `NOBODY`."""
    gap_m: FloatArray
    """(n,) from the own front to its back, negative where they overlap; NaN: nobody ahead."""
    closing_mps: FloatArray
    """(n,) by how much it is slower, negative where it is faster; NaN: nobody ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """The trace as arrays, sorted by vehicle and time."""

    vehicle: IntArray
    step: IntArray
    lane: IntArray
    edge: IntArray
    n_lanes: int
    position_m: FloatArray
    speed_mps: FloatArray

    def place(self, rows: IntArray | slice, lane: IntArray) -> IntArray:
        """A number for each step and lane, of rows as if they were on those lanes."""
        return np.asarray(self.step[rows] * self.n_lanes + lane, dtype=np.int64)


def time_to_collision(gap_m: FloatArray, closing_mps: FloatArray) -> FloatArray:
    """Time until vehicles touch that keep their speeds; NaN where they never do.

    Args:
        gap_m: (n,) from front to back; NaN: nobody ahead.
        closing_mps: (n,) speed of the follower less that of the leader.
    """
    closing_mps = np.where(closing_mps > 0.0, closing_mps, np.nan)
    return np.where(gap_m <= 0.0, 0.0, gap_m / closing_mps)


def needed_deceleration(gap_m: FloatArray, closing_mps: FloatArray) -> FloatArray:
    """Least deceleration that avoids a crash (DRAC); NaN where none is needed, or it is too late.

    Args:
        gap_m: (n,) from front to back; NaN: nobody ahead.
        closing_mps: (n,) speed of the follower less that of the leader.
    """
    closing_mps = np.where(closing_mps > 0.0, closing_mps, np.nan)
    return closing_mps**2 / (2.0 * np.where(gap_m > 0.0, gap_m, np.nan))


def conflict_rows(
    trace: pl.DataFrame, length_m: Mapping[str, float], step_length_s: float, *, is_sublane: bool
) -> pl.DataFrame:
    """One row per vehicle: how long and how often it was in conflict with the one ahead.

    An event is a run of steps in conflict with the same leader.

    Args:
        trace: Every step of every vehicle, sorted by vehicle and time.
        length_m: Of each vehicle.
        step_length_s: Length of a step.
        is_sublane: Whether vehicles may be side by side on a lane; those that overlap lengthwise
            are then taken for such.
    """
    # Persons and whoever is beside the road are on no lane.
    trace = trace.filter(pl.col("lane").is_not_null())
    following = follow(trace, length_m, step_length_s)
    gap_m = following.gap_m
    if is_sublane:
        gap_m = np.where(gap_m > 0.0, gap_m, np.nan)
    measures = {
        "low_ttc": time_to_collision(gap_m, following.closing_mps) < LOW_TTC_S,
        "high_drac": needed_deceleration(gap_m, following.closing_mps) > HIGH_DRAC_MPS2,
    }
    vehicle = following.vehicle
    columns = {}
    for name, is_conflict in measures.items():
        begins = _begins(following, is_conflict)
        columns[f"{name}_s"] = pl.Series(_count(vehicle, is_conflict) * step_length_s)
        columns[f"{name}_events"] = pl.Series(_count(vehicle, begins))
    names = trace["vehicle_id"].filter(pl.Series(is_first(vehicle))).cast(pl.String)
    return pl.DataFrame({"vehicle_id": names, **columns})


def follow(trace: pl.DataFrame, length_m: Mapping[str, float], step_length_s: float) -> Following:
    """Who followed whom.

    Args:
        trace: Every step of every vehicle, sorted by vehicle and time.
        length_m: Of each vehicle; nothing is said of who follows one that is not among them.
        step_length_s: Length of a step.
    """
    steps = _read(trace, step_length_s)
    leader, lane_m = _find_leaders(steps, step_length_s)
    lengths_m = _lengths(trace["vehicle_id"], steps.vehicle, length_m)
    gap_m = lane_m + steps.position_m[leader] - lengths_m[leader] - steps.position_m
    # Whoever overlaps with one behind its lane's end meets one who came there by another lane.
    is_led = (leader != NOBODY) & ((lane_m == 0.0) | (gap_m > 0.0))
    return Following(
        vehicle=steps.vehicle,
        leader=np.where(is_led, leader, NOBODY),
        gap_m=np.where(is_led, gap_m, np.nan),
        closing_mps=np.where(is_led, steps.speed_mps - steps.speed_mps[leader], np.nan),
    )


def _find_leaders(steps: _Steps, step_length_s: float) -> tuple[IntArray, FloatArray]:
    """(n,) row of each leader, or `NOBODY`; (n,) how far its lane's start is from the own one's."""
    place = steps.place(slice(None), steps.lane)
    # One number that holds step, lane and position sorts five times as fast as the three.
    position_cm = np.rint(100.0 * steps.position_m).astype(np.int64)
    order = np.argsort(place * (position_cm.max(initial=0) + 1) + position_cm, kind="stable")
    sorted_place = place[order]
    leader = np.full(place.size, NOBODY, dtype=np.int64)
    is_same = sorted_place[1:] == sorted_place[:-1]
    leader[order[:-1][is_same]] = order[1:][is_same]
    lane_m = np.zeros(place.size)
    first = np.flatnonzero(leader == NOBODY)
    next_lane, lane_m[first] = _onward(steps, first, step_length_s)
    wanted = steps.place(first, next_lane)
    last = order[np.minimum(np.searchsorted(sorted_place, wanted), place.size - 1)]
    is_there = (place[last] == wanted) & np.isfinite(lane_m[first])
    leader[first[is_there]] = last[is_there]
    return leader, lane_m


def _read(trace: pl.DataFrame, step_length_s: float) -> _Steps:
    time_s = trace["time_s"].to_numpy()
    lane, lanes = numbered(trace["lane"])
    edge = lanes.str.replace(r"_\d+$", "").rank("dense").to_numpy()[lane]
    return _Steps(
        vehicle=trace["vehicle_id"].rle_id().to_numpy().astype(np.int64),
        step=np.rint((time_s - time_s.min(initial=np.inf)) / step_length_s).astype(np.int64),
        lane=lane,
        edge=edge.astype(np.int64),
        n_lanes=lanes.len(),
        position_m=trace["position_m"].to_numpy(),
        speed_mps=trace["speed_mps"].to_numpy(),
    )


def _onward(steps: _Steps, rows: IntArray, step_length_s: float) -> tuple[IntArray, FloatArray]:
    """The lane where a vehicle drove next, and how far its start is from that of the present one.

    Args:
        steps: The trace.
        rows: (m,) of the trace.
        step_length_s: Length of a step.

    Returns:
        (m,) lane; (m,) distance, NaN where the vehicle drove on no further road.
    """
    vehicle, lane, last = steps.vehicle, steps.lane, steps.vehicle.size - 1
    leaves = (vehicle[1:] != vehicle[:-1]) | (lane[1:] != lane[:-1])
    ends = np.append(np.flatnonzero(leaves), last)
    end = ends[np.searchsorted(ends, rows)]
    following = np.minimum(end + 1, last)
    drives_on = (
        (vehicle[following] == vehicle[rows])
        & (steps.edge[following] != steps.edge[rows])
        & (steps.step[following] == steps.step[end] + 1)
    )
    travelled_m = steps.speed_mps[following] * step_length_s
    lane_m = steps.position_m[end] + travelled_m - steps.position_m[following]
    return lane[following], np.where(drives_on, lane_m, np.nan)


def _lengths(ids: pl.Series, vehicle: IntArray, length_m: Mapping[str, float]) -> FloatArray:
    names = ids.filter(pl.Series(is_first(vehicle)))
    return np.array([length_m.get(name, np.nan) for name in names], dtype=np.float64)[vehicle]


def _begins(following: Following, is_conflict: BoolArray) -> BoolArray:
    """(n,) whether a row is the first of an event."""
    leader = following.vehicle[following.leader]
    goes_on = is_conflict[1:] & is_conflict[:-1] & (leader[1:] == leader[:-1])
    goes_on &= ~is_first(following.vehicle)[1:]
    begins = is_conflict.copy()
    begins[1:] &= ~goes_on
    return begins


def _count(vehicle: IntArray, is_counted: BoolArray) -> IntArray:
    """Rows that count, by vehicle."""
    return np.bincount(vehicle[is_counted], minlength=int(vehicle.max(initial=-1)) + 1)
