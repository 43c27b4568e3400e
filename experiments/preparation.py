"""What a run works with: frozen demand, equipped vehicles, network and main road."""

import functools
from dataclasses import dataclass
from pathlib import Path

from corridor import MainRoad, RoadNetwork, draw_equipped, find_main_road
from emissions import EmissionMap
from experiments.arms import Arm
from experiments.order import Order
from experiments.planning_maps import load_planning_maps
from sumo_nets import Demand, freeze_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that a run works with."""

    order: Order
    arm: Arm
    demand: Demand
    equipped: frozenset[str]
    network: RoadNetwork
    main_road: tuple[MainRoad, ...]
    signal_files: tuple[Path, ...]
    """Additional files: those of the scenario, and the programs of the arm's signals."""
    planning_maps: tuple[EmissionMap, ...]
    """What `eco` plans with; none in other arms."""
    folder: Path
    """Where it writes."""

    @property
    def automated(self) -> frozenset[str]:
        """Ids of the vehicles whose driver is perfect."""
        return self.equipped if self.order.experiment.execution == "automated" else frozenset()


def read_network(file: Path) -> RoadNetwork:
    """The network in a file; read once as long as it does not change.

    Raises:
        ValueError: The file cannot be read as a network.
    """
    status = file.stat()
    return _read_network(file, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _read_network(file: Path, _size: int, _time_ns: int) -> RoadNetwork:
    return RoadNetwork(file)


def prepare(order: Order, folder: Path) -> Prepared:
    """Freeze the demand (or take it from the cache) and draw who is equipped."""
    experiment = order.experiment
    arm = experiment.arm(order.arm)
    demand = freeze_routes(
        order.scenario,
        seed=order.seed,
        demand_scale=experiment.demand_scale,
        cache_dir=order.cache_dir,
    )
    parameters = experiment.equipment_parameters
    vehicles = zip(demand.vehicle_ids, demand.vehicle_classes, strict=True)
    equipped = draw_equipped(vehicles, parameters, order.seed)
    network = read_network(order.scenario.net_file)
    accounts = experiment.eco_accounts if arm.policy == "eco" else ()
    return Prepared(
        order=order,
        arm=arm,
        demand=demand,
        equipped=equipped if arm.is_equipped else frozenset(),
        network=network,
        main_road=find_main_road(network, demand.routes),
        signal_files=demand.additional_files + _plan_files(order),
        planning_maps=load_planning_maps(accounts, cache_dir=order.cache_dir),
        folder=folder,
    )


def _plan_files(order: Order) -> tuple[Path, ...]:
    return () if order.signal_plan is None else (order.signal_plan,)
