"""A fixed-time plan for a whole scenario: counts, surrogate, descent in SUMO, confirmation."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Literal

from corridor import RoadNetwork
from experiments.accounting import slope_slices
from experiments.arms import POLICIES
from experiments.config import Experiment
from experiments.preparation import read_network
from experiments.retiming.advised import AdvisedBench
from experiments.retiming.alternation import Turn, alternate, round_seeds
from experiments.retiming.bench import Bench, SumoBench, judged_maps
from experiments.retiming.confirming import Confirmation, confirm
from experiments.retiming.counts import read_counts, simulated_counts
from experiments.retiming.descent import Descended, Wish, descend
from experiments.retiming.moves import CycleRange
from experiments.retiming.problem import PlanProblem, all_turns, plan_problem
from experiments.retiming.promise import Promise
from experiments.retiming.stages import FixedSignal, Times, own_plan, timed_signals
from experiments.saying import Say, say_nothing
from sumo_nets import JUNCTION_BLOCKER_S, Demand, Scenario, ScenarioError


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a plan is sought by; all of it decides what is found."""

    seeds: tuple[int, ...] = (1001, 1002)
    """Planning seeds: plans are compared on these."""
    confirm_seeds: tuple[int, ...] = (1011, 1012, 1013, 1014)
    """The plan is held against the scenario's own one on these, which it has never seen."""
    n_runs: int = 60
    """Short runs of SUMO at most, beside those of the confirmation."""
    minutes: float | None = None
    """Only vehicles of the first so many minutes are simulated; None: all."""
    cycles: CycleRange = field(default_factory=lambda: CycleRange(low_s=40.0, high_s=150.0))
    """Cycles that may be chosen."""
    time_weight: float = 0.5
    """Worth of a percent of trip time in percents of CO2."""
    advice: str | None = None
    """Policy under which the plan must be good; None: nobody is advised."""
    n_rounds: int = 2
    """With advice: rounds of the alternation at most ..."""
    n_advised_runs: int = 16
    """... and runs in each of them."""
    advised_seeds: tuple[int, ...] = (1021, 1022)
    """Seeds of its first round; the next ones count on."""
    execution: Literal["automated", "driver"] = "driver"
    """Who carries out the advice."""
    demand_scale: float = 1.0
    """As in an experiment."""
    junction_blocker_s: float = JUNCTION_BLOCKER_S
    """As in an experiment."""

    def __post_init__(self) -> None:
        if not self.seeds or not self.confirm_seeds or {*self.seeds} & {*self.confirm_seeds}:
            raise ValueError(
                "planning and confirming need seeds of their own, got "
                f"{self.seeds} and {self.confirm_seeds}"
            )
        if self.advice is not None and {*self.sought_seeds} & {*self.confirm_seeds}:
            raise ValueError(
                f"with advice a plan is sought on the seeds {self.sought_seeds}, too; "
                f"confirming needs others, got {self.confirm_seeds}"
            )
        least = 2 * len(self.seeds)
        if self.n_runs < least:
            raise ValueError(
                f"{least} runs are the least for {len(self.seeds)} seeds, got {self.n_runs}"
            )
        if self.advice is not None and self.advice not in POLICIES:
            raise ValueError(f"advice must be one of {', '.join(POLICIES)}, got '{self.advice}'")
        if self.minutes is not None and self.minutes <= 0:
            raise ValueError(f"minutes must be positive, got {self.minutes:g}")
        if self.time_weight < 0:
            raise ValueError(f"the weight of time must not be negative, got {self.time_weight:g}")

    @property
    def sought_seeds(self) -> tuple[int, ...]:
        """Of all rounds with advice."""
        rounds = (round_seeds(self.advised_seeds, number) for number in range(self.n_rounds))
        return tuple(chain.from_iterable(rounds))

    @property
    def wish(self) -> Wish:
        """What the descent seeks."""
        return Wish(
            seeds=self.seeds,
            n_runs=self.n_runs,
            time_weight=self.time_weight,
            cycles=self.cycles,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retimed:
    """A plan, and what it brings."""

    plan: Mapping[str, Times]
    """The plan that stands: the scenario's own one where no better one was confirmed."""
    signals: Mapping[str, FixedSignal]
    surrogate: tuple[float, float]
    """Cost of the own plan and of the one that was found, g/s."""
    found: Descended
    """What the descent came to."""
    confirmation: Confirmation
    """That plan against the own one; under advice where that was asked for."""
    turns: tuple[Turn, ...] = ()
    """Rounds with advice in the loop."""


def retime(
    scenario: Scenario,
    effort: Effort,
    *,
    cache_dir: Path,
    n_jobs: int,
    counts_file: Path | None = None,
    say: Say = say_nothing,
) -> Retimed:
    """Look for a fixed-time plan that costs less CO2 and time than the scenario's own.

    Args:
        scenario: Whose signals are timed.
        effort: How it is sought.
        cache_dir: Frozen routes and emission maps.
        n_jobs: Runs of SUMO at a time; it changes nothing in the result.
        counts_file: Turning counts as in `read_counts`; None: those of the frozen demand.
        say: Is called with a sentence on each step.

    Raises:
        ScenarioError: The scenario cannot be used, or has no fixed program.
        ConfigError: The counts cannot be used.
    """
    scenario = shortened(scenario, effort.minutes)
    signals = timed_signals(scenario)
    if not signals:
        raise ScenarioError([f"{scenario.name}: has no fixed program that could be timed anew"])
    network = read_network(scenario.net_file)
    bench = SumoBench(
        scenario=scenario,
        maps=judged_maps(slope_slices(network), cache_dir),
        demand_scale=effort.demand_scale,
        junction_blocker_s=effort.junction_blocker_s,
        cache_dir=cache_dir,
        n_jobs=n_jobs,
        own=own_plan(signals),
    )
    problem, traffic = _problem(signals, network, bench.demand(effort.seeds[0]), counts_file)
    promise = Promise(problem)
    say(f"{len(signals)} signals, {sum(traffic.values()):.0f} vehicles per hour over them")
    say(promise.cycle_words())
    found = descend(
        signals,
        bench.own,
        promise.best_plans(effort.cycles),
        bench,
        effort.wish,
        weights=traffic,
        guess=promise,
        say=say,
    )
    if effort.advice is None:
        return judged(signals, bench, promise, found, effort)
    with tempfile.TemporaryDirectory(prefix="ecocorridor-advised-") as name:
        advised = _advised_bench(scenario, effort, Path(name), cache_dir, n_jobs)
        found, turns = alternate(
            signals,
            found,
            advised,
            replace(effort.wish, seeds=effort.advised_seeds, n_runs=effort.n_advised_runs),
            n_rounds=effort.n_rounds,
            weights=traffic,
            guess=promise,
            say=say,
        )
        return replace(judged(signals, advised, promise, found, effort), turns=turns)


def _advised_bench(
    scenario: Scenario, effort: Effort, folder: Path, cache_dir: Path, n_jobs: int
) -> AdvisedBench:
    assert effort.advice is not None
    experiment = Experiment(
        scenario=scenario.name,
        arms=("unadvised", effort.advice),
        execution=effort.execution,
        demand_scale=effort.demand_scale,
        junction_blocker_s=effort.junction_blocker_s,
    )
    return AdvisedBench(
        scenario=scenario,
        experiment=experiment,
        arm=effort.advice,
        cache_dir=cache_dir,
        folder=folder,
        n_jobs=n_jobs,
    )


def judged(
    signals: Mapping[str, FixedSignal],
    bench: Bench,
    promise: Promise,
    found: Descended,
    effort: Effort,
) -> Retimed:
    """What was found, held against the own plan on the seeds of the confirmation."""
    own = own_plan(signals)
    confirmation = confirm(found.plan, own, bench, effort.confirm_seeds, effort.time_weight)
    before, after = promise([own, found.plan])
    return Retimed(
        plan=found.plan if confirmation.is_better else own,
        signals=signals,
        surrogate=(before, after),
        found=found,
        confirmation=confirmation,
    )


def shortened(scenario: Scenario, minutes: float | None) -> Scenario:
    """A scenario with the vehicles of its first minutes alone."""
    if minutes is None:
        return scenario
    end_s = scenario.begin_s + 60.0 * minutes
    if scenario.end_s is not None:
        end_s = min(end_s, scenario.end_s)
    return scenario.model_copy(update={"end_s": end_s})


def _problem(
    signals: Mapping[str, FixedSignal],
    network: RoadNetwork,
    demand: Demand,
    counts_file: Path | None,
) -> tuple[PlanProblem, dict[str, float]]:
    """The problem of the surrogate, and the vehicles per hour over each signal."""
    if counts_file is None:
        counts = simulated_counts(network, demand)
    else:
        counts = read_counts(counts_file, all_turns(network, signals))
    traffic = dict.fromkeys(signals, 0.0)
    for turn, flow in counts.items():
        if turn.signal in traffic:
            traffic[turn.signal] += flow
    return plan_problem(signals, network, demand, counts), traffic
