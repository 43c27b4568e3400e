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
"""Where there is room to wait inside the junction, somebody leaves at least so often: the end of a
green lets him go, if no gap does."""
NEAR_S = 20.0
"""What comes against a present green is counted so far ahead."""
LIKELY = 4.0
"""Somebody of a link waits inside at the end of green with so many times the probability that the
next one on its lane is of that link."""


class Ahead(NamedTuple):
    """When the traffic is that is asked for."""

    stage: IntArray
    """(N,) present stages."""
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
    wanted_vps = _wanted_vps(found, approaches, use, unseen, ahead)
    link_vps = _link_vps(approaches, wanted_vps)
    # Those who are to be let go first may be held up themselves, by somebody who yields.
    lane_vps = approaches.lane_flow_vps(link_vps, use).reshape(-1, link_vps.shape[1])
    most_vps = use[:, np.newaxis] * lane_vps[approaches.link_cells]
    link_vps = _link_vps(approaches, np.minimum(wanted_vps, most_vps))
    link, at = approaches.yielding // link_vps.shape[1], approaches.yielding
    is_inside = np.minimum(LIKELY * use[link], 1.0) * approaches.n_inside[link]
    waiting = np.zeros_like(link_vps)
    waiting.flat[at] = is_inside * (1.0 - link_vps.flat[at] / approaches.saturation_vps[link])
    return Capacity(link_vps=link_vps, leaving=approaches.sum_of_lanes(waiting))


def _link_vps(approaches: Approaches, passing_vps: FloatArray) -> FloatArray:
    """(M, S) what leaves by each link in each stage, while so many pass by all of them."""
    link_vps = approaches.saturation_vps[:, np.newaxis] * approaches.is_green
    link, passing = approaches.yielding // link_vps.shape[1], passing_vps.reshape(-1)
    opposing = np.bincount(approaches.yields, passing[approaches.foe], link.size)
    full_vps = approaches.saturation_vps[link]
    gaps_vps = gap_saturation_vps(opposing.astype(np.float64), CRITICAL_GAP_S, 1.0 / full_vps)
    link_vps.flat[approaches.yielding] = np.clip(
        gaps_vps, LEAST_VPS * (approaches.n_inside[link] > 0), full_vps
    )
    return link_vps


def _wanted_vps(
    found: Coming, approaches: Approaches, use: FloatArray, unseen: FloatArray, ahead: Ahead
) -> FloatArray:
    """(M, S) mean flow of each link in its greens, if they are long enough for all who come.

    In a present green, of those who come soon; in a later one, of all up to the horizon: of the
    time until then it has as much as in the own program.
    """
    n_lanes, cell = approaches.lane_ids.shape[1], approaches.link_cells
    signal = cell // max(n_lanes, 1)
    soon = np.bincount(found.cell[found.arrival_s < NEAR_S], minlength=unseen.size)
    is_ahead = found.arrival_s < ahead.end_s[found.cell // max(n_lanes, 1)]
    all_ahead = np.bincount(found.cell[is_ahead], minlength=unseen.size) + unseen.reshape(-1)
    green_s = approaches.green_share * ahead.end_s[signal]
    is_now = np.arange(approaches.is_green.shape[1]) == ahead.stage[signal][:, np.newaxis]
    count_vps = np.where(
        is_now, (soon[cell] / NEAR_S)[:, np.newaxis], (all_ahead[cell] / green_s)[:, np.newaxis]
    )
    wanted_vps = np.minimum(count_vps, approaches.saturation_vps[:, np.newaxis])
    return np.asarray(wanted_vps * use[:, np.newaxis] * approaches.is_green)
