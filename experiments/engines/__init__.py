"""Engines: what does the orders of an experiment or a sweep, here or on other machines."""

from experiments.engines.child import Children
from experiments.engines.end import End
from experiments.engines.events import Engine, Event, Tell
from experiments.engines.unit import do_order

__all__ = ["Children", "End", "Engine", "Event", "Tell", "do_order"]
