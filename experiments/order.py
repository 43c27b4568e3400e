"""An order: everything that one run depends on, as it is handed to its own process."""

import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.arms import PARAMETERS, Arm
from experiments.code_hash import code_hash
from experiments.config import Experiment, resolved_dump
from experiments.own_policy import OwnPolicy
from sumo_nets import Scenario, fingerprint, sumo_version

RUN_KEYS_LEFT_OUT = (
    *("version", "scenario", "policies", "fleet_mix", "arms", "seeds"),
    *("begin_s", "end_s", "step_length_s", "signal_plan"),
)
"""Keys of an experiment that a single run does not depend on, or not by how they are written.

The window and the step are those of the scenario, which may be its own. A plan of signals counts
by what is in its file.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run to be done."""

    experiment: Experiment
    scenario: Scenario
    arm: str
    seed: int
    cache_dir: Path
    out: Path
    """Folder of the finished run; appears when it is whole."""
    keeps_raw: bool
    records: bool
    """Whether trajectories and signal states are recorded for the report."""
    api: Literal["libsumo", "traci"]
    gui: bool
    code_sha256: str
    """Of the sources that the order was made by; the child must run the same."""
    own_policy: OwnPolicy | None = None
    """The user's policy of the arm, if it has one."""
    signal_plan: Path | None = None
    """Additional file with the programs of the arm's signals, if it has such."""
    within: str = ""
    """What it is a run of, where there are several such: begins its label."""
    made_of_sha256: str = ""
    """As of `made_of` when it was ordered; empty: nobody will take its folder for that content."""
    is_timed: bool = False
    """Whether it is told where the time of the simulation goes, which costs a little more."""

    @property
    def key(self) -> str:
        """Name of the run by its content: equal keys are the same run."""
        return self.out.name

    @property
    def label(self) -> str:
        """What a user calls the run."""
        return f"{self.within}{self.arm}, seed {self.seed}"

    def to_json(self) -> str:
        """One line of text."""
        content = {
            "experiment": resolved_dump(self.experiment),
            # The child works in another folder.
            "folder": str((self.experiment.folder or Path()).absolute()),
            "scenario": self.scenario.model_dump(mode="json"),
            "arm": self.arm,
            "seed": self.seed,
            "cache_dir": str(self.cache_dir),
            "out": str(self.out),
            "keeps_raw": self.keeps_raw,
            "records": self.records,
            "api": self.api,
            "gui": self.gui,
            "code_sha256": self.code_sha256,
            "own_policy": None if self.own_policy is None else self.own_policy.to_plain(),
            "signal_plan": None if self.signal_plan is None else str(self.signal_plan),
            "within": self.within,
            "made_of_sha256": self.made_of_sha256,
            "is_timed": self.is_timed,
        }
        return json.dumps(content)

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """The order that `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        folder = Path(content.pop("folder"))
        content["experiment"] = Experiment.model_validate(content["experiment"], context=folder)
        content["scenario"] = Scenario.model_validate(content["scenario"])
        content["cache_dir"], content["out"] = Path(content["cache_dir"]), Path(content["out"])
        if content["signal_plan"] is not None:
            content["signal_plan"] = Path(content["signal_plan"])
        if content["own_policy"] is not None:
            content["own_policy"] = OwnPolicy.from_plain(content["own_policy"])
        return cls(**content)


def run_key(
    experiment: Experiment, scenario: Scenario, arm: str, seed: int, *, extras: Mapping[str, object]
) -> str:
    """Name of a run by content: equal keys give equal results.

    Args:
        experiment: What is asked for; arms, seeds, names and what only other arms depend on do not
            count.
        scenario: Its files count by what is in them.
        arm: Name of the arm.
        seed: Seed of the run.
        extras: What else decides what the run's folder holds.
    """
    left_out = {*RUN_KEYS_LEFT_OUT, *_without_effect(experiment, experiment.arm(arm))}
    asked = {key: value for key, value in resolved_dump(experiment).items() if key not in left_out}
    if "driver" in asked and experiment.arm(arm).policy is None:
        # SUMO's device is in the vehicles of those who would follow it, and asks no driver.
        asked["driver"] = asked["driver"]["compliant_drivers"]
    content = {
        "experiment": asked,
        "scenario": fingerprint(scenario),
        "arm": arm,
        "seed": seed,
        "extras": dict(extras),
        "sumo": sumo_version(),
        "versions": versions(),
        "code": code_hash(),
    }
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def made_of(scenario: Scenario, fleet: Mapping[str, object]) -> str:
    """Hash of what a run reads beside its order, and of what reads it.

    It is taken as the order is made, and again when the run is done: a file may be written anew
    between the two, and the run would stand under the name of the old one.

    Args:
        scenario: Its files count by what is in them.
        fleet: As of `fleet_content`.
    """
    content = {"scenario": fingerprint(scenario), "fleet": fleet, "versions": versions()}
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_effect(experiment: Experiment, arm: Arm) -> Iterator[str]:
    """Keys that change nothing in the runs of an arm."""
    signals = "" if arm.signals is None else arm.signals.name
    used = PARAMETERS.get(arm.policy or "", ()) + PARAMETERS.get(signals, ())
    yield from (key for keys in PARAMETERS.values() for key in keys if key not in used)
    is_online = arm.signals is not None and arm.signals.online is not None
    if arm.policy is None and not is_online:
        yield from ("rsu", "sensing")  # nobody listens to roadside units of ours
    if not arm.is_advised:
        yield from ("spat", "driver")
    if experiment.execution == "automated":
        yield "driver"
    if not arm.is_equipped:
        yield from ("execution", "penetration", "equipment")


def versions() -> dict[str, str]:
    """Versions of what results depend on."""
    return dict(_versions())


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    names = ("ecocorridor", "eclipse-sumo", "libsumo", "numpy", "scipy", "polars")
    return tuple((name, importlib.metadata.version(name)) for name in names)
