"""What runs share and is costly is made before them, once each: frozen routes, emission maps."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from corridor import RoadNetwork
from experiments.order import Order
from experiments.ordering import prepare_maps
from experiments.saying import Say
from experiments.sweeps.plan import demand_name
from experiments.sweeps.store import Store
from sumo_nets import ScenarioError, SumoProgramError, freeze_routes


def prepare(orders: Sequence[Order], store: Store, *, n_jobs: int, say: Say) -> dict[str, str]:
    """Make what some runs need, so that their processes find it.

    Args:
        orders: The runs.
        store: Keeps what is to be told of their demand.
        n_jobs: Things made at a time.
        say: Is called with a sentence on each longer step.

    Returns:
        Key of a run → why it cannot be done: its demand cannot be frozen, or nobody departs.
    """
    by_demand: dict[str, list[Order]] = {}
    for order in orders:
        by_demand.setdefault(_demand(order), []).append(order)
    say(f"freezing routes: {len(by_demand)} of scenario, seed and demand")
    with ThreadPoolExecutor(n_jobs) as pool:
        first = [found[0] for found in by_demand.values()]
        why = dict(
            zip(by_demand, pool.map(lambda order: _freeze(order, store), first), strict=True)
        )
    broken = {
        order.key: words
        for name, words in why.items()
        if words is not None
        for order in by_demand[name]
    }
    _prepare_all_maps([o for o in orders if o.key not in broken], n_jobs=n_jobs, say=say)
    return broken


def _demand(order: Order) -> str:
    return demand_name(order.scenario, order.seed, order.experiment.demand_scale)


def _freeze(order: Order, store: Store) -> str | None:
    """Freeze a demand; why not, where it cannot be done."""
    try:
        demand = freeze_routes(
            order.scenario,
            seed=order.seed,
            demand_scale=order.experiment.demand_scale,
            cache_dir=order.cache_dir,
        )
    except (ScenarioError, SumoProgramError) as error:
        return str(error)
    store.note_demand(_demand(order), demand.warnings)
    return None if demand.vehicle_ids else "no vehicle departs in the time window"


def _prepare_all_maps(orders: Iterable[Order], *, n_jobs: int, say: Say) -> None:
    """Emission maps, once for each network and set of accounts."""
    networks: dict[Path, RoadNetwork] = {}
    wanted: dict[tuple[object, ...], Order] = {}
    for order in orders:
        asked = order.experiment
        accounts = (asked.accounts, asked.eco_accounts, asked.fleet_mix, asked.factors)
        wanted.setdefault((order.scenario.net_file, *accounts), order)
    if wanted:
        say("preparing emission maps")
    for order in wanted.values():
        file = order.scenario.net_file
        if file not in networks:
            networks[file] = RoadNetwork(file)
        prepare_maps(order.experiment, networks[file], cache_dir=order.cache_dir, n_jobs=n_jobs)
