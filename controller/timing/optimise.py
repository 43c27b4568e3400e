"""From seeds to the best plan that a search can find: cycle, offsets and splits."""

from collections.abc import Mapping, Sequence

from controller.timing.descent import Costs, Found, Search, descend
from controller.timing.moves import with_cycle
from controller.timing.problem import TimedNetwork, TimingPlan

COARSE = Search(steps_s=(8.0, 4.0), most_sweeps=3)
"""Enough to see which of several starts is worth more."""
FINE = Search(scan_s=0.0)


def best_plan(
    network: TimedNetwork,
    seeds: Mapping[str, TimingPlan],
    cycles_s: Sequence[float],
    costs: Costs,
    *,
    n_starts: int = 3,
) -> Found:
    """Search from the best starts: each seed as it is, and in each common cycle.

    Args:
        network: Signals and roads.
        seeds: Plans to begin with, by name; the first one is searched in any case.
        cycles_s: Common cycles that may be used.
        costs: What plans cost.
        n_starts: From so many of the best starts a short search begins; from its best a long one.

    Raises:
        ValueError: No seed is given, or one does not keep what the signals demand.
    """
    if not seeds:
        raise ValueError("seeds: at least one plan is needed to begin with")
    starts = dict(seeds)
    for name, plan in seeds.items():
        for cycle_s in cycles_s:
            if fits(network, cycle_s) and any(each.cycle_s != cycle_s for each in plan):
                starts[f"{name}, {cycle_s:g} s"] = in_cycle(network, plan, cycle_s)
    names = list(starts)
    worth = costs([starts[name] for name in names])
    ranked = sorted(range(len(names)), key=lambda i: (float(worth[i]), i))
    chosen = [names[0], *(names[i] for i in ranked if i != 0)][: max(n_starts, 1)]
    coarse = [descend(network, starts[name], costs, COARSE, seed=name) for name in chosen]
    best = min(coarse, key=lambda each: each.cost)
    fine = descend(network, best.plan, costs, FINE, seed=best.seed)
    return Found(
        plan=fine.plan, cost=fine.cost, seed=best.seed, trace=(*best.trace, *fine.trace[1:])
    )


def fits(network: TimedNetwork, cycle_s: float) -> bool:
    """Whether all signals can run in this cycle."""
    return all(each.shortest_cycle_s <= cycle_s <= each.longest_cycle_s for each in network.signals)


def in_cycle(network: TimedNetwork, plan: TimingPlan, cycle_s: float) -> TimingPlan:
    """A plan with all its signals in one cycle, greens in proportion."""
    return tuple(
        with_cycle(signal, timing, cycle_s)
        for signal, timing in zip(network.signals, plan, strict=True)
    )
