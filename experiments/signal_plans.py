"""Programs that arms put in the place of the scenario's own, made once and kept in the cache."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from experiments.arms import Arm
from experiments.atomic import replacing
from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.plan_files import plans_of_file
from sumo_nets import (
    Plan,
    Scenario,
    ScenarioError,
    fingerprint,
    plans_of,
    read_roads,
    sumo_version,
    write_actuated_plan,
    write_plan,
)

Say = Callable[[str], None]
"""Is called with a sentence."""


def check_signals(experiment: Experiment) -> None:
    """Check that what is asked of signals can be had together.

    Raises:
        ValueError: The future of signals is to be replayed that answer to traffic.
    """
    controlled = [name for name in experiment.arms if experiment.arm(name).signals is not None]
    if experiment.spat == "oracle" and controlled:
        raise ValueError(
            f"arm '{controlled[0]}' controls the signals; 'spat: oracle' replays those of the "
            "scenario: leave one of the two out"
        )


def plan_of_arm(
    arm: Arm,
    experiment: Experiment,
    scenario: Scenario,
    *,
    cache_dir: Path,
    n_jobs: int | None = None,
    say: Say = lambda _text: None,
) -> Path | None:
    """The additional file with the programs of an arm's signals; None: it needs none.

    Args:
        arm: Whose signals.
        experiment: What is asked.
        scenario: As of `load_checked`.
        cache_dir: Where plans are kept.
        n_jobs: Runs at a time where one must be sought; None: one per processor.
        say: Is called with a sentence on each step of that.

    Raises:
        ScenarioError: The scenario's signals cannot be controlled in this way.
    """
    if arm.signals is None or arm.signals.plan is None:
        return None
    plan = arm.signals.plan
    given = _given(experiment, scenario) if plan == "optimized" else None
    made_by = "experiments.retiming" if plan == "optimized" else "experiments.signal_plans"
    values = {
        "plan": plan,
        "given": None if given is None else hashlib.sha256(given.read_bytes()).hexdigest(),
        "demand_scale": experiment.demand_scale,
        "junction_blocker_s": experiment.junction_blocker_s,
        "scenario": fingerprint(scenario),
        "sumo": sumo_version(),
        "code": code_hash(made_by),
    }
    key = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]
    kept = cache_dir.resolve() / "plans" / f"{key}.add.xml"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept) as path:
            if plan != "optimized":
                write_actuated_plan(scenario, path, control=plan)
            elif given is not None:
                plans = _checked(given, scenario)
                write_plan(path, [each.element() for each in plans.values()])
            else:
                _optimize(experiment, scenario, path, cache_dir, n_jobs, say)
    return kept


def _given(experiment: Experiment, scenario: Scenario) -> Path | None:
    """The file of a plan that the user brings."""
    if experiment.signal_plan is None:
        return None
    path = (experiment.folder or Path()) / experiment.signal_plan
    if not path.is_file():
        raise ScenarioError([f"signal_plan: {path} does not exist, for {scenario.name}"])
    return path


def _checked(path: Path, scenario: Scenario) -> Mapping[str, Plan]:
    """The plans of a file, which are plans of this scenario's signals.

    Raises:
        ScenarioError: With all that is wrong.
    """
    own = plans_of(scenario)
    plans = plans_of_file(path, read_roads(scenario.net_file))
    problems = []
    for signal, plan in plans.items():
        if signal not in own:
            problems.append(
                f"{plan.place}: {scenario.name} has no signal '{signal}'; signals: "
                f"{', '.join(sorted(own)[:5])}"
            )
            continue
        n_letters = len(own[signal].phases[0].state)
        if wrong := [each.state for each in plan.phases if len(each.state) != n_letters]:
            problems.append(
                f"{plan.place}: signal '{signal}' has {n_letters} links, got the state "
                f"'{wrong[0]}' with {len(wrong[0])} letters"
            )
    if problems:
        raise ScenarioError(problems)
    return plans


def _optimize(
    experiment: Experiment,
    scenario: Scenario,
    path: Path,
    cache_dir: Path,
    n_jobs: int | None,
    say: Say,
) -> None:
    from experiments.retiming import Effort, retime, retimed_lines, write_retimed

    say(f"{scenario.name}: looking for a better plan of the signals; it is kept")
    effort = Effort(
        demand_scale=experiment.demand_scale, junction_blocker_s=experiment.junction_blocker_s
    )
    retimed = retime(
        scenario, effort, cache_dir=cache_dir, n_jobs=n_jobs or os.cpu_count() or 1, say=say
    )
    for line in retimed_lines(retimed):
        say(line)
    write_retimed(scenario, retimed, path)


def plan_sha256(plan: Path) -> str:
    """Hash of a plan's programs."""
    return hashlib.sha256(plan.read_bytes()).hexdigest()
