"""The benchmark of speed: what advice costs, in pairs of runs on the same traffic."""

import json
import os
import resource
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

from experiments.code_hash import code_hash
from experiments.config import Experiment
from experiments.engines import Event
from experiments.engines.local import Runner
from experiments.machine import cache_folder
from experiments.order import Order, versions
from experiments.saying import Say
from sumo_nets import Scenario, load_scenario

ARMS = ("none", "glosa-sumo", "eco")
"""What is timed; the first is what the others are compared with."""
TIMES = ("simulate_s", "simulate_cpu_s", "run_s", "run_cpu_s")
"""What is compared; the ratio of the first is told first."""
TOLD = (
    *("prepare_s", "simulate_s", "simulate_cpu_s", "account_s", "process_cpu_s"),
    *("vehicle_steps", "most_running", "max_rss_mib"),
)
"""What a run tells of itself."""
QUICK_S = 600.0
"""A quick benchmark simulates only the begin of a scenario."""


class BenchError(RuntimeError):
    """A run that was to be timed failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one run took."""

    run_s: float
    """From the start of its process to its end, on the wall."""
    run_cpu_s: float
    simulate_s: float
    """Of that, from the start of SUMO to its end."""
    simulate_cpu_s: float
    prepare_s: float
    """Before that, once the process is there."""
    account_s: float
    """Behind it."""
    process_cpu_s: float
    """Of all three, and the start of the process."""
    vehicle_steps: int
    most_running: int
    max_rss_mib: float
    parts_cpu_s: Mapping[str, float]
    """Of the simulation, by part; empty where that was not asked for."""

    def us_per_vehicle_step(self) -> dict[str, float]:
        """Processor time by part."""
        return {part: 1e6 * s / self.vehicle_steps for part, s in self.parts_cpu_s.items()}


@dataclass(slots=True, kw_only=True)
class Bench:
    """Times runs, each in a process of its own and one after the other.

    All vehicles of the classes that may be equipped are.
    """

    folder: Path
    """Where they write; nothing of it is kept."""
    cache_dir: Path
    seed: int
    execution: Literal["automated", "driver"]
    say: Say
    """Is called with a sentence on each run."""
    _n_runs: int = field(default=0)

    def network(self, scenario: Scenario, *, repeat: int) -> dict[str, Any]:
        """What each arm takes on a network, and how much more that is than without advice.

        The arms take turns, so that what else the machine does meets all of them; ratios are those
        of runs that followed one another.

        Args:
            scenario: Road and traffic.
            repeat: Runs of each arm.

        Raises:
            BenchError: A run failed.
        """
        self.say(f"{scenario.name}: a first run, which is not counted, fills the caches")
        self.time(scenario, ARMS[-1])
        timings: dict[str, list[Timing]] = {arm: [] for arm in ARMS}
        for turn in range(repeat):
            for arm in rotated(ARMS, turn):
                timings[arm].append(self.time(scenario, arm))
        parts = self.time(scenario, ARMS[-1], is_timed=True)
        pairs = ratios(timings)
        return {
            "scenario": scenario.name,
            "repeat": repeat,
            "times": TIMES,
            "arms": {arm: _figures(found) for arm, found in timings.items()},
            "pairs": pairs,
            "eco_over_none": pairs["eco"][TIMES[0]]["median"],
            "us_per_vehicle_step": parts.us_per_vehicle_step(),
        }

    def order(
        self, scenario: Scenario, arm: str, *, demand_scale: float = 1.0, is_timed: bool = False
    ) -> Order:
        """A run that was not there before; as of `time`."""
        self._n_runs += 1
        overrides = {"execution": self.execution, "demand_scale": demand_scale}
        return Order(
            experiment=Experiment.from_scenario(scenario.name, overrides, by_option=False),
            scenario=scenario,
            arm=arm,
            seed=self.seed,
            cache_dir=self.cache_dir,
            out=self.folder / str(self._n_runs),
            keeps_raw=False,
            records=False,
            api="libsumo",
            gui=False,
            code_sha256=code_hash(),
            is_timed=is_timed,
        )

    def time(
        self, scenario: Scenario, arm: str, *, demand_scale: float = 1.0, is_timed: bool = False
    ) -> Timing:
        """Do a run.

        Args:
            scenario: Road and traffic.
            arm: Name of the arm.
            demand_scale: Factor on the number of vehicles.
            is_timed: Whether the parts of the simulation are timed too.

        Raises:
            BenchError: The run failed.
        """
        order = self.order(scenario, arm, demand_scale=demand_scale, is_timed=is_timed)
        ended: list[Event] = []
        before_s = _children_cpu_s()
        [failure] = Runner(n_jobs=1, tell=ended.append).do([order])
        if failure is not None:
            raise BenchError(f"{scenario.name}, {arm}: {failure}")
        told = json.loads((order.out / "timing.json").read_text(encoding="utf-8"))
        timing = Timing(
            run_s=ended[-1].wall_s,
            run_cpu_s=_children_cpu_s() - before_s,
            parts_cpu_s=told.get("parts_cpu_s", {}),
            **{name: told[name] for name in TOLD},
        )
        self.say(
            f"{scenario.name}, {arm}: simulation {timing.simulate_s:.1f} s "
            f"({timing.simulate_cpu_s:.1f} s of the processor), whole run {timing.run_s:.1f} s"
        )
        return timing


