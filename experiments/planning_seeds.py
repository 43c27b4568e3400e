"""Seeds that plans of signals are made on, and that no report may use."""

from experiments.choices import written_seeds, wrong_seeds
from experiments.strict_yaml import read_scalar

PLANNING_SEEDS = range(1001, 1100)
"""Seeds for whatever is chosen of plans: ours are compared on the first, confirmed on others."""
PLANNING_SEED = PLANNING_SEEDS[0]
"""Seed of the demand that SUMO's tools make plans of; results of it are not reported."""
CONFIRMING_SEED = 1011
"""The first one on which a plan of ours must prove itself."""
MOST_COUNTED = CONFIRMING_SEED - PLANNING_SEED
"""A greater count would run into seeds that are for something else."""


def planning_seeds(text: str, first: int) -> tuple[int, ...]:
    """Seeds from a count or a list, as an experiment has them, but for planning.

    Args:
        text: As written: `2`, `1001,1002` or `[1001]`.
        first: What a count begins with: `PLANNING_SEED` or `CONFIRMING_SEED`.

    Raises:
        ValueError: Neither of them, or a seed that reports may use, too.
    """
    written = read_scalar(text.strip())
    if isinstance(written, int) and not isinstance(written, bool):
        if not 1 <= written <= MOST_COUNTED:
            raise ValueError(
                f"a count must be 1 to {MOST_COUNTED} (2 means the seeds {first} and {first + 1}), "
                f"got {written}; a list names seeds: [{first}]"
            )
        return tuple(range(first, first + written))
    seeds = written_seeds(text)
    if not isinstance(seeds, tuple) or not all(isinstance(seed, int) for seed in seeds):
        raise ValueError(f"give a count, or a list as in {first},{first + 1}, got '{text}'")
    if wrong := wrong_seeds(seeds):
        raise ValueError(wrong[0].message)
    if outside := [seed for seed in seeds if seed not in PLANNING_SEEDS]:
        raise ValueError(
            f"plans are made on seeds {PLANNING_SEEDS[0]} to {PLANNING_SEEDS[-1]}, which no report "
            f"may use, got {outside[0]}"
        )
    return seeds
