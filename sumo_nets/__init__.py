"""Road networks and demand: a name or path becomes a checked scenario with frozen routes."""

from sumo_nets.binaries import SumoProgramError, sumo_home, sumo_version
from sumo_nets.catalogue import CatalogueEntry, list_scenarios, load_scenario
from sumo_nets.check import Finding, check_scenario
from sumo_nets.demand import AUTOMATED, Demand, sumo_arguments, write_demand
from sumo_nets.describe import ScenarioDescription, SignalDescription, describe
from sumo_nets.freeze import freeze_routes
from sumo_nets.scenario import Scenario, ScenarioError

__all__ = [
    "AUTOMATED",
    "CatalogueEntry",
    "Demand",
    "Finding",
    "Scenario",
    "ScenarioDescription",
    "ScenarioError",
    "SignalDescription",
    "SumoProgramError",
    "check_scenario",
    "describe",
    "freeze_routes",
    "list_scenarios",
    "load_scenario",
    "sumo_arguments",
    "sumo_home",
    "sumo_version",
    "write_demand",
]
