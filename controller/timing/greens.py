"""When links have green, step by step, for many plans at once."""

from collections.abc import Sequence

import numpy as np

from controller.arrays import FloatArray
from controller.timing.flow_network import FlowNetwork
from controller.timing.problem import TimingPlan


def green_shares(
    network: FlowNetwork,
    plans: Sequence[TimingPlan],
    edges_s: FloatArray,
    *,
    start_lag_s: float,
    end_gain_s: float,
) -> tuple[FloatArray, FloatArray]:
    """Part of each step in which queues can leave by each link.

    Args:
        network: L links.
        plans: B plans.
        edges_s: (T + 1,) where steps begin and end.
        start_lag_s: A queue leaves so long after green starts.
        end_gain_s: It leaves so long after green ends: on amber.

    Returns:
        (T, L, B) without yielding, and the same where the link must yield; 0 to 1.
    """
    start_s, length_s, cycle_s = _intervals_s(network, plans, start_lag_s, end_gain_s)
    since_s = edges_s[:, np.newaxis, np.newaxis] - start_s
    n_whole = np.floor(since_s / cycle_s)
    since_s -= n_whole * cycle_s
    green_s = n_whole * length_s + np.minimum(since_s, length_s)
    share = np.diff(green_s, axis=0) / np.diff(edges_s)[:, np.newaxis, np.newaxis]
    shape = (edges_s.size - 1, network.share.size, len(plans))
    protected, permissive = np.zeros(shape), np.zeros(shape)
    # A link may have more than one green in a cycle: they are added up.
    for i, link in enumerate(network.intervals.link):
        target = permissive if network.intervals.is_permissive[i] else protected
        target[:, link] += share[:, i]
    return protected, permissive


def _intervals_s(
    network: FlowNetwork, plans: Sequence[TimingPlan], start_lag_s: float, end_gain_s: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Start, length and cycle (I, B) of each interval of green."""
    at = network.intervals
    green_s = np.array([np.concatenate([each.green_s for each in plan]) for plan in plans]).T
    offset_s = np.array([[each.offset_s for each in plan] for plan in plans]).T
    cycle_s = np.array([[each.cycle_s for each in plan] for plan in plans]).T[at.signal]
    total_s = np.cumsum(green_s + network.change_s[:, np.newaxis], axis=0)
    total_s = np.concatenate((np.zeros((1, len(plans))), total_s))
    origin_s = total_s[network.first_stage[at.signal]]
    lag_s = (start_lag_s * at.is_start)[:, np.newaxis]
    # What goes on as another kind of green lasts until that begins.
    tail_s = np.where(at.is_end[:, np.newaxis], end_gain_s, network.change_s[at.last, np.newaxis])
    start_s = total_s[at.first] - origin_s + lag_s
    end_s = total_s[at.last] - origin_s + green_s[at.last] + tail_s
    length_s = np.where(
        at.is_always[:, np.newaxis], cycle_s, np.minimum((end_s - start_s) % cycle_s, cycle_s)
    )
    return start_s + offset_s[at.signal], length_s, cycle_s
