"""Statistics over a sweep: response curves, interactions, sensitivity, Pareto fronts."""

from experiments.curves.designs import METHODS, Method, between, chosen, n_rows, unit_design
from experiments.curves.estimates import NO_INTERVAL, Estimate, Judged, estimate, holm, judged
from experiments.curves.indices import Index, KeySensitivity
from experiments.curves.interactions import Interaction, interaction
from experiments.curves.levels import value_text
from experiments.curves.networks import OnNetwork, OverNetworks, Vehicles, over_networks
from experiments.curves.pareto import Candidate, ParetoFront, pareto_front
from experiments.curves.reading import Sweep, is_sweep, read_sweep
from experiments.curves.response import (
    Curve,
    CurveFamily,
    CurvePoint,
    Trend,
    overall,
    point_effects,
    response_curves,
    scenarios_of,
)
from experiments.curves.rows import curve_rows, interaction_rows, network_rows
from experiments.curves.sensitivity import Sensitivity, possible_analysis, sensitivity
from experiments.curves.standings import Comparison, compare_over_networks

__all__ = [
    "METHODS",
    "NO_INTERVAL",
    "Candidate",
    "Comparison",
    "Curve",
    "CurveFamily",
    "CurvePoint",
    "Estimate",
    "Index",
    "Interaction",
    "Judged",
    "KeySensitivity",
    "Method",
    "OnNetwork",
    "OverNetworks",
    "ParetoFront",
    "Sensitivity",
    "Sweep",
    "Trend",
    "Vehicles",
    "between",
    "chosen",
    "compare_over_networks",
    "curve_rows",
    "estimate",
    "holm",
    "interaction",
    "interaction_rows",
    "is_sweep",
    "judged",
    "n_rows",
    "network_rows",
    "over_networks",
    "overall",
    "pareto_front",
    "point_effects",
    "possible_analysis",
    "read_sweep",
    "response_curves",
    "scenarios_of",
    "sensitivity",
    "unit_design",
    "value_text",
]
