"""Plans that promise much by the surrogate alone, and what it says of any plan."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from controller import (
    FlowModel,
    Price,
    Search,
    TimingPlan,
    best_cycle_s,
    fits,
    flow_network,
    seed_plans,
    signal_costs,
)
from controller import descend as descend_surrogate
from experiments.retiming.moves import CycleRange
from experiments.retiming.problem import PlanProblem
from experiments.retiming.stages import Plan, Times, own_plan

N_CYCLES = 8
"""So many common cycles are looked at, evenly apart in proportion."""
SEARCH = Search(steps_s=(8.0, 4.0, 2.0, 1.0), scan_s=8.0, most_sweeps=3)
"""How the best plan of each is searched."""


class Promise:
    """What the surrogate says of the plans of a problem."""

    def __init__(self, problem: PlanProblem) -> None:
        self._problem = problem
        self._model = FlowModel()
        self._costs = partial(
            signal_costs, flow_network(problem.network), price=Price(), model=self._model
        )

    def __call__(self, plans: Sequence[Plan]) -> list[float]:
        """Grams of CO2 per second that each plan costs, delay included at its price."""
        return self._totals([self._problem.timing_plan(plan) for plan in plans])

    def _totals(self, plans: Sequence[TimingPlan]) -> list[float]:
        return self._costs(plans).sum(axis=1).tolist() if plans else []

    def cycle_words(self) -> str:
        """Which cycles the signals want by Webster's formula, one by one."""
        cycles_s = [best_cycle_s(each, self._model) for each in self._problem.network.signals]
        finite_s = [cycle_s for cycle_s in cycles_s if np.isfinite(cycle_s)]
        n_over = len(cycles_s) - len(finite_s)
        told = [f"{min(finite_s):g} to {max(finite_s):g} s"] if finite_s else []
        told += [f"none is long enough at {n_over} of them"] if n_over else []
        return f"cycles by Webster's formula: {', '.join(told)}"

    def best_plans(self, cycles: CycleRange, n_best: int = 6) -> list[dict[str, Times]]:
        """The plan that costs least in each of some common cycles, and in the own ones.

        Each search begins from the best of Webster's splits, green bands and the scenario's own
        plan in that cycle. The best ones come first.
        """
        problem, network = self._problem, self._problem.network
        own = problem.timing_plan(own_plan(problem.signals))
        seeds = {"own": own}
        for cycle_s in np.geomspace(cycles.low_s, cycles.high_s, N_CYCLES).round().tolist():
            if fits(network, cycle_s):
                name, plan = self._best_seed(own, cycle_s)
                seeds[name] = plan
        found = [
            descend_surrogate(network, seed, self._costs, SEARCH, seed=name)
            for name, seed in seeds.items()
        ]
        plans = [problem.plan(each.plan) for each in sorted(found, key=lambda each: each.cost)]
        distinct = [plan for number, plan in enumerate(plans) if plan not in plans[:number]]
        return distinct[:n_best]

    def _best_seed(self, own: TimingPlan, cycle_s: float) -> tuple[str, TimingPlan]:
        seeds = seed_plans(self._problem.network, own, [cycle_s], self._model)
        del seeds["own"]
        costs = dict(zip(seeds, self._totals([*seeds.values()]), strict=True))
        best = min(costs, key=lambda name: costs[name])
        return best, seeds[best]
