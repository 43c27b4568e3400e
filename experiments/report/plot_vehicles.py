"""How single vehicles fare: each one with advice against itself without."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from experiments.report.plot_style import FAINT, FOCUS, INK, OTHER_ARMS, Picture, as_svg

_POINTS = 200
"""Points of a curve; more would make the page heavy and look the same."""


def paired_differences(vehicles: pl.DataFrame, reference: str, arm: str) -> pl.DataFrame:
    """Each vehicle of the arm beside itself in the reference, same seed.

    Equipment is that of the arm: in the arm `none` nobody has any.

    Returns:
        seed, vehicle_id, equipped, road, trip_time_s and co2_own_g (arm minus reference) and
        trip_time_reference_s; only vehicles that both arms have.
    """
    keys = ["seed", "vehicle_id"]
    before = vehicles.filter(pl.col("arm") == reference).select(
        *keys, trip_time_reference_s="trip_time_s", co2_reference_g="co2_own_g"
    )
    after = vehicles.filter(pl.col("arm") == arm)
    return after.join(before, on=keys, how="inner", maintain_order="left").select(
        *keys,
        "equipped",
        "road",
        "trip_time_reference_s",
        trip_time_s=pl.col("trip_time_s") - pl.col("trip_time_reference_s"),
        co2_own_g=pl.col("co2_own_g") - pl.col("co2_reference_g"),
    )


def draw_vehicles(pairs: pl.DataFrame, arm: str) -> Picture | None:
    """Cumulative shares of the differences in trip time and CO2; None without vehicles."""
    if pairs.is_empty():
        return None
    groups = [
        (name, pairs.filter(pl.col("equipped") == flag), colour, dash)
        for name, flag, colour, dash in (
            ("equipped", True, FOCUS, "-"),
            ("not equipped", False, OTHER_ARMS[0], "--"),
        )
    ]
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, column, unit in zip(
        axes, ("trip_time_s", "co2_own_g"), ("Trip time (s)", "CO₂ (g)"), strict=True
    ):
        for name, rows, colour, dash in groups:
            if not rows.is_empty():
                label = f"{name} ({rows.height} trips)"
                _curve(axis, rows[column].to_numpy(), colour, dash, label)
        _frame(axis, pairs[column].to_numpy())
        axis.set_xlabel(f"{unit}: with advice minus without")
    axes[0].set_ylabel("Share of vehicles at or below")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return Picture(
        svg=as_svg(
            figure,
            "vehicles",
            f"Cumulative distribution over the vehicles of the difference in trip time and in CO₂ "
            f"between {arm} and the reference, equipped and unequipped vehicles apart.",
        ),
        caption=(
            "Where a curve crosses the upright line, its height is the share of vehicles that do"
            " not lose; what is above it loses. Every vehicle beside itself in the reference, all"
            " seeds. A part of the spread is chance: a car that misses a green by a second waits"
            " a whole red, in either arm. The outermost 2 % on each side are cut off."
        ),
    )


def _curve(axis: Axes, values: NDArray[np.float64], colour: str, dash: str, label: str) -> None:
    shares = np.linspace(0.0, 1.0, min(_POINTS, values.size + 1))
    axis.plot(
        np.quantile(values, shares),
        shares,
        color=colour,
        linewidth=2.0,
        linestyle=dash,
        label=label,
    )


def _frame(axis: Axes, values: NDArray[np.float64]) -> None:
    low, high = np.quantile(values, [0.02, 0.98])
    reach = max(abs(low), abs(high), 1e-9)
    axis.set_xlim(min(low, -0.05 * reach), max(high, 0.05 * reach))
    axis.set_ylim(0, 1)
    axis.yaxis.set_major_formatter(PercentFormatter(1.0))
    axis.axvline(0, color=INK, linewidth=1.1)
    axis.grid(color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
