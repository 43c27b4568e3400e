"""The main job: an experiment from its configuration to a folder of results."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from corridor import RoadNetwork, find_main_road
from experiments.appendix import holds_another, lay_out_raw, manifest, network_content
from experiments.claim import claimed
from experiments.config import Experiment
from experiments.engines import Event
from experiments.engines.local import Runner
from experiments.engines.rests import remove_all_rests
from experiments.ledger.notes import Signer
from experiments.ledger.writing import remove_ledger, write_ledger
from experiments.looks import looked_at, note_plan
from experiments.machine import cache_folder
from experiments.mrv.page import MRV_FILES
from experiments.order import Order
from experiments.ordering import (
    Manner,
    load_checked,
    orders_of,
    prepare_maps,
    study_of,
    try_policies,
)
from experiments.outcome import Outcome
from experiments.own_policy import OwnPolicy
from experiments.report.bound import BOUND
from experiments.report.explained_page import EXPLAINED
from experiments.report.names import FIGURES, PAGES
from experiments.report.page import write_report
from experiments.result_files import MANIFEST
from experiments.results import summary_of, write_json, write_results
from experiments.saying import Say, say_nothing
from experiments.sequential import Sequential
from experiments.signal_plans import make_plans
from experiments.until import Until, look_until
from sumo_nets import Scenario, ScenarioError, freeze_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How an experiment is carried out; nothing here changes its results."""

    out: Path
    n_jobs: int
    timeout_s: float | None = None
    """A run that takes longer has failed."""
    keeps_raw: bool = False
    api: Literal["libsumo", "traci"] = "libsumo"
    gui: bool = False
    command: str = "ecocorridor run"
    """As the user typed it."""
    signer: Signer | None = None
    """Who signs the ledger; None: no ledger is written."""
    until: Until | None = None
    """What seeds are added for; None: none are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """All that an experiment needs, checked."""

    experiment: Experiment
    scenario: Scenario
    policies: Mapping[str, OwnPolicy]
    wishes: Wishes
    store: Path
    cache_dir: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What was done."""

    job: _Job
    """With the seeds that it came to."""
    finished: list[Order]
    failures: tuple[str, ...]
    """A sentence for each run that failed."""
    sequential: Sequential | None = None
    """How seeds were added, if they were."""
    warnings: tuple[str, ...] = ()
    """Of other plans to look at the same runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listener:
    """Who is told what happens."""

    tell: Callable[[Event], None]
    say: Say
    expect: Callable[[int], None]


def run_experiment(
    experiment: Experiment,
    wishes: Wishes,
    *,
    policies: Mapping[str, OwnPolicy] | None = None,
    tell: Callable[[Event], None] = lambda _event: None,
    say: Say = say_nothing,
    expect: Callable[[int], None] = lambda _n_runs: None,
) -> Outcome:
    """Run all arms and seeds, compare them, and write results and report.

    Args:
        experiment: What is asked.
        wishes: How it is carried out.
        policies: Own policies that were given as objects, by arm; the experiment names them too.
        tell: Is called with what happens to the runs.
        say: Is called with a sentence on each longer step.
        expect: Is called with the number of runs that there are more than seemed.

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
        return _run_claimed(job, _Listener(tell=tell, say=say, expect=expect))


def _run_claimed(job: _Job, listener: _Listener) -> Outcome:
    experiment, scenario, say = job.experiment, job.scenario, listener.say
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
    prepare_maps(experiment, network, cache_dir=job.cache_dir, n_jobs=job.wishes.n_jobs)
    # Plans that take long are made here, where it can be told; the orders find them.
    remarks = make_plans(
        experiment, scenario, cache_dir=job.cache_dir, n_jobs=job.wishes.n_jobs, say=say
    )
    remove_all_rests(job.store)
    done = _do_all(job, listener)
    if not done.finished:
        return Outcome(summary={}, failures=done.failures)
    say("comparing arms and writing the report")
    content = network_content(network, find_main_road(network, demand.routes))
    return _write(done, content, (*demand.warnings, *remarks), say)


