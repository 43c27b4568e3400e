"""The bound in figures: what there was to gain, and what each arm made of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from emissions import Account
from experiments.bound.study import KINDS, ArmBound, Pairs
from experiments.bound.trace import FloatArray, IntArray
from experiments.measures import unit_of
from experiments.report.journeys import Records


def figures(
    records: Records,
    pairs: Pairs,
    accounts: Mapping[str, Account],
    own: Mapping[str, ArmBound],
    *,
    n_all: int,
    range_m: float,
) -> dict[str, Any]:
    """All figures of a study, as JSON has them.

    Args:
        records: What was run.
        pairs: The approaches that count.
        accounts: By name.
        own: Bounds of arms with their own entries and slots; may be empty.
        n_all: Approaches of the reference before any was left out or not drawn.
        range_m: Where approaches begin.
    """
    arms = [arm for arm in records.recorded if arm in pairs.time_s]
    return {
        "scenario": records.summary["scenario"],
        "execution": records.summary.get("execution", ""),
        "seed": records.seed,
        "reference": pairs.reference.arm,
        "range_m": range_m,
        "n_approaches": int(pairs.rows.size),
        "n_left_out": pairs.n_left_out,
        "n_all": n_all,
        "accounts": {name: _account(pairs, account) for name, account in accounts.items()},
        "arms": {arm: _arm(records, pairs, arm, accounts) for arm in arms},
        "own": {arm: _own(bound, accounts) for arm, bound in own.items()},
    }


def _account(pairs: Pairs, account: Account) -> dict[str, Any]:
    emitted, gain, kinds = _gain(pairs, account.column)
    return {
        "unit": unit_of(account.column),
        "reference": float(emitted.mean()),
        "bound": float((emitted - gain).mean()),
        "possible_pct": _pct(gain.sum(), emitted.sum()),
        "possible_pct_by_kind": _by_kind(gain, kinds, emitted.sum()),
        "share_pct_by_kind": _by_kind(np.ones(kinds.size), kinds, kinds.size),
    }


def _arm(
    records: Records, pairs: Pairs, arm: str, accounts: Mapping[str, Account]
) -> dict[str, Any]:
    found = {}
    for name, account in accounts.items():
        emitted, gain, kinds = _gain(pairs, account.column)
        after = pairs.emitted[arm, account.column]
        saved = emitted - after
        found[name] = {
            "per_approach": float(after.mean()),
            "saved_pct": _pct(saved.sum(), emitted.sum()),
            "saved_pct_by_kind": _by_kind(saved, kinds, emitted.sum()),
            "realised": float(saved.sum() / gain.sum()) if gain.sum() > 0.0 else None,
        }
    change_s = pairs.time_s[arm] - pairs.time_s[pairs.reference.arm]
    return {
        "time_s": float(change_s.mean()),
        "trip_time_pct": _trip_time_pct(records, arm, pairs.reference.arm),
        "accounts": found,
    }


def _own(bound: ArmBound, accounts: Mapping[str, Account]) -> dict[str, Any]:
    """What an arm could still save with each crossing at the very time at which it was."""
    found: dict[str, Any] = {}
    for name, account in accounts.items():
        emitted, least = bound.emitted[account.column], bound.least[account.column]
        has = np.isfinite(least)
        emitted, left, kinds = emitted[has], (emitted - least)[has], bound.kinds[has]
        found[name] = {
            "left_pct": _pct(left.sum(), emitted.sum()),
            "left_pct_by_kind": _by_kind(left, kinds, emitted.sum()),
            "below_bound_pct": _pct(-np.minimum(left, 0.0).sum(), emitted.sum()),
        }
    return found


def _gain(pairs: Pairs, column: str) -> tuple[FloatArray, FloatArray, IntArray]:
    """Of the reference: emitted, what of it could be saved, and kinds.

    What could be saved is counted in whole steps, as the bound is; what was emitted on the very
    stretch that all arms are compared on.
    """
    emitted = pairs.emitted[pairs.reference.arm, column]
    whole = pairs.reference.emitted[column][pairs.rows]
    least = pairs.reference.least[column][pairs.rows]
    return emitted, whole - least, pairs.reference.kinds[pairs.rows]


def _by_kind(values: FloatArray, kinds: IntArray, whole: float) -> dict[str, float]:
    return {kind: _pct(values[kinds == i].sum(), whole) for i, kind in enumerate(KINDS)}


def _pct(part: float, whole: float) -> float:
    return float(100.0 * part / whole) if whole else 0.0


def _trip_time_pct(records: Records, arm: str, reference: str) -> float:
    means = []
    for each in (arm, reference):
        mean = records.table("vehicles", each).select(pl.col("trip_time_s").mean()).item()
        means.append(float(mean or 0.0))
    return _pct(means[0] - means[1], means[1])
