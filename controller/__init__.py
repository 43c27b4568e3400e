"""Speed advice and signal control: pure functions from what is known to what is to be done."""

from controller.driver import Display, Driver, takes_up, update_display
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
from controller.notes import note_names, ramp_mps2
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
from controller.timing.problem import (
    Roads,
    TimedNetwork,
    TimedSignal,
    Timing,
    TimingPlan,
    check_timing,
)

__all__ = [
    "COMFORT_DECEL_MPS2",
    "LONGEST_PROMISE_S",
    "MEMORY_WIDTH",
    "Advice",
    "Beyond",
    "Committed",
    "CommittedParameters",
    "Display",
    "Driver",
    "Eco",
    "EcoParameters",
    "Glosa",
    "MaxPressure",
    "MaxPressureCyclic",
    "MaxPressureParameters",
    "Observation",
    "Policy",
    "RateMap",
    "Reason",
    "Roads",
    "SignalController",
    "SignalLayout",
    "SignalsSeen",
    "StagePlan",
    "TimedNetwork",
    "TimedSignal",
    "Timing",
    "TimingPlan",
    "Traffic",
    "check_timing",
    "note_names",
    "ramp_mps2",
    "takes_up",
    "update_display",
]
