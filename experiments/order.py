"""An order: everything that one run depends on, as it is handed to its own process."""

import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.config import Experiment, resolved_dump
from sumo_nets import Scenario, fingerprint, sumo_version

PACKAGES = ("controller", "corridor", "emissions", "experiments", "sumo_nets")
RUN_KEYS_LEFT_OUT = ("version", "scenario", "arms", "seeds")
"""Keys of an experiment that a single run does not depend on."""


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

    def to_json(self) -> str:
        """One line of text."""
        content = {
            "experiment": resolved_dump(self.experiment),
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
        }
        return json.dumps(content)

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """The order that `to_json` wrote."""
        content: dict[str, Any] = json.loads(text)
        content["experiment"] = Experiment.model_validate(content["experiment"])
        content["scenario"] = Scenario.model_validate(content["scenario"])
        content["cache_dir"], content["out"] = Path(content["cache_dir"]), Path(content["out"])
        return cls(**content)


def run_key(
    experiment: Experiment, scenario: Scenario, arm: str, seed: int, *, extras: Mapping[str, object]
) -> str:
    """Name of a run by content: equal keys give equal results.

    Args:
        experiment: What is asked for; arms, seeds and names do not count.
        scenario: Its files count by what is in them.
        arm: Name of the arm.
        seed: Seed of the run.
        extras: What else decides what the run's folder holds.
    """
    asked = {k: v for k, v in resolved_dump(experiment).items() if k not in RUN_KEYS_LEFT_OUT}
    content = {
        "experiment": asked,
        "scenario": fingerprint(scenario),
        "arm": arm,
        "seed": seed,
        "extras": dict(extras),
        "sumo": sumo_version(),
        "code": code_hash(),
    }
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def code_hash() -> str:
    """SHA-256 over all of our sources that a run may depend on."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    report = root / "experiments" / "report"  # reads results and makes none
    for package in PACKAGES:
        files = (root / package).rglob("*.py")
        for file in sorted(file for file in files if report not in file.parents):
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Versions of what results depend on."""
    names = ("ecocorridor", "eclipse-sumo", "libsumo", "numpy", "scipy", "polars")
    return {name: importlib.metadata.version(name) for name in names}
