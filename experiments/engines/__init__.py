"""Engines: what does the orders of an experiment or a sweep, here or on other machines.

`local.Runner` and `dask.DaskEngine` share all but the way to a machine: `unit.do_order` does one
order once and says how it ended (`end`), `retries` decides on a further attempt. The process in
which a run is done comes from `starting.start_child`: a fork of the `nursery`, which has imported
all that a run needs, else a new Python; `children` ends those at work, `rests` removes what dead
ones left.
"""

from experiments.engines.children import Children
from experiments.engines.end import End
from experiments.engines.events import Engine, Event, Tell
from experiments.engines.unit import do_order

__all__ = ["Children", "End", "Engine", "Event", "Tell", "do_order"]
