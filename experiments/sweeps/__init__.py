"""Sweeps: the arms of an experiment at many points, each run done once, whatever becomes of it."""

from experiments.sweeps.adding import waiting_for
from experiments.sweeps.job import SweepOutcome, SweepWishes, run_sweep
from experiments.sweeps.points import Sweep, SweepPoint
from experiments.sweeps.sweep_file import load_sweep

__all__ = [
    "Sweep",
    "SweepOutcome",
    "SweepPoint",
    "SweepWishes",
    "load_sweep",
    "run_sweep",
    "waiting_for",
]
