"""What a plan costs the traffic: flow profiles from signal to signal, step by step.

Vehicles are a fluid. On each lane they arrive in a profile, wait in a queue at the stop line, and
leave as fast as green, those ahead, those to whom they yield, and room behind the signal let
them. What leaves spreads on the way to the next signal. After some cycles all repeats itself; the
last period is measured. Chance is added as a term of its own.

References:
    Robertson (1969), "TRANSYT: a traffic network study tool", RRL report LR 253: profiles, spread.
    Seddon (1972), Traffic Engineering and Control 13: least and mean time of a platoon.
    Highway Capacity Manual (2010), chapters 18 and 31: delay by chance, gaps of opposing traffic.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray
from controller.timing.control_delay import chance_delay_s
from controller.timing.flow_model import FlowModel
from controller.timing.flow_network import FlowNetwork
from controller.timing.flow_steps import Flow, Step
from controller.timing.greens import green_shares
from controller.timing.problem import TimingPlan


class FlowCost(NamedTuple):
    """What B plans cost the vehicles on K lanes."""

    delay_s: FloatArray
    """(B, K) time lost at each stop line by all vehicles, per second."""
    stops: FloatArray
    """(B, K) full stops per second."""
    saturation: FloatArray
    """(B, K) flow that arrives over capacity; 0 where nobody arrives."""


def flow_cost(
    network: FlowNetwork, plans: Sequence[TimingPlan], model: FlowModel | None = None
) -> FlowCost:
    """Delay and stops of each plan, all plans at once.

    Args:
        network: Arrays of the network.
        plans: At least one; plans of equal cycles are followed together.
        model: How traffic flows.
    """
    model = model or FlowModel()
    groups: dict[tuple[float, ...], list[int]] = {}
    for i, plan in enumerate(plans):
        groups.setdefault(tuple(each.cycle_s for each in plan), []).append(i)
    n_lanes = network.room_veh.size
    cost = FlowCost(*(np.empty((len(plans), n_lanes)) for _ in FlowCost._fields))
    for cycles_s, members in groups.items():
        period_s = common_period_s(cycles_s, model.longest_period_s)
        part = _follow(network, [plans[i] for i in members], period_s, model)
        for target, values in zip(cost, part, strict=True):
            target[members] = values
    return cost


def common_period_s(cycles_s: Sequence[float], longest_s: float) -> float:
    """Time after which signals of these cycles are as they were; the longest if that is later."""
    longest = max(cycles_s)
    for n in range(1, max(int(longest_s // longest), 1) + 1):
        ratios = [n * longest / each for each in cycles_s]
        if all(abs(ratio - round(ratio)) < 1e-6 for ratio in ratios):
            return n * longest
    return max(longest_s, longest)


def _follow(
    network: FlowNetwork, plans: Sequence[TimingPlan], period_s: float, model: FlowModel
) -> FlowCost:
    """Follow plans that repeat after the same period."""
    n_steps = max(round(period_s / model.step_s), 1)
    step_s = period_s / n_steps
    greens = green_shares(
        network,
        plans,
        np.linspace(0.0, period_s, n_steps + 1),
        start_lag_s=model.start_lag_s,
        end_gain_s=model.end_gain_s,
    )
    n_settling = max(int(np.ceil(model.settle_s / period_s)), 1) * n_steps
    flow = Flow(network, greens, n_settling + n_steps, step_s, model)
    for _ in range(n_settling - 1):
        flow.step()
    begin_veh = flow.step().queue_veh
    steps = [flow.step() for _ in range(n_steps)]
    cycle_s = np.array([[each.cycle_s for each in plan] for plan in plans]).T
    stops = np.mean([flow.stopping_vps(each) for each in steps], axis=0)
    return _cost(steps, begin_veh, stops, period_s, cycle_s[network.signal_of_lane], model)


def _cost(
    steps: list[Step],
    begin_veh: FloatArray,
    stops: FloatArray,
    period_s: float,
    cycle_s: FloatArray,
    model: FlowModel,
) -> FlowCost:
    """Means over a period, and what chance and growing queues add to them."""
    queue_veh = np.array([each.queue_veh for each in steps])
    arriving_vps = np.mean([each.arriving_vps for each in steps], axis=0)
    capacity_vps = np.mean([each.possible_vps for each in steps], axis=0)
    saturation = arriving_vps / capacity_vps
    # What is left over in each period adds up for as long as the demand lasts.
    growing_veh = np.maximum(queue_veh[-1] - begin_veh, 0.0)
    left_over_veh = growing_veh / period_s * model.demand_s / 2.0
    in_turn_veh = np.mean(queue_veh, axis=0) - queue_veh.min(axis=0) - growing_veh / 2.0
    by_chance_veh = np.minimum(arriving_vps, capacity_vps) * chance_delay_s(
        saturation, capacity_vps, model.demand_s
    )
    # Who is left over stops once more in each cycle.
    stops = stops + (left_over_veh + by_chance_veh) / cycle_s
    delay_s = np.maximum(in_turn_veh, 0.0) + left_over_veh + by_chance_veh
    return FlowCost(delay_s.T, stops.T, saturation.T)
