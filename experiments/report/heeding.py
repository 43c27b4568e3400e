"""Whether vehicles did what they were told: judged by how they drove, not by what was planned."""

from dataclasses import dataclass

import polars as pl

TOLERANCE_MPS = 1.0
"""A vehicle that is faster than it was told by no more than this follows."""
EASES_MPS2 = 0.3
"""So does one that is on its way there: it loses at least this much speed per second ..."""
OVER_S = 2.0
"""... seen over so many seconds."""
GRACE_S = 3.0
"""Nobody can follow at once: so long after what it is told has changed, nothing is held against
a vehicle."""

FOLLOWED, IN_GRACE, IGNORED, REFUSED = "followed", "in_grace", "ignored", "refused"
GIVEN, WITHDRAWN = "given", "withdrawn"
_ORDERLY_ENDS = ("not_needed", "refused")
"""Advice that ends so was not withdrawn: the vehicle's own speed now meets the green."""
_KEYS = ("arm", "vehicle_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heeding:
    """What became of advice."""

    steps: pl.DataFrame
    """arm, vehicle_id, time_s, told_mps (null where refused), speed_mps, state (one of the four);
    only steps in which something was told, or would have been to a driver who follows."""
    events: pl.DataFrame
    """arm, vehicle_id, time_s, event: advice begins (given), or ends while the vehicle is still
    before the same signal and no green is met without it (withdrawn)."""


def heeding(advice: pl.DataFrame, execution: str) -> Heeding:
    """Judge each step in which an equipped vehicle was told a speed.

    Args:
        advice: As recorded: arm, vehicle_id, time_s, signal_id, reason, speed_mps, advised_mps,
            shown_mps.
        execution: Who drives. A driver is told what the display shows, a machine what is advised.
    """
    told = "shown_mps" if execution == "driver" else "advised_mps"
    rows = _with_earlier_speed(advice).with_columns(told_mps=pl.col(told))
    marked = rows.with_columns(
        changed=(pl.col("told_mps") != pl.col("told_mps").shift(1).over(_KEYS)).fill_null(
            value=True
        )
    ).with_columns(changed_s=pl.when("changed").then("time_s").forward_fill().over(_KEYS))
    too_fast = pl.col("speed_mps") > pl.col("told_mps") + TOLERANCE_MPS
    eases = pl.col("before_mps") - pl.col("speed_mps") >= EASES_MPS2 * OVER_S
    in_grace = pl.col("time_s") - pl.col("changed_s") < GRACE_S
    state = (
        pl.when(pl.col("reason") == REFUSED)
        .then(pl.lit(REFUSED))
        .when(pl.col("told_mps").is_null())
        .then(None)
        .when(~too_fast | eases.fill_null(value=False))
        .then(pl.lit(FOLLOWED))
        .when(in_grace)
        .then(pl.lit(IN_GRACE))
        .otherwise(pl.lit(IGNORED))
    )
    judged = marked.with_columns(state=state)
    columns = (*_KEYS, "time_s", "told_mps", "speed_mps", "state")
    return Heeding(
        steps=judged.filter(pl.col("state").is_not_null()).select(columns), events=_events(marked)
    )


def shares(found: Heeding) -> pl.DataFrame:
    """What became of advice, by arm.

    Returns:
        arm, n_given, n_withdrawn, n_steps told, and followed, in_grace, ignored: shares of these;
        n_refused: steps in which drivers were not told since they follow nothing.
    """
    told = pl.col("state") != REFUSED
    states = {name: (pl.col("state") == name).sum() / told.sum() for name in _JUDGED}
    steps = found.steps.group_by("arm", maintain_order=True).agg(
        n_steps=told.sum(), n_refused=(~told).sum(), **states
    )
    events = found.events.group_by("arm").agg(
        n_given=(pl.col("event") == GIVEN).sum(), n_withdrawn=(pl.col("event") == WITHDRAWN).sum()
    )
    return steps.join(events, on="arm", how="left", maintain_order="left").fill_null(0)


_JUDGED = (FOLLOWED, IN_GRACE, IGNORED)


def _with_earlier_speed(rows: pl.DataFrame) -> pl.DataFrame:
    """With `before_mps`, the speed `OVER_S` earlier (up to half a second more); null: unknown."""
    earlier = rows.select(*_KEYS, pl.col("time_s") + OVER_S, before_mps="speed_mps")
    return (
        rows.sort("time_s")
        .join_asof(
            earlier.sort("time_s"), on="time_s", by=_KEYS, tolerance=0.5, check_sortedness=False
        )
        .sort(*_KEYS, "time_s")
    )


def _events(marked: pl.DataFrame) -> pl.DataFrame:
    """Where advice begins and where it is withdrawn."""
    is_told = pl.col("told_mps").is_not_null()
    was_told = is_told.shift(1, fill_value=False).over(_KEYS)
    same_signal = (pl.col("signal_id") == pl.col("signal_id").shift(1).over(_KEYS)).fill_null(
        value=False
    )
    ends = ~is_told & was_told & same_signal & ~pl.col("reason").is_in(_ORDERLY_ENDS)
    event = (
        pl.when(is_told & ~(was_told & same_signal))
        .then(pl.lit(GIVEN))
        .when(ends)
        .then(pl.lit(WITHDRAWN))
    )
    rows = marked.with_columns(event=event).filter(pl.col("event").is_not_null())
    return rows.select(*_KEYS, "time_s", "event")
