"""What would make an experiment on a scenario worthless, found by looking and by running it."""

import itertools
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sumo_nets.binaries import SumoProgramError, run_program
from sumo_nets.demand import (
    JUNCTION_BLOCKER_S,
    Demand,
    comparison_arguments,
    sumo_arguments,
)
from sumo_nets.describe import LONGEST_CYCLE_S, SignalDescription, describe_signals
from sumo_nets.freeze import freeze_routes
from sumo_nets.network import MOTOR_CLASSES, Network, read_network
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import read_pieces

DRAIN_S = 14_400.0
"""A base run that is not empty this long after the last departure has gridlocked."""
FEW_VEHICLES = 100
"""With fewer vehicles, the difference between arms drowns in chance."""
NAMED = 5
"""Names that a finding lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a scenario."""

    level: Literal["error", "warning"]
    """An error makes an experiment worthless; a warning has to be known to its reader."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRun:
    """Counts of a run without any advice."""

    n_left: int
    """Vehicles on the road, or waiting to enter it, at the end of the run."""
    n_teleports: int
    n_collisions: int


def check_scenario(scenario: Scenario, *, seed: int = 0, cache_dir: Path) -> tuple[Finding, ...]:
    """All that is wrong with a scenario, errors first.

    Runs it three times: to freeze the routes, as the compared runs are, and with SUMO's own
    teleporting of whoever waits for 300 s.

    Args:
        scenario: Loaded with `require_signals=False`, to be told of a network without signals.
        seed: Seed of all runs.
        cache_dir: Where frozen routes are kept.
    """
    network = read_network(scenario.net_file)
    signals = describe_signals(scenario, network)
    findings = _of_signals(signals)
    try:
        demand = freeze_routes(scenario, seed=seed, cache_dir=cache_dir)
        findings += _of_demand(demand, network, signals)
        findings += _of_runs(
            base_run(scenario, demand, seed=seed, teleport_s=-1.0),
            base_run(scenario, demand, seed=seed, teleport_s=300.0),
        )
    except ScenarioError as error:
        findings += [_error(problem) for problem in error.problems]
    except SumoProgramError as error:
        findings.append(_error(str(error)))
    return tuple(sorted(findings, key=lambda finding: finding.level))


def _error(text: str) -> Finding:
    return Finding(level="error", text=text)


def _warning(text: str) -> Finding:
    return Finding(level="warning", text=text)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _of_signals(signals: tuple[SignalDescription, ...]) -> list[Finding]:
    if not signals:
        return [_error("no signal for motor traffic, so there is nothing to advise")]
    off = [signal.id for signal in signals if signal.control == "off"]
    if len(off) == len(signals):
        return [_error("all signals are switched off")]
    findings = [_warning(f"signals that are switched off: {_some(off)}")] if off else []
    slow = [signal.id for signal in signals if signal.cycle_s > LONGEST_CYCLE_S]
    if slow:
        text = f"cycles of more than {LONGEST_CYCLE_S:.0f} s, as if switched by hand: {_some(slow)}"
        findings.append(_warning(text))
    return findings


def _of_demand(
    demand: Demand, network: Network, signals: tuple[SignalDescription, ...]
) -> list[Finding]:
    """Who meets a signal, and who waits at one that never gets green."""
    known = {signal.id for signal in signals if signal.control != "off"}
    at: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for link in network.links:
        if link.signal_id in known:
            ways = at.setdefault((link.from_edge, link.to_edge), set())
            ways.add((link.signal_id, link.index))
    is_motor = [kind in MOTOR_CLASSES for kind in demand.vehicle_classes]
    routes = [route for route, motor in zip(demand.routes, is_motor, strict=True) if motor]
    used = Counter(
        pair for route in routes for pair in set(itertools.pairwise(route)) if pair in at
    )
    n_met = sum(any(pair in at for pair in itertools.pairwise(r)) for r in routes)
    findings = _of_numbers(len(routes), n_met) if known else []
    never = {(signal.id, index) for signal in signals for index in signal.never_green}
    stuck = [(pair, n) for pair, n in used.items() if at[pair] <= never]
    for (from_edge, to_edge), n in sorted(stuck):
        findings.append(_error(f"never green from {from_edge} to {to_edge}: {n} vehicles stand"))
    met = {signal_id for pair in used for signal_id, _ in at[pair]}
    if met and known - met:
        findings.append(_warning(f"signals that no vehicle meets: {_some(sorted(known - met))}"))
    return findings + [_warning(text) for text in (*demand.warnings, *demand.sumo_warnings)]


def _of_numbers(n_vehicles: int, n_met: int) -> list[Finding]:
    if not n_vehicles:
        return [_error("no motor vehicle departs within the window")]
    if not n_met:
        return [_error("no vehicle's route passes a signal")]
    findings: list[Finding] = []
    if n_met < n_vehicles:
        share = 100 * (1 - n_met / n_vehicles)
        findings.append(
            _warning(f"{share:.1f} % of the motor vehicles ({n_vehicles - n_met}) pass no signal")
        )
    if n_vehicles < FEW_VEHICLES:
        findings.append(_warning(f"only {n_vehicles} motor vehicles: expect wide intervals"))
    return findings


def _of_runs(stubborn: BaseRun, teleporting: BaseRun) -> list[Finding]:
    findings: list[Finding] = []
    if stubborn.n_left:
        findings.append(
            _error(
                f"gridlock: without teleports, {stubborn.n_left} vehicles are still on the road or "
                f"waiting to enter it {DRAIN_S:.0f} s after the last departure"
            )
        )
    if teleporting.n_teleports:
        findings.append(
            _warning(f"with SUMO's own setting (300 s), {teleporting.n_teleports} teleports")
        )
    if stubborn.n_collisions:
        findings.append(_warning(f"{stubborn.n_collisions} collisions without any advice"))
    return findings


def base_run(scenario: Scenario, demand: Demand, *, seed: int, teleport_s: float) -> BaseRun:
    """Run the frozen demand without advice until the road is empty, or has had time to be.

    Args:
        scenario: Whose demand it is.
        demand: What to run.
        seed: Seed of the run.
        teleport_s: Wait after which a vehicle teleports; negative for never.

    Raises:
        ScenarioError: where SUMO refuses the scenario.
        SumoProgramError: where SUMO dies.
    """
    last_s = float(np.nanmax(demand.departs_s, initial=scenario.begin_s))
    with tempfile.TemporaryDirectory(prefix="ecocorridor-") as name:
        folder = Path(name)
        done = run_program(
            "sumo",
            [
                *sumo_arguments(scenario, demand.route_file, demand.additional_files),
                *("--seed", str(seed), "--end", f"{last_s + DRAIN_S:.3f}"),
                *comparison_arguments(
                    scenario, junction_blocker_s=JUNCTION_BLOCKER_S, teleport_s=teleport_s
                ),
                *("--statistic-output", "statistic.xml"),
                *("--no-step-log", "--no-warnings", "--duration-log.disable"),
            ],
            folder=folder,
        )
        if done.returncode:
            raise ScenarioError([f"{scenario.name}: SUMO refuses it: {done.stderr.strip()}"])
        counts = {p.element.tag: p.element.attrib for p in read_pieces(folder / "statistic.xml")}
    vehicles = counts["vehicles"]
    return BaseRun(
        n_left=int(vehicles["running"]) + int(vehicles["waiting"]),
        n_teleports=int(counts["teleports"]["total"]),
        n_collisions=int(counts["safety"]["collisions"]),
    )
