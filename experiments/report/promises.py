"""What vehicles were told of the next switch, against what the signals did."""

import polars as pl

from experiments.report.data import Results
from experiments.report.progression import GREEN_STATES

KEPT_S = 0.5
"""A switch that comes by so much later or sooner came as told."""

BIN_S = 1.0
"""Told more than its begin and at most its end ahead: a promise of whole seconds is not mixed."""
MOST_AHEAD_S = 60.0
"""Switches told further ahead are left out of pictures."""

FEW_TOLD = 20
"""A bin with fewer is not drawn."""

STARTS, ENDS = "starts", "ends"

_LINK = ["arm", "signal_id", "link_index"]


def told_switches(results: Results) -> pl.DataFrame:
    """Each start and end of the next green that a vehicle was told, once per link and second.

    A start is told while the link is not green, an end while it is: these are the next switches.

    Returns:
        arm, signal_id, link_index, kind (`starts` or `ends`), time_s (when it was told), told_s,
        came_s (null: not within the run), ahead_s, error_s (> 0: it came later than told).
    """
    advice, greens = results.advice, _greens(results.lights)
    known = advice.filter(pl.col("likely_start_1_s").is_not_null())
    is_ahead = pl.col("likely_start_1_s") > pl.col("time_s")
    found = []
    for kind, chosen, told, came in (
        (STARTS, is_ahead, "likely_start_1_s", "start_s"),
        (ENDS, ~is_ahead, "likely_end_1_s", "end_s"),
    ):
        rows = known.filter(chosen).select(*_LINK, "time_s", told_s=told).unique()
        switches = greens.select(*_LINK, came_s=came).sort("came_s")
        found.append(
            rows.sort("time_s")
            .join_asof(
                switches,
                left_on="time_s",
                right_on="came_s",
                by=_LINK,
                strategy="forward",
                allow_exact_matches=False,
                check_sortedness=False,
            )
            .with_columns(kind=pl.lit(kind))
        )
    return (
        pl.concat(found)
        .with_columns(
            ahead_s=pl.col("told_s") - pl.col("time_s"),
            error_s=pl.col("came_s") - pl.col("told_s"),
        )
        .filter(pl.col("told_s").is_not_null())
        .select(*_LINK, "kind", "time_s", "told_s", "came_s", "ahead_s", "error_s")
        .sort(*_LINK, "kind", "time_s")
    )


def by_lead(switches: pl.DataFrame) -> pl.DataFrame:
    """How true it was what was told, by how far ahead.

    Returns:
        arm, from_s, to_s (ahead), n_told, kept_share, and error_q10_s, error_median_s, error_q90_s.
    """
    error = pl.col("error_s")
    return (
        _came(switches)
        .filter(pl.col("ahead_s") < MOST_AHEAD_S)
        .with_columns(from_s=((pl.col("ahead_s") / BIN_S).ceil() - 1.0) * BIN_S)
        .group_by("arm", "from_s", maintain_order=True)
        .agg(
            to_s=pl.col("from_s").first() + BIN_S,
            n_told=pl.len(),
            kept_share=(error.abs() <= KEPT_S).mean(),
            error_q10_s=error.quantile(0.1, "linear"),
            error_median_s=error.median(),
            error_q90_s=error.quantile(0.9, "linear"),
        )
        .sort("arm", "from_s")
    )


def kept(switches: pl.DataFrame) -> pl.DataFrame:
    """By arm: n switches that were told and came, and kept_share of them."""
    return (
        _came(switches)
        .group_by("arm", maintain_order=True)
        .agg(n=pl.len(), kept_share=(pl.col("error_s").abs() <= KEPT_S).mean())
    )


def committed(results: Results) -> pl.DataFrame:
    """Switches that signals committed to beforehand, as the controllers announced them.

    Returns:
        arm, signal_id, ahead_s, error_s (null: it never came), is_kept.
    """
    # Where no signal committed to anything the columns have no type yet.
    times = ("announced_s", "promised_s", "happened_s")
    rows = results.promises.with_columns(
        pl.col(times).cast(pl.Float64),
        pl.col("arm", "signal_id").cast(pl.String),
        pl.col("is_kept").cast(pl.Boolean),
    )
    return rows.select(
        "arm",
        "signal_id",
        ahead_s=pl.col("promised_s") - pl.col("announced_s"),
        error_s=pl.col("happened_s") - pl.col("promised_s"),
        is_kept="is_kept",
    )


def _came(switches: pl.DataFrame) -> pl.DataFrame:
    return switches.filter(pl.col("came_s").is_not_null(), pl.col("ahead_s") > 0)


def _greens(lights: pl.DataFrame) -> pl.DataFrame:
    """Start and end of each green of each link, whatever its letter; without the last of a link.

    The last spell of a link ends with the record and not with a switch.
    """
    rows = lights.sort(*_LINK, "start_s").with_columns(
        is_green=pl.col("state").is_in(GREEN_STATES),
        is_last=pl.int_range(pl.len()).over(_LINK) == pl.len().over(_LINK) - 1,
    )
    number = (pl.col("is_green") != pl.col("is_green").shift(1).over(_LINK)).fill_null(value=True)
    return (
        rows.with_columns(spell=number.cum_sum())
        .filter("is_green")
        .group_by(*_LINK, "spell", maintain_order=True)
        .agg(
            pl.col("start_s").first(),
            end_s=pl.when(~pl.col("is_last").last()).then(pl.col("end_s").last()),
        )
        .drop("spell")
    )
