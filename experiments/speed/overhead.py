"""The benchmark of overhead: what a run costs beside the simulation that it is about.

"Bare" is the program `sumo` with the demand and the options of the run, its emission device
included, and no output. What the run costs more is told in parts: what SUMO needs to write the
outputs that the accounting reads, and what is ours: process, reading, stepping from Python, tables.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from experiments.engines.starting import nursery
from experiments.preparation import prepare
from experiments.single_run import course_of, output_arguments
from experiments.speed.pairs import Bench, BenchError, Timing, rotated
from sumo_nets import Scenario, sumo_home

ARM = "unadvised"
"""Nobody advises: all that is not SUMO's is overhead."""
DEVICE = "--device.emissions.probability"
KINDS = ("idle", "bare", "writing", "run")
"""SUMO without its emission device; bare; with the outputs of a run; a run of ours."""
STAGES = ("start", "prepare", "simulate", "account")
"""Of a run, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one of `KINDS` took."""

    wall_s: float
    cpu_s: float
    stages_s: Mapping[str, float] = field(default_factory=dict)
    """Of a run: on the wall, by `STAGES`."""


def measure_overhead(bench: Bench, scenario: Scenario, *, repeat: int) -> dict[str, Any]:
    """What a run costs over bare SUMO, in pairs.

    Args:
        bench: Times the runs.
        scenario: Road and traffic.
        repeat: Turns; in each, all `KINDS` run once, one after the other.

    Raises:
        BenchError: SUMO or a run failed.
    """
    with TemporaryDirectory(prefix="ecocorridor-bare-") as name, nursery():
        bench.say(f"{scenario.name}: a first run, which is not counted, fills the caches")
        bench.time(scenario, ARM)
        does = _sumo(bench, scenario, Path(name)) | {"run": lambda: _run(bench, scenario)}
        costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
        for turn in range(repeat):
            for kind in rotated(KINDS, turn):
                costs[kind].append(does[kind]())
    return {
        "scenario": scenario.name,
        "repeat": repeat,
        "wall_s": {kind: median(c.wall_s for c in costs[kind]) for kind in KINDS},
        "cpu_s": {kind: median(c.cpu_s for c in costs[kind]) for kind in KINDS},
        "stages_s": {
            stage: median(cost.stages_s[stage] for cost in costs["run"]) for stage in STAGES
        },
        "overhead": shares(costs),
    }


def shares(costs: Mapping[str, Sequence[Cost]]) -> dict[str, dict[str, float]]:
    """What is paid over what, as a share of it: medians over the turns, on the wall and by cpu.

    Args:
        costs: By `KINDS`, a cost per turn.
    """
    pairs = {
        "run over bare": ("run", "bare", "bare"),
        "of that, SUMO's outputs": ("writing", "bare", "bare"),
        "of that, ours": ("run", "writing", "bare"),
        "run over SUMO with the same outputs": ("run", "writing", "writing"),
        "run over SUMO without emissions": ("run", "idle", "idle"),
    }
    found = {}
    for words, kinds in pairs.items():
        turns = list(zip(*(costs[kind] for kind in kinds), strict=True))
        found[words] = {
            "wall": median((a.wall_s - b.wall_s) / c.wall_s for a, b, c in turns),
            "cpu": median((a.cpu_s - b.cpu_s) / c.cpu_s for a, b, c in turns),
        }
    return found


def nursery_wall_s() -> float:
    """What starting Python and importing all that runs need takes; once per call, not per run."""
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", "import experiments.engines.nursery"], check=True)
    return time.perf_counter() - began_s


def _run(bench: Bench, scenario: Scenario) -> Cost:
    timing: Timing = bench.time(scenario, ARM)
    told = {
        "prepare": timing.prepare_s,
        "simulate": timing.simulate_s,
        "account": timing.account_s,
    }
    start_s = timing.run_s - sum(told.values())
    return Cost(
        wall_s=timing.run_s, cpu_s=timing.process_cpu_s, stages_s={"start": start_s, **told}
    )


def _sumo(bench: Bench, scenario: Scenario, folder: Path) -> dict[str, Callable[[], Cost]]:
    """What runs SUMO alone, by kind."""
    home = Path.cwd()
    os.chdir(folder)
    try:
        arguments = course_of(prepare(bench.order(scenario, ARM), Path())).arguments
    finally:
        os.chdir(home)
    # What is written comes last.
    bare = arguments[: arguments.index(output_arguments(Path())[0])]
    device = arguments.index(DEVICE)
    kinds = {"idle": (*bare[:device], *bare[device + 2 :]), "bare": bare, "writing": arguments}
    return {kind: _starting(words, folder) for kind, words in kinds.items()}


def _starting(arguments: Sequence[str], folder: Path) -> Callable[[], Cost]:
    command = [str(sumo_home() / "bin" / "sumo"), *arguments]
    environment = {**os.environ, "SUMO_HOME": str(sumo_home())}

    def start() -> Cost:
        began_s, used_s = time.perf_counter(), _children_cpu_s()
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        wall_s = time.perf_counter() - began_s
        if done.returncode:
            raise BenchError(
                f"sumo ended with code {done.returncode}: {done.stderr.strip()[-500:]}"
            )
        return Cost(wall_s=wall_s, cpu_s=_children_cpu_s() - used_s)

    return start


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
