"""What delay and stops cost, in grams of CO2."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray
from controller.timing.flow_model import FlowModel
from controller.timing.flow_network import FlowNetwork
from controller.timing.problem import TimingPlan
from controller.timing.surrogate import flow_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Grams of CO2 per second of delay and per stop, and what time itself is worth."""

    idle_g_per_s: float = 1.14
    """Standing petrol car: mean of HBEFA4 (1.52) and PHEMlight5 (0.75) in SUMO 1.28."""
    stop_g: float = 23.0
    """One stop from 50 km/h (2.0 m/s² down, 1.5 m/s² up) beyond cruising that way and idling for
    the time it costs: mean of HBEFA4 without the coasting jump (12.3) and PHEMlight5 (34.1)."""
    time_g_per_s: float = 1.0
    """What a second of a vehicle's time is held to be worth."""

    def __post_init__(self) -> None:
        for name in ("idle_g_per_s", "stop_g", "time_g_per_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


def signal_costs(
    network: FlowNetwork, plans: Sequence[TimingPlan], price: Price, model: FlowModel
) -> FloatArray:
    """(B, N) what each plan costs at the stop lines of each signal."""
    cost = flow_cost(network, plans, model)
    by_lane = (price.idle_g_per_s + price.time_g_per_s) * cost.delay_s + price.stop_g * cost.stops
    by_signal = np.zeros((network.first_stage.size - 1, len(plans)))
    np.add.at(by_signal, network.signal_of_lane, by_lane.T)
    return by_signal.T
