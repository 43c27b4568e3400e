"""From seeds to the best plan that a search can find."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from controller.timing.descent import Costs, Found, Search, descend
from controller.timing.problem import TimedNetwork, TimingPlan

COARSE = Search(steps_s=(8.0, 4.0), scan_s=10.0, most_sweeps=3)
"""Enough to see which of a few starts is worth most."""
FINE = Search(scan_s=0.0)


def best_plan(
    network: TimedNetwork, seeds: Mapping[str, TimingPlan], costs: Costs, *, n_starts: int = 3
) -> Found:
    """Search short from the best seeds, and to the end from the best of what that gives.

    Args:
        network: Signals and roads.
        seeds: Plans to begin with, by name.
        costs: What plans cost.
        n_starts: From so many of the best seeds a search begins.

    Raises:
        ValueError: No seed is given, or one does not keep what the signals demand.
    """
    if not seeds:
        raise ValueError("seeds: at least one plan is needed to begin with")
    names = list(seeds)
    worth = costs([seeds[name] for name in names]).sum(axis=1)
    chosen = [names[i] for i in np.argsort(worth, kind="stable")[: max(n_starts, 1)]]
    coarse = [descend(network, seeds[name], costs, COARSE, seed=name) for name in chosen]
    best = min(coarse, key=lambda each: each.cost)
    fine = descend(network, best.plan, costs, FINE, seed=best.seed)
    return replace(fine, trace=(*best.trace, *fine.trace[1:]))
