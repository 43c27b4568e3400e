"""The main job: an experiment from its configuration to a folder of results."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corridor import MainRoad, RoadNetwork, find_main_road
from emissions import load_accounts
from experiments.accounting import slope_slices
from experiments.claim import claimed
from experiments.config import Experiment, resolved_dump
from experiments.machine import cache_folder
from experiments.order import Order, code_hash, run_key, versions
from experiments.report.page import write_report
from experiments.results import write_json, write_results
from experiments.runner import Event, Runner, sweep_all
from experiments.single_run import RAW_FILES
from experiments.study import Study
from sumo_nets import (
    Scenario,
    ScenarioError,
    freeze_routes,
    input_hashes,
    load_scenario,
    sumo_home,
    sumo_version,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How an experiment is carried out; nothing here changes its results."""

    out: Path
    n_jobs: int
    keeps_raw: bool = False
    api: Literal["libsumo", "traci"] = "libsumo"
    gui: bool = False
    command: str = "ecocorridor run"
    """As the user typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an experiment."""

    summary: dict[str, Any]
    """Contents of `summary.json`; empty if no run could be compared."""
    failures: tuple[str, ...]
    """A sentence for each run that failed."""


def run_experiment(
    experiment: Experiment,
    wishes: Wishes,
    *,
    tell: Callable[[Event], None] = lambda _event: None,
    say: Callable[[str], None] = lambda _text: None,
) -> Outcome:
    """Run all arms and seeds, compare them, and write results and report.

    Args:
        experiment: What is asked.
        wishes: How it is carried out.
        tell: Is called with what happens to the runs.
        say: Is called with a sentence on each longer step.

    Raises:
        ScenarioError: The scenario cannot be used; nothing was written.
        ValueError: The folder for the results holds something else.
    """
    scenario = load_checked(experiment)
    with claimed(wishes.out) as store:
        return _run_claimed(experiment, scenario, wishes, store, tell, say)


def _run_claimed(
    experiment: Experiment,
    scenario: Scenario,
    wishes: Wishes,
    store: Path,
    tell: Callable[[Event], None],
    say: Callable[[str], None],
) -> Outcome:
    cache_dir = cache_folder()
    demand_files = [file.name for file in scenario.route_files] or ["in additional files"]
    say(f"{scenario.name}: {scenario.net_file.name}, demand {', '.join(demand_files)}")
    say("freezing routes and preparing emission maps")
    demand = freeze_routes(
        scenario,
        seed=experiment.seeds[0],
        demand_scale=experiment.demand_scale,
        cache_dir=cache_dir,
    )
    if not demand.vehicle_ids:
        raise ScenarioError([f"{scenario.name}: no vehicle departs in the time window"])
    network = RoadNetwork(scenario.net_file)
    _prepare_maps(network, cache_dir)
    orders = tuple(_orders(experiment, scenario, wishes, cache_dir, store))
    sweep_all(store)
    ends = Runner(n_jobs=wishes.n_jobs, tell=tell).do(orders)
    failures = tuple(f"{arm}, seed {seed}: {why}" for (arm, seed), why in ends.items() if why)
    finished = [order for order in orders if ends[order.arm, order.seed] is None]
    if not finished:
        return Outcome(summary={}, failures=failures)
    say("comparing arms and writing the report")
    for name in ("report.html", "summary.json"):
        # These two say that the folder is whole; they go first and come last.
        (wishes.out / name).unlink(missing_ok=True)
    write_json(wishes.out / "manifest.json", _manifest(experiment, scenario, wishes))
    main_road = find_main_road(network, demand.routes)
    write_json(wishes.out / "network.json", _network_content(network, main_road))
    shutil.rmtree(wishes.out / "raw", ignore_errors=True)
    if wishes.keeps_raw:
        _lay_out_raw(finished, wishes.out / "raw")
    summary = write_results(
        {(order.arm, order.seed): order.out for order in finished},
        study=_study(experiment, scenario),
        out=wishes.out,
        failures=[failure.splitlines()[0] for failure in failures],
        warnings=demand.warnings,
    )
    write_report(wishes.out)
    return Outcome(summary=summary, failures=failures)


