"""The runs of a suite: scenarios checked against their hashes, orders done, records kept."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corridor import RoadNetwork
from experiments.config import Experiment
from experiments.engines import Event
from experiments.engines.local import Runner
from experiments.engines.rests import remove_all_rests
from experiments.order import Order
from experiments.ordering import (
    Manner,
    load_checked,
    orders_of,
    prepare_maps,
    study_of,
    try_policies,
)
from experiments.own_policy import OwnPolicy
from experiments.results import read_runs
from experiments.suite.definition import Case, Suite, experiment_of
from experiments.suite.records import Record, record_of
from sumo_nets import Scenario, actuate_scenario, fingerprint, load_scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A case that is ready to be run."""

    case: Case
    experiment: Experiment
    scenario: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that is to be run of a suite, checked."""

    settings: tuple[Setting, ...]
    policies: Mapping[str, OwnPolicy]
    """Rehearsed, by arm."""

    @property
    def n_runs(self) -> int:
        """Of all cases, arms and seeds."""
        experiments = [setting.experiment for setting in self.settings]
        return sum(len(each.all_arms) * len(each.seeds) for each in experiments)


def prepare_suite(
    suite: Suite, cases: Sequence[Case], policies: Mapping[str, str], *, cache_dir: Path
) -> Prepared:
    """Check everything that can be wrong before anything is run.

    Args:
        suite: The suite.
        cases: Those of its cases that are to be run.
        policies: Arm → FILE.py:CLASS of the user's own policies, with whole paths.
        cache_dir: Where scenarios whose signals are changed are kept.

    Raises:
        ValueError: With all problems: scenarios that cannot be used, or are not those that the
            suite was defined on; policies that cannot be used.
    """
    problems: list[str] = []
    settings: list[Setting] = []
    for case in cases:
        try:
            settings.append(_setting(case, experiment_of(suite, case, policies), cache_dir))
        except ValueError as error:
            problems.append(f"{suite.name}, case {case.name}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    tried = try_policies(settings[0].experiment, {}) if policies else {}
    return Prepared(settings=tuple(settings), policies=tried)


def run_suite(
    prepared: Prepared,
    *,
    store: Path,
    cache_dir: Path,
    n_jobs: int,
    tell: Callable[[Event], None],
) -> tuple[list[Record], list[str]]:
    """Do all runs that are not done yet.

    Args:
        prepared: As of `prepare_suite`.
        store: Where the folders of runs appear, each named by its content.
        cache_dir: Frozen routes and emission maps.
        n_jobs: Runs at a time.
        tell: Is called with what happens to the runs.

    Returns:
        What is kept of the finished runs, by case, arm and seed; and a sentence for each that
        failed.
    """
    remove_all_rests(store)
    orders = {
        setting.case.name: _orders(setting, prepared.policies, store, cache_dir)
        for setting in prepared.settings
    }
    for setting in prepared.settings:
        if not all(order.out.is_dir() for order in orders[setting.case.name]):
            network = RoadNetwork(setting.scenario.net_file)
            prepare_maps(setting.experiment, network, cache_dir=cache_dir, n_jobs=n_jobs)
    flat = [(case, order) for case, some in orders.items() for order in some]
    ends = Runner(n_jobs=n_jobs, tell=tell).do([order for _, order in flat])
    told = list(zip(flat, ends, strict=True))
    failures = [f"{case}, {order.label}: {why}" for (case, order), why in told if why is not None]
    done = {(case, order.arm, order.seed): order.out for (case, order), why in told if why is None}
    records: list[Record] = []
    for setting in prepared.settings:
        name = setting.case.name
        folders = {(arm, seed): out for (case, arm, seed), out in done.items() if case == name}
        study = study_of(setting.experiment, setting.scenario)
        records += [record_of(name, run) for run in read_runs(folders, study)]
    return records, failures


def _orders(
    setting: Setting, policies: Mapping[str, OwnPolicy], store: Path, cache_dir: Path
) -> list[Order]:
    return list(
        orders_of(
            setting.experiment,
            setting.scenario,
            policies,
            store=store,
            cache_dir=cache_dir,
            manner=Manner(records=False),
        )
    )


def _setting(case: Case, experiment: Experiment, cache_dir: Path) -> Setting:
    """A case with its scenario.

    Raises:
        ValueError: The scenario is not the one that the case was defined on.
    """
    if case.control != "own":
        changed = _actuated(case, experiment, cache_dir)
        experiment = experiment.model_copy(update={"scenario": str(changed)})
    scenario = load_checked(experiment)
    if (found := _sha256(fingerprint(scenario))) != case.inputs_sha256:
        raise ValueError(
            f"{scenario.name} is not what the suite was defined on (other files, window or "
            f"options): inputs_sha256 is {found}, defined {case.inputs_sha256}"
        )
    return Setting(case=case, experiment=experiment, scenario=scenario)


def _actuated(case: Case, experiment: Experiment, cache_dir: Path) -> Path:
    """Configuration of the scenario with fixed programs decided by traffic, made once."""
    assert case.control != "own"
    base = load_scenario(experiment.scenario, base=experiment.folder, cache_dir=cache_dir)
    # Its configuration names the demand by its whole path, so that this is part of what it is.
    made_of = [fingerprint(base), case.control, [str(file) for file in base.route_files]]
    folder = cache_dir.resolve() / "actuated" / _sha256(made_of)[:32]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".made-", dir=folder.parent))
        try:
            actuate_scenario(base, made, control=case.control)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    (path,) = folder.glob("*.sumocfg")
    return path


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