@contextmanager
def benching(*, seed: int, execution: Literal["automated", "driver"], say: Say) -> Iterator[Bench]:
    """A benchmark in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="ecocorridor-bench-") as folder:
        yield Bench(
            folder=Path(folder), cache_dir=cache_folder(), seed=seed, execution=execution, say=say
        )


def checked_networks(names: str, *, is_quick: bool) -> dict[str, Scenario]:
    """Short name → scenario.

    Args:
        names: As in `A,B`.
        is_quick: Whether only the begin of each is wanted.

    Raises:
        ValueError: One is named twice, or cannot be used.
    """
    found: dict[str, Scenario] = {}
    for name in filter(None, map(str.strip, names.split(","))):
        scenario = load_scenario(name, cache_dir=cache_folder())
        if is_quick:
            end_s = scenario.begin_s + QUICK_S
            scenario = load_scenario(name, end_s=end_s, cache_dir=cache_folder())
        short = scenario.name.rpartition(":")[2]
        if short in found:
            raise ValueError(f"--networks: '{short}' is named twice")
        found[short] = scenario
    return found


def rotated(arms: Sequence[str], turn: int) -> list[str]:
    """The arms in another order each turn, so that none is always the first."""
    start = turn % len(arms)
    return [*arms[start:], *arms[:start]]


def ratios(timings: Mapping[str, Sequence[Timing]]) -> dict[str, dict[str, dict[str, float]]]:
    """Each arm's times over those of the first: median and range over the pairs of runs."""
    reference, *others = timings
    found: dict[str, dict[str, dict[str, float]]] = {}
    for arm in others:
        found[arm] = {}
        for name in TIMES:
            pairs = zip(timings[arm], timings[reference], strict=True)
            each = [getattr(one, name) / getattr(other, name) for one, other in pairs]
            found[arm][name] = {"median": median(each), "least": min(each), "most": max(each)}
    return found


def _figures(timings: Sequence[Timing]) -> dict[str, float]:
    """Medians over the runs of an arm."""
    times = {name: median(getattr(timing, name) for timing in timings) for name in TIMES}
    return times | {
        "vehicle_steps": timings[0].vehicle_steps,
        "max_rss_mib": max(timing.max_rss_mib for timing in timings),
    }


def _children_cpu_s() -> float:
    """Processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine() -> dict[str, Any]:
    """What the figures depend on besides the program."""
    return {
        "processors": os.cpu_count(),
        "load_average": list(os.getloadavg()),
        "versions": versions(),
    }
