"""The main job: an experiment from its configuration to a folder of results."""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corridor import RoadNetwork, find_main_road
from experiments.accounting import slope_slices
from experiments.appendix import lay_out_raw, manifest, network_content
from experiments.claim import claimed
from experiments.config import Experiment
from experiments.data_files import ConfigError
from experiments.fleet_account import check_fleet, fleet_content, prepare_fleet
from experiments.ledger.notes import Signer
from experiments.ledger.writing import remove_ledger, write_ledger
from experiments.machine import cache_folder
from experiments.mrv.page import MRV_FILES
from experiments.order import Order, code_hash, run_key
from experiments.outcome import Outcome
from experiments.own_policy import OwnPolicy, policy_of_file
from experiments.planning_maps import load_planning_maps
from experiments.rehearsal import rehearse
from experiments.report.bound import BOUND
from experiments.report.explained_page import EXPLAINED
from experiments.report.figure_files import FIGURES
from experiments.report.page import PAGES, write_report
from experiments.results import write_json, write_results
from experiments.run_accounts import load_run_accounts
from experiments.runner import Event, Runner, sweep_all
from experiments.study import Study
from sumo_nets import (
    Scenario,
    ScenarioError,
    freeze_routes,
    load_scenario,
    signals_to_replay,
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
    signer: Signer | None = None
    """Who signs the ledger; None: no ledger is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """All that an experiment needs, checked."""

    experiment: Experiment
    scenario: Scenario
    policies: Mapping[str, OwnPolicy]
    wishes: Wishes
    store: Path
    cache_dir: Path


def run_experiment(
    experiment: Experiment,
    wishes: Wishes,
    *,
    policies: Mapping[str, OwnPolicy] | None = None,
    tell: Callable[[Event], None] = lambda _event: None,
    say: Callable[[str], None] = lambda _text: None,
) -> Outcome:
    """Run all arms and seeds, compare them, and write results and report.

    Args:
        experiment: What is asked.
        wishes: How it is carried out.
        policies: Own policies that were given as objects, by arm; the experiment names them too.
        tell: Is called with what happens to the runs.
        say: Is called with a sentence on each longer step.

    Raises:
        ScenarioError: The scenario cannot be used; nothing was written.
        ConfigError: An own policy cannot be used; nothing was written.
        ValueError: The folder for the results holds something else.
    """
    scenario = load_checked(experiment)
    tried = try_policies(experiment, policies or {})
    with claimed(wishes.out) as store:
        job = _Job(
            experiment=experiment,
            scenario=scenario,
            policies=tried,
            wishes=wishes,
            store=store,
            cache_dir=cache_folder(),
        )
        return _run_claimed(job, tell, say)


def _run_claimed(job: _Job, tell: Callable[[Event], None], say: Callable[[str], None]) -> Outcome:
    experiment, scenario, out = job.experiment, job.scenario, job.wishes.out
    demand_files = [file.name for file in scenario.route_files] or ["in additional files"]
    say(f"{scenario.name}: {scenario.net_file.name}, demand {', '.join(demand_files)}")
    say("freezing routes and preparing emission maps")
    demand = freeze_routes(
        scenario,
        seed=experiment.seeds[0],
        demand_scale=experiment.demand_scale,
        cache_dir=job.cache_dir,
    )
    if not demand.vehicle_ids:
        raise ScenarioError([f"{scenario.name}: no vehicle departs in the time window"])
    network = RoadNetwork(scenario.net_file)
    _prepare_maps(experiment, network, job.cache_dir, job.wishes.n_jobs)
    orders = tuple(_orders(job))
    sweep_all(job.store)
    ends = Runner(n_jobs=job.wishes.n_jobs, tell=tell).do(orders)
    failures = tuple(f"{arm}, seed {seed}: {why}" for (arm, seed), why in ends.items() if why)
    finished = [order for order in orders if ends[order.arm, order.seed] is None]
    if not finished:
        return Outcome(summary={}, failures=failures)
    say("comparing arms and writing the report")
    for name in (*MRV_FILES, BOUND, *PAGES, "summary.json"):
        # What is about results that are replaced; the last ones say that the folder is whole.
        (out / name).unlink(missing_ok=True)
    _write_appendix(job, network_content(network, find_main_road(network, demand.routes)))
    if job.wishes.keeps_raw:
        lay_out_raw(finished, out / "raw")
    summary = write_results(
        {(order.arm, order.seed): order.out for order in finished},
        study=_study(experiment, scenario),
        out=out,
        failures=[failure.splitlines()[0] for failure in failures],
        warnings=demand.warnings,
    )
    write_report(out)
    if job.wishes.signer is not None:
        written = write_ledger(out, job.wishes.signer)
        say(f"ledger: {written.n_records} records, signed by {written.public_key}")
    return Outcome(summary=summary, failures=failures)


def run_again(
    experiment: Experiment,
    scenario: Scenario,
    policies: Mapping[str, OwnPolicy],
    *,
    store: Path,
    chosen: Collection[tuple[str, int]],
    n_jobs: int,
    tell: Callable[[Event], None] = lambda _event: None,
) -> tuple[dict[tuple[str, int], Path], tuple[str, ...]]:
    """Do some runs of an experiment anew, and nothing else.

    Args:
        experiment: What was asked.
        scenario: As of `load_checked`.
        policies: As of `try_policies`.
        store: Where the folders of the runs appear.
        chosen: Arm and seed of the runs.
        n_jobs: Runs at a time.
        tell: Is called with what happens to the runs.

    Returns:
        By arm and seed, the folders of the finished runs; and a sentence for each that failed.
    """
    job = _Job(
        experiment=experiment,
        scenario=scenario,
        policies=policies,
        wishes=Wishes(out=store, n_jobs=n_jobs),
        store=store,
        cache_dir=cache_folder(),
    )
    _prepare_maps(experiment, RoadNetwork(scenario.net_file), job.cache_dir, n_jobs)
    orders = [order for order in _orders(job) if (order.arm, order.seed) in chosen]
    ends = Runner(n_jobs=n_jobs, tell=tell).do(orders)
    failures = tuple(f"{arm}, seed {seed}: {why}" for (arm, seed), why in ends.items() if why)
    done = {(order.arm, order.seed): order.out for order in orders}
    return {run: folder for run, folder in done.items() if ends[run] is None}, failures


def _write_appendix(job: _Job, network: dict[str, Any]) -> None:
    out = job.wishes.out
    made_of = manifest(job.experiment, job.scenario, job.policies, job.wishes.command)
    write_json(out / "manifest.json", made_of)
    write_json(out / "network.json", network)
    for name in ("raw", EXPLAINED, FIGURES):
        # They are about results that are replaced.
        shutil.rmtree(out / name, ignore_errors=True)
    remove_ledger(out)


def load_checked(experiment: Experiment) -> Scenario:
    """The scenario of an experiment.

    Raises:
        ScenarioError: With all problems; a network without signals is one.
        ValueError: SUMO does not know the class of an account, or nobody the mix or the grid.
    """
    scenario = load_scenario(
        experiment.scenario,
        base=experiment.folder,
        begin_s=experiment.begin_s,
        end_s=experiment.end_s,
        step_length_s=experiment.step_length_s,
        cache_dir=cache_folder(),
    )
    if experiment.spat == "oracle":
        signals_to_replay(scenario)
    check_fleet(experiment)
    if experiment.accounts:
        load_run_accounts(experiment.accounts, slopes_deg=(0.0,), cache_dir=cache_folder())
    return scenario


def try_policies(experiment: Experiment, given: Mapping[str, OwnPolicy]) -> dict[str, OwnPolicy]:
    """The own policies of an experiment, each of them rehearsed.

    Args:
        experiment: What is asked.
        given: Those that were given as objects, by arm.

    Raises:
        ConfigError: With all problems.
    """
    tried, problems = {}, []
    for arm, reference in experiment.policies.items():
        try:
            own = given.get(arm) or policy_of_file(arm, reference, experiment.folder)
            tried[arm] = rehearse(own)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError(problems)
    return tried


def _prepare_maps(
    experiment: Experiment, network: RoadNetwork, cache_dir: Path, n_jobs: int
) -> None:
    """Make the emission maps once, so that the children find them."""
    slopes_deg = slope_slices(network)
    load_run_accounts(experiment.accounts, slopes_deg=slopes_deg, cache_dir=cache_dir)
    prepare_fleet(experiment, slopes_deg=slopes_deg, cache_dir=cache_dir, n_jobs=n_jobs)
    if "eco" in experiment.arms:
        load_planning_maps(experiment.eco_accounts, cache_dir=cache_dir)


def _orders(job: _Job) -> Iterator[Order]:
    experiment, wishes = job.experiment, job.wishes
    fleet = fleet_content(experiment)
    for arm in experiment.all_arms:
        own = job.policies.get(arm)
        for seed in experiment.seeds:
            records = seed == experiment.seeds[0]
            extras: dict[str, object] = {
                "raw": wishes.keeps_raw,
                "records": records,
                "api": wishes.api,
            }
            if fleet:
                extras["fleet"] = fleet
            if own is not None:
                extras["policy"] = own.content()
            key = run_key(experiment, job.scenario, arm, seed, extras=extras)
            yield Order(
                experiment=experiment,
                scenario=job.scenario,
                arm=arm,
                seed=seed,
                cache_dir=job.cache_dir,
                out=(job.store / key[:32]).absolute(),
                keeps_raw=wishes.keeps_raw,
                records=records,
                api=wishes.api,
                gui=wishes.gui,
                code_sha256=code_hash(),
                own_policy=own,
            )


def _study(experiment: Experiment, scenario: Scenario) -> Study:
    return Study(
        scenario=scenario.name,
        arms=experiment.all_arms,
        seeds=experiment.seeds,
        execution=experiment.execution,
        penetration=experiment.penetration,
        step_length_s=scenario.step_length_s,
    )
