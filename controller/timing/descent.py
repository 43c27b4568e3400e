"""A better plan, step by step: the best small change of one signal after the other.

Every plan on the way keeps least and greatest greens, the order of stages and the times between
them: only plans that do are looked at. The same seeds give the same result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray
from controller.timing.moves import group_moves, offset_scan, signal_moves
from controller.timing.problem import TimedNetwork, TimingPlan, check_timing

Costs = Callable[[Sequence[TimingPlan]], FloatArray]
"""What plans cost, each; all of them at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How far and how long plans are searched."""

    steps_s: tuple[float, ...] = (16.0, 8.0, 4.0, 2.0, 1.0)
    """Lengths of steps, from large to small."""
    scan_s: float = 6.0
    """Offsets of each signal are tried all round the cycle at this distance, to begin with."""
    least_gain: float = 1e-4
    """A step must gain that part of the cost."""
    most_sweeps: int = 20
    """Over all signals, with each length of step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """One step that gained."""

    seed: str
    move: str
    """What was changed: `offset`, `signal <id>` or `group`."""
    cost: float
    """After it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found."""

    plan: TimingPlan
    cost: float
    seed: str
    """Name of the seed that led to it."""
    trace: tuple[Improvement, ...]
    """How it went from there; the first entry is the seed itself."""


def descend(
    network: TimedNetwork, plan: TimingPlan, costs: Costs, search: Search, *, seed: str
) -> Found:
    """Go from a plan to ever better ones, until no small change gains.

    Args:
        network: Signals and roads.
        plan: Where to begin.
        costs: What plans cost.
        search: Steps.
        seed: Name of the plan, for the trace.

    Raises:
        ValueError: The plan does not keep what the signals demand.
    """
    for signal, timing in zip(network.signals, plan, strict=True):
        check_timing(signal, timing)
    walk = _Walk(plan, costs, search.least_gain, seed)
    near = neighbours(network)
    if search.scan_s:
        for number in range(len(plan)):
            walk.try_all(offset_scan(walk.plan, number, search.scan_s), "offset")
    groups = flow_groups(network)
    for step_s in search.steps_s:
        stale = set(range(len(plan)))
        for _ in range(search.most_sweeps):
            if walk.try_all(group_moves(walk.plan, groups, step_s), "group"):
                stale = set(range(len(plan)))
            _sweep(network, walk, stale, near, step_s)
            if not stale:
                break
    return Found(plan=walk.plan, cost=walk.cost, seed=seed, trace=tuple(walk.trace))


class _Walk:
    """Where a search is, and how it came there."""

    def __init__(self, plan: TimingPlan, costs: Costs, least_gain: float, seed: str) -> None:
        self.plan, self.cost = plan, float(costs([plan])[0])
        self._costs, self._keep, self._seed = costs, 1.0 - least_gain, seed
        self.trace = [Improvement(seed=seed, move="seed", cost=self.cost)]

    def try_all(self, plans: Sequence[TimingPlan], move: str) -> bool:
        """Go to the best of these plans, if it gains enough."""
        if not plans:
            return False
        costs = self._costs(plans)
        best = int(np.argmin(costs))
        if not costs[best] < self.cost * self._keep:
            return False
        self.plan, self.cost = plans[best], float(costs[best])
        self.trace.append(Improvement(seed=self._seed, move=move, cost=self.cost))
        return True


def _sweep(
    network: TimedNetwork,
    walk: _Walk,
    stale: set[int],
    near: Sequence[frozenset[int]],
    step_s: float,
) -> None:
    """Try each signal around which something has changed since it was last tried in vain."""
    for number in range(len(network.signals)):
        if number not in stale:
            continue
        moves = signal_moves(network, walk.plan, number, step_s)
        if walk.try_all(moves, f"signal {network.signals[number].signal_id}"):
            stale |= near[number]
        else:
            stale.discard(number)


def neighbours(network: TimedNetwork) -> list[frozenset[int]]:
    """Signals at the other ends of each one's roads, and itself."""
    near: list[set[int]] = [{i} for i in range(len(network.signals))]
    roads = network.roads
    for one, other in zip(roads.from_signal.tolist(), roads.to_signal.tolist(), strict=True):
        near[one].add(other)
        near[other].add(one)
    return [frozenset(each) for each in near]


def flow_groups(network: TimedNetwork) -> tuple[tuple[int, ...], ...]:
    """Groups that hang together by strong flows: what each edge of the tree of these cuts off."""
    from networkx import Graph, connected_components, maximum_spanning_tree

    roads = network.roads
    graph: Graph[int] = Graph()
    graph.add_nodes_from(range(len(network.signals)))
    for i in range(roads.share.size):
        one, other = int(roads.from_signal[i]), int(roads.to_signal[i])
        flow_vps = network.signals[one].flow_vps[roads.from_link[i]] * roads.share[i]
        known = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
        graph.add_edge(one, other, weight=known + float(flow_vps))
    tree = maximum_spanning_tree(graph)
    groups = []
    for one, other in sorted(tuple(sorted(edge)) for edge in tree.edges):
        tree.remove_edge(one, other)
        parts = [part for part in connected_components(tree) if part & {one, other}]
        tree.add_edge(one, other)
        smaller = min(parts, key=lambda part: (len(part), min(part)))
        if len(smaller) > 1:
            groups.append(tuple(sorted(smaller)))
    return tuple(groups)
