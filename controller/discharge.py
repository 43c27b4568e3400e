"""Virtual discharge: who crosses each stop line when, and from which place in the queue.

A lane is served in the order in which its vehicles stand, whatever way they take behind the stop
line. Queued vehicles start one after the other when the discharge wave reaches them (Newell 2002,
Transportation Research B 36, "A simplified car-following theory").
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray, is_first_of_run
from controller.arrivals import Arrivals, Pledges
from controller.interface import Traffic
from controller.kinematics import CREEPING_MPS
from controller.queues import (
    FAR,
    Lanes,
    Queue,
    Waiting,
    line_up,
    no_earlier_than,
    serve,
    who_waits,
)
from controller.standing import STANDING_MPS
from controller.wave import Wave, last_on_amber_s

NEVER_S = 1e6
"""Start of a green that does not come."""
SLOWEST_MPS = 1.0
"""No driver is taken to want to be slower than this: his times would have no end."""
NOT_KNOWN_S = np.array([0.0, -FAR, -FAR]).reshape(3, 1, 1)
"""Start, likely end and late end of a green that is over, or not known."""
MORE_ROUNDS = 4
"""Of lining up than there are greens, at the most. On roads one or two are enough; of 20,000 made
ones with greens too short for their queues eleven took five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """When each of m vehicles of the traffic is served; times from now, in s."""

    cross_s: FloatArray
    """(m,) predicted crossing; inf: not in any green that is known."""
    window: IntArray
    """(m,) which green it is; W: none."""
    slot_s: FloatArray
    """(m,) when the discharge wave reaches the vehicle's place."""
    place_m: FloatArray
    """(m,) distance of its place in the queue from the stop line."""
    wait_s: FloatArray
    """(m,) how much later that is than its free arrival there; <= 0: it need not stop."""
    may_make_earlier: BoolArray
    """(m,) whether the vehicle might still make an earlier green than that."""
    green_s: FloatArray
    """(m,) when that green starts."""
    n_ahead: IntArray
    """(m,) vehicles in the queue ahead, for the same green: they wait, or roll to their places."""


def discharge(
    traffic: Traffic,
    wave: Wave,
    *,
    tolerance_s: float,
    hope_s: float,
    arrivals: Arrivals | None = None,
    pledges: Pledges | None = None,
) -> Discharge:
    """Serve all vehicles, lane by lane.

    Each crosses when it arrives, a headway after the one ahead, or when the start of the queue
    has reached it and it has covered the way from its place; whichever is last. Who does not make
    a green waits for the next one.

    Args:
        traffic: Vehicles and the most likely greens of their links.
        wave: How queues leave.
        tolerance_s: Who crosses by less than this later than freely does not count as delayed.
        hope_s: Who misses a green by less than this may still make it.
        arrivals: How they come to their stop lines; None: as their speeds let them.
        pledges: Who keeps to a plan; None: nobody.
    """
    if arrivals is None:
        arrivals = Arrivals.freely(traffic)
    if pledges is None:
        pledges = Pledges.of_nobody(traffic.lane.size)
    lanes = _sort(traffic, wave, arrivals, pledges)
    (window, waits, _), queue, earliest_s, cross_s = _settle(lanes, tolerance_s)
    hopeful, _ = serve(lanes, earliest_s, lanes.latest_end_s + hope_s)
    wait_s = queue.slot_s - (lanes.free_s - queue.place_m / lanes.ceiling_mps)
    back = _back(lanes)
    return Discharge(
        cross_s=_known_s(lanes, window, cross_s)[back],
        window=window[back],
        green_s=lanes.start_s.take(lanes.cell + window)[back],
        slot_s=queue.slot_s[back],
        place_m=queue.place_m[back],
        n_ahead=queue.n_ahead[back],
        wait_s=np.where(waits, wait_s, 0.0)[back],
        may_make_earlier=(hopeful < window)[back],
    )


def crossings(traffic: Traffic, wave: Wave, *, tolerance_s: float) -> FloatArray:
    """(m,) predicted crossings of the vehicles of the traffic, and nothing else of `discharge`."""
    nobody = Pledges.of_nobody(traffic.lane.size)
    lanes = _sort(traffic, wave, Arrivals.freely(traffic), nobody)
    settled = _settle(lanes, tolerance_s)
    return np.asarray(_known_s(lanes, settled.waiting.window, settled.cross_s)[_back(lanes)])


class _Settled(NamedTuple):
    """Queues, and how they are served; rows as in the lanes."""

    waiting: Waiting
    queue: Queue
    earliest_s: FloatArray
    """(m, W + 1) when each could cross in each green; less the headways, apart."""
    cross_s: FloatArray


