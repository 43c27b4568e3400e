"""What is told of runs whose signals a controller planned."""

from typing import TYPE_CHECKING, Any

from experiments.study import Run

if TYPE_CHECKING:
    from corridor import SteeringTally

CONTROL = "signal_control"
"""Key of it among what a run counted."""


def control_counters(tally: "SteeringTally") -> dict[str, Any]:
    """What is kept of a run."""
    return {
        "n_controlled": tally.n_controlled,
        "n_signals": tally.n_signals,
        "n_promised": len(tally.promises.done),
        "n_kept": tally.promises.n_kept,
        "n_fallback": len(tally.fallbacks),
        "n_invalid_plans": tally.n_invalid,
        "invalid_plan": next(iter(tally.invalid), ""),
        "n_forced_greens": tally.n_owed,
        "fallbacks": [
            {"time_s": each.time_s, "signal": each.signal, "reason": each.reason}
            for each in tally.fallbacks
        ],
    }


def control_warnings(run: Run) -> list[str]:
    """What went wrong with the control of signals in a run."""
    control = run.counters.get(CONTROL)
    if not control:
        return []
    name, told = f"{run.arm}, seed {run.seed}", []
    if fallbacks := control["fallbacks"]:
        first = fallbacks[0]
        where = f"signal '{first['signal']}'" if first["signal"] else "all signals"
        more = f" ({len(fallbacks) - 1} more such)" if len(fallbacks) > 1 else ""
        told.append(
            f"{name}: {where} fell back to the scenario's own plan at {first['time_s']:g} s, "
            f"since: {first['reason']}{more}"
        )
    if control["n_invalid_plans"]:
        told.append(
            f"{name}: {control['n_invalid_plans']} plans of signals were not used: "
            f"{control['invalid_plan']}"
        )
    n_left = control["n_signals"] - control["n_controlled"]
    if n_left:
        told.append(
            f"{run.arm}: {n_left} of {control['n_signals']} signals have no program that can be "
            "controlled, and keep the scenario's own"
        )
    if broken := control["n_promised"] - control["n_kept"]:
        told.append(
            f"{name}: {broken} of {control['n_promised']} switches came otherwise than told"
        )
    return told
