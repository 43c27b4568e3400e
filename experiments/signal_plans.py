"""Programs that arms put in the place of the scenario's own, made once and kept in the cache."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.arms import PLANNED, Arm, PlanName
from experiments.atomic import replacing
from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.plan_files import plans_of_file
from experiments.planning_seeds import PLANNING_SEED, PLANNING_SEEDS
from experiments.saying import Say, say_nothing
from sumo_nets import (
    Demand,
    Plan,
    Scenario,
    ScenarioError,
    fingerprint,
    freeze_routes,
    plans_of,
    read_roads,
    sumo_version,
    write_actuated_plan,
    write_adapted_plan,
    write_coordinated_plan,
    write_plan,
)

SAME_SHARE = 0.9
"""If so many vehicles are in both, one demand is the other one."""


def check_signals(experiment: Experiment) -> None:
    """Check that what is asked of signals can be had together.

    Raises:
        ValueError: The future of signals is to be replayed that answer to traffic, or results
            are asked for a demand that plans are made of.
    """
    controlled = [name for name in experiment.arms if experiment.arm(name).signals is not None]
    if experiment.spat == "oracle" and controlled:
        raise ValueError(
            f"arm '{controlled[0]}' controls the signals; 'spat: oracle' replays those of the "
            "scenario: leave one of the two out"
        )
    planned = [
        name
        for name in experiment.arms
        if (signals := experiment.arm(name).signals) is not None and signals.plan in PLANNED
    ]
    used = sorted(set(PLANNING_SEEDS).intersection(experiment.seeds))
    if used and planned:
        raise ValueError(
            f"arm '{planned[0]}' may have its plan made of the demand of seed {used[0]}: report "
            f"seeds other than {PLANNING_SEEDS[0]} to {PLANNING_SEEDS[-1]}"
        )


def plan_of_arm(
    arm: Arm,
    experiment: Experiment,
    scenario: Scenario,
    *,
    cache_dir: Path,
    n_jobs: int | None = None,
    say: Say = say_nothing,
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
        with replacing(kept) as path, replacing(_remarks_of(kept)) as remarks:
            if plan != "optimized":
                said = _write(plan, experiment, scenario, path, cache_dir=cache_dir)
            elif given is not None:
                said = _write_given(given, scenario, path)
            else:
                said = _optimize(experiment, scenario, path, cache_dir, n_jobs, say)
            remarks.write_text("".join(f"{text}\n" for text in said), encoding="utf-8")
    return kept


def make_plans(
    experiment: Experiment,
    scenario: Scenario,
    *,
    cache_dir: Path,
    n_jobs: int | None = None,
    say: Say = say_nothing,
) -> tuple[str, ...]:
    """Make the plans of all arms that need one.

    Args:
        experiment: What is asked.
        scenario: As of `load_checked`.
        cache_dir: Where plans are kept.
        n_jobs: As of `plan_of_arm`.
        say: As of `plan_of_arm`.

    Returns:
        What a reader of any result must know of them.

    Raises:
        ScenarioError: The scenario's signals cannot be controlled in one of these ways.
    """
    found: dict[str, None] = {}
    fitted = []
    for name in experiment.all_arms:
        arm = experiment.arm(name)
        plan = plan_of_arm(arm, experiment, scenario, cache_dir=cache_dir, n_jobs=n_jobs, say=say)
        if plan is None or arm.signals is None:
            continue
        found |= dict.fromkeys(_remarks_of(plan).read_text(encoding="utf-8").splitlines())
        is_given = arm.signals.plan == "optimized" and experiment.signal_plan is not None
        if arm.signals.plan in PLANNED and not is_given:
            fitted.append(name)
    if fitted and _plans_for_the_reported(experiment, scenario, cache_dir):
        found[fitted_remark(fitted)] = None
    return tuple(found)


def fitted_remark(arms: Sequence[str]) -> str:
    """What a reader must know of plans that were made of the very vehicles that are reported."""
    return (
        f"{', '.join(arms)}: the scenario's demand is a list that no seed changes, so the plan was "
        "made of the same vehicles, at the same times, that it is reported for; only how they are "
        "driven differs. What it saves on another day may be less"
    )


def _plans_for_the_reported(experiment: Experiment, scenario: Scenario, cache_dir: Path) -> bool:
    """Whether the demand that plans are made of has the vehicles of the first reported seed."""
    planned, reported = (
        freeze_routes(
            scenario, seed=seed, demand_scale=experiment.demand_scale, cache_dir=cache_dir
        )
        for seed in (PLANNING_SEED, experiment.seeds[0])
    )
    return are_same_vehicles(planned, reported)


def are_same_vehicles(one: Demand, other: Demand) -> bool:
    """Whether nine of ten vehicles of a demand depart in another one, too, at the same time."""
    departures = [
        {(name, float(at_s)) for name, at_s in zip(each.vehicle_ids, each.departs_s, strict=True)}
        for each in (one, other)
    ]
    return len(departures[0] & departures[1]) >= SAME_SHARE * max(len(departures[0]), 1)


def _remarks_of(plan: Path) -> Path:
    return plan.with_suffix(".txt")


def _write(
    plan: PlanName, experiment: Experiment, scenario: Scenario, path: Path, *, cache_dir: Path
) -> tuple[str, ...]:
    """Write a plan that SUMO's tools make; what is to be told of it."""
    if plan in ("actuated", "delay_based"):
        write_actuated_plan(scenario, path, control=plan)
        return ()
    write = write_coordinated_plan if plan == "coordinator" else write_adapted_plan
    scale = experiment.demand_scale
    demand = freeze_routes(scenario, seed=PLANNING_SEED, demand_scale=scale, cache_dir=cache_dir)
    return write(scenario, demand, path)


def _write_given(given: Path, scenario: Scenario, path: Path) -> tuple[str, ...]:
    """Write a plan that the user brings."""
    write_plan(path, [each.element() for each in _checked(given, scenario).values()])
    return ()


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
) -> tuple[str, ...]:
    """Seek a better plan and write it; what is to be told of it."""
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
    return ()


def plan_sha256(plan: Path) -> str:
    """Hash of a plan's programs."""
    return hashlib.sha256(plan.read_bytes()).hexdigest()
