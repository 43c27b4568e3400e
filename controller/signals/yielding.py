"""How fast links flow that have to yield: by the gaps in what comes against them.

References:
    Highway Capacity Manual (2010), chapter 31: permissive left turns, with gaps as Harders (1968),
    and those who wait inside the junction and leave at the end of green ("sneakers").
"""

from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import Coming
from controller.timing.control_delay import gap_saturation_vps

CRITICAL_GAP_S = 6.5
"""Least gap that one vehicle takes. That is long: a queue that is let go first, and so leaves no
gaps, counts here as if it came by chance. With 5.5 s trips were longer."""
LEAST_VPS = 0.02
"""Where there is room to wait inside the junction, somebody leaves at least so often, so that his
lane is not taken for closed. Those who leave at the end of a green are counted beside."""
NEAR_S = 20.0
"""What comes against a present green is counted so far beyond its earliest end."""
LIKELY = 4.0
"""Somebody of a link waits inside at the end of green with so many times the probability that the
next one on its lane is of that link."""


class Ahead(NamedTuple):
    """When the traffic is that is asked for."""

    stage: IntArray
    """(N,) present stages."""
    base_s: FloatArray
    """(N,) earliest ends of the present greens, from now."""
    end_s: FloatArray
    """(N,) the horizon, from now."""


class Capacity(NamedTuple):
    """What M links and the lanes of N signals let through in S stages."""

    link_vps: FloatArray
    """(M, S) vehicles that can leave by each link."""
    leaving: FloatArray
    """(N, L, S) further ones on each lane who leave the junction when the green ends."""


def capacity(
    found: Coming, approaches: Approaches, use: FloatArray, unseen: FloatArray, ahead: Ahead
) -> Capacity:
    """What can leave by each link while those pass whom it yields to.

    Whoever stands at red now passes within his green: the mean flow of a green takes in its queue.

    Args:
        found: Who is in sight.
        approaches: The signals.
        use: (M,) share of each link in the use of its lane.
        unseen: (N, L) who comes beside them up to the horizon.
        ahead: Present stages, and the horizon.
    """
    n_stages = approaches.is_green.shape[1]
    foe, stage = np.divmod(approaches.foe, n_stages)
    wanted_vps = _wanted_vps(found, approaches, unseen, ahead) * use[foe]
    link_vps = _link_vps(approaches, wanted_vps)
    # Those who are to be let go first may be held up themselves, by somebody who yields.
    lane_vps = approaches.lane_flow_vps(link_vps, use).reshape(-1, n_stages)
    most_vps = use[foe] * lane_vps[approaches.link_cells[foe], stage]
    link_vps = _link_vps(approaches, np.minimum(wanted_vps, most_vps))
    link, stage = np.divmod(approaches.yielding, n_stages)
    is_inside = np.minimum(LIKELY * use[link], 1.0) * approaches.n_inside[link]
    waiting = is_inside * (1.0 - link_vps[link, stage] / approaches.saturation_vps[link])
    place = approaches.link_cells[link] * n_stages + stage
    leaving = np.bincount(place, waiting, lane_vps.size).astype(np.float64)
    return Capacity(
        link_vps=link_vps, leaving=leaving.reshape(*approaches.lane_ids.shape, n_stages)
    )


def _link_vps(approaches: Approaches, passing_vps: FloatArray) -> FloatArray:
    """(M, S) what leaves by each link in each stage, while so many of the (C,) foes pass."""
    link_vps = approaches.saturation_vps[:, np.newaxis] * approaches.is_green
    link = approaches.yielding // link_vps.shape[1]
    opposing_vps = np.bincount(approaches.yields, passing_vps, link.size).astype(np.float64)
    full_vps = approaches.saturation_vps[link]
    gaps_vps = gap_saturation_vps(opposing_vps, CRITICAL_GAP_S, 1.0 / full_vps)
    least_vps = LEAST_VPS * (approaches.n_inside[link] > 0)
    link_vps.reshape(-1)[approaches.yielding] = np.clip(gaps_vps, least_vps, full_vps)
    return link_vps


def _wanted_vps(
    found: Coming, approaches: Approaches, unseen: FloatArray, ahead: Ahead
) -> FloatArray:
    """(C,) mean flow of each foe's lane in its greens, if they are long enough for all who come.

    In a present green, of those who come soon; in a later one, of all up to the horizon: of the
    time until then it has as much as in the own program.
    """
    n_lanes = max(approaches.lane_ids.shape[1], 1)
    near_s = ahead.base_s + NEAR_S
    is_near = found.arrival_s < near_s[found.cell // n_lanes]
    soon = np.bincount(found.cell[is_near], minlength=unseen.size)
    is_ahead = found.arrival_s < ahead.end_s[found.cell // n_lanes]
    all_ahead = np.bincount(found.cell[is_ahead], minlength=unseen.size) + unseen.reshape(-1)
    link, stage = np.divmod(approaches.foe, approaches.is_green.shape[1])
    cell = approaches.link_cells[link]
    signal = cell // n_lanes
    green_s = approaches.green_share[link] * ahead.end_s[signal]
    is_now = stage == ahead.stage[signal]
    count_vps = np.where(is_now, soon[cell] / near_s[signal], all_ahead[cell] / green_s)
    return np.asarray(np.minimum(count_vps, approaches.saturation_vps[link]))
