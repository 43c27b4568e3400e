"""How fast links flow that have to yield: by the gaps in what comes against them.

References:
    Highway Capacity Manual (2010), chapter 31: permissive left turns; gaps as Harders (1968).
"""

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import Coming
from controller.timing.control_delay import gap_saturation_vps

import os
CRITICAL_GAP_S = float(os.environ.get("XGAP", "4.5"))
"""Least gap that one vehicle takes."""
NEAR_S = float(os.environ.get("XNEAR", "20"))
"""What comes against a present green is counted so far ahead."""


def passing_vps(
    found: Coming,
    approaches: Approaches,
    use: FloatArray,
    *,
    stage: IntArray,
    unseen: FloatArray,
    base_s: FloatArray,
    horizon_s: float,
) -> FloatArray:
    """(M, S) mean flow of each link in its greens, if it can flow as fast as those who come.

    In a present green, those who come within `NEAR_S`; in a later one, its share of those who come
    up to the horizon: of the time until then it gets as much as in the own program.

    Args:
        found: Who is in sight.
        approaches: N signals, M links, S stages.
        use: (M,) share of each link in the use of its lane.
        stage: (N,) present stages.
        unseen: (N, L) who comes beside them up to the horizon.
        base_s: (N,) earliest end of the present greens, from now.
        horizon_s: From there on.
    """
    n_lanes = approaches.lane_ids.shape[1]
    size = approaches.lane_ids.size
    end_s = base_s + horizon_s
    near = np.bincount(found.cell[found.arrival_s < NEAR_S], minlength=size) / NEAR_S
    is_ahead = found.arrival_s < end_s[found.cell // max(n_lanes, 1)]
    count = np.bincount(found.cell[is_ahead], minlength=size) + unseen.reshape(-1)
    cell = approaches.link_cells
    signal = cell // max(n_lanes, 1)
    later_vps = use * count[cell] / (approaches.green_share * end_s[signal])
    now_vps = use * near[cell]
    is_now = np.arange(approaches.is_green.shape[1]) == stage[signal][:, np.newaxis]
    flow = np.where(is_now, now_vps[:, np.newaxis], later_vps[:, np.newaxis])
    most = (use * approaches.saturation_vps)[:, np.newaxis]
    return np.asarray(np.minimum(flow, most) * approaches.is_green)


def link_flow_vps(approaches: Approaches, passing: FloatArray) -> FloatArray:
    """(M, S) what can leave by each link in each stage, while the others pass.

    Args:
        approaches: M links, S stages.
        passing: (M, S) flow of each link.
    """
    yields, foe = approaches.yields, approaches.foe
    opposing = np.bincount(
        yields, weights=passing.reshape(-1)[foe], minlength=passing.size
    ).astype(np.float64)
    opposing_vps = opposing.reshape(passing.shape)
    full = approaches.saturation_vps[:, np.newaxis]
    gaps = gap_saturation_vps(opposing_vps, CRITICAL_GAP_S, 1.0 / full)
    return np.asarray(np.minimum(gaps, full) * approaches.is_green)
