"""A better plan, step by step: small changes of its signals, as long as they gain.

Signals far enough from each other do not notice each other's changes: theirs are tried in the same
runs of the model, each one judged by what it does at the signal and its neighbours. What gains is
put together, and kept if all of it gains. Every plan on the way keeps least and greatest greens,
the order of stages and the times between them. The same seeds give the same result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from controller.arrays import FloatArray
from controller.timing.moves import group_moves, offset_scan, signal_moves
from controller.timing.neighbours import apart, flow_groups, neighbours
from controller.timing.problem import TimedNetwork, Timing, TimingPlan, check_timing

Costs = Callable[[Sequence[TimingPlan]], FloatArray]
"""(B, N) what each plan costs at each signal."""


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
    """What was changed: the `seed`, an `offset`, a `group`, or each signal by so many seconds."""
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
    walk = _Walk(network, plan, costs, search.least_gain, seed)
    if search.scan_s:
        walk.sweep(partial(walk.offsets_of, search.scan_s), "offset")
    groups = flow_groups(network)
    for step_s in search.steps_s:
        for _ in range(search.most_sweeps):
            moved = walk.try_all(group_moves(walk.plan, groups, step_s), "group")
            moved |= walk.sweep(partial(walk.moves_of, step_s), f"{step_s:g} s")
            if not moved:
                break
    return Found(plan=walk.plan, cost=walk.cost, seed=seed, trace=tuple(walk.trace))


class _Walk:
    """Where a search is, and how it came there."""

    def __init__(
        self, network: TimedNetwork, plan: TimingPlan, costs: Costs, least_gain: float, seed: str
    ) -> None:
        self.plan, self._signals = plan, network.signals
        self._costs, self._least_gain, self._seed = costs, least_gain, seed
        self._near = neighbours(network)
        self._classes = apart(self._near)
        by_signal = costs([plan])
        if by_signal.shape != (1, len(plan)):
            raise ValueError(
                f"costs must tell (1, {len(plan)}) costs of a plan, by signal; got shape "
                f"{by_signal.shape}"
            )
        self._by_signal: FloatArray = by_signal[0]
        self.trace = [Improvement(seed=seed, move="seed", cost=self.cost)]

    @property
    def cost(self) -> float:
        """Of the whole plan."""
        return float(self._by_signal.sum())

    def moves_of(self, step_s: float, number: int) -> list[Timing]:
        """Small changes of a signal."""
        return signal_moves(self._signals[number], self.plan[number], step_s)

    def offsets_of(self, step_s: float, number: int) -> list[Timing]:
        """Other offsets of a signal."""
        return offset_scan(self.plan[number], step_s)

    def try_all(self, plans: Sequence[TimingPlan], move: str) -> bool:
        """Go to the best of these plans, if it gains enough."""
        if not plans:
            return False
        by_signal = self._costs(plans)
        best = int(by_signal.sum(axis=1).argmin())
        if not by_signal[best].sum() < self.cost * (1.0 - self._least_gain):
            return False
        self.plan, self._by_signal = plans[best], by_signal[best]
        self.trace.append(Improvement(seed=self._seed, move=move, cost=self.cost))
        return True

    def sweep(self, moves: Callable[[int], list[Timing]], move: str) -> bool:
        """Try some changes of all signals; whether anything was gained."""
        gained = False
        for members in self._classes:
            best = self._best_of_each(members, [moves(number) for number in members])
            if best:
                # All together, the better half, or the best one alone.
                sizes = sorted({len(best), (len(best) + 1) // 2, 1})
                gained |= self.try_all([self._with(dict(best[:size])) for size in sizes], move)
        return gained

    def _best_of_each(
        self, members: Sequence[int], moves: Sequence[list[Timing]]
    ) -> list[tuple[int, Timing]]:
        """The best change of each signal that gains where it is felt; the greatest gain first."""
        n_moves = max(map(len, moves))
        if not n_moves:
            return []
        plans = [
            self._with({number: each[row] for number, each in zip(members, moves, strict=True)
                        if row < len(each)})
            for row in range(n_moves)
        ]  # fmt: skip
        gain = self._by_signal - self._costs(plans)
        found = []
        for number, timings in zip(members, moves, strict=True):
            felt = gain[: len(timings), sorted(self._near[number])].sum(axis=1)
            if timings and felt.max() > self._least_gain * self.cost:
                found.append((float(felt.max()), number, timings[int(felt.argmax())]))
        found.sort(key=lambda each: (-each[0], each[1]))
        return [(number, timing) for _, number, timing in found]

    def _with(self, changed: dict[int, Timing]) -> TimingPlan:
        return tuple(changed.get(number, timing) for number, timing in enumerate(self.plan))
