"""Short runs of SUMO that tell what a plan costs: CO2 by two accounts, and trip time."""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from emissions import ACCOUNTS, Account, EmissionMap, account_steps
from experiments.accounting import NOT_COUNTED
from experiments.retiming.stages import Plan, plan_key, retimed_programs
from experiments.run_accounts import load_run_accounts
from experiments.trace import read_trips
from sumo_nets import (
    Demand,
    Scenario,
    ScenarioError,
    comparison_arguments,
    complaints,
    freeze_routes,
    run_program,
    sumo_arguments,
    write_plan,
)

JUDGED = ("hbefa4_nojump", "phemlight5")
"""Accounts that a plan is judged by: coasting is not paid for twice, creeping costs."""
DRAIN_S = 14_400.0
"""The road has this time to become empty under the scenario's own plan ..."""
LATER_S = 600.0
"""... and this much longer under any other one, or that is stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of one run."""

    co2_g: Mapping[str, float]
    """Mean per vehicle, by account of `JUDGED`."""
    trip_s: float
    """Mean per vehicle, with the wait to enter the road."""
    is_whole: bool
    """Whether everybody arrived; a plan that holds somebody for ever is worth nothing."""
    end_s: float
    """Time of the last arrival."""


class Bench(Protocol):
    """Measures plans."""

    def measure(self, wanted: Sequence[tuple[Plan, int]]) -> list[Figures]:
        """One run each of some plans and seeds.

        Args:
            wanted: Plan and seed of each run.

        Returns:
            In the same order.
        """
        ...


@dataclass(slots=True, kw_only=True)
class SumoBench:
    """Measures plans by runs of SUMO, in which nobody is advised; no run is done twice."""

    scenario: Scenario
    maps: Mapping[Account, EmissionMap]
    """Of the accounts of `JUDGED`."""
    demand_scale: float
    junction_blocker_s: float
    cache_dir: Path
    n_jobs: int
    own: Plan
    """The scenario's own plan: it says how long a run may take."""
    _known: dict[tuple[object, ...], Figures] = field(default_factory=dict)

    def measure(self, wanted: Sequence[tuple[Plan, int]]) -> list[Figures]:
        """As of `Bench`; runs whose seed is new first do the scenario's own plan."""
        seeds = dict.fromkeys(seed for _, seed in wanted)
        self._do([(self.own, seed) for seed in seeds])
        self._do(wanted)
        return [self._known[(*plan_key(plan), seed)] for plan, seed in wanted]

    def _do(self, wanted: Sequence[tuple[Plan, int]]) -> None:
        new = {(*plan_key(plan), seed): (plan, seed) for plan, seed in wanted}
        todo = {key: run for key, run in new.items() if key not in self._known}
        with ThreadPoolExecutor(self.n_jobs) as pool:
            done = pool.map(lambda run: self._run(*run), todo.values())
            self._known.update(zip(todo, done, strict=True))

    def _run(self, plan: Plan, seed: int) -> Figures:
        demand = self.demand(seed)
        own = self._known.get((*plan_key(self.own), seed))
        last_s = float(np.nanmax(demand.departs_s, initial=self.scenario.begin_s))
        end_s = last_s + DRAIN_S if own is None or not own.is_whole else own.end_s + LATER_S
        with tempfile.TemporaryDirectory(prefix="ecocorridor-plan-") as name:
            folder = Path(name)
            write_plan(folder / "plan.add.xml", retimed_programs(self.scenario, plan))
            self._simulate(demand, seed, end_s, folder)
            return self._account(demand, folder)

    def demand(self, seed: int) -> Demand:
        """The frozen demand of a seed."""
        return freeze_routes(
            self.scenario, seed=seed, demand_scale=self.demand_scale, cache_dir=self.cache_dir
        )

    def _simulate(self, demand: Demand, seed: int, end_s: float, folder: Path) -> None:
        plan = (*demand.additional_files, folder / "plan.add.xml")
        common = comparison_arguments(self.scenario, junction_blocker_s=self.junction_blocker_s)
        arguments = [
            *sumo_arguments(self.scenario, demand.route_file, plan),
            *common,
            *("--seed", str(seed), "--end", f"{end_s:.3f}"),
            *("--xml-validation", "never", "--no-step-log", "--duration-log.disable"),
            *("--tripinfo-output", "tripinfo.xml"),
            *("--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"),
            *("--fcd-output", "fcd.parquet", "--fcd-output.acceleration"),
            *("--fcd-output.attributes", "id,speed,slope,acceleration"),
            *("--fcd-output.skip-empty", "--output.compression", "zstd"),
        ]
        done = run_program("sumo", arguments, folder=folder)
        if done.returncode:
            words = complaints(done, "Error") or ("no reason given",)
            raise ScenarioError(f"{self.scenario.name}: SUMO refuses a plan: {w}" for w in words)

    def _account(self, demand: Demand, folder: Path) -> Figures:
        """What a run cost.

        All steps that SUMO recorded count. Our accounting of a whole run leaves out the one in
        which a vehicle enters the road, and adds that in which it arrives: between plans there is
        no difference in that.
        """
        pairs = zip(demand.vehicle_ids, demand.vehicle_classes, strict=True)
        others = [name for name, kind in pairs if kind in NOT_COUNTED]
        trips = read_trips(folder / "tripinfo.xml")
        steps = pl.read_parquet(folder / "fcd.parquet").filter(
            pl.col("vehicle_speed").is_not_null()
        )
        if others:
            trips = trips.filter(~pl.col("vehicle_id").is_in(others))
            steps = steps.filter(~pl.col("vehicle_id").is_in(others))
        columns = ("vehicle_speed", "vehicle_acceleration", "vehicle_slope")
        driven = (steps[name].cast(pl.Float64).to_numpy() for name in columns)
        step_length_s = self.scenario.step_length_s
        costs = account_steps(self.maps, *driven, step_length_s=step_length_s)
        is_done = trips["finished"].to_numpy()
        n_vehicles = max(len(demand.vehicle_ids) - len(others), 1)
        trip_s = (trips["duration_s"] + trips["depart_delay_s"]).to_numpy()
        return Figures(
            co2_g={
                account.name: float(costs[account.column].sum()) / n_vehicles
                for account in self.maps
            },
            trip_s=float(np.nansum(trip_s)) / n_vehicles,
            is_whole=bool(is_done.all()) and len(is_done) >= n_vehicles,
            end_s=float(steps["timestep_time"].to_numpy().max(initial=0.0)),
        )


def judged_maps(slopes_deg: tuple[float, ...], cache_dir: Path) -> dict[Account, EmissionMap]:
    """Maps of the accounts that a plan is judged by."""
    maps = load_run_accounts((), slopes_deg=slopes_deg, cache_dir=cache_dir)
    wanted = {account for account in ACCOUNTS if account.name in JUDGED}
    return {account: map_ for account, map_ in maps.items() if account in wanted}
