"""Whether a plan is better on seeds that it has never seen; the own plan stands if it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.retiming.bench import Bench, Figures
from experiments.retiming.descent import cost_of
from experiments.retiming.stages import Plan
from experiments.statistics import Effect, paired_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A plan against the scenario's own one, paired by seed."""

    is_better: bool
    """Whether it costs less on the mean; whoever leaves somebody on the road does not."""
    cost_pct: float
    """Mean change of the cost; inf where somebody never arrives."""
    effects: Mapping[str, Effect | None]
    """Metric → effect in %, with intervals; empty where somebody never arrives."""


def confirm(
    plan: Plan, own: Plan, bench: Bench, seeds: Sequence[int], time_weight: float
) -> Confirmation:
    """Hold a plan against the own one.

    Args:
        plan: What was found.
        own: The scenario's own plan.
        bench: Measures plans.
        seeds: None that the plan was sought on.
        time_weight: As in `cost_of`.
    """
    figures = bench.measure([(each, seed) for each in (own, plan) for seed in seeds])
    before, after = figures[: len(seeds)], figures[len(seeds) :]
    pairs = list(zip(after, before, strict=True))
    cost = float(np.mean([cost_of(new, old, time_weight) for new, old in pairs]))
    is_whole = all(each.is_whole for each in figures)
    return Confirmation(
        is_better=cost < 1.0,
        cost_pct=100.0 * (cost - 1.0),
        effects=_effects(before, after) if is_whole else {},
    )


def _effects(before: Sequence[Figures], after: Sequence[Figures]) -> dict[str, Effect | None]:
    names = [*before[0].co2_g]
    found = {
        f"co2_{name}": paired_effect(
            np.array([each.co2_g[name] for each in before]),
            np.array([each.co2_g[name] for each in after]),
        )
        for name in names
    }
    found["trip_time"] = paired_effect(
        np.array([each.trip_s for each in before]), np.array([each.trip_s for each in after])
    )
    return found