def load_checked(experiment: Experiment) -> Scenario:
    """The scenario of an experiment.

    Raises:
        ScenarioError: With all problems; a network without signals is one.
    """
    return load_scenario(
        experiment.scenario,
        base=experiment.folder,
        begin_s=experiment.begin_s,
        end_s=experiment.end_s,
        step_length_s=experiment.step_length_s,
        cache_dir=cache_folder(),
    )


def _prepare_maps(network: RoadNetwork, cache_dir: Path) -> None:
    """Make the emission maps once, so that the children find them."""
    load_accounts(
        slopes_deg=slope_slices(network),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_dir,
    )


def _orders(
    experiment: Experiment, scenario: Scenario, wishes: Wishes, cache_dir: Path, store: Path
) -> Iterator[Order]:
    for arm in experiment.arms:
        for seed in experiment.seeds:
            records = seed == experiment.seeds[0]
            extras = {"raw": wishes.keeps_raw, "records": records, "api": wishes.api}
            key = run_key(experiment, scenario, arm, seed, extras=extras)
            yield Order(
                experiment=experiment,
                scenario=scenario,
                arm=arm,
                seed=seed,
                cache_dir=cache_dir,
                out=(store / key[:32]).absolute(),
                keeps_raw=wishes.keeps_raw,
                records=records,
                api=wishes.api,
                gui=wishes.gui,
                code_sha256=code_hash(),
            )


def _study(experiment: Experiment, scenario: Scenario) -> Study:
    return Study(
        scenario=scenario.name,
        arms=experiment.arms,
        seeds=experiment.seeds,
        execution=experiment.execution,
        penetration=experiment.penetration,
        step_length_s=scenario.step_length_s,
    )


def _manifest(experiment: Experiment, scenario: Scenario, wishes: Wishes) -> dict[str, Any]:
    inputs = [{"name": name, "sha256": digest} for name, digest in input_hashes(scenario)]
    return {
        "command": wishes.command,
        "experiment": resolved_dump(experiment),
        "scenario": {
            "name": scenario.name,
            "origin": scenario.origin,
            "begin_s": scenario.begin_s,
            "end_s": scenario.end_s,
            "step_length_s": scenario.step_length_s,
            "left_out": list(scenario.left_out),
        },
        "seeds": list(experiment.seeds),
        "inputs": inputs,
        "versions": versions(),
        "code_sha256": code_hash(),
        "git_commit": _git_commit(),
    }


def _git_commit() -> str | None:
    """Commit of our own sources, with `+` if they were changed since; None outside a checkout."""
    commit, dirty = (
        subprocess.run(
            ["git", *words],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
        for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--", ".."))
    )
    if commit.returncode != 0:
        return None
    return commit.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def _network_content(network: RoadNetwork, main_road: Sequence[MainRoad]) -> dict[str, Any]:
    """What the report draws of the network."""
    main_edges = {edge for road in main_road for edge in road.edges}
    return {
        "edges": [
            {
                "id": edge,
                "shape": [[round(x, 1), round(y, 1)] for x, y in shape],
                "lanes": lanes,
                "main": edge in main_edges,
            }
            for edge, (shape, lanes) in sorted(network.shapes().items())
        ],
        "signals": [
            {"id": signal, "x": round(x, 1), "y": round(y, 1)}
            for signal, (x, y) in sorted(network.signal_positions().items())
        ],
        "main_road": [
            {
                "direction": direction,
                "name": road.name,
                "edges": list(road.edges),
                "length_m": road.length_m,
                "stop_lines": [
                    {"signal_id": line.signal, "position_m": line.position_m}
                    for line in road.stop_lines
                ],
            }
            for direction, road in enumerate(main_road)
        ],
    }


def _lay_out_raw(finished: Sequence[Order], raw: Path) -> None:
    """Copies of what SUMO wrote, by arm and seed."""
    for order in finished:
        folder = raw / order.arm / f"seed-{order.seed}"
        folder.mkdir(parents=True)
        for name in RAW_FILES:
            shutil.copyfile(order.out / name, folder / name)
