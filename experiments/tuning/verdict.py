"""What came of a tuning, in plain words."""

from collections.abc import Sequence

from experiments.statistics import Effect
from experiments.tuning.confirming import Confirmation, Confirmed
from experiments.tuning.searching import Trial
from experiments.tuning.tune_file import Tuning

NOTHING = "nothing better was found"


def verdict_words(
    tuning: Tuning, trials: Sequence[Trial], confirmation: Confirmation | None
) -> str:
    """The answer: better, and by how much, or not, and why not.

    Args:
        tuning: What was searched.
        trials: What was tried.
        confirmation: None: there was no candidate.
    """
    n_tried = f"{len(trials)} configurations that were tried"
    if confirmation is None:
        n_failed = sum(trial.failure is not None for trial in trials)
        n_broken = sum(bool(trial.broken) for trial in trials)
        return (
            f"{NOTHING}: of {n_tried}, none beats the current one on the seeds of the search "
            f"and keeps the constraints ({n_broken} break one, {n_failed} failed)"
        )
    better = confirmation.better
    if len(confirmation.confirmed) == 1:
        only = confirmation.confirmed[0]
        if better:
            return f"better: {_gains_words(tuning, only)}{_mended(only)}"
        return f"{NOTHING}: the best of {n_tried} {_why_not(tuning, only)}"
    start = f"{len(confirmation.confirmed)} of {n_tried} were confirmed, as none beats them in all"
    if not better:
        told = "; ".join(
            f"trial {each.trial.number} {_why_not(tuning, each)}" for each in confirmation.confirmed
        )
        return f"{NOTHING}: {start}: {told}"
    told = "; ".join(
        f"trial {each.trial.number}: {_gains_words(tuning, each)}{_mended(each)}" for each in better
    )
    return f"better: {len(better)} of them. {start}. {told}"


def interval_words(effect: Effect | None) -> str:
    """Mean and interval in percent."""
    if effect is None:
        return "not compared"
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f} % (no interval)"
    return f"{effect.mean:+.2f} % [{effect.low:+.2f}, {effect.high:+.2f}]"


def _gains_words(tuning: Tuning, confirmed: Confirmed) -> str:
    """All gains, those on the seeds of the search beside those on the held-out ones."""
    n_held_out, n_search = len(tuning.confirm_seeds), len(tuning.current.seeds)
    told = [
        f"{gain.objective} {interval_words(gain.held_out)}"
        + (
            ""
            if gain.search is None
            else f" (on the {n_search} seeds of the search {gain.search.mean:+.2f} %)"
        )
        for gain in confirmed.gains
    ]
    return f"{', '.join(told)} against the current configuration on {n_held_out} held-out seeds"


def _why_not(tuning: Tuning, confirmed: Confirmed) -> str:
    gains = _gains_words(tuning, confirmed)
    if confirmed.broken:
        return f"breaks {' and '.join(confirmed.broken)} on held-out seeds ({gains})"
    return f"is not shown to be better: {gains}"


def _mended(confirmed: Confirmed) -> str:
    if not confirmed.current_broken:
        return ""
    return (
        "; it keeps the constraints, of which the current configuration breaks "
        f"{' and '.join(confirmed.current_broken)}"
    )
