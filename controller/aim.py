"""What each vehicle is to meet: the queue ahead of it, out of the virtual discharge."""

from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.arrivals import Pledges
from controller.beyond import passes, serve_beyond
from controller.discharge import Discharge, discharge
from controller.eco_parameters import EcoParameters
from controller.guards import holds_up, keeps_waiting, parts_ways
from controller.interface import Observation
from controller.plan import HOLD_MPS, LINK, is_under_way
from controller.standing import STANDING_MPS
from controller.target import Target

OTHER_GREEN_S = 20.0
"""Starts of green that differ by more are not of the same green: no forecast moves as far from one
message to the next."""


class _Lines(NamedTuple):
    """The stop lines that n vehicles come to, in their order."""

    q10_s: FloatArray
    """When the green that serves each begins: 10 % quantile."""
    q90_s: FloatArray
    """90 % quantile; NaN: the vehicle has not been told of that green."""
    holds_up: BoolArray
    link: IntArray
    distance_m: FloatArray
    crossing_mps: FloatArray
    storage_m: FloatArray
    gate_m: FloatArray
    gate_s: FloatArray


def aim(seen: Observation, parameters: EcoParameters) -> Target:
    """What each vehicle is to meet, from the virtual discharge of all that is seen."""
    seen = _by_early_starts(seen)
    traffic, row = seen.traffic, seen.traffic_row
    link, goes_on = seen.memory[:, LINK], is_under_way(seen.memory)
    # Who keeps to a plan for the next signal waits for that one.
    is_bound = (link == traffic.link[row]) & goes_on
    served = discharge(
        traffic,
        parameters.wave,
        tolerance_s=parameters.min_wait_s,
        hope_s=parameters.hope_s,
        pledges=_pledges(seen, is_bound),
    )
    held_up = holds_up(
        traffic, served.cross_s, reach_m=parameters.hold_up_m, tolerance_s=parameters.hold_up_s
    )
    held_up |= keeps_waiting(traffic, reach_m=parameters.hold_up_m, standing_mps=STANDING_MPS)
    q10_s, q90_s = _told(served.green_s[row], seen)
    none = np.full(row.size, np.nan)
    lines = _Lines(
        q10_s=q10_s,
        q90_s=q90_s,
        holds_up=held_up[row],
        link=traffic.link[row],
        distance_m=seen.distance_m,
        crossing_mps=traffic.crossing_mps[row],
        storage_m=traffic.storage_m[row],
        gate_m=none,
        gate_s=none,
    )
    target = _target(served, row, lines, parameters.spillback)
    if traffic.beyond is None or not parameters.looks_beyond:
        return target
    looks = (seen.hears_beyond & ~is_bound).nonzero()[0]
    if not looks.size:
        return target
    passing = passes(traffic, served, row[looks], later_s=parameters.beyond_s)
    # Who looks beyond already goes on with it while the green lasts for all.
    keeps = ((link == traffic.beyond.link[row]) & goes_on)[looks]
    may = passing.may & (passing.is_certain | keeps)
    chosen = looks[may]
    if not chosen.size:
        return target
    onward = _aim_beyond(
        seen, parameters, served, chosen, gate_s=passing.latest_s[may], keeps=keeps[may]
    )
    return _with_those_beyond(target, chosen, onward)


def _by_early_starts(seen: Observation) -> Observation:
    """The same, as if each green to come were to begin as early as one in ten does.

    Control by traffic ends a green for which it sees nobody: who aims at the likely start loses
    all of a green that begins before it, and little by being early.
    """
    told = _early_s(seen.likely_start_s, seen.start_q10_s)
    traffic = seen.traffic
    known = _early_s(traffic.likely_start_s, traffic.start_q10_s)
    traffic = replace(traffic, likely_start_s=known)
    return replace(seen, likely_start_s=told, traffic=traffic)


def _early_s(likely_s: FloatArray, q10_s: FloatArray) -> FloatArray:
    """Early starts of the greens to come, and likely ones of those that have begun."""
    return np.where(likely_s > 0.0, np.fmin(likely_s, q10_s), likely_s)


def _pledges(seen: Observation, is_bound: BoolArray) -> Pledges:
    """Who of the traffic keeps to a plan for his next stop line.

    Whether it still holds is found out with the discharge: it counts for this one all the same.
    """
    row = seen.traffic_row
    keeps_place, rolls = np.zeros((2, seen.traffic.lane.size), dtype=np.bool_)
    keeps_place[row] = is_bound
    rolls[row] = is_bound & (seen.memory[:, HOLD_MPS] > 0.0)
    return Pledges(keeps_place=keeps_place, rolls=rolls)


