"""How many points each trip is worth: pure functions of what was measured."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from experiments.credits.rules import Rules
from experiments.ledger.records import DECIMALS

SMALLEST = 0.01
"""Points have two decimals, rounded down."""
REASONS = ("no_advice", "not_followed", "device_unhealthy", "no_claim", "no_saving")
"""Why a trip of an equipped vehicle has no points, the first that holds."""


def conservative_share(effect: Mapping[str, Any] | None) -> float:
    """Share of the reference's amount that is surely saved: the lower end of the interval.

    Args:
        effect: Of the summary, in percent; less is a saving.

    Returns:
        0 where the interval contains 0, or where there is none: with one seed, or with several
        that are in fact one, as chance changes nothing between them.
    """
    if effect is None or effect["n"] < 2 or effect["low"] is None or effect["high"] is None:
        return 0.0
    if effect["low"] == effect["high"]:
        return 0.0
    return max(0.0, -float(effect["high"]) / 100.0)


def agreed_share(effects: Mapping[str, Any], rules: Rules) -> float:
    """The share of the account that counts; 0 unless all that must show a saving do.

    Args:
        effects: Of the arm, of the summary.
        rules: Which accounts these are; those that were not counted are left out.
    """
    keys = [f"{account}_pct" for account in rules.deciding]
    if any(key in effects and conservative_share(effects[key]) == 0.0 for key in keys):
        return 0.0
    return conservative_share(effects.get(keys[0]))


def share_factor(trips: pl.DataFrame, share: float) -> float:
    """Share of what a trip saved that is credited, so that in all no more is than is sure.

    Trips that happen to save are credited, those that happen to lose are not charged; without this
    factor the sum of points would exceed what all traffic saves. It is 1 at most.

    Args:
        trips: All vehicles, with `reference`, `advised` (amounts) and `equipped`.
        share: As of `conservative_share`.
    """
    sure = share * float(trips["reference"].sum())
    saved = trips.filter("equipped").select(pl.col("reference") - pl.col("advised"))
    gross = float(saved.select(pl.all().clip(lower_bound=0.0)).sum().item())
    return min(1.0, sure / gross) if gross > 0.0 else 0.0


def points_of(saved: float, factor: float, rules: Rules) -> float:
    """Points for an amount saved, before the daily cap; never below 0."""
    points = max(0.0, saved) * factor / rules.amount_per_point
    # The small addition keeps 0.29 / 0.01 from counting as 28.
    return math.floor(points / SMALLEST + 1e-9) * SMALLEST


def followed_shares(advice: pl.DataFrame, tolerance_mps: float) -> pl.DataFrame:
    """Share of the time in which each vehicle followed what it was shown.

    A vehicle follows while it is at most the tolerance faster than what is shown, or slows down.

    Args:
        advice: Rows of one arm and seed of `advice.parquet`.
        tolerance_mps: See `Rules`.

    Returns:
        `vehicle_id`, `followed`; vehicles that were shown nothing are left out.
    """
    # A display rounds down; an automated vehicle has none and is told the speed itself.
    told = pl.coalesce("shown_mps", "advised_mps")
    rows = advice.sort("vehicle_id", "time_s").with_columns(
        told=told, slows=pl.col("speed_mps").diff().over("vehicle_id").fill_null(0.0) < 0.0
    )
    follows = (pl.col("speed_mps") <= pl.col("told") + tolerance_mps) | pl.col("slows")
    return (
        rows.filter(pl.col("told").is_not_null())
        .group_by("vehicle_id", maintain_order=True)
        .agg(followed=follows.mean())
    )


def hit_by_outages(
    advice: pl.DataFrame, outages: Sequence[Mapping[str, Any]], step_length_s: float
) -> list[str]:
    """Vehicles that were in range of a signal while its unit was silent.

    Args:
        advice: Rows of one arm and seed of `advice.parquet`: vehicles in range of a signal.
        outages: `signal` (`*` is all), `begin_s`, `end_s` of each.
        step_length_s: Length of a step.
    """
    approaches = advice.group_by("vehicle_id", "signal_id").agg(
        since_s=pl.col("time_s").min(), until_s=pl.col("time_s").max() + step_length_s
    )
    is_hit = pl.lit(value=False)
    for outage in outages:
        overlaps = (pl.col("since_s") < outage["end_s"]) & (pl.col("until_s") > outage["begin_s"])
        if outage["signal"] != "*":
            overlaps &= pl.col("signal_id") == outage["signal"]
        is_hit |= overlaps
    return approaches.filter(is_hit)["vehicle_id"].unique().sort().to_list()


def judged(trips: pl.DataFrame, share: float, rules: Rules) -> pl.DataFrame:
    """The trips of equipped vehicles, with `saved`, `points` and `reason` (null: points are due).

    Args:
        trips: All vehicles: `vehicle_id`, `equipped`, `reference`, `advised`, `advised_s`,
            `followed` (null: nothing was shown) and `is_hit`.
        share: As of `conservative_share`.
        rules: What is asked of a trip.
    """
    factor = share_factor(trips, share)
    saved = pl.col("reference") - pl.col("advised")
    rows = trips.filter("equipped").with_columns(saved=saved.round(DECIMALS))
    points = [points_of(saved, factor, rules) for saved in rows["saved"]]
    rows = rows.with_columns(points=pl.Series(points, dtype=pl.Float64))
    conditions = (
        pl.col("advised_s").fill_nan(0.0).fill_null(0.0) < rules.min_advised_s,
        pl.col("followed").fill_null(0.0) < rules.followed_share,
        pl.col("is_hit"),
        pl.lit(share == 0.0),
        pl.col("points") < SMALLEST,
    )
    reason = pl.coalesce(
        pl.when(holds).then(pl.lit(name)) for name, holds in zip(REASONS, conditions, strict=True)
    )
    return rows.with_columns(reason=reason)
