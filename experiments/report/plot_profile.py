"""Speed over distance along the main road, with and without advice."""

import numpy as np
import polars as pl
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.report.data import UNADVISED_ARMS, Results
from experiments.report.plot_spacetime import Stage
from experiments.report.plot_style import FAINT, FOCUS, INK, MUTED, REFERENCE, Picture, as_svg

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


def draw_profile(results: Results, stage: Stage) -> Picture:
    """Median and quartile band of both arms, with the stop lines."""
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    axis = figure.subplots()
    looks: list[tuple[str, str, str | None, str]] = [(results.reference, REFERENCE, "//", "--")]
    if results.focus is not None:
        looks.append((results.focus, FOCUS, None, "-"))
    for arm, colour, hatch, dash in looks:
        rows = results.trajectories.filter(
            pl.col("arm") == arm, pl.col("direction") == stage.direction
        )
        profile = speed_profile(rows, stage.length_m)
        profile = profile.filter(pl.col("n") >= _FEWEST_VEHICLES)
        x_m, low, median, high = (
            _kmh(profile, name) if name != "position_m" else profile[name].to_numpy()
            for name in ("position_m", "low", "median", "high")
        )
        axis.fill_between(x_m, low, high, color=colour, alpha=0.16, linewidth=0, hatch=hatch)
        label = f"{'without' if arm in UNADVISED_ARMS else 'with'} advice ({arm})"
        axis.plot(x_m, median, color=colour, linewidth=2.2, linestyle=dash, label=label)
    for position_m in _stop_lines_m(results, stage):
        axis.axvline(position_m, color=INK, linewidth=1.0, linestyle=":", zorder=1)
    axis.set_xlim(0, stage.length_m)
    axis.set_ylim(bottom=0)
    axis.set_xlabel("Way along the main road (m); dotted: stop lines")
    axis.set_ylabel("Speed (km/h)")
    axis.grid(axis="y", color=FAINT, linewidth=0.8)
    axis.spines["bottom"].set_color(MUTED)
    figure.legend(loc="outside upper left", ncols=2)
    return Picture(
        svg=as_svg(
            figure,
            "profile",
            "Median speed and its quartiles over the way along the main road, for "
            + " and ".join(arm for arm, *_ in looks),
        ),
        caption=(
            "Line: the median vehicle. Band: the middle half of the vehicles. All vehicles of"
            " this direction and seed, over the whole run. Deep dips before stop lines are stops;"
            " good advice makes them shallower without lowering the rest."
        ),
    )


def _kmh(profile: pl.DataFrame, name: str) -> NDArray[np.float64]:
    return np.asarray(profile[name].to_numpy() * 3.6, dtype=np.float64)


def _stop_lines_m(results: Results, stage: Stage) -> list[float]:
    if results.signals.is_empty():
        return []
    rows = results.signals.filter(pl.col("direction") == stage.direction)
    return sorted(set(rows["position_m"].to_list()))
