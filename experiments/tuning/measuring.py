"""What a configuration does: its runs on some seeds, against one reference for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corridor import RoadNetwork
from experiments.config import Experiment
from experiments.engines import Engine
from experiments.machine import cache_folder
from experiments.measures import effect_columns
from experiments.order import Order
from experiments.ordering import Manner, orders_of, prepare_maps, study_of
from experiments.own_policy import OwnPolicy
from experiments.results import read_runs, rounded
from experiments.statistics import FloatArray
from experiments.study import Run, select_runs
from experiments.summary import summarise
from experiments.tuning.knobs import Changes, changed
from sumo_nets import Scenario


class RunsFailedError(RuntimeError):
    """Runs of a configuration failed, so that it cannot be compared on all seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A configuration on some seeds."""

    reference: Mapping[str, FloatArray]
    """Metric → (seeds,) mean per vehicle in the reference of the current configuration."""
    figures: Mapping[str, FloatArray]
    """The same in the arm of this configuration."""
    summary: Mapping[str, Any]
    """As `summary.json` of a run of the two: what constraints are about."""


class Bench(Protocol):
    """Measures configurations."""

    def measure(self, changes: Changes, seeds: tuple[int, ...]) -> Measured:
        """The current configuration with some changes, on some seeds.

        Raises:
            ValueError: The changes cannot be together.
            RunsFailedError: A run failed.
        """
        ...


@dataclass(slots=True, kw_only=True)
class SumoBench:
    """Measures by simulation; a run is done once, and kept by its content."""

    current: Experiment
    """Of the reference and one arm."""
    arm: str
    scenario: Scenario
    policies: Mapping[str, OwnPolicy]
    engine: Engine
    store: Path
    n_jobs: int
    _runs: dict[tuple[str, tuple[int, ...]], list[Run]] = field(default_factory=dict)
    _network: RoadNetwork | None = None

    def measure(self, changes: Changes, seeds: tuple[int, ...]) -> Measured:
        """As of `Bench`.

        The reference is that of the current configuration: all configurations are compared with
        the same runs, also where a change would change the reference.
        """
        reference_arm = self.current.reference
        before = self._of(reference_arm, {}, seeds)
        after = self._of(self.arm, changes, seeds)
        study = study_of(_with_seeds(self.current, seeds), self.scenario)
        summary = summarise(study, select_runs(study, [*before, *after]), (), ())
        return Measured(
            reference=_figures(before), figures=_figures(after), summary=rounded(summary)
        )

    def orders(self, arm: str, changes: Changes, seeds: tuple[int, ...]) -> list[Order]:
        """The runs of an arm."""
        experiment = _with_seeds(changed(self.current, changes), seeds)
        orders = orders_of(
            experiment,
            self.scenario,
            self.policies,
            store=self.store,
            cache_dir=cache_folder(),
            manner=Manner(records=False),
        )
        return [order for order in orders if order.arm == arm]

    def _of(self, arm: str, changes: Changes, seeds: tuple[int, ...]) -> list[Run]:
        """Runs of an arm; those of the current configuration are kept in memory."""
        if not changes and (arm, seeds) in self._runs:
            return self._runs[arm, seeds]
        orders = self.orders(arm, changes, seeds)
        if self._network is None or "eco_accounts" in changes:
            self._network = self._network or RoadNetwork(self.scenario.net_file)
            prepare_maps(
                orders[0].experiment, self._network, cache_dir=cache_folder(), n_jobs=self.n_jobs
            )
        told = zip(orders, self.engine.do(orders), strict=True)
        if failures := [f"{order.label}: {why}" for order, why in told if why is not None]:
            raise RunsFailedError(failures[0].splitlines()[0])
        study = study_of(orders[0].experiment, self.scenario)
        runs = read_runs({(arm, order.seed): order.out for order in orders}, study)
        if not changes:
            self._runs[arm, seeds] = runs
        return runs


def _with_seeds(experiment: Experiment, seeds: tuple[int, ...]) -> Experiment:
    return experiment.model_copy(update={"seeds": seeds})


def _figures(runs: Sequence[Run]) -> dict[str, FloatArray]:
    columns = effect_columns(runs[0].vehicles.columns)
    return {
        metric: np.array([float(run.vehicles[column].mean()) for run in runs])  # type: ignore[arg-type]
        for metric, column in columns.items()
    }
