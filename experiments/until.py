"""Seeds that are added in batches until conditions hold, or a cap is reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.choices import wrong_seeds
from experiments.config import Experiment
from experiments.require import Condition, parse_condition
from experiments.saying import Say, say_nothing
from experiments.sequential import Sequential, look_confidence

BATCH, MOST_SEEDS = 4, 64
"""Seeds that are added at a time, and the cap, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """When to look, and what to wait for."""

    conditions: tuple[Condition, ...]
    """All of them must hold."""
    listed: tuple[int, ...]
    """Seeds of the first look; those that follow are the next integers."""
    batch: int = BATCH
    """Seeds that are added at a time."""
    most: int = MOST_SEEDS
    """Cap on the number of seeds."""

    def __post_init__(self) -> None:
        if not self.conditions:
            raise ValueError("--until needs a condition, as in 'eco.co2_own_pct.width < 1'")
        if self.batch < 1:
            raise ValueError(f"--batch must be at least 1, got {self.batch}")
        if self.most < len(self.listed):
            raise ValueError(
                f"--most-seeds must be at least the number of seeds that are listed "
                f"({len(self.listed)}), got {self.most}"
            )
        if wrong := wrong_seeds(self.seeds(self.most)):
            raise ValueError(f"--most-seeds: {wrong[0].message}")

    @property
    def planned_looks(self) -> tuple[int, ...]:
        """Seeds at each look that may be."""
        return (*range(len(self.listed), self.most, self.batch), self.most)

    @property
    def confidence(self) -> float:
        """Probability that the intervals at each look are made for."""
        return look_confidence([each.text for each in self.conditions], self.planned_looks)

    def seeds(self, n: int) -> tuple[int, ...]:
        """The first n seeds: those that are listed, then the next integers."""
        start = max(self.listed) + 1
        return (*self.listed, *range(start, start + n - len(self.listed)))[:n]


def seeds_wanted(summary: Mapping[str, Any], until: Until, n_asked: int) -> tuple[int, ...]:
    """Seeds to be added after a look; none: it is the last one.

    Args:
        summary: Of the seeds so far, its intervals made at `until.confidence`.
        until: What to wait for.
        n_asked: Seeds so far, be they finished or failed.
    """
    if all(condition.holds(summary) for condition in until.conditions):
        return ()
    wanted = min(n_asked + until.batch, until.most)
    return until.seeds(wanted)[n_asked:]


def look_until(
    until: Until,
    look: Callable[[tuple[int, ...]], Mapping[str, Any]],
    *,
    say: Say = say_nothing,
) -> tuple[tuple[int, ...], Sequential]:
    """Look at ever more seeds until enough is known.

    The same runs give the same looks: a second call, or one after a kill, ends where it would have.

    Args:
        until: What to wait for.
        look: Does the runs of these seeds that are not done, and gives the summary of all of
            them, its intervals made at `until.confidence`.
        say: Is called with a sentence on each look.

    Returns:
        The seeds of the last look, and what was done.
    """
    seeds = until.listed
    looks = []
    while True:
        summary = look(seeds)
        looks.append(len(seeds))
        more = seeds_wanted(summary, until, len(seeds))
        told = "; ".join(f"{each.text}: {each.found(summary)}" for each in until.conditions)
        say(f"{len(seeds)} seeds, {told}" + (f"; adding {len(more)}" if more else ""))
        if not more:
            return seeds, ended(until, tuple(looks), summary)
        seeds += more


def ended(until: Until, looks: tuple[int, ...], summary: Mapping[str, Any]) -> Sequential:
    """What was done when no seed is added any more.

    Args:
        until: What was waited for.
        looks: Seeds at each look.
        summary: Of the last one.
    """
    missed = [each for each in until.conditions if not each.holds(summary)]
    return Sequential(
        until=tuple(each.text for each in until.conditions),
        planned_looks=until.planned_looks,
        looks=looks,
        stopped_by="cap" if missed else "conditions",
        missed=tuple(
            f"not reached after {looks[-1]} seeds: {each.text} ({each.found(summary)})"
            for each in missed
        ),
    )


def parse_until(
    texts: Sequence[str],
    experiment: Experiment,
    *,
    batch: int | None = None,
    most: int | None = None,
) -> Until | None:
    """What to wait for, from what a user wrote; None: nothing.

    Args:
        texts: Conditions as those of `--require`.
        experiment: Whose results they are about; its seeds come first.
        batch: Seeds to add at a time.
        most: Cap.

    Raises:
        ValueError: A condition, the batch or the cap cannot be.
    """
    if not texts:
        if batch is not None or most is not None:
            raise ValueError(
                "--batch and --most-seeds say how seeds are added --until it is enough"
            )
        return None
    return Until(
        conditions=tuple(
            parse_condition(text, experiment.all_arms, experiment.accounts) for text in texts
        ),
        listed=experiment.seeds,
        batch=BATCH if batch is None else batch,
        most=max(MOST_SEEDS, len(experiment.seeds)) if most is None else most,
    )
