"""Tuning: parameters of a corridor searched on some seeds, and confirmed on others."""

from experiments.tuning.job import Tuned, optimize
from experiments.tuning.tune_file import Tuning, load_tuning

__all__ = ["Tuned", "Tuning", "load_tuning", "optimize"]
