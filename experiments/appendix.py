"""What a folder of results holds beside the results: manifest, network, and what SUMO wrote."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor import MainRoad, RoadNetwork
from experiments.code_hash import code_hash
from experiments.config import Experiment, resolved_dump
from experiments.fleet_account import fleet_content
from experiments.order import Order, versions
from experiments.own_policy import OwnPolicy
from experiments.result_files import MANIFEST
from experiments.single_run import OTHER_FILES, RAW_FILES
from sumo_nets import Scenario, input_hashes


def manifest(
    experiment: Experiment, scenario: Scenario, policies: Mapping[str, OwnPolicy], command: str
) -> dict[str, Any]:
    """What a run of an experiment was made of.

    Args:
        experiment: What was asked.
        scenario: Its road and traffic.
        policies: The user's own policies, by arm.
        command: As the user gave it.
    """
    sources = [(file.name, digest) for own in policies.values() for file, digest in own.sources]
    inputs = dict.fromkeys([*input_hashes(scenario), *sources])
    return {
        "command": command,
        "experiment": resolved_dump(experiment),
        "scenario": {
            "name": scenario.name,
            "origin": scenario.origin,
            "begin_s": scenario.begin_s,
            "end_s": scenario.end_s,
            "step_length_s": scenario.step_length_s,
            "left_out": list(scenario.left_out),
        },
        "seeds": list(experiment.seeds),
        "inputs": [{"name": name, "sha256": digest} for name, digest in inputs],
        "policies": {arm: {"file": own.file.name} | own.content() for arm, own in policies.items()},
        "fleet": fleet_content(experiment),
        "versions": versions(),
        "code_sha256": code_hash(),
        "git_commit": _git_commit(),
    }


def holds_another(out: Path, experiment: Experiment) -> bool:
    """Whether a folder holds results of an experiment that differs by more than its seeds."""
    try:
        held = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["experiment"]
        return bool(held | {"seeds": None} != resolved_dump(experiment) | {"seeds": None})
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _git_commit() -> str | None:
    """Commit of our own sources, with `+` if they were changed since; None outside a checkout."""
    commit, dirty = (
        subprocess.run(
            ["git", *words],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
        for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--", ".."))
    )
    if commit.returncode != 0:
        return None
    return commit.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def network_content(network: RoadNetwork, main_road: Sequence[MainRoad]) -> dict[str, Any]:
    """What the report draws of the network."""
    main_edges = {edge for road in main_road for edge in road.edges}
    return {
        "edges": [
            {
                "id": edge,
                "shape": [[round(x, 1), round(y, 1)] for x, y in shape],
                "lanes": lanes,
                "main": edge in main_edges,
            }
            for edge, (shape, lanes) in sorted(network.shapes().items())
        ],
        "signals": [
            {"id": signal, "x": round(x, 1), "y": round(y, 1)}
            for signal, (x, y) in sorted(network.signal_positions().items())
        ],
        "main_road": [
            {
                "direction": direction,
                "name": road.name,
                "edges": list(road.edges),
                "length_m": road.length_m,
                "stop_lines": [
                    {"signal_id": line.signal, "position_m": line.position_m}
                    for line in road.stop_lines
                ],
            }
            for direction, road in enumerate(main_road)
        ],
    }


def lay_out_raw(finished: Sequence[Order], raw: Path) -> None:
    """Copies of what SUMO wrote, by arm and seed."""
    for order in finished:
        folder = raw / order.arm / f"seed-{order.seed}"
        folder.mkdir(parents=True)
        others = [name for name in OTHER_FILES if (order.out / name).is_file()]
        for name in (*RAW_FILES, *others):
            shutil.copyfile(order.out / name, folder / name)
