"""Who comes to which stop line when, and who waits there when the present greens may end."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.discharge import crossings
from controller.interface import Traffic
from controller.kinematics import free_arrival_s
from controller.signals.approaches import Approaches
from controller.wave import Wave

SLOW_MPS = 2.0
"""Whoever is slower stands, or is about to."""
FULL = 0.85
"""A lane that is occupied to more than this share, by slow vehicles, takes up nobody."""
SLOWEST_MPS = 3.0
"""On no way is anybody taken to be slower on the average than this."""
WAVE = Wave()


class Greens(NamedTuple):
    """Planned greens of M links, W each; times from now, NaN where there is none."""

    start_s: FloatArray
    """(M, W)"""
    end_s: FloatArray
    """(M, W)"""


class LinkFlow(NamedTuple):
    """How M links flow in the greens that are committed."""

    green_vps: FloatArray
    """(M,) vehicles that can leave by each while it has green."""
    use: FloatArray
    """(M,) share of each in the use of its lane."""


class Coming(NamedTuple):
    """Vehicles on their way: v of them."""

    cell: IntArray
    """(v,) place of its lane in the flattened (N, L) arrays."""
    arrival_s: FloatArray
    """(v,) at the stop line with nobody and no red ahead of it there; from now."""


class Outset(NamedTuple):
    """Where a search starts, and what comes."""

    queue: FloatArray
    """(N, L) vehicles that wait at the earliest end of the present greens."""
    waited_s: FloatArray
    """(N, L) how long the first of them has waited then."""
    arrivals: FloatArray
    """(N, L, T) vehicles that come in each step from there on."""


def coming(traffic: Traffic, approaches: Approaches, greens: Greens) -> Coming:
    """Who comes to the signals, those included who first pass another one.

    Args:
        traffic: Everybody whom the roadside sees.
        approaches: The signals.
        greens: What is planned of them, for those who pass one on the way to another.
    """
    cell, arrival_s = approaches.cells_of(traffic.link), free_arrival_s(traffic)
    beyond = traffic.beyond
    if beyond is not None and (beyond.link >= 0).any():
        cell_beyond = approaches.cells_of(beyond.link)
        later = cell_beyond >= 0
        cross_s = _crossings(traffic, approaches, greens)[later]
        way_s = beyond.way_m[later] / np.maximum(beyond.ceiling_mps[later], SLOWEST_MPS)
        cell = np.concatenate([cell, cell_beyond[later]])
        arrival_s = np.concatenate([arrival_s, cross_s + way_s])
    known = (cell >= 0) & np.isfinite(arrival_s)
    return Coming(cell=cell[known], arrival_s=arrival_s[known])


def _crossings(traffic: Traffic, approaches: Approaches, greens: Greens) -> FloatArray:
    """(m,) when everybody crosses the next signal, as is planned now."""
    rows = approaches.link_rows
    shape = (traffic.likely_start_s.shape[0], greens.start_s.shape[1])
    start_s, end_s = np.full((2, *shape), np.nan)
    n_told = min(traffic.likely_start_s.shape[1], shape[1])
    start_s[:, :n_told] = traffic.likely_start_s[:, :n_told]
    end_s[:, :n_told] = traffic.likely_end_s[:, :n_told]
    start_s[rows], end_s[rows] = greens
    planned = replace(traffic, likely_start_s=start_s, likely_end_s=end_s, end_q90_s=end_s)
    return crossings(planned, WAVE, tolerance_s=1.5)


def committed_vps(approaches: Approaches, link_vps: FloatArray, stage: IntArray) -> FloatArray:
    """(M,) what leaves by each link in the greens that are committed.

    A link flows as in the last committed stage; one that has no green there, as well as it can.

    Args:
        approaches: The signals.
        link_vps: (M, S) vehicles that can leave by each link in each stage.
        stage: (N,) last committed stages.
    """
    own = np.arange(link_vps.shape[0])
    now = stage[approaches.link_cells // max(approaches.lane_ids.shape[1], 1)]
    has_green = approaches.is_green[own, now]
    return np.asarray(np.where(has_green, link_vps[own, now], link_vps.max(axis=1, initial=0.0)))


def blocked(traffic: Traffic, approaches: Approaches) -> BoolArray:
    """(M,) links whose lane behind the junction is full."""
    behind = approaches.lanes_behind
    size = int(max(behind.max(initial=0), traffic.present_lane.max(initial=0))) + 1
    lane = np.maximum(traffic.present_lane, 0)
    taken_m = np.bincount(lane, weights=traffic.space_m, minlength=size)[behind]
    n_there = np.bincount(lane, minlength=size)[behind]
    speed_mps = np.bincount(lane, weights=traffic.speed_mps, minlength=size)[behind]
    is_slow = speed_mps < SLOW_MPS * n_there
    return np.asarray((taken_m > FULL * approaches.room_m) & is_slow & (behind >= 0))


def outset(
    found: Coming,
    approaches: Approaches,
    greens: Greens,
    flow: LinkFlow,
    *,
    base_s: FloatArray,
    waited_s: FloatArray,
    step_s: float,
    n_steps: int,
) -> Outset:
    """Serve what is committed, up to the earliest ends of the present greens.

    Args:
        found: Who comes.
        approaches: The signals.
        greens: What is committed.
        flow: Of the links.
        base_s: (N,) earliest end of each signal's present green, from now.
        waited_s: (N, L) how long the first vehicle of each lane has waited until now.
        step_s: Length of a step.
        n_steps: How many steps to look ahead from those ends.
    """
    n_signals, n_lanes = approaches.lane_ids.shape
    n_before = int(np.ceil(base_s.max(initial=0.0) / step_s))
    step = np.floor((found.arrival_s - base_s[found.cell // n_lanes]) / step_s).astype(np.int64)
    step = np.maximum(step + n_before, 0)
    is_near = step < n_before + n_steps
    n_all = n_before + n_steps
    arrivals = np.bincount(
        found.cell[is_near] * n_all + step[is_near], minlength=n_signals * n_lanes * n_all
    ).reshape(n_signals, n_lanes, n_all)
    # In the middle of each step before the base.
    middle_s = base_s[:, np.newaxis] + (np.arange(n_before) - n_before + 0.5) * step_s
    at_s = middle_s[approaches.link_cells // n_lanes][:, np.newaxis]
    is_green = (greens.start_s[..., np.newaxis] <= at_s) & (at_s < greens.end_s[..., np.newaxis])
    is_green = is_green.any(axis=1) & (at_s[:, 0] > 0.0)
    lane_vps = approaches.lane_flow_vps(is_green * flow.green_vps[:, np.newaxis], flow.use)
    grown = np.cumsum(arrivals[..., :n_before] - lane_vps * step_s, axis=2)
    least = np.minimum(grown.min(axis=2, initial=0.0), 0.0)
    queue = (grown[..., -1] if n_before else 0.0) - least
    served = lane_vps > 0.0
    since = (
        np.where(served.any(axis=2), np.argmax(served[..., ::-1], axis=2) * step_s, np.inf)
        if n_before
        else np.full(queue.shape, np.inf)
    )
    waited_s = np.minimum(waited_s + base_s[:, np.newaxis], since)
    return Outset(
        queue=queue,
        waited_s=np.where(queue > 0.0, waited_s, 0.0),
        arrivals=arrivals[..., n_before:].astype(np.float64),
    )
