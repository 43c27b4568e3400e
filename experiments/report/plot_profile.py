"""Speed over distance along the main road, with and without advice."""

import polars as pl
from matplotlib.figure import Figure

from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_style import FAINT, FOCUS, INK, MUTED, REFERENCE, Chart
from experiments.report.stage import Stage
from experiments.report.words import and_list, arm_words

_PIECE_M = 30.0
"""Shortest stretch over which a speed is averaged; at 1 s steps every vehicle leaves a sample."""

_FEWEST_VEHICLES = 5
"""Quartiles of fewer vehicles are not drawn."""


def speed_profile(rows: pl.DataFrame, length_m: float) -> pl.DataFrame:
    """Quartiles over the vehicles of their mean speed on each piece of road.

    Averaging per vehicle first keeps a standing vehicle from counting once per second.

    Args:
        rows: Trajectories of one arm and direction.
        length_m: Length of the road; cut into pieces of at least 30 m.

    Returns:
        position_m (middle of the piece), low, median, high (m/s), n (vehicles), by position.
    """
    piece_m = max(_PIECE_M, length_m / 80.0)
    per_vehicle = (
        rows.with_columns(piece=(pl.col("position_m") / piece_m).floor().cast(pl.Int64))
        .group_by("vehicle_id", "piece")
        .agg(pl.col("speed_mps").mean())
    )
    return (
        per_vehicle.group_by("piece")
        .agg(
            low=pl.col("speed_mps").quantile(0.25, "linear"),
            median=pl.col("speed_mps").median(),
            high=pl.col("speed_mps").quantile(0.75, "linear"),
            n=pl.len(),
        )
        .with_columns(position_m=(pl.col("piece") + 0.5) * piece_m)
        .sort("piece")
        .drop("piece")
    )


def profile_rows(results: Results, stage: Stage) -> pl.DataFrame:
    """The same for both arms, where enough vehicles drove.

    Returns:
        arm, position_m, low_kmh and high_kmh (quartiles), median_kmh, n_vehicles.
    """
    parts = []
    for arm in results.shown:
        rows = results.trajectories.filter(arm=arm, direction=stage.direction)
        profile = speed_profile(rows, stage.length_m).filter(pl.col("n") >= _FEWEST_VEHICLES)
        speeds = {f"{name}_kmh": 3.6 * pl.col(name) for name in ("low", "median", "high")}
        parts.append(
            profile.select(pl.lit(arm).alias("arm"), "position_m", n_vehicles="n", **speeds)
        )
    return pl.concat(parts)


def draw_profile(results: Results, stage: Stage) -> Chart:
    """Median and quartile band of both arms, with the stop lines."""
    table = profile_rows(results, stage)
    lines = stop_lines(results, stage)
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    axis = figure.subplots()
    for arm in results.shown:
        rows = table.filter(arm=arm)
        is_reference = arm == results.reference
        colour = REFERENCE if is_reference else FOCUS
        axis.fill_between(
            rows["position_m"].to_numpy(),
            rows["low_kmh"].to_numpy(),
            rows["high_kmh"].to_numpy(),
            color=colour,
            alpha=0.16,
            linewidth=0,
            hatch="//" if is_reference else None,
        )
        axis.plot(
            rows["position_m"].to_numpy(),
            rows["median_kmh"].to_numpy(),
            color=colour,
            linewidth=2.2,
            linestyle="--" if is_reference else "-",
            label=arm_words(arm),
        )
    for position_m in lines["position_m"]:
        axis.axvline(position_m, color=INK, linewidth=1.0, linestyle=":", zorder=1)
    axis.set_xlim(0, stage.length_m)
    axis.set_ylim(bottom=0)
    axis.set_xlabel(say("Way along the main road (m); dotted: stop lines"))
    axis.set_ylabel(say("Speed (km/h)"))
    axis.grid(axis="y", color=FAINT, linewidth=0.8)
    axis.spines["bottom"].set_color(MUTED)
    figure.legend(loc="outside upper left", ncols=2)
    return Chart(
        name="profile",
        figure=figure,
        spoken=say(
            "Median speed and its quartiles over the way along the main road, for {arms}",
            arms=and_list(list(results.shown)),
        ),
        caption=say(
            "Line: the median vehicle. Band: the middle half of the vehicles. All vehicles of "
            "this direction and seed, over the whole run. Deep dips before stop lines are stops; "
            "good advice makes them shallower without lowering the rest."
        ),
        tables={"": table, "stop-lines": lines},
    )


def stop_lines(results: Results, stage: Stage) -> pl.DataFrame:
    """Signals of the direction shown and where their stop lines are."""
    rows = results.signals
    if rows.is_empty():
        return pl.DataFrame(schema={"signal_id": pl.String, "position_m": pl.Float64})
    rows = rows.filter(direction=stage.direction)
    return rows.select("signal_id", "position_m").unique().sort("position_m", "signal_id")
