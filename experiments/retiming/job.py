"""A fixed-time plan for a whole scenario: counts, surrogate, descent in SUMO, confirmation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from corridor import RoadNetwork
from experiments.accounting import slope_slices
from experiments.preparation import read_network
from experiments.retiming.bench import Bench, SumoBench, judged_maps
from experiments.retiming.confirming import Confirmation, confirm
from experiments.retiming.counts import Counts, read_counts, simulated_counts
from experiments.retiming.descent import Descended, Wish, descend
from experiments.retiming.moves import CycleRange
from experiments.retiming.problem import PlanProblem, all_turns, plan_problem
from experiments.retiming.promise import Promise
from experiments.retiming.stages import FixedSignal, Times, own_plan, timed_signals
from sumo_nets import JUNCTION_BLOCKER_S, Scenario, ScenarioError

Say = Callable[[str], None]
"""Is called with a sentence."""


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
    cycles: CycleRange = CycleRange(low_s=40.0, high_s=150.0)
    """Cycles that may be chosen."""
    time_weight: float = 0.5
    """Worth of a percent of trip time in percents of CO2."""
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
        least = 2 * len(self.seeds)
        if self.n_runs < least:
            raise ValueError(
                f"{least} runs are the least for {len(self.seeds)} seeds, got {self.n_runs}"
            )
        if self.minutes is not None and self.minutes <= 0:
            raise ValueError(f"minutes must be positive, got {self.minutes:g}")
        if self.time_weight < 0:
            raise ValueError(f"the weight of time must not be negative, got {self.time_weight:g}")


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
    """That plan against the own one."""


def retime(
    scenario: Scenario,
    effort: Effort,
    *,
    cache_dir: Path,
    n_jobs: int,
    counts_file: Path | None = None,
    say: Say = lambda _text: None,
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
    problem, counts = _problem(signals, network, bench, effort.seeds[0], counts_file)
    promise = Promise(problem)
    say(f"{len(signals)} signals, {sum(counts.values()):.0f} vehicles per hour over them")
    starts = promise.best_plans(effort.cycles)
    return _found(signals, bench, promise, starts, effort, _traffic(counts), say)


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
    bench: SumoBench,
    seed: int,
    counts_file: Path | None,
) -> tuple[PlanProblem, Counts]:
    demand = bench.demand(seed)
    if counts_file is None:
        counts = simulated_counts(network, demand)
    else:
        counts = read_counts(counts_file, all_turns(network, signals))
    of_signals = {turn: flow for turn, flow in counts.items() if turn.signal in signals}
    return plan_problem(signals, network, demand, of_signals), of_signals


def _traffic(counts: Counts) -> dict[str, float]:
    """Vehicles per hour over each signal."""
    found: dict[str, float] = {}
    for turn, flow in counts.items():
        found[turn.signal] = found.get(turn.signal, 0.0) + flow
    return found


def _found(
    signals: Mapping[str, FixedSignal],
    bench: Bench,
    promise: Promise,
    starts: list[dict[str, Times]],
    effort: Effort,
    traffic: Mapping[str, float],
    say: Say,
) -> Retimed:
    own = own_plan(signals)
    wish = Wish(
        seeds=effort.seeds,
        n_runs=effort.n_runs,
        time_weight=effort.time_weight,
        cycles=effort.cycles,
    )
    found = descend(signals, own, starts, bench, wish, weights=traffic, guess=promise, say=say)
    confirmation = confirm(found.plan, own, bench, effort.confirm_seeds, effort.time_weight)
    before, after = promise([own, found.plan])
    return Retimed(
        plan=found.plan if confirmation.is_better else own,
        signals=signals,
        surrogate=(before, after),
        found=found,
        confirmation=confirmation,
    )
