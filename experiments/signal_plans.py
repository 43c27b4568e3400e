"""Programs that arms put in the place of the scenario's own, made once and kept in the cache."""

import hashlib
import json
from pathlib import Path

from experiments.arms import PLANNED, Arm, PlanName
from experiments.atomic import replacing
from experiments.code_hash import code_hash
from experiments.config import Experiment
from sumo_nets import (
    Scenario,
    fingerprint,
    freeze_routes,
    sumo_version,
    write_actuated_plan,
    write_adapted_plan,
    write_coordinated_plan,
)

PLANNING_SEED = 1001
"""Seed of the demand that plans are made of; results of it are not reported."""


def check_signals(experiment: Experiment) -> None:
    """Check that what is asked of signals can be had together.

    Raises:
        ValueError: The future of signals is to be replayed that answer to traffic, or results
            are asked for the demand that plans are made of.
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
    if PLANNING_SEED in experiment.seeds and planned:
        raise ValueError(
            f"arm '{planned[0]}' has its plan made of the demand of seed {PLANNING_SEED}: report "
            "other seeds"
        )


def plan_of_arm(
    arm: Arm, experiment: Experiment, scenario: Scenario, *, cache_dir: Path
) -> Path | None:
    """The additional file with the programs of an arm's signals; None: it needs none.

    Raises:
        ScenarioError: The scenario's signals cannot be controlled in this way.
    """
    if arm.signals is None or arm.signals.plan is None:
        return None
    values = {
        "plan": arm.signals.name,
        "demand_scale": experiment.demand_scale,
        "scenario": fingerprint(scenario),
        "sumo": sumo_version(),
        "code": code_hash("experiments.signal_plans"),
    }
    key = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]
    kept = cache_dir.resolve() / "plans" / f"{key}.add.xml"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept) as path, replacing(_remarks_of(kept)) as remarks:
            said = _write(arm.signals.plan, experiment, scenario, path, cache_dir=cache_dir)
            remarks.write_text("".join(f"{text}\n" for text in said), encoding="utf-8")
    return kept


def plan_remarks(experiment: Experiment, scenario: Scenario, *, cache_dir: Path) -> tuple[str, ...]:
    """What a reader of any result must know of the plans of an experiment's arms.

    Raises:
        ScenarioError: The scenario's signals cannot be controlled in one of these ways.
    """
    found: dict[str, None] = {}
    for name in experiment.all_arms:
        plan = plan_of_arm(experiment.arm(name), experiment, scenario, cache_dir=cache_dir)
        if plan is not None:
            found |= dict.fromkeys(_remarks_of(plan).read_text(encoding="utf-8").splitlines())
    return tuple(found)


def _remarks_of(plan: Path) -> Path:
    return plan.with_suffix(".txt")


def _write(
    plan: PlanName, experiment: Experiment, scenario: Scenario, path: Path, *, cache_dir: Path
) -> tuple[str, ...]:
    """Write a plan; what is to be told of it."""
    match plan:
        case "actuated" | "delay_based":
            write_actuated_plan(scenario, path, control=plan)
            return ()
        case "coordinator":
            write = write_coordinated_plan
        case "cycle-adaptation":
            write = write_adapted_plan
    scale = experiment.demand_scale
    demand = freeze_routes(scenario, seed=PLANNING_SEED, demand_scale=scale, cache_dir=cache_dir)
    return write(scenario, demand, path)


def plan_sha256(plan: Path) -> str:
    """Hash of a plan's programs."""
    return hashlib.sha256(plan.read_bytes()).hexdigest()
