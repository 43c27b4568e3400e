"""How good a configuration is, and by how much it is better than another."""

from collections.abc import Mapping

import numpy as np

from experiments.statistics import CONFIDENCE, Effect, FloatArray, paired_difference
from experiments.tuning.measuring import Measured
from experiments.tuning.tune_file import Objective


def reached(objective: Objective, measured: Measured) -> float:
    """Change against the reference in percent; of several metrics the mean of their changes.

    Raises:
        ValueError: A metric is 0 or unknown in the reference.
    """
    after = _in_percent(objective, measured.figures, measured.reference)
    return float(after.mean()) - 100.0


def gain(
    objective: Objective, current: Measured, tuned: Measured, *, confidence: float = CONFIDENCE
) -> Effect | None:
    """Difference of two configurations, paired by seed, in percent of the current one's mean.

    Args:
        objective: Of several metrics the mean of their differences counts.
        current: Of the same seeds as `tuned`.
        tuned: The other configuration.
        confidence: Probability that the interval is made for.
    """
    before, after = (
        _in_percent(objective, of, current.figures) for of in (current.figures, tuned.figures)
    )
    return paired_difference(before, after, confidence=confidence)


def _in_percent(
    objective: Objective, figures: Mapping[str, FloatArray], base: Mapping[str, FloatArray]
) -> FloatArray:
    """(seeds,) figures in percent of the means of others."""
    for metric in objective.mean:
        if metric not in base or not base[metric].mean() > 0.0:
            raise ValueError(f"{metric} is 0 or unknown in what is compared with")
    parts = [100.0 / base[metric].mean() * figures[metric] for metric in objective.mean]
    found: FloatArray = np.mean(parts, axis=0)
    return found
