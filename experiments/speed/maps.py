"""The benchmark of emission maps: what it takes to look up the rows of a trace."""

import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from emissions import EmissionMap, load_map
from experiments.saying import Say
from sumo_nets import sumo_home, sumo_version

MIB = 2**20
N_CLASSES = (1, 2, 4, 8)
"""Under how many classes the same rows are looked up."""
SLOPES_DEG = ((0.0,), (-2.0, -1.0, 0.0, 1.0, 2.0))
"""A level network, and a hilly one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTiming:
    """Looking up all rows under some classes."""

    n_slopes: int
    n_classes: int
    rows: int
    best_s: float
    median_s: float
    best_cpu_s: float
    """By the processor's clock, which a busy machine disturbs less."""
    peak_mib: float
    """The most that was held at once beside the trace and the maps: one result and what is
    reckoned with on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    speed_mps: NDArray[np.float64]
    accel_mps2: NDArray[np.float64]
    slope_deg: NDArray[np.float64]

    @classmethod
    def draw(cls, n_rows: int, seed: int) -> "_Rows":
        """Rows all over the map, which no cache of a processor likes."""
        rng = np.random.default_rng(seed)
        return cls(
            speed_mps=rng.uniform(0.0, 30.0, n_rows),
            accel_mps2=rng.uniform(-4.5, 2.6, n_rows),
            slope_deg=rng.uniform(-2.0, 2.0, n_rows),
        )

    def look_up(self, maps: Sequence[EmissionMap]) -> None:
        """One class after the other; no result is kept."""
        for found in maps:
            found.at(self.speed_mps, self.accel_mps2, self.slope_deg)


def time_maps(
    emission_class: str,
    quantity: str,
    *,
    n_rows: int,
    repeat: int,
    seed: int,
    cache_dir: Path,
    say: Say,
) -> list[MapTiming]:
    """Time lookups on level and sloping roads, under more and more classes.

    Each class and slope is a copy of one map: time does not depend on what a map holds.

    Args:
        emission_class: Whose map is looked up.
        quantity: Of it.
        n_rows: Rows of the trace.
        repeat: How often each is done; the best and the median are told.
        seed: Of the rows, which are drawn at random.
        cache_dir: Where maps are kept.
        say: Is called with a sentence on what goes on.

    Raises:
        ValueError: There is no such class or quantity.
    """
    rows = _Rows.draw(n_rows, seed)
    level = load_map(
        emission_class,
        quantity,
        slopes_deg=(0.0,),
        sumo_home=sumo_home(),
        sumo_version=sumo_version(),
        cache_dir=cache_dir,
    )
    timings = []
    for slopes_deg in SLOPES_DEG:
        say(f"{emission_class}, slopes: {len(slopes_deg)}")
        found = _on_slopes(level, slopes_deg)
        for n_classes in N_CLASSES:
            maps = [replace(found, rate=found.rate.copy()) for _ in range(n_classes)]
            times_s, cpu_s = [], []
            for _ in range(repeat):
                start_s, start_cpu_s = time.perf_counter(), time.process_time()
                rows.look_up(maps)
                times_s.append(time.perf_counter() - start_s)
                cpu_s.append(time.process_time() - start_cpu_s)
            timings.append(
                MapTiming(
                    n_slopes=len(slopes_deg),
                    n_classes=n_classes,
                    rows=n_rows,
                    best_s=min(times_s),
                    median_s=median(times_s),
                    best_cpu_s=min(cpu_s),
                    peak_mib=_peak_mib(partial(rows.look_up, maps)),
                )
            )
    return timings


def _on_slopes(level: EmissionMap, slopes_deg: tuple[float, ...]) -> EmissionMap:
    """A map of as many slopes, each a copy of the level road."""
    line = level.coasting_mps2
    return replace(
        level,
        slope_deg=np.array(slopes_deg),
        rate=np.repeat(level.rate, len(slopes_deg), axis=0),
        coasting_mps2=None if line is None else np.repeat(line, len(slopes_deg), axis=0),
    )


def _peak_mib(do: Callable[[], None]) -> float:
    """The most memory that Python and numpy hold at once for something."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()
