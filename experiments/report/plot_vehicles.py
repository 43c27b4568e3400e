"""How single vehicles fare: each one in an arm against itself in the reference."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from experiments.report.language import say
from experiments.report.plot_style import FAINT, FOCUS, INK, OTHER_ARMS, Chart

_POINTS = 200
"""Points of a curve; more would make the page heavy and look the same."""
_CHANGES = (("trip_time_change_s", "trip_time_s"), ("co2_change_g", "co2_own_g"))
"""What is drawn, and the column of the differences that it comes from."""
_GROUPS = {
    "equipped": ("equipped", FOCUS, "-"),
    "unequipped": ("not equipped", OTHER_ARMS[0], "--"),
}
"""Group of vehicles → its words and how its curve looks."""


def paired_differences(vehicles: pl.DataFrame, reference: str, arm: str) -> pl.DataFrame:
    """Each vehicle of the arm beside itself in the reference, same seed.

    Equipment is that of the arm: in the arm `none` nobody has any.

    Returns:
        seed, vehicle_id, equipped, road, trip_time_s and co2_own_g (arm minus reference),
        trip_time_reference_s and co2_reference_g; only vehicles that both arms have.
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
        "co2_reference_g",
        trip_time_s=pl.col("trip_time_s") - pl.col("trip_time_reference_s"),
        co2_own_g=pl.col("co2_own_g") - pl.col("co2_reference_g"),
    )


def ecdf_rows(pairs: pl.DataFrame) -> pl.DataFrame:
    """Cumulative distributions of the changes per vehicle, equipped and unequipped apart.

    Returns:
        group ("equipped" or "unequipped"), n_trips in it, share (0 to 1), and the values that so
        large a share of the trips does not exceed: trip_time_change_s, co2_change_g.
    """
    parts = []
    for group, flag in (("equipped", True), ("unequipped", False)):
        rows = pairs.filter(equipped=flag)
        if rows.is_empty():
            continue
        shares = np.linspace(0.0, 1.0, min(_POINTS, rows.height + 1))
        values = {name: np.quantile(rows[column].to_numpy(), shares) for name, column in _CHANGES}
        part = pl.DataFrame({"share": shares, **values})
        parts.append(
            part.select(
                pl.lit(group).alias("group"), pl.lit(rows.height).alias("n_trips"), pl.all()
            )
        )
    return pl.concat(parts)


def draw_vehicles(pairs: pl.DataFrame, arm: str) -> Chart | None:
    """Cumulative shares of the differences in trip time and CO2; None without vehicles."""
    if pairs.is_empty():
        return None
    table = ecdf_rows(pairs)
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    labels = (
        say("Trip time (s): {arm} minus the reference", arm=arm),
        say("CO₂ (g): {arm} minus the reference", arm=arm),
    )
    for axis, (name, column), label in zip(axes, _CHANGES, labels, strict=True):
        for group, (words, colour, dash) in _GROUPS.items():
            rows = table.filter(group=group)
            if not rows.is_empty():
                n_trips = say("{group} ({n} trips)", group=say(words), n=rows["n_trips"][0])
                axis.plot(
                    rows[name].to_numpy(),
                    rows["share"].to_numpy(),
                    color=colour,
                    linewidth=2.0,
                    linestyle=dash,
                    label=n_trips,
                )
        _frame(axis, pairs[column].to_numpy())
        axis.set_xlabel(label)
    axes[0].set_ylabel(say("Share of vehicles at or below"))
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=2)
    return Chart(
        name="vehicles",
        figure=figure,
        spoken=say(
            "Cumulative distribution over the vehicles of the difference in trip time and in CO₂ "
            "between {arm} and the reference, equipped and unequipped vehicles apart.",
            arm=arm,
        ),
        caption=say(
            "Where a curve crosses the upright line, its height is the share of vehicles that do "
            "not lose; what is above it loses. Every vehicle beside itself in the reference, all "
            "seeds. A part of the spread is chance: a car that misses a green by a second waits "
            "a whole red, in either arm. The outermost 2 % on each side are cut off."
        ),
        tables={"": table},
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
