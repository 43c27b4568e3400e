"""From a question to its answer: run the arms of an experiment, compare them, tell it."""

from experiments.from_python import run, sweep
from experiments.outcome import Outcome

__all__ = ["Outcome", "run", "sweep"]
