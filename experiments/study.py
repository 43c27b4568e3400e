"""What is compared, and the finished runs that can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from emissions import column_parts
from experiments.measures import RUN_COUNTERS, SAFETY_RATES, reference_arm
from experiments.people import run_figures
from experiments.sequential import Sequential
from experiments.statistics import CONFIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was asked for."""

    scenario: str
    """Name of the scenario, without folders."""
    arms: tuple[str, ...]
    """In the order of the results."""
    seeds: tuple[int, ...]
    execution: str
    penetration: float
    step_length_s: float
    """The one that was run with, be it from the experiment or from the scenario."""
    cycles_s: Mapping[str, float] = field(default_factory=dict)
    """Of the scenario's own plan, by signal; only warnings depend on it."""
    confidence: float = CONFIDENCE
    """Probability that intervals are made for: higher where results were looked at repeatedly."""
    sequential: Sequential | None = None
    """How seeds were added, if they were not all listed beforehand."""

    def looked(self, sequential: Sequential | None) -> "Study":
        """The same study, with intervals that allow for how seeds were added."""
        if sequential is None:
            return self
        return replace(self, sequential=sequential, confidence=sequential.confidence)

    @property
    def reference(self) -> str:
        """Arm that the others are compared with."""
        return reference_arm(self.arms)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run."""

    arm: str
    seed: int
    vehicles: pl.DataFrame
    """One row per vehicle, sorted by `vehicle_id`."""
    approaches: pl.DataFrame
    """What was emitted where on the way to each signal; empty where it is not known."""
    counters: Mapping[str, Any]
    """Events that SUMO counted, `advice_reasons` and `warnings`."""

    @cached_property
    def figures(self) -> dict[str, float]:
        """Means per vehicle or per km of this run, and its counters; NaN where there is none."""
        table = self.vehicles
        distance_km = _total(table, "distance_m") / 1000.0
        equipped = table.filter(pl.col("equipped"))
        driven_s = _total(equipped, "duration_s")
        driven_km = _total(equipped, "distance_m") / 1000.0
        n = table.height
        figures = {
            "vehicles": n,
            "distance_km": distance_km,
            "trip_time_s": _ratio(_total(table, "trip_time_s"), n),
            "depart_delay_s": _ratio(_total(table, "depart_delay_s"), n),
            "stops_per_vehicle": _ratio(_total(table, "stops"), n),
            "creep_time_s": _ratio(_total(table, "creep_time_s"), n),
            **{
                name: _ratio(_total(table, column), distance_km)
                for name, column in SAFETY_RATES.items()
            },
            "over_ceiling_s": _ratio(_total(table, "over_ceiling_s"), n),
            "advice_share": _total(equipped, "advised_s") / driven_s if driven_s else 0.0,
            "advice_changes_per_km": (
                _total(equipped, "advice_changes") / driven_km if driven_km else 0.0
            ),
        }
        for column in (name for name in table.columns if column_parts(name) is not None):
            figures[f"{column}_per_km"] = _ratio(_total(table, column), distance_km)
        figures |= run_figures(table)
        return figures | {name: int(self.counters.get(name, 0)) for name in RUN_COUNTERS}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The runs that are compared: all seeds that are finished in all arms."""

    arms: tuple[str, ...]
    """Arms with at least one finished run, in order."""
    seeds: tuple[int, ...]
    """Seeds finished in all of these arms, in order."""
    runs: Mapping[tuple[str, int], Run]
    """Of these arms and seeds."""
    finished: frozenset[tuple[str, int]]
    """Arm and seed of all finished runs."""
    warnings: tuple[str, ...]
    """What was left out, and why."""

    def of(self, arm: str) -> list[Run]:
        """Runs of an arm, in the order of the seeds."""
        return [self.runs[arm, seed] for seed in self.seeds]


def select_runs(study: Study, runs: Sequence[Run]) -> Selection:
    """The runs that can be compared: those of seeds that are finished in all arms."""
    finished = {(run.arm, run.seed): run for run in runs}
    arms = tuple(arm for arm in study.arms if any((arm, seed) in finished for seed in study.seeds))
    warnings = [
        f"{arm}: no run was finished; this arm is left out" for arm in study.arms if arm not in arms
    ]
    seeds = tuple(seed for seed in study.seeds if all((arm, seed) in finished for arm in arms))
    left_out = [str(seed) for seed in study.seeds if seed not in seeds]
    if arms and left_out:
        one = len(left_out) == 1
        warnings.append(
            f"{'seed' if one else 'seeds'} {', '.join(left_out)} {'is' if one else 'are'} not "
            "finished in all arms and not counted in any"
        )
    counted = {key: run for key, run in finished.items() if key[1] in seeds}
    return Selection(
        arms=arms if seeds else (), seeds=seeds if arms else (), runs=counted,
        finished=frozenset(finished), warnings=tuple(warnings),
    )  # fmt: skip


def _total(table: pl.DataFrame, column: str) -> float:
    """Sum of a column; NaN where all of many rows are without a value."""
    values = table[column]
    if values.null_count() == table.height > 0:
        return float("nan")
    return float(values.sum())


def _ratio(total: float, of: float) -> float:
    return total / of if of else float("nan")
