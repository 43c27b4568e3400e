"""Signals and advice in turn: advice changes how traffic arrives, and that which plan is best."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from experiments.retiming.bench import Bench
from experiments.retiming.descent import WORTH, Descended, Guess, Wish, cost_of, descend
from experiments.retiming.stages import FixedSignal, Plan, own_plan
from experiments.saying import Say, say_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One round of the alternation."""

    seeds: tuple[int, ...]
    """It was sought on these, which no other round knows."""
    before: float
    """Cost of the plan that it began with, under advice; 1 for the own plan under advice."""
    after: float
    """Cost of the plan that it came to."""
    n_runs: int

    @property
    def gain_pct(self) -> float:
        """What it gained, in percent of the cost that it began with."""
        return 100.0 * (1.0 - self.after / self.before)


def round_seeds(first: tuple[int, ...], number: int) -> tuple[int, ...]:
    """Seeds of a round, counted from 0: those of the first one counted up, so that none repeats."""
    return tuple(seed + number * len(first) for seed in first)


def alternate(
    signals: Mapping[str, FixedSignal],
    first: Descended,
    bench: Bench,
    wish: Wish,
    *,
    n_rounds: int,
    weights: Mapping[str, float],
    guess: Guess,
    say: Say = say_nothing,
) -> tuple[Descended, tuple[Turn, ...]]:
    """Go on from a plan for unadvised drivers, with advice in the loop, until nothing is gained.

    Args:
        signals: What may be timed.
        first: What was found for unadvised drivers.
        bench: Measures plans under advice.
        wish: As of `descend`, for the first round; each one has seeds of its own (`round_seeds`).
        n_rounds: Rounds at most.
        weights: As of `descend`.
        guess: As of `descend`.
        say: Is called with a sentence on each round.

    Returns:
        What was found, and how it went.
    """
    own, found = own_plan(signals), first
    turns: list[Turn] = []
    for number in range(n_rounds):
        asked = replace(wish, seeds=round_seeds(wish.seeds, number))
        done = descend(
            signals, own, [found.plan], bench, asked, weights=weights, guess=guess, say=say
        )
        before = mean_cost(found.plan, own, bench, asked)
        turn = Turn(seeds=asked.seeds, before=before, after=done.cost, n_runs=done.n_runs)
        turns.append(turn)
        say(f"round {number + 1} with advice: {turn.gain_pct:.2f} % gained")
        found = done
        if not turn.after < turn.before * (1.0 - WORTH):
            break
    return replace(found, n_runs=first.n_runs + sum(turn.n_runs for turn in turns)), tuple(turns)


def mean_cost(plan: Plan, own: Plan, bench: Bench, wish: Wish) -> float:
    """Cost of a plan relative to the own one, mean over seeds."""
    figures = bench.measure([(each, seed) for each in (own, plan) for seed in wish.seeds])
    pairs = zip(figures[len(wish.seeds) :], figures[: len(wish.seeds)], strict=True)
    return float(np.mean([cost_of(new, old, wish.time_weight) for new, old in pairs]))
