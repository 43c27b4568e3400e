"""Descent on short paired runs: whatever gains on the mean of the planning seeds is kept."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from experiments.retiming.bench import Bench, Figures
from experiments.retiming.moves import (
    CycleRange,
    Move,
    Steps,
    cycle_moves,
    moved,
    signal_moves,
)
from experiments.retiming.stages import FixedSignal, Plan, Times, plan_key
from experiments.saying import Say, say_nothing

LEVELS = (
    Steps(cycle_s=16, split_s=6, offset_s=12),
    Steps(cycle_s=8, split_s=3, offset_s=6),
    Steps(cycle_s=4, split_s=1, offset_s=3),
)
"""Steps of the descent, from coarse to fine."""
WORTH = 5e-4
"""A change is kept if it lowers the cost by more than this share."""
BATCH = 6
"""Changes that are tried beside each other on the first seed."""


Guess = Callable[[Sequence[Plan]], Sequence[float]]
"""Tells what each of some plans may cost, without a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is sought, and with how much effort."""

    seeds: tuple[int, ...]
    """On which plans are compared."""
    n_runs: int
    """Runs of SUMO at most."""
    time_weight: float
    """Worth of a percent of trip time in percents of CO2."""
    cycles: CycleRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Descended:
    """What the descent came to."""

    plan: dict[str, Times]
    """The best plan; the scenario's own one if none is better."""
    cost: float
    """Of it, relative to the scenario's own plan on the planning seeds."""
    n_runs: int
    """Runs that were done."""
    log: tuple[str, ...]
    """What was kept, in order."""


def cost_of(figures: Figures, own: Figures, time_weight: float) -> float:
    """Cost of a run: 1 for that of the scenario's own plan with the same seed.

    Mean over the accounts of CO2 relative to the own plan, and trip time (with the wait to enter
    the road) relative to it, weighted. A run in which somebody never arrives costs without bound.
    """
    if not figures.is_whole:
        return math.inf
    co2 = sum(figures.co2_g[name] / own.co2_g[name] for name in own.co2_g) / len(own.co2_g)
    trip = figures.trip_s / own.trip_s
    return (co2 + time_weight * trip) / (1.0 + time_weight)


class OutOfRunsError(Exception):
    """The budget is used up."""


@dataclass(slots=True)
class _Meter:
    """Costs of plans, and the runs that they took."""

    bench: Bench
    own: Plan
    wish: Wish
    n_runs: int = 0
    _costs: dict[tuple[object, ...], float] = field(default_factory=dict)
    _own: dict[int, Figures] = field(default_factory=dict)

    def on(self, plans: Sequence[Plan], seeds: Sequence[int]) -> list[list[float]]:
        """(plans, seeds) costs; as many runs at once as are not known.

        Raises:
            OutOfRunsError: They are more than are left.
        """
        new_seeds = [seed for seed in seeds if seed not in self._own]
        wanted = {
            (*plan_key(plan), seed): (plan, seed)
            for plan in plans
            for seed in seeds
            if (*plan_key(plan), seed) not in self._costs
        }
        fresh = {key: run for key, run in wanted.items() if key[:-1] != plan_key(self.own)}
        if self.n_runs + len(fresh) + len(new_seeds) > self.wish.n_runs:
            raise OutOfRunsError
        self.n_runs += len(fresh) + len(new_seeds)
        runs = [(self.own, seed) for seed in new_seeds] + list(fresh.values())
        found = self.bench.measure(runs)
        self._own.update(zip(new_seeds, found[: len(new_seeds)], strict=True))
        for seed in new_seeds:
            self._note(self.own, seed, self._own[seed])
        for (plan, seed), figures in zip(fresh.values(), found[len(new_seeds) :], strict=True):
            self._note(plan, seed, figures)
        return [[self._costs[(*plan_key(plan), seed)] for seed in seeds] for plan in plans]

    def _note(self, plan: Plan, seed: int, figures: Figures) -> None:
        cost = cost_of(figures, self._own[seed], self.wish.time_weight)
        self._costs[(*plan_key(plan), seed)] = cost

    def mean(self, plan: Plan) -> float:
        """Mean over all planning seeds."""
        (costs,) = self.on([plan], self.wish.seeds)
        return sum(costs) / len(costs)


def descend(
    signals: Mapping[str, FixedSignal],
    own: Plan,
    starts: Sequence[Plan],
    bench: Bench,
    wish: Wish,
    *,
    weights: Mapping[str, float],
    guess: Guess = lambda plans: [0.0] * len(plans),
    say: Say = say_nothing,
) -> Descended:
    """Look for a better plan, by runs on the planning seeds.

    First the plans to start from are compared: all on the first seed, the better half on all.
    Then changes to the best one are tried in batches on the first seed, from coarse to fine; those
    that gain there are put together and kept if they gain on the mean of all seeds. Where no
    change gains any more and runs are left, the same begins at the next plan to start from. It is
    the same for the same number of runs, however many of them are done at a time.

    Args:
        signals: What may be timed.
        own: The scenario's own plan.
        starts: Plans that promise much; allowed ones.
        bench: Measures plans.
        wish: What is sought.
        weights: Signal → traffic over it; those with much are tried first.
        guess: What plans may cost; of a signal's changes, those that promise more come first.
        say: Is called with a sentence on what was kept.
    """
    meter = _Meter(bench, own, wish)
    log: list[str] = []

    def keep(text: str, cost: float) -> None:
        log.append(f"{text}: {100.0 * (cost - 1.0):+.2f} %")
        say(log[-1])

    search = _Search(signals, meter, keep, guess, best=dict(own))
    found = [(search.cost, search.best)]
    order = sorted(signals, key=lambda name: (-weights.get(name, 0.0), name))
    try:
        for plan in search.ranked(own, starts):
            search.begin(plan)
            for steps in LEVELS:
                while search.sweep(steps, order):
                    pass
            found.append((search.cost, search.best))
    except OutOfRunsError:
        found.append((search.cost, search.best))
    cost, best = min(found, key=lambda each: each[0])
    return Descended(plan=best, cost=cost, n_runs=meter.n_runs, log=tuple(log))


