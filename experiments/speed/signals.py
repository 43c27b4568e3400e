"""The benchmark of signal control: what it costs beside SUMO, and how it grows with the signals."""

from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np

from experiments.speed.growth import LINEAR, OURS
from experiments.speed.pairs import Bench, Timing, rotated
from sumo_nets import Scenario, freeze_routes, grid_scenario

ARMS = ("none", "max-pressure", "committed")
"""What is timed; in the first one nobody controls anything."""
STREETS, QUICK_STREETS = (5, 10, 20), (5, 8)
"""Streets in each direction of made-up towns."""
SHARES = {
    "planner": ("planner",),
    "corridor": ("corridor",),
    "control": ("planner", "corridor"),
    "all": OURS,
}
"""What is told as a share of SUMO's time; control is to be no more than SUMO itself."""
VEHICLES_PER_SIGNAL, BLOCKS, ENTRY_S = 5, 4, 200.0
"""As many in each town, each along so many blocks, within this time. Longer trips in larger towns
would be more traffic at each signal, and more steps."""


def measure_control(bench: Bench, scenario: Scenario, *, repeat: int) -> dict[str, Any]:
    """What each arm takes on a network, by part.

    Args:
        bench: Times the runs.
        scenario: Road and traffic.
        repeat: Runs of each arm, in turns.

    Raises:
        BenchError: A run failed.
    """
    bench.say(f"{scenario.name}: a first run, which is not counted, fills the caches")
    bench.time(scenario, ARMS[0])
    timings: dict[str, list[Timing]] = {arm: [] for arm in ARMS}
    for turn in range(repeat):
        for arm in rotated(ARMS, turn):
            timings[arm].append(bench.time(scenario, arm, is_timed=True))
    return {
        "scenario": scenario.name,
        "repeat": repeat,
        "arms": {arm: _parts(found) for arm, found in timings.items()},
    }


def _parts(timings: Sequence[Timing]) -> dict[str, Any]:
    """Medians over the runs of an arm; `over_sumo` is each part as a share of SUMO's."""
    return {
        "parts_cpu_s": {
            part: median(timing.parts_cpu_s[part] for timing in timings) for part in ("sumo", *OURS)
        },
        "over_sumo": {
            name: median(_sum_s(timing, parts) / timing.parts_cpu_s["sumo"] for timing in timings)
            for name, parts in SHARES.items()
        },
    }


def _sum_s(timing: Timing, parts: Sequence[str]) -> float:
    return sum(timing.parts_cpu_s[part] for part in parts)


def grow_signals(bench: Bench, arm: str, streets: Sequence[int]) -> dict[str, Any]:
    """An arm in ever larger towns, with as many vehicles for each signal.

    Args:
        bench: Times the runs.
        arm: Name of the arm.
        streets: Of each town, in each direction.
    """
    timings = []
    for n_streets in streets:
        folder = bench.folder / f"{arm}-{n_streets}"
        folder.mkdir()
        scenario = grid_scenario(
            folder,
            n_streets=n_streets,
            n_vehicles=VEHICLES_PER_SIGNAL * n_streets**2,
            entry_s=ENTRY_S,
            rng=np.random.default_rng(bench.seed),
            most_blocks=BLOCKS,
        )
        freeze_routes(scenario, seed=bench.seed, demand_scale=1.0, cache_dir=bench.cache_dir)
        timings.append(bench.time(scenario, arm, is_timed=True))
    return growth([n_streets**2 for n_streets in streets], timings)


def growth(n_signals: Sequence[int], timings: Sequence[Timing]) -> dict[str, Any]:
    """With which power of the number of signals the time grows that is not SUMO's."""
    ours = [_sum_s(timing, OURS) for timing in timings]
    exponent = float(np.polyfit(np.log(n_signals), np.log(ours), 1)[0])
    return {
        "runs": [
            {
                "n_signals": n,
                "parts_cpu_s": {part: timing.parts_cpu_s[part] for part in ("sumo", *OURS)},
                "max_rss_mib": timing.max_rss_mib,
            }
            for n, timing in zip(n_signals, timings, strict=True)
        ],
        "exponent_ours": exponent,
        "is_linear": exponent <= LINEAR,
    }
