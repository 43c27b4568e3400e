"""Speed advice and signal control: pure functions from what is known to what is to be done."""

from controller.driver import Display, Driver, update_display
from controller.eco import Eco
from controller.eco_parameters import EcoParameters
from controller.glosa import Glosa
from controller.interface import (
    COMFORT_DECEL_MPS2,
    MEMORY_WIDTH,
    Advice,
    Beyond,
    Observation,
    Policy,
    RateMap,
    Reason,
    Traffic,
)
from controller.notes import note_names
from controller.signals.committed import LONGEST_PROMISE_S, Committed, CommittedParameters
from controller.signals.interface import (
    SignalController,
    SignalLayout,
    SignalsSeen,
    StagePlan,
)
from controller.signals.max_pressure import (
    MaxPressure,
    MaxPressureCyclic,
    MaxPressureParameters,
)
from controller.timing.descent import Found, Improvement, Search, descend
from controller.timing.flow_model import FlowModel
from controller.timing.flow_network import FlowNetwork, flow_network
from controller.timing.main_roads import banded, main_roads
from controller.timing.maxband import Artery, BandRules, Bands, green_bands
from controller.timing.price import Price, signal_costs
from controller.timing.problem import (
    Roads,
    TimedNetwork,
    TimedSignal,
    Timing,
    TimingPlan,
    check_timing,
)
from controller.timing.seeds import fits, in_cycle, seed_plans
from controller.timing.surrogate import FlowCost, flow_cost
from controller.timing.webster import best_cycle_s, webster_timing

__all__ = [
    "COMFORT_DECEL_MPS2",
    "LONGEST_PROMISE_S",
    "MEMORY_WIDTH",
    "Advice",
    "Artery",
    "BandRules",
    "Bands",
    "Beyond",
    "Committed",
    "CommittedParameters",
    "Display",
    "Driver",
    "Eco",
    "EcoParameters",
    "FlowCost",
    "FlowModel",
    "FlowNetwork",
    "Found",
    "Glosa",
    "Improvement",
    "MaxPressure",
    "MaxPressureCyclic",
    "MaxPressureParameters",
    "Observation",
    "Policy",
    "Price",
    "RateMap",
    "Reason",
    "Roads",
    "Search",
    "SignalController",
    "SignalLayout",
    "SignalsSeen",
    "StagePlan",
    "TimedNetwork",
    "TimedSignal",
    "Timing",
    "TimingPlan",
    "Traffic",
    "banded",
    "best_cycle_s",
    "check_timing",
    "descend",
    "fits",
    "flow_cost",
    "flow_network",
    "green_bands",
    "in_cycle",
    "main_roads",
    "note_names",
    "seed_plans",
    "signal_costs",
    "update_display",
    "webster_timing",
]
