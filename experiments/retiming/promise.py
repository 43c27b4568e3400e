"""Plans that promise much by the surrogate alone, and what it says of any plan."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from controller.timing.descent import Search
from controller.timing.descent import descend as descend_surrogate
from controller.timing.flow_model import FlowModel
from controller.timing.flow_network import flow_network
from controller.timing.optimise import fits, in_cycle
from controller.timing.price import Price, plan_costs
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
        self._costs = partial(
            plan_costs, flow_network(problem.network), price=Price(), model=FlowModel()
        )

    def __call__(self, plans: Sequence[Plan]) -> list[float]:
        """Grams of CO2 per second that each plan costs, delay included at its price."""
        if not plans:
            return []
        timings = [self._problem.timing_plan(plan) for plan in plans]
        return [float(cost) for cost in self._costs(timings)]

    def best_plans(self, cycles: CycleRange, n_best: int = 6) -> list[dict[str, Times]]:
        """The plan that costs least in each of some common cycles, and in the own ones.

        Each is searched from the scenario's own plan. The best ones come first.
        """
        problem = self._problem
        own = problem.timing_plan(own_plan(problem.signals))
        seeds = {"own cycles": own}
        for cycle_s in np.geomspace(cycles.low_s, cycles.high_s, N_CYCLES).round().tolist():
            if fits(problem.network, cycle_s):
                seeds[f"{cycle_s:g} s"] = in_cycle(problem.network, own, cycle_s)
        found = [
            descend_surrogate(problem.network, seed, self._costs, SEARCH, seed=name)
            for name, seed in seeds.items()
        ]
        plans = [problem.plan(each.plan) for each in sorted(found, key=lambda each: each.cost)]
        distinct = [plan for number, plan in enumerate(plans) if plan not in plans[:number]]
        return distinct[:n_best]
