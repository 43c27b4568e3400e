"""From seeds to the best plan that a search can find."""

from collections.abc import Mapping
from dataclasses import replace

from controller.timing.descent import Costs, Found, Search, descend
from controller.timing.problem import TimedNetwork, TimingPlan

SCAN = Search(steps_s=(), scan_s=10.0)
"""Enough to see what a cycle is worth once its signals know of each other."""
COARSE = Search(steps_s=(8.0, 4.0), most_sweeps=3)
"""Enough to see which of a few starts is worth most."""
FINE = Search(scan_s=0.0)


def best_plan(
    network: TimedNetwork, seeds: Mapping[str, TimingPlan], costs: Costs, *, n_starts: int = 3
) -> Found:
    """Search short from all seeds, longer from the best of them, and to the end from one.

    Args:
        network: Signals and roads.
        seeds: Plans to begin with, by name.
        costs: What plans cost.
        n_starts: How many seeds get more than a glance.

    Raises:
        ValueError: No seed is given, or one does not keep what the signals demand.
    """
    if not seeds:
        raise ValueError("seeds: at least one plan is needed to begin with")
    found = [descend(network, plan, costs, SCAN, seed=name) for name, plan in seeds.items()]
    chosen = sorted(found, key=lambda each: each.cost)[: max(n_starts, 1)]
    coarse = [_further(network, each, costs, COARSE) for each in chosen]
    return _further(network, min(coarse, key=lambda each: each.cost), costs, FINE)


def _further(network: TimedNetwork, found: Found, costs: Costs, search: Search) -> Found:
    more = descend(network, found.plan, costs, search, seed=found.seed)
    return replace(more, trace=(*found.trace, *more.trace[1:]))
