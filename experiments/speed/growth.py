"""The benchmark of growth: whether twice the vehicles take twice the time, and how much memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.speed.pairs import Bench, Timing
from sumo_nets import Scenario, freeze_routes, grid_scenario, load_scenario

PUBLIC_GRID = "resco:grid4x4"
PUBLIC_S = 900.0
"""Of its demand only so much is taken: four times the whole hour would jam it."""
SCALES = (1.0, 2.0, 4.0)
"""Factors on the demand."""
ENTRY_S = 200.0
"""All vehicles of a town depart within this time, so that most are there at once."""
LINEAR = 1.1
"""Time that grows no faster than with this power of the vehicle-steps counts as linear."""
MEMORY_MIB = 1024.0
"""No run may need more memory."""
OURS = ("reading", "commands", "planner", "corridor")
"""Parts of a simulation that are not SUMO's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A made-up grid of signals."""

    n_streets: int
    """In each direction; a signal where two cross."""
    n_vehicles: int
    """At the greatest demand."""

    @property
    def name(self) -> str:
        """As in `grid20x20`."""
        return f"grid{self.n_streets}x{self.n_streets}"


LARGE_TOWN = Town(n_streets=20, n_vehicles=12_500)
"""400 signals; at the greatest demand 10,000 vehicles are under way at once."""
SMALL_TOWN = Town(n_streets=5, n_vehicles=400)


def grow_public(bench: Bench) -> dict[str, Any]:
    """`eco` on a public grid with multiples of its demand."""
    end_s = load_scenario(PUBLIC_GRID, cache_dir=bench.cache_dir).begin_s + PUBLIC_S
    scenario = load_scenario(PUBLIC_GRID, end_s=end_s, cache_dir=bench.cache_dir)
    return growth([_timed(bench, scenario, scale) for scale in SCALES])


def grow_town(bench: Bench, town: Town) -> dict[str, Any]:
    """`eco` in a made-up town with multiples of a demand; the last one is the whole."""
    timings = []
    for scale in SCALES:
        folder = bench.folder / f"{town.name}-{scale:g}"
        folder.mkdir()
        scenario = grid_scenario(
            folder,
            n_streets=town.n_streets,
            n_vehicles=round(town.n_vehicles * scale / SCALES[-1]),
            entry_s=ENTRY_S,
            rng=np.random.default_rng(bench.seed),
        )
        timings.append(_timed(bench, scenario))
    return growth(timings) | {"n_signals": town.n_streets**2}


def _timed(bench: Bench, scenario: Scenario, demand_scale: float = 1.0) -> Timing:
    bench.say(f"{scenario.name}, demand times {demand_scale:g}: freezing routes")
    freeze_routes(scenario, seed=bench.seed, demand_scale=demand_scale, cache_dir=bench.cache_dir)
    return bench.time(scenario, "eco", demand_scale=demand_scale, is_timed=True)


def growth(timings: Sequence[Timing]) -> dict[str, Any]:
    """What more and more vehicles take, and whether that is a straight line.

    Args:
        timings: Of runs whose parts were timed.
    """
    steps = [timing.vehicle_steps for timing in timings]
    ours_s = [sum(timing.parts_cpu_s[part] for part in OURS) for timing in timings]
    return {
        "runs": [
            {
                "most_running": timing.most_running,
                "vehicle_steps": timing.vehicle_steps,
                "simulate_s": timing.simulate_s,
                "simulate_cpu_s": timing.simulate_cpu_s,
                "run_s": timing.run_s,
                "max_rss_mib": timing.max_rss_mib,
                "us_per_vehicle_step": timing.us_per_vehicle_step(),
            }
            for timing in timings
        ],
        "exponent": exponent(steps, [timing.simulate_cpu_s for timing in timings]),
        "exponent_ours": exponent(steps, ours_s),
        "is_linear": exponent(steps, ours_s) <= LINEAR,
        "is_small": max(timing.max_rss_mib for timing in timings) < MEMORY_MIB,
    }


def exponent(vehicle_steps: Sequence[float], seconds: Sequence[float]) -> float:
    """The power of the vehicle-steps with which time grows: 1 is a straight line through zero.

    It is the slope of the straight line through the logarithms (least squares).
    """
    return float(np.polyfit(np.log(vehicle_steps), np.log(seconds), 1)[0])
