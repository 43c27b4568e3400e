"""Plans to begin a search with."""

from collections.abc import Sequence

from controller.timing.flow_model import FlowModel
from controller.timing.main_roads import banded
from controller.timing.moves import with_cycle
from controller.timing.problem import TimedNetwork, TimingPlan
from controller.timing.webster import webster_timing


def seed_plans(
    network: TimedNetwork, own: TimingPlan, cycles_s: Sequence[float], model: FlowModel
) -> dict[str, TimingPlan]:
    """The own plan, and for each common cycle: that plan in it, and Webster's splits with bands.

    Args:
        network: Signals and roads.
        own: What is in force; it comes first, as `own`.
        cycles_s: Common cycles; those that a signal cannot run in are left out.
        model: How those who must yield find gaps.

    Returns:
        Plans by a name that tells what they are.
    """
    seeds = {"own": own}
    for cycle_s in cycles_s:
        if not fits(network, cycle_s):
            continue
        seeds[f"own greens, {cycle_s:g} s"] = in_cycle(network, own, cycle_s)
        webster = tuple(webster_timing(each, cycle_s, model) for each in network.signals)
        seeds[f"Webster, {cycle_s:g} s"] = webster
        seeds[f"Webster and MAXBAND, {cycle_s:g} s"] = banded(network, webster, is_multiband=False)
        seeds[f"Webster and MULTIBAND, {cycle_s:g} s"] = banded(network, webster, is_multiband=True)
    return seeds


def fits(network: TimedNetwork, cycle_s: float) -> bool:
    """Whether all signals can run in this cycle."""
    return all(each.shortest_cycle_s <= cycle_s <= each.longest_cycle_s for each in network.signals)


def in_cycle(network: TimedNetwork, plan: TimingPlan, cycle_s: float) -> TimingPlan:
    """A plan with all its signals in one cycle, greens in proportion, offsets as they are."""
    return tuple(
        with_cycle(signal, timing, cycle_s)
        for signal, timing in zip(network.signals, plan, strict=True)
    )
