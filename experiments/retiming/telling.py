"""What was found, in a file for SUMO and in words."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.atomic import replacing
from experiments.retiming.job import Retimed
from experiments.retiming.stages import retimed_programs
from experiments.statistics import Effect
from sumo_nets import Scenario, plans_in_force, read_roads, write_plan, write_sheet


def write_retimed(scenario: Scenario, retimed: Retimed, path: Path) -> None:
    """Write the additional file of a plan."""
    with replacing(path) as part:
        write_plan(part, retimed_programs(scenario, retimed.plan))


def write_timing_sheet(scenario: Scenario, plan: Path, path: Path) -> None:
    """Write the plans of an additional file as the timing sheet that engineers read."""
    roads = read_roads(scenario.net_file)
    text = write_sheet(plans_in_force([plan]).values(), roads.named)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def retimed_lines(retimed: Retimed) -> Iterator[str]:
    """What was found, a line each."""
    before, after = retimed.surrogate
    yield f"surrogate: {before:.1f} g/s with the own plan, {after:.1f} g/s with the one found"
    n_runs, cost_pct = retimed.found.n_runs, 100.0 * (retimed.found.cost - 1.0)
    yield f"search: {n_runs} runs of SUMO, cost {cost_pct:+.2f} % on the planning seeds"
    for number, turn in enumerate(retimed.turns, start=1):
        yield f"round {number} with advice: {turn.n_runs} runs, {turn.gain_pct:+.2f} % gained"
    confirmation = retimed.confirmation
    yield f"confirmation on other seeds: cost {confirmation.cost_pct:+.2f} %"
    for metric, effect in confirmation.effects.items():
        yield f"  {metric}: {_words(effect)}"
    if not confirmation.is_better:
        yield "no plan was confirmed to be better: the scenario's own plan stands"
        return
    for name, times in retimed.plan.items():
        signal = retimed.signals[name]
        greens = " ".join(f"{green_s:g}" for green_s in times.greens_s)
        own = " ".join(f"{green_s:g}" for green_s in signal.own.greens_s)
        yield (
            f"{name}: cycle {signal.cycle_s(times):g} s (was {signal.cycle_s(signal.own):g}), "
            f"greens {greens} (were {own}), offset {times.offset_s:g} (was {signal.own.offset_s:g})"
        )


def _words(effect: Effect | None) -> str:
    if effect is None:
        return "nothing to compare"
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f} %, one run"
    return f"{effect.mean:+.2f} % ({effect.low:+.2f} to {effect.high:+.2f}, n = {effect.n})"


def retimed_json(retimed: Retimed) -> dict[str, Any]:
    """The same for programs; no number is infinite."""
    confirmation = retimed.confirmation
    effects = {
        metric: None
        if effect is None
        else {"mean": effect.mean, "low": effect.low, "high": effect.high, "n": effect.n}
        for metric, effect in confirmation.effects.items()
    }
    is_finite = math.isfinite(confirmation.cost_pct)
    return {
        "is_better": confirmation.is_better,
        "cost_pct": confirmation.cost_pct if is_finite else None,
        "effects_pct": effects,
        "n_runs": retimed.found.n_runs,
        "planning_cost_pct": 100.0 * (retimed.found.cost - 1.0),
        "surrogate_g_per_s": list(retimed.surrogate),
        "rounds": [
            {"seeds": list(turn.seeds), "n_runs": turn.n_runs, "gain_pct": turn.gain_pct}
            for turn in retimed.turns
        ],
        "log": list(retimed.found.log),
        "signals": {
            name: {
                "cycle_s": retimed.signals[name].cycle_s(times),
                "offset_s": times.offset_s,
                "greens_s": list(times.greens_s),
            }
            for name, times in retimed.plan.items()
        },
    }