def _write(
    done: _Done,
    network: dict[str, Any],
    warnings: Sequence[str],
    say: Say,
) -> Outcome:
    """The folder of results, from the finished runs."""
    job, out = done.job, done.job.wishes.out
    if holds_another(out, job.experiment):
        say(
            f"{out} held results of another experiment: tables, reports, figures and explained "
            "vehicles are replaced"
        )
    for name in (*MRV_FILES, BOUND, *PAGES, "summary.json"):
        # What is about results that are replaced; the last ones say that the folder is whole.
        (out / name).unlink(missing_ok=True)
    _write_appendix(job, network)
    if job.wishes.keeps_raw:
        lay_out_raw(done.finished, out / "raw")
    summary = write_results(
        _folders(done.finished),
        study=study_of(job.experiment, job.scenario).looked(done.sequential),
        out=out,
        failures=[failure.splitlines()[0] for failure in done.failures],
        warnings=[*warnings, *done.warnings],
    )
    write_report(out)
    if job.wishes.signer is not None:
        written = write_ledger(out, job.wishes.signer)
        say(f"ledger: {written.n_records} records, signed by {written.public_key}")
    return Outcome(summary=summary, failures=done.failures)


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
    prepare_maps(experiment, RoadNetwork(scenario.net_file), cache_dir=job.cache_dir, n_jobs=n_jobs)
    orders = [order for order in _orders(job) if (order.arm, order.seed) in chosen]
    finished, failures = _done(orders, job.wishes, tell)
    return _folders(finished), failures


def _do_all(job: _Job, listener: _Listener) -> _Done:
    """Do the runs that were asked for; with `until`, those of ever more seeds."""
    until = job.wishes.until
    if until is None:
        finished, failures = _done(_orders(job), job.wishes, listener.tell)
        return _Done(job=job, finished=finished, failures=failures)
    all_finished: list[Order] = []
    all_failures: list[str] = []
    seen: set[int] = set()
    other_plans: list[str] = []

    def look(seeds: tuple[int, ...]) -> Mapping[str, Any]:
        asked = _with_seeds(job, seeds)
        orders = [order for order in _orders(asked) if order.seed not in seen]
        if seen:
            listener.expect(len(orders))
        seen.update(seeds)
        finished, failures = _done(orders, job.wishes, listener.tell)
        all_finished.extend(finished)
        all_failures.extend(failures)
        other_plans[:] = note_plan(job.store, looked_at(all_finished), until)
        study = replace(study_of(asked.experiment, job.scenario), confidence=until.confidence)
        return summary_of(_folders(all_finished), study=study)

    seeds, sequential = look_until(until, look, say=listener.say)
    return _Done(
        job=_with_seeds(job, seeds), finished=all_finished, failures=tuple(all_failures),
        sequential=sequential, warnings=tuple(other_plans),
    )  # fmt: skip


def _folders(orders: Sequence[Order]) -> dict[tuple[str, int], Path]:
    return {(order.arm, order.seed): order.out for order in orders}


def _with_seeds(job: _Job, seeds: tuple[int, ...]) -> _Job:
    return replace(job, experiment=job.experiment.model_copy(update={"seeds": seeds}))


def _write_appendix(job: _Job, network: dict[str, Any]) -> None:
    out = job.wishes.out
    made_of = manifest(job.experiment, job.scenario, job.policies, job.wishes.command)
    write_json(out / MANIFEST, made_of)
    write_json(out / "network.json", network)
    for name in ("raw", EXPLAINED, FIGURES):  # about results that are replaced
        shutil.rmtree(out / name, ignore_errors=True)
    remove_ledger(out)


def _orders(job: _Job) -> list[Order]:
    wishes = job.wishes
    return list(
        orders_of(
            job.experiment,
            job.scenario,
            job.policies,
            store=job.store,
            cache_dir=job.cache_dir,
            manner=Manner(keeps_raw=wishes.keeps_raw, api=wishes.api, gui=wishes.gui),
        )
    )


def _done(
    orders: Sequence[Order], wishes: Wishes, tell: Callable[[Event], None]
) -> tuple[list[Order], tuple[str, ...]]:
    """The orders that were done, and a sentence for each that failed."""
    runner = Runner(n_jobs=wishes.n_jobs, tell=tell, timeout_s=wishes.timeout_s)
    told = list(zip(orders, runner.do(orders), strict=True))
    failures = tuple(f"{order.label}: {why}" for order, why in told if why is not None)
    return [order for order, why in told if why is None], failures
