"""Events that SUMO counted and reasons of advice: what a replay tells of them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.ledger.faults import Fault
from experiments.ledger.recomputing import RunKey, read_runs
from experiments.measures import RUN_COUNTERS
from experiments.result_files import RUNS, SUMMARY

Counters = Mapping[RunKey, Mapping[str, Any]]
"""What the replayed runs counted."""


def counters_faults(results: Path | None, replayed: Counters) -> Iterator[Fault]:
    """Counters that are not as signed.

    Args:
        results: Verified, so that the summary's counters are the sums of those in the table of
            runs; None: the ledger was verified by itself.
        replayed: By run.
    """
    summary = _summary(results)
    if results is None or summary is None:
        return
    signed = read_runs(results)
    for (arm, seed), counters in replayed.items():
        for name in RUN_COUNTERS:
            was, now = int(signed[arm, seed][name]), int(counters.get(name, 0))
            if was != now:
                what = f"{arm}, seed {seed}: {name} is {was}, the replay counts {now}"
                yield Fault(file=RUNS, what=what)
    for arm, runs in _by_arm(summary).items():
        if not runs or not set(runs) <= set(replayed):
            continue
        reasons: Counter[str] = Counter()
        for run in runs:
            reasons.update(replayed[run].get("advice_reasons", {}))
        if dict(reasons) != summary["arms"][arm]["advice_reasons"]:
            what = f"{arm}: advice_reasons are not those that the replay counts, {dict(reasons)}"
            yield Fault(file=SUMMARY, what=what)


def counters_unchecked(results: Path | None, replayed: Counters) -> Iterator[str]:
    """What of the counters a replay does not tell."""
    summary = _summary(results)
    if summary is None:
        yield "counters of the runs are not checked: no summary is signed here"
        return
    arms = [arm for arm, runs in _by_arm(summary).items() if not set(runs) <= set(replayed)]
    if arms:
        yield (
            f"counters of the runs that were not replayed ({', '.join(arms)}) are not checked, "
            "nor are the reasons of advice in these arms"
        )


def _summary(results: Path | None) -> dict[str, Any] | None:
    if results is None or not (results / SUMMARY).is_file():
        return None
    content: dict[str, Any] = json.loads((results / SUMMARY).read_text(encoding="utf-8"))
    return content


def _by_arm(summary: Mapping[str, Any]) -> dict[str, list[RunKey]]:
    """The counted runs of each arm."""
    return {arm: [(arm, seed) for seed in summary["seeds"]] for arm in summary["arms"]}
