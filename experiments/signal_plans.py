"""Programs that arms put in the place of the scenario's own, made once and kept in the cache."""

import hashlib
import json
from pathlib import Path

from experiments.arms import Arm, PlanName
from experiments.atomic import replacing
from experiments.code_hash import code_hash
from experiments.config import Experiment
from sumo_nets import Scenario, fingerprint, sumo_version, write_actuated_plan


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
        with replacing(kept) as path:
            _write(arm.signals.plan, scenario, path)
    return kept


def _write(plan: PlanName, scenario: Scenario, path: Path) -> None:
    match plan:
        case "actuated" | "delay_based":
            write_actuated_plan(scenario, path, control=plan)


def plan_sha256(plan: Path) -> str:
    """Hash of a plan's programs."""
    return hashlib.sha256(plan.read_bytes()).hexdigest()
