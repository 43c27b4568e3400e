"""Which of the configurations that were tried are worth confirming."""

from collections.abc import Sequence

from experiments.tuning.searching import Trial

MOST_CANDIDATES = 5
"""Of several objectives, so many members of the Pareto set are confirmed at most."""

_SAME = 1e-9
"""Values in percent that differ by less are equal but for rounding."""


def candidates(trials: Sequence[Trial], current: Trial) -> list[Trial]:
    """Trials that keep the constraints, beat the current configuration, and are beaten by none.

    Of one objective that is the best trial, or none. Of several objectives it is the Pareto set
    without what the current configuration is as good as; of many members some, spread evenly.

    Args:
        trials: On the seeds of the search.
        current: The current configuration on the same seeds.
    """
    keeping = [trial for trial in trials if trial.counts and trial.changes]
    if current.counts:
        keeping = [trial for trial in keeping if not _as_good(current, trial)]
    front: list[Trial] = []
    for trial in keeping:
        rivals = (other for other in keeping if other is not trial)
        # Of equal ones the first counts.
        if not any(
            _as_good(other, trial) and (not _as_good(trial, other) or other.number < trial.number)
            for other in rivals
        ):
            front.append(trial)
    front.sort(key=lambda trial: (trial.values, trial.number))
    if len(front) <= MOST_CANDIDATES:
        return front
    last = len(front) - 1
    return [front[round(i * last / (MOST_CANDIDATES - 1))] for i in range(MOST_CANDIDATES)]


def _as_good(one: Trial, other: Trial) -> bool:
    return all(a <= b + _SAME for a, b in zip(one.values, other.values, strict=True))
