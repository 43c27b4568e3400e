"""From a checked experiment to the orders of its runs."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corridor import RoadNetwork
from experiments.accounting import slope_slices
from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.data_files import ConfigError
from experiments.fleet_account import check_fleet, fleet_content, prepare_fleet
from experiments.machine import cache_folder
from experiments.order import Order, made_of, run_key
from experiments.own_policy import OwnPolicy, policy_of_file
from experiments.planning_maps import load_planning_maps
from experiments.rehearsal import rehearse
from experiments.run_accounts import load_run_accounts
from experiments.signal_plans import check_signals, plan_of_arm, plan_sha256
from experiments.study import Study
from sumo_nets import Scenario, cycles_s, load_scenario, signals_to_replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How runs are done: it changes what their folders hold, and no figure in them."""

    keeps_raw: bool = False
    """Whether SUMO's own outputs are kept."""
    records: bool = True
    """Whether the runs of the first seed record what single vehicles did."""
    api: Literal["libsumo", "traci"] = "libsumo"
    """How SUMO is reached."""
    gui: bool = False
    """Whether its window is shown."""


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
    check_signals(experiment)
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


def prepare_maps(
    experiment: Experiment, network: RoadNetwork, *, cache_dir: Path, n_jobs: int
) -> None:
    """Make the emission maps once, so that the children find them."""
    slopes_deg = slope_slices(network)
    load_run_accounts(experiment.accounts, slopes_deg=slopes_deg, cache_dir=cache_dir)
    prepare_fleet(experiment, slopes_deg=slopes_deg, cache_dir=cache_dir, n_jobs=n_jobs)
    if any(experiment.arm(arm).policy == "eco" for arm in experiment.arms):
        load_planning_maps(experiment.eco_accounts, cache_dir=cache_dir)


def orders_of(
    experiment: Experiment,
    scenario: Scenario,
    policies: Mapping[str, OwnPolicy],
    *,
    store: Path,
    cache_dir: Path,
    manner: Manner,
    fleet: Mapping[str, object] | None = None,
    within: str = "",
) -> Iterator[Order]:
    """The runs of an experiment, by arm and seed.

    Args:
        experiment: What is asked.
        scenario: As of `load_checked`.
        policies: As of `try_policies`.
        store: Where the folders of the runs appear, each named by its content.
        cache_dir: Frozen routes and emission maps.
        manner: How they are done.
        fleet: As of `fleet_content`; None: it is read here.
        within: Begins their labels.
    """
    if fleet is None:
        fleet = fleet_content(experiment)
    read_sha256 = made_of(scenario, fleet)
    for arm in experiment.all_arms:
        found = experiment.arm(arm)
        own = policies.get(found.advice)
        plan = plan_of_arm(found, experiment, scenario, cache_dir=cache_dir)
        for seed in experiment.seeds:
            records = manner.records and seed == experiment.seeds[0]
            extras: dict[str, object] = {
                "raw": manner.keeps_raw,
                "records": records,
                "api": manner.api,
            }
            if fleet:
                extras["fleet"] = dict(fleet)
            if own is not None:
                extras["policy"] = own.content()
            if plan is not None:
                extras["signal_plan"] = plan_sha256(plan)
            key = run_key(experiment, scenario, arm, seed, extras=extras)
            yield Order(
                experiment=experiment,
                scenario=scenario,
                arm=arm,
                seed=seed,
                cache_dir=cache_dir,
                out=(store / key[:32]).absolute(),
                keeps_raw=manner.keeps_raw,
                records=records,
                api=manner.api,
                gui=manner.gui,
                code_sha256=code_hash(),
                own_policy=own,
                signal_plan=plan,
                within=within,
                made_of_sha256=read_sha256,
            )


def study_of(experiment: Experiment, scenario: Scenario) -> Study:
    """What is compared in an experiment."""
    return Study(
        scenario=scenario.name,
        arms=experiment.all_arms,
        seeds=experiment.seeds,
        execution=experiment.execution,
        penetration=experiment.penetration,
        step_length_s=scenario.step_length_s,
        cycles_s=_cycles_s(scenario),
    )


@functools.lru_cache(maxsize=4)
def _cycles_s(scenario: Scenario) -> dict[str, float]:
    return cycles_s(scenario)
