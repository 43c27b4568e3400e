"""Queues at stop lines: who crosses in which green, and who waits where until then."""

from typing import NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray

STOP_GAP_M = 1.0
"""The first vehicle of a queue stands so far before the stop line."""
FAR = 1e7
"""More than any time or distance on one approach; keeps lanes apart in running maxima."""
CLEAR_BEFORE_S = 1.0
"""Whoever crosses by so much before the next one's green begins does not stand in his way then."""


class Lanes(NamedTuple):
    """The traffic in order of lanes, and on each from the stop line backwards."""

    order: IntArray
    rank: IntArray
    cell: IntArray
    """Place of each vehicle's first green in the flattened (m, W + 1) arrays."""
    is_first: BoolArray
    first: IntArray
    """Rank of the first vehicle of its lane."""
    apart: FloatArray
    """A number for each lane, far from that of any other: running maxima stay within lanes."""
    free_s: FloatArray
    headways_s: FloatArray
    """Sum of the headways up to each vehicle."""
    start_s: FloatArray
    """(m, W + 1) start of each green; the last one never comes."""
    begin_s: FloatArray
    """(m, W + 1) when a queue begins to move in it; 0 where the green runs."""
    end_s: FloatArray
    """(m, W + 1) until when it can most likely be crossed, amber included."""
    latest_end_s: FloatArray
    """(m, W + 1) the same where green lasts long."""
    earliest_s: FloatArray
    """(m, W + 1) when it can be crossed with nobody ahead; less the headways, apart by lane."""
    ceiling_mps: FloatArray
    accel_mps2: FloatArray
    ramp_m: FloatArray
    """Way from standing to the ceiling."""
    ramp_s: FloatArray
    """Time of it."""
    distance_m: FloatArray
    space_m: FloatArray
    step_s: FloatArray
    """From the start of each, if it is in the queue, to the start of the one behind it."""
    stands: BoolArray
    keeps_place: BoolArray
    """Who is in the queue even if he need not wait any more: he keeps to a plan for his place."""


def serve(lanes: Lanes, earliest_s: FloatArray, end_s: FloatArray) -> tuple[IntArray, FloatArray]:
    """Green (m,) and crossing (m,) of each vehicle.

    Args:
        lanes: Vehicles in order.
        earliest_s: (m, W + 1) when each could cross in each green; less the headways, apart.
        end_s: (m, W + 1) until when each green can be crossed.
    """
    cell = lanes.cell.copy()
    while True:
        cross_s = np.maximum.accumulate(earliest_s.take(cell))
        cross_s -= lanes.apart
        cross_s += lanes.headways_s
        misses = (cross_s > end_s.take(cell)).nonzero()[0]
        if not misses.size:
            return cell - lanes.cell, cross_s
        # Nobody misses the last green: it never ends.
        cell[misses] += 1


class Waiting(NamedTuple):
    """Who waits for which green; rows as in the lanes."""

    window: IntArray
    waits: BoolArray
    is_head: BoolArray
    """Whether a queue begins with him: when he gets green, the one ahead has crossed."""

    def is_as(self, other: "Waiting") -> bool:
        """Whether there is no difference."""
        return all((mine == its).all() for mine, its in zip(self, other, strict=True))


def who_waits(lanes: Lanes, window: IntArray, cross_s: FloatArray, tolerance_s: float) -> Waiting:
    """Who stands, or crosses that much later than freely, and where queues begin.

    Ways may differ on one lane, and greens with them: behind one who waits for his a green is worth
    nothing.
    """
    begin_s = lanes.begin_s.take(lanes.cell + window)
    is_head = lanes.is_first.copy()
    is_head[1:] |= begin_s[1:] > cross_s[:-1] + CLEAR_BEFORE_S
    waits = (cross_s > lanes.free_s + tolerance_s) | lanes.stands
    return Waiting(window=window, waits=waits, is_head=is_head)


class Queue(NamedTuple):
    """Who waits where; rows as in the lanes."""

    n_ahead: IntArray
    place_m: FloatArray
    slot_s: FloatArray
    ready_s: FloatArray
    """(m,) when each could cross in its green at the earliest, from its place in the queue."""


def line_up(lanes: Lanes, waiting: Waiting) -> Queue:
    """Places in the queues, and when each begins to move."""
    is_head, waits = waiting.is_head, waiting.waits
    head = np.maximum.accumulate(lanes.rank * is_head)
    # Truth values are summed up as numbers: that is faster.
    queued = (waits | lanes.keeps_place).astype(np.int64)
    n_ahead = queued.cumsum() - queued
    n_ahead -= n_ahead[head]
    taken_m = lanes.space_m * queued
    ahead_m = taken_m.cumsum() - taken_m
    ahead_m -= ahead_m[head]
    # Who stands in the first queue has his place; others close up. Later queues form at the line.
    has_place = lanes.stands & (head == lanes.first)
    behind_m = np.where(has_place, lanes.distance_m - ahead_m, -FAR)
    np.maximum(behind_m, STOP_GAP_M, out=behind_m, where=is_head)
    by_queue = is_head.astype(np.float64).cumsum() * (2.0 * FAR)
    place_m = np.maximum.accumulate(behind_m + by_queue) - by_queue + ahead_m
    taken_s = lanes.step_s * queued
    ahead_s = taken_s.cumsum() - taken_s
    ahead_s -= ahead_s[head]
    # Nobody starts before the one ahead of him has.
    begin_s = lanes.begin_s.take(lanes.cell + waiting.window)
    slot_s = np.maximum.accumulate(begin_s - ahead_s + by_queue) - by_queue + ahead_s
    ready_s = np.where(waits, slot_s + _from_standing_s(lanes, place_m), lanes.free_s)
    return Queue(n_ahead=n_ahead, place_m=place_m, slot_s=slot_s, ready_s=ready_s)


def no_earlier_than(
    lanes: Lanes, earliest_s: FloatArray, queue: Queue, window: IntArray
) -> FloatArray:
    """(m, W + 1) the same, but in one of the greens each crosses from its place in the queue.

    Bounds only rise: whoever missed a green from his place in its queue misses it in later rounds.
    """
    cell, later_s = lanes.cell + window, earliest_s.copy()
    ready_s = queue.ready_s + (lanes.apart - lanes.headways_s)
    later_s.put(cell, np.maximum(earliest_s.take(cell), ready_s))
    return later_s


def _from_standing_s(lanes: Lanes, way_m: FloatArray) -> FloatArray:
    """Time to cover a way from standing, at full acceleration up to the ceiling."""
    return np.where(
        way_m < lanes.ramp_m,
        np.sqrt(2.0 * way_m / lanes.accel_mps2),
        lanes.ramp_s + (way_m - lanes.ramp_m) / lanes.ceiling_mps,
    )
