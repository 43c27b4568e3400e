"""Cycle and splits of one signal from its flows.

References:
    Webster (1958), "Traffic signal settings", Road Research Technical Paper 39: the cycle of least
    delay; greens in proportion to critical flow ratios.
    Highway Capacity Manual (2010), chapter 18: lane groups, critical flow ratios, lost time.
"""

import numpy as np

from controller.arrays import BoolArray, FloatArray
from controller.timing.control_delay import gap_saturation_vps
from controller.timing.flow_model import FlowModel
from controller.timing.problem import TimedSignal, Timing

MOST_BUSY = 0.95
"""No cycle is long enough where critical flows take more than that of all time."""
LEAST_RATIO = 1e-3
"""Stages without traffic share what is left over by this flow ratio."""


def critical_ratios(signal: TimedSignal, model: FlowModel) -> FloatArray:
    """Flow ratio that each stage must serve: the least sum that serves each lane.

    Where each lane has green in one stage, this is the greatest ratio of the stage. A lane with
    green in more than one may be served by any of them: a linear program finds the critical path.

    Args:
        signal: S stages.
        model: How those who must yield find gaps.

    Returns:
        (S,) part of all time that each stage must have.
    """
    from scipy.optimize import linprog

    serves, ratio = _needs(signal, model)
    if not ratio.size:
        return np.zeros(signal.change_s.size)
    found = linprog(
        np.ones(signal.change_s.size),
        A_ub=-serves.astype(np.float64),
        b_ub=-ratio,
        bounds=(0, None),
    )
    critical: FloatArray = np.maximum(found.x, 0.0)
    return critical


def lost_time_s(signal: TimedSignal, model: FlowModel) -> float:
    """Time of a cycle in which nobody leaves: changes and start lags, less what amber lets go."""
    per_stage_s = signal.change_s + model.start_lag_s - model.end_gain_s
    return float(np.maximum(per_stage_s, 0.0).sum())


def webster_cycle_s(lost_s: float, busy: float) -> float:
    """Cycle of least delay: (1.5 L + 5) / (1 - Y).

    Args:
        lost_s: L, lost time of a cycle.
        busy: Y, sum of the critical flow ratios; inf is returned from 0.95 on.
    """
    return (1.5 * lost_s + 5.0) / (1.0 - busy) if busy < MOST_BUSY else float("inf")


def best_cycle_s(signal: TimedSignal, model: FlowModel) -> float:
    """Webster's cycle in whole seconds, within what the stages allow; inf: none is long enough."""
    best_s = webster_cycle_s(
        lost_time_s(signal, model), float(critical_ratios(signal, model).sum())
    )
    if np.isinf(best_s):
        return best_s
    best_s = min(max(best_s, signal.shortest_cycle_s), signal.longest_cycle_s)
    return float(np.ceil(best_s - 1e-9))


def split(signal: TimedSignal, cycle_s: float, weights: FloatArray) -> FloatArray:
    """Greens in proportion to weights, as far as least and greatest ones allow.

    Greens differ from their bounds by whole seconds, if the cycle lets them.

    Args:
        signal: S stages.
        cycle_s: Length of the cycle.
        weights: (S,) not negative.

    Returns:
        (S,) greens; with the changes they fill the cycle.

    Raises:
        ValueError: The stages fit no such cycle.
    """
    if not signal.shortest_cycle_s <= cycle_s <= signal.longest_cycle_s:
        raise ValueError(
            f"signal '{signal.signal_id}': its cycle can be {signal.shortest_cycle_s:g} to "
            f"{signal.longest_cycle_s:g} s, got {cycle_s:g} s"
        )
    total_s = cycle_s - float(signal.change_s.sum())
    weights = weights + LEAST_RATIO * max(float(weights.max()), 1.0)
    low, high = 0.0, float((signal.max_green_s / weights).max())
    for _ in range(100):
        middle = (low + high) / 2.0
        wanted_s = np.clip(middle * weights, signal.min_green_s, signal.max_green_s)
        low, high = (middle, high) if wanted_s.sum() < total_s else (low, middle)
    wanted_s = np.clip(high * weights, signal.min_green_s, signal.max_green_s)
    return _whole(wanted_s, total_s, signal)


def webster_timing(
    signal: TimedSignal, cycle_s: float, model: FlowModel, *, offset_s: float = 0.0
) -> Timing:
    """Timing whose greens are in proportion to the critical flow ratios."""
    green_s = split(signal, cycle_s, critical_ratios(signal, model))
    return Timing(cycle_s=cycle_s, offset_s=offset_s, green_s=green_s)


def _needs(signal: TimedSignal, model: FlowModel) -> tuple[BoolArray, FloatArray]:
    """Stages that serve each lane with traffic in turn, and its flow ratio."""
    opposing_vps = signal.yields_to @ signal.flow_vps
    gap_vps = gap_saturation_vps(opposing_vps, model.critical_gap_s, model.follow_up_s)
    has_own = (signal.is_green & signal.is_protected).any(axis=0)
    # Who has a green of its own at some time is given its time there.
    rate_vps = np.where(has_own, signal.saturation_vps, np.minimum(gap_vps, signal.saturation_vps))
    serves = np.where(has_own, signal.is_protected & signal.is_green, signal.is_green)
    wanted = (signal.flow_vps > 0) & serves.any(axis=0)
    ratio = np.zeros(signal.room_veh.size)
    np.add.at(ratio, signal.lane[wanted], signal.flow_vps[wanted] / rate_vps[wanted])
    lanes = ratio.nonzero()[0]
    # A lane moves while all of its links that are wanted have green, or at least one of them.
    by_lane = []
    for lane in lanes:
        links = wanted & (signal.lane == lane)
        together = serves[:, links].all(axis=1)
        by_lane.append(together if together.any() else serves[:, links].any(axis=1))
    return np.array(by_lane, dtype=np.bool_).reshape(lanes.size, signal.change_s.size), ratio[lanes]


def _whole(wanted_s: FloatArray, total_s: float, signal: TimedSignal) -> FloatArray:
    """Round so that greens above their least are so by whole seconds, and the sum stays."""
    more_s = wanted_s - signal.min_green_s
    whole_s = np.floor(more_s + 1e-6)
    left_s = total_s - float(signal.min_green_s.sum()) - whole_s.sum()
    # The greatest remainders get the seconds that are left, where they may.
    for stage in np.argsort(whole_s - more_s, kind="stable"):
        room_s = signal.max_green_s[stage] - signal.min_green_s[stage] - whole_s[stage]
        given_s = min(1.0, left_s, room_s)
        whole_s[stage] += given_s
        left_s -= given_s
    return signal.min_green_s + whole_s