@dataclass(slots=True)
class _Search:
    signals: Mapping[str, FixedSignal]
    meter: _Meter
    keep: Callable[[str, float], None]
    guess: Guess
    best: dict[str, Times] = field(default_factory=dict)
    cost: float = 1.0

    def ranked(self, own: Plan, starts: Sequence[Plan]) -> list[Plan]:
        """The own plan and the better half of some others, the best first.

        All are compared on the first seed, and those who are not worse than the rest on all.
        """
        wish = self.meter.wish
        self.meter.mean(own)
        costs = self.meter.on(starts, wish.seeds[:1])
        order = sorted(range(len(starts)), key=lambda number: (costs[number][0], number))
        better = [starts[number] for number in order[: (len(starts) + 1) // 2]]
        self.meter.on(better, wish.seeds)
        # The own plan comes before another that costs the same.
        return sorted([own, *better], key=self.meter.mean)

    def begin(self, plan: Plan) -> None:
        """Go on from a plan."""
        self.best, self.cost = dict(plan), self.meter.mean(plan)
        self.keep("a plan to start from", self.cost)

    def sweep(self, steps: Steps, order: Sequence[str]) -> bool:
        """Try all changes of a size once; whether any was kept."""
        is_better = False
        waiting = [*cycle_moves(self.signals, self.best, steps)]
        is_better |= self._work_off(waiting, n_beside=2)
        in_turn = self._by_promise(
            [[*signal_moves(self.signals, self.best, steps, name)] for name in order]
        )
        return self._work_off(in_turn, n_beside=BATCH) or is_better

    def _by_promise(self, by_signal: Sequence[Sequence[Move]]) -> list[Move]:
        """One change of each signal after the other, those first that promise most."""
        wish = self.meter.wish
        plans = {
            move: plan
            for moves in by_signal
            for move in moves
            if (plan := moved(self.signals, self.best, move, wish.cycles)) is not None
        }
        costs = dict(zip(plans, self.guess([*plans.values()]), strict=True))
        ranked = [
            sorted(set(moves) & set(costs), key=lambda m: (costs[m], m.label))
            for moves in by_signal
        ]
        rows = itertools.zip_longest(*ranked)
        return [move for row in rows for move in row if move is not None]

    def _work_off(self, waiting: list[Move], n_beside: int) -> bool:
        """Try changes batch by batch; what gains is tried once more at once."""
        is_better = False
        while waiting:
            batch, waiting = waiting[:n_beside], waiting[n_beside:]
            kept = self._try(batch)
            is_better |= bool(kept)
            waiting = [*kept, *waiting]
        return is_better

    def _try(self, batch: Sequence[Move]) -> list[Move]:
        """Try changes beside each other; those that were kept."""
        wish = self.meter.wish
        plans = {move: moved(self.signals, self.best, move, wish.cycles) for move in batch}
        allowed = {move: plan for move, plan in plans.items() if plan is not None}
        costs = self.meter.on([*allowed.values()], wish.seeds[:1])
        ((now,),) = self.meter.on([self.best], wish.seeds[:1])
        first = {move: cost for move, (cost,) in zip(allowed, costs, strict=True) if cost < now}
        gaining = sorted(first, key=lambda move: first[move])
        if not gaining:
            return []
        together, plan = self._together(gaining)
        tried = [(plan, together)]
        if len(together) > 1:
            tried.append((allowed[gaining[0]], gaining[:1]))
        self.meter.on([each for each, _ in tried], wish.seeds)
        plan, kept = min(tried, key=lambda pair: self.meter.mean(pair[0]))
        cost = self.meter.mean(plan)
        if not cost < self.cost * (1.0 - WORTH):
            return []
        self.best, self.cost = dict(plan), cost
        self.keep("; ".join(move.label for move in kept), cost)
        return kept

    def _together(self, moves: Sequence[Move]) -> tuple[list[Move], dict[str, Times]]:
        """As many of some changes as can be made at once, one per signal, the best ones first."""
        plan, kept, touched = self.best, [], set[str]()
        for move in moves:
            changed = moved(self.signals, plan, move, self.meter.wish.cycles)
            if changed is not None and touched.isdisjoint(move.signals):
                plan, touched = changed, touched.union(move.signals)
                kept.append(move)
        return kept, plan
