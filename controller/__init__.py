"""Speed advice: pure functions from what is known to what is advised."""

from controller.driver import Display, Driver, takes_up, update_display
from controller.glosa import Glosa
from controller.interface import Advice, Observation, Policy, Reason

__all__ = [
    "Advice",
    "Display",
    "Driver",
    "Glosa",
    "Observation",
    "Policy",
    "Reason",
    "takes_up",
    "update_display",
]
