"""Whether what was best on the seeds of the search is better on others.

The best of many configurations is partly the luckiest: its value on the seeds that it was chosen
by flatters it. What is claimed rests on held-out seeds alone.

References: Smith and Winkler (2006), Management Science 52, doi:10.1287/mnsc.1050.0451 (the
optimiser's curse).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.measures import SAFETY_COUNTERS
from experiments.statistics import CONFIDENCE, Effect
from experiments.tuning.measuring import Bench, Measured
from experiments.tuning.objectives import gain, reached
from experiments.tuning.searching import Trial, broken, figures_of
from experiments.tuning.tune_file import Objective, Tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much an objective differs from the current configuration's, in percent of it."""

    objective: str
    search: Effect | None
    """On the seeds of the search, by which the configuration was chosen."""
    held_out: Effect | None
    """On other seeds, with an interval that allows for several candidates and objectives."""

    @property
    def is_less(self) -> bool:
        """Whether it is shown to be smaller."""
        return self.held_out is not None and (self.held_out.high or 0.0) < 0.0

    @property
    def is_more(self) -> bool:
        """Whether it is shown to be greater."""
        return self.held_out is not None and (self.held_out.low or 0.0) > 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A candidate on held-out seeds, beside the current configuration."""

    trial: Trial
    gains: tuple[Gain, ...]
    """For each objective."""
    metrics: dict[str, Effect | None]
    """Difference from the current configuration in percent of it, for each metric."""
    figures: dict[str, float | None]
    """Change of each metric against the reference in percent, and events of the arm."""
    broken: tuple[str, ...]
    """A sentence for each constraint that does not hold."""
    current_broken: tuple[str, ...]
    """The same for the current configuration."""

    @property
    def is_better(self) -> bool:
        """Whether it keeps the constraints, and is shown to be smaller for free."""
        if self.broken:
            return False
        is_less = any(each.is_less for each in self.gains)
        is_more = any(each.is_more for each in self.gains)
        return is_less and not is_more

    @property
    def is_mended(self) -> bool:
        """Whether it keeps constraints that are broken now, and is not shown to be better.

        That rests on means: of two equal configurations at the edge of a constraint one may keep
        it by chance.
        """
        return bool(self.current_broken) and not self.broken and not self.is_better

    @property
    def is_trade(self) -> bool:
        """Whether it keeps the constraints, and is smaller in one objective, greater in another."""
        if self.broken or self.is_better or self.is_mended:
            return False
        return any(each.is_less for each in self.gains)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the held-out seeds say."""

    confidence: float
    """Probability that each interval of a gain is made for; all hold together with 95 %."""
    current_figures: dict[str, float | None]
    """Of the current configuration, on the held-out seeds."""
    reference_events: dict[str, float]
    """Events in the reference, on the held-out seeds."""
    confirmed: tuple[Confirmed, ...]

    @property
    def better(self) -> tuple[Confirmed, ...]:
        """Candidates that are better."""
        return tuple(each for each in self.confirmed if each.is_better)

    @property
    def mended(self) -> tuple[Confirmed, ...]:
        """Candidates that keep what the current configuration breaks, and are no better else."""
        return tuple(each for each in self.confirmed if each.is_mended)

    @property
    def trades(self) -> tuple[Confirmed, ...]:
        """Candidates that are better in one objective and worse in another."""
        return tuple(each for each in self.confirmed if each.is_trade)


def confirm(tuning: Tuning, bench: Bench, candidates: Sequence[Trial]) -> Confirmation:
    """Compare candidates with the current configuration on held-out seeds.

    Args:
        tuning: What was searched.
        bench: Measures a configuration.
        candidates: At least one.

    Raises:
        RunsFailedError: A run failed.
    """
    here, there = tuning.current.seeds, tuning.confirm_seeds
    # Dunn (1961): Bonferroni over all that might be picked afterwards.
    confidence = 1.0 - (1.0 - CONFIDENCE) / (len(candidates) * len(tuning.objectives))
    searched, current = bench.measure({}, here), bench.measure({}, there)
    found = []
    for trial in candidates:
        before, after = bench.measure(trial.changes, here), bench.measure(trial.changes, there)
        gains = tuple(
            Gain(
                objective=objective.name,
                search=gain(objective, searched, before),
                held_out=gain(objective, current, after, confidence=confidence),
            )
            for objective in tuning.objectives
        )
        found.append(
            Confirmed(
                trial=trial,
                gains=gains,
                metrics=_differences(tuning, current, after),
                figures=figures_of(tuning, after),
                broken=broken(tuning, after),
                current_broken=broken(tuning, current),
            )
        )
    reference: Mapping[str, Any] = current.summary["arms"][tuning.current.reference]
    return Confirmation(
        confidence=confidence,
        current_figures=figures_of(tuning, current),
        reference_events={name: reference[name] for name in SAFETY_COUNTERS},
        confirmed=tuple(found),
    )


def _differences(tuning: Tuning, current: Measured, tuned: Measured) -> dict[str, Effect | None]:
    return {
        metric: gain(Objective(mean=(metric,)), current, tuned)
        for metric in tuning.metrics
        if metric in current.figures and current.figures[metric].mean() > 0.0
    }


def current_trial(tuning: Tuning, bench: Bench) -> Trial:
    """The current configuration on the seeds of the search.

    Raises:
        RunsFailedError: A run failed: there is nothing to compare with.
    """
    measured = bench.measure({}, tuning.current.seeds)
    return Trial(
        number=-1,
        changes={},
        values=tuple(reached(each, measured) for each in tuning.objectives),
        broken=broken(tuning, measured),
        figures=figures_of(tuning, measured),
    )