def _aim_beyond(
    seen: Observation,
    parameters: EcoParameters,
    served: Discharge,
    chosen: IntArray,
    *,
    gate_s: FloatArray,
    keeps: BoolArray,
) -> Target:
    """What some vehicles are to meet at the signals behind the next ones.

    Args:
        seen: All that is seen.
        parameters: What may be configured.
        served: When everybody passes the next signals.
        chosen: (k,) rows of these vehicles.
        gate_s: (k,) when each must have passed the next signal.
        keeps: (k,) whether each has such a plan already: nobody who comes up behind ends it.
    """
    traffic, row = seen.traffic, seen.traffic_row[chosen]
    beyond = traffic.beyond
    assert beyond is not None
    arriving = ((beyond.link >= 0) & np.isfinite(served.cross_s)).nonzero()[0]
    then = serve_beyond(traffic, served, parameters, arriving)
    place = arriving.searchsorted(row)
    which = beyond.link[row], _known(then.window[place], traffic.likely_start_s)
    lines = _Lines(
        q10_s=traffic.start_q10_s[which],
        q90_s=traffic.start_q90_s[which],
        holds_up=parts_ways(traffic, reach_m=parameters.hold_up_m)[row] & ~keeps,
        link=beyond.link[row],
        distance_m=seen.distance_m[chosen] + beyond.way_m[row],
        crossing_mps=beyond.crossing_mps[row],
        storage_m=beyond.storage_m[row],
        gate_m=seen.distance_m[chosen],
        gate_s=gate_s,
    )
    return _target(then, place, lines, parameters.spillback)


def _with_those_beyond(target: Target, chosen: IntArray, onward: Target) -> Target:
    """The same, with some rows for the signals beyond."""
    whole = {}
    for field in fields(Target):
        values = getattr(target, field.name).copy()
        values[chosen] = getattr(onward, field.name)
        whole[field.name] = values
    return Target(**whole)


def _told(green_s: FloatArray, seen: Observation) -> tuple[FloatArray, FloatArray]:
    """10 and 90 % quantiles of some starts of green as each vehicle was told; NaN: it was not.

    What it was told may be older than what the roadside knows: a green has gone since, or a
    start has moved. It is the nearest start that was still to come when its message was made.

    Args:
        green_s: (n,) start of each that is to come; inf: none.
        seen: What the vehicles were told.
    """
    is_to_come = seen.likely_start_s > -seen.spat_age_s[:, np.newaxis]
    starts_s = np.where(is_to_come & np.isfinite(seen.likely_start_s), seen.likely_start_s, np.nan)
    off_s = np.abs(starts_s - green_s[:, np.newaxis])
    off_s[~(off_s < OTHER_GREEN_S)] = np.inf
    own = np.arange(green_s.size), off_s.argmin(axis=1)
    is_told = np.isfinite(off_s[own])
    return (
        np.where(is_told, seen.start_q10_s[own], np.nan),
        np.where(is_told, seen.start_q90_s[own], np.nan),
    )


def _known(window: IntArray, starts_s: FloatArray) -> IntArray:
    """(n,) the same windows; the last one where none is known."""
    return np.asarray(np.minimum(window, starts_s.shape[1] - 1))


def _target(served: Discharge, row: IntArray, lines: _Lines, spillback: float) -> Target:
    """What the queues mean for some rows of what was served."""
    is_to_come = served.green_s[row] > 0.0
    place_m = served.place_m[row]
    return Target(
        is_known=np.isfinite(served.cross_s[row]),
        green_s=served.green_s[row],
        # Roadside units may know of a green that the vehicle has not heard of yet.
        slot_s=np.where(is_to_come & ~np.isfinite(lines.q90_s), np.nan, served.slot_s[row]),
        place_m=place_m,
        n_ahead=served.n_ahead[row],
        wait_s=served.wait_s[row],
        cross_s=served.cross_s[row],
        spread_s=np.where(is_to_come, lines.q90_s - lines.q10_s, 0.0),
        may_make_earlier=served.may_make_earlier[row],
        holds_up=lines.holds_up,
        room_m=spillback * lines.storage_m,
        link=lines.link,
        distance_m=lines.distance_m,
        crossing_mps=lines.crossing_mps,
        gate_m=lines.gate_m,
        gate_s=lines.gate_s,
    )
