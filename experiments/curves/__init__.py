"""Statistics over a sweep: response curves, interactions, sensitivity, Pareto fronts."""

from experiments.curves.designs import METHODS, Method, between, chosen, n_rows, unit_design

__all__ = ["METHODS", "Method", "between", "chosen", "n_rows", "unit_design"]
