"""What must hold of a comparison before anything is claimed from it, whatever its figures say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.measures import FEW_SEEDS
from experiments.report.data import UNADVISED_ARMS


def claim_obstacles(
    summary: Mapping[str, Any], manifest: Mapping[str, Any], arms: Sequence[str]
) -> tuple[str, ...]:
    """Why nothing can be claimed from these runs, a clause each; empty: something may be.

    Runs that fail, and seeds that are left out, select what is left by how it came out.

    Args:
        summary: Contents of `summary.json`.
        manifest: Contents of `manifest.json`; it tells the seeds that were asked for.
        arms: Baseline and project.
    """
    return tuple(_obstacles(summary, manifest, arms))


def advised_arms(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Kinds of advice that were run or asked for, also those whose runs failed."""
    asked = (manifest.get("experiment") or {}).get("arms") or ()
    named = dict.fromkeys((*summary["arms"], *(summary.get("failed_runs") or {}), *asked))
    return tuple(arm for arm in named if arm not in UNADVISED_ARMS)


def _obstacles(
    summary: Mapping[str, Any], manifest: Mapping[str, Any], arms: Sequence[str]
) -> Iterator[str]:
    failed = summary.get("failed_runs") or {}
    told = [f"{arm} with {_seeds(failed[arm])}" for arm in arms if failed.get(arm)]
    if told:
        yield f"runs failed ({', '.join(told)}), and what is left is selected by how runs ended"
    counted, asked = set(summary["seeds"]), manifest.get("seeds")
    if asked is None:
        yield "the results do not record which seeds were asked for"
    elif left_out := set(asked) - counted:
        yield f"{_seeds(left_out)} of the experiment's own list of {len(asked)} left out"
    elif others := counted - set(asked):
        yield f"{_seeds(others)} not on the experiment's own list"
    if len(counted) < FEW_SEEDS:
        yield f"a claim needs {FEW_SEEDS} pairs of runs, there are {len(counted)}"


def _seeds(seeds: Sequence[int] | set[int]) -> str:
    plural = "s" if len(seeds) > 1 else ""
    return f"seed{plural} {', '.join(map(str, sorted(seeds)))}"
