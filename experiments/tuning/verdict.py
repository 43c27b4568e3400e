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
    if len(confirmation.confirmed) == 1 and not confirmation.trades:
        only = confirmation.confirmed[0]
        if only.is_better:
            return f"better: {_gains_words(only)}{_mended(only)} {_where(tuning)}"
        if only.is_mended:
            return f"{NOTHING}, but the best of {n_tried} {_kind(only)} {_where(tuning)}"
        return f"{NOTHING}: the best of {n_tried} {_why_not(only)} {_where(tuning)}"
    n_better, n_trades = len(confirmation.better), len(confirmation.trades)
    start = f"better: {n_better}" if n_better else f"{NOTHING}: none"
    n_mended = len(confirmation.mended)
    mended = f", {n_mended} keep the constraints that are broken now" if n_mended else ""
    told = "; ".join(f"trial {each.trial.number} {_kind(each)}" for each in confirmation.confirmed)
    return (
        f"{start} of {len(confirmation.confirmed)} confirmed out of {n_tried}{mended}, "
        f"{n_trades} trade one objective for another {_where(tuning)}: {told}"
    )


def _kind(confirmed: Confirmed) -> str:
    if confirmed.is_better:
        return f"is better: {_gains_words(confirmed)}{_mended(confirmed)}"
    if confirmed.is_mended:
        return f"is not shown to be better: {_gains_words(confirmed)}{_mended(confirmed)}, by means"
    if confirmed.is_trade:
        return f"trades: {_gains_words(confirmed)}"
    return _why_not(confirmed)


def interval_words(effect: Effect | None) -> str:
    """Mean and interval in percent."""
    if effect is None:
        return "not compared"
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f} % (no interval)"
    return f"{effect.mean:+.2f} % [{effect.low:+.2f}, {effect.high:+.2f}]"


def _where(tuning: Tuning) -> str:
    return (
        f"(against the current configuration on {len(tuning.confirm_seeds)} held-out seeds; in "
        f"round brackets on the {len(tuning.current.seeds)} seeds of the search)"
    )


def _gains_words(confirmed: Confirmed) -> str:
    """All gains, those on the seeds of the search behind those on the held-out ones."""
    told = [
        f"{gain.objective} {interval_words(gain.held_out)}"
        + ("" if gain.search is None else f" ({gain.search.mean:+.2f} %)")
        for gain in confirmed.gains
    ]
    return ", ".join(told)


def _why_not(confirmed: Confirmed) -> str:
    if confirmed.broken:
        return f"breaks {' and '.join(confirmed.broken)}: {_gains_words(confirmed)}"
    return f"is not shown to be better: {_gains_words(confirmed)}"


def _mended(confirmed: Confirmed) -> str:
    if not confirmed.current_broken:
        return ""
    return (
        "; it keeps the constraints, of which the current configuration breaks "
        f"{' and '.join(confirmed.current_broken)}"
    )
