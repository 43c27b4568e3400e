"""Plans measured with advice in the loop: slower runs, with all accounts of an experiment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from corridor import RoadNetwork
from experiments.config import Experiment
from experiments.engines.events import Event
from experiments.engines.local import Runner
from experiments.order import Order
from experiments.ordering import Manner, orders_of, prepare_maps
from experiments.retiming.bench import JUDGED, Figures
from experiments.retiming.stages import Plan, plan_key, retimed_programs
from sumo_nets import Scenario, write_plan


@dataclass(slots=True, kw_only=True)
class AdvisedBench:
    """Measures plans by runs in which the vehicles are advised; no run is done twice."""

    scenario: Scenario
    experiment: Experiment
    """With one arm that advises, beside the reference."""
    arm: str
    cache_dir: Path
    folder: Path
    """Where plans and the folders of runs are kept."""
    n_jobs: int
    _known: dict[tuple[object, ...], Figures] = field(default_factory=dict)
    _is_prepared: bool = False

    def measure(self, wanted: Sequence[tuple[Plan, int]]) -> list[Figures]:
        """As of `Bench`."""
        if not self._is_prepared:
            network = RoadNetwork(self.scenario.net_file)
            prepare_maps(self.experiment, network, cache_dir=self.cache_dir, n_jobs=self.n_jobs)
            self._is_prepared = True
        new = {
            (*plan_key(plan), seed): (plan, seed)
            for plan, seed in wanted
            if (*plan_key(plan), seed) not in self._known
        }
        orders = [self._order(plan, seed) for plan, seed in new.values()]
        ends = Runner(n_jobs=self.n_jobs, tell=_say_nothing).do(orders)
        for key, order, why in zip(new, orders, ends, strict=True):
            self._known[key] = _read(order) if why is None else _stuck()
        return [self._known[(*plan_key(plan), seed)] for plan, seed in wanted]

    def _order(self, plan: Plan, seed: int) -> Order:
        text = repr((plan_key(plan), seed)).encode()
        name = hashlib.sha256(text).hexdigest()[:32]
        file = self.folder / f"{name}.add.xml"
        write_plan(file, retimed_programs(self.scenario, plan))
        (order,) = (
            each
            for each in orders_of(
                self.experiment.model_copy(update={"seeds": (seed,)}),
                self.scenario,
                {},
                store=self.folder,
                cache_dir=self.cache_dir,
                manner=Manner(records=False),
                fleet={},
            )
            if each.arm == self.arm
        )
        # The files of its plan are its own: nobody else takes the folder.
        return replace(order, signal_plan=file, out=self.folder / name)


def _say_nothing(_event: Event) -> None:
    pass


def _read(order: Order) -> Figures:
    vehicles = pl.read_parquet(order.out / "vehicles.parquet")
    means = {name: float(vehicles[f"co2_{name}_g"].to_numpy().mean()) for name in JUDGED}
    ends_s = vehicles["depart_s"].to_numpy() + vehicles["trip_time_s"].to_numpy()
    return Figures(
        co2_g=means,
        trip_s=float(vehicles["trip_time_s"].to_numpy().mean()),
        is_whole=bool(vehicles["finished"].all()),
        end_s=float(ends_s.max(initial=0.0)),
    )


def _stuck() -> Figures:
    return Figures(co2_g=dict.fromkeys(JUDGED, 1.0), trip_s=1.0, is_whole=False, end_s=0.0)
