"""Road networks and demand: a name or path becomes a checked scenario with frozen routes."""

from sumo_nets.actuate import (
    ActuationBounds,
    TrafficControl,
    actuate_scenario,
    actuated_network,
    crossing_places,
)
from sumo_nets.binaries import SumoProgramError, complaints, run_program, sumo_home, sumo_version
from sumo_nets.catalogue import CatalogueEntry, list_scenarios, load_scenario
from sumo_nets.check import Finding, check_scenario
from sumo_nets.conflicts import RightOfWay, conflicts, right_of_way
from sumo_nets.crossings import crossing_signals
from sumo_nets.demand import (
    AUTOMATED,
    JUNCTION_BLOCKER_S,
    Demand,
    comparison_arguments,
    sumo_arguments,
    write_demand,
)
from sumo_nets.describe import ScenarioDescription, SignalDescription, describe
from sumo_nets.freeze import freeze_routes
from sumo_nets.grid import grid_scenario
from sumo_nets.inputs import fingerprint, input_hashes
from sumo_nets.intergreens import TimingRules
from sumo_nets.movements import Movement, Roads, read_roads
from sumo_nets.outputs import CutShortError, check_whole
from sumo_nets.peer_plans import write_adapted_plan, write_coordinated_plan
from sumo_nets.phases import GREEN, is_fixed, is_green, least_green_s
from sumo_nets.plan_check import check_plans
from sumo_nets.plan_import import ImportedPlans, import_plans
from sumo_nets.plans import (
    Phase,
    Plan,
    additional_text,
    plans_in_force,
    plans_of,
    plans_of_xml,
    read_plans,
)
from sumo_nets.replay import replayed_signals, signals_to_replay
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.signal_plans import cycles_s, own_programs, write_actuated_plan, write_plan
from sumo_nets.timing_sheet import read_sheet, sheet_text, stages, write_sheet

__all__ = [
    "AUTOMATED",
    "GREEN",
    "JUNCTION_BLOCKER_S",
    "ActuationBounds",
    "CatalogueEntry",
    "CutShortError",
    "Demand",
    "Finding",
    "ImportedPlans",
    "Movement",
    "Phase",
    "Plan",
    "RightOfWay",
    "Roads",
    "Scenario",
    "ScenarioDescription",
    "ScenarioError",
    "SignalDescription",
    "SumoProgramError",
    "TimingRules",
    "TrafficControl",
    "actuate_scenario",
    "actuated_network",
    "additional_text",
    "check_plans",
    "check_scenario",
    "check_whole",
    "comparison_arguments",
    "complaints",
    "conflicts",
    "crossing_places",
    "crossing_signals",
    "cycles_s",
    "describe",
    "fingerprint",
    "freeze_routes",
    "grid_scenario",
    "import_plans",
    "input_hashes",
    "is_fixed",
    "is_green",
    "least_green_s",
    "list_scenarios",
    "load_scenario",
    "own_programs",
    "plans_in_force",
    "plans_of",
    "plans_of_xml",
    "read_plans",
    "read_roads",
    "read_sheet",
    "replayed_signals",
    "right_of_way",
    "run_program",
    "sheet_text",
    "signals_to_replay",
    "stages",
    "sumo_arguments",
    "sumo_home",
    "sumo_version",
    "write_actuated_plan",
    "write_adapted_plan",
    "write_coordinated_plan",
    "write_demand",
    "write_plan",
    "write_sheet",
]