def _settle(lanes: Lanes, tolerance_s: float) -> _Settled:
    """Line all up and serve them until nothing changes.

    Who waits depends on who waits ahead, and queues only grow by it. One round or two are enough,
    and one more for each green that is too short for its queue.
    """
    earliest_s = lanes.earliest_s
    window, cross_s = serve(lanes, earliest_s, lanes.end_s)
    waiting = who_waits(lanes, window, cross_s, tolerance_s)
    for _ in range(lanes.begin_s.shape[1] + MORE_ROUNDS):
        queue, lined_up = line_up(lanes, waiting), waiting
        earliest_s = no_earlier_than(lanes, earliest_s, queue, waiting.window)
        window, cross_s = serve(lanes, earliest_s, lanes.end_s)
        waiting = who_waits(lanes, window, cross_s, tolerance_s)
        if waiting.is_as(lined_up):
            break
    return _Settled(waiting=waiting, queue=queue, earliest_s=earliest_s, cross_s=cross_s)


def _known_s(lanes: Lanes, window: IntArray, cross_s: FloatArray) -> FloatArray:
    """Crossings; inf: not in any green that is known."""
    return np.where(window < lanes.begin_s.shape[1] - 1, cross_s, np.inf)


def _back(lanes: Lanes) -> IntArray:
    """Rows of the traffic in the order of the lanes."""
    back = np.empty_like(lanes.order)
    back[lanes.order] = lanes.rank
    return back


def _sort(traffic: Traffic, wave: Wave, arrivals: Arrivals, pledges: Pledges) -> Lanes:
    is_later = arrivals.is_later
    turn = np.where(is_later, arrivals.free_s, traffic.distance_m)
    order = np.lexsort((turn, is_later, traffic.lane))
    rank = np.arange(order.size)
    lane = traffic.lane[order]
    is_first = is_first_of_run(lane)
    ceiling_mps = np.maximum(traffic.ceiling_mps[order], SLOWEST_MPS)
    accel_mps2, space_m = traffic.accel_mps2[order], traffic.space_m[order]
    crossing_mps = np.minimum(np.maximum(traffic.crossing_mps[order], CREEPING_MPS), ceiling_mps)
    amber_s = last_on_amber_s(
        wave, ceiling_mps, traffic.decel_mps2[order], step_length_s=traffic.step_length_s
    )
    start_s, end_s, latest_end_s = _greens(traffic, traffic.link[order], amber_s)
    begin_s = np.where(start_s > 0.0, start_s + wave.start_lag_s, 0.0)
    begin_s[:, -1] = NEVER_S
    free_s = arrivals.free_s[order]
    headways_s = (wave.follow_s + space_m / crossing_mps).cumsum()
    apart = 2.0 * FAR * is_first.astype(np.float64).cumsum()
    earliest_s = np.maximum(free_s[:, np.newaxis], begin_s)
    earliest_s -= headways_s[:, np.newaxis]
    earliest_s += apart[:, np.newaxis]
    return Lanes(
        order=order,
        rank=rank,
        cell=rank * begin_s.shape[1],
        is_first=is_first,
        first=np.maximum.accumulate(rank * is_first),
        apart=apart,
        free_s=free_s,
        headways_s=headways_s,
        start_s=start_s,
        begin_s=begin_s,
        end_s=end_s,
        latest_end_s=latest_end_s,
        earliest_s=earliest_s,
        ceiling_mps=ceiling_mps,
        accel_mps2=accel_mps2,
        ramp_m=ceiling_mps**2 / (2.0 * accel_mps2),
        ramp_s=ceiling_mps / accel_mps2,
        distance_m=traffic.distance_m[order],
        space_m=space_m,
        step_s=_steps_s(traffic, wave, pledges.rolls)[order],
        stands=((traffic.speed_mps < STANDING_MPS) & ~is_later)[order],
        keeps_place=pledges.keeps_place[order],
    )


def _greens(traffic: Traffic, link: IntArray, amber_s: FloatArray) -> FloatArray:
    """(3, m, W + 1) start, likely end and late end of each green; the last one never comes."""
    told_s = np.array((traffic.likely_start_s, traffic.likely_end_s, traffic.end_q90_s))
    greens_s = np.full((3, link.size, told_s.shape[2] + 1), np.inf)
    known_s = told_s.take(link, axis=1)
    # A green that is over, or not known, ends before anybody comes.
    np.copyto(known_s, NOT_KNOWN_S, where=np.isnan(known_s))
    greens_s[..., :-1] = known_s
    greens_s[1:] += amber_s[:, np.newaxis]
    np.maximum(greens_s[2], greens_s[1], out=greens_s[2])
    return greens_s


def _steps_s(traffic: Traffic, wave: Wave, rolls: BoolArray) -> FloatArray:
    """(m,) from the start of each in a queue to the start of the one behind it.

    Too fast a wave leads advice to who still stands, too slow a one opens gaps behind who rolls.
    """
    start_step_s = float(np.fmax(wave.step_s, traffic.start_step_s))
    follow_s = min(wave.follow_s, start_step_s)
    return np.where(rolls, follow_s, start_step_s)
