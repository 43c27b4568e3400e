"""Gains and losses of single trips, added up."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.report.equity import CHANGES, FloatArray, class_rows, members
from experiments.report.glossary import GROUP_NAMES
from experiments.report.language import say
from experiments.report.plot_style import FAINT, FOCUS, INK, OTHER_ARMS, Chart

_POINTS = 200
"""Points of a curve; more would make the page heavy and look the same."""
_LOOKS = {"all": (INK, "-"), "equipped": (FOCUS, "-"), "unequipped": (OTHER_ARMS[0], "--")}
"""Group of vehicles → colour and line."""


def curve_rows(pairs: pl.DataFrame) -> pl.DataFrame:
    """Changes added up over the trips, the largest gain first, per trip of the group.

    Returns:
        group, n_trips in it, share of them (0 to 1), trip_time_sum_s and co2_sum_g.
    """
    parts = []
    found = members(pairs)
    for group in (None, "equipped", "unequipped"):
        trips = found.get(group)
        if trips is None:
            continue
        n = trips.height
        shares = np.linspace(0.0, 1.0, min(_POINTS, n) + 1)
        sums = {
            name.replace("_change_", "_sum_"): np.interp(
                shares * n, np.arange(n + 1), _added_up(trips[column].to_numpy())
            )
            for name, (column, _) in CHANGES.items()
        }
        part = pl.DataFrame({"share": shares, **sums})
        names = pl.lit(group or "all").alias("group"), pl.lit(n).alias("n_trips")
        parts.append(part.select(*names, pl.all()))
    return pl.concat(parts) if parts else pl.DataFrame()


def draw_equity(pairs: pl.DataFrame, arm: str) -> Chart | None:
    """Gains and losses added up, equipped and unequipped apart; None without any trip."""
    if pairs.is_empty():
        return None
    table = curve_rows(pairs)
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    axes = figure.subplots(1, 2)
    labels = (say("Trip time (s per trip)"), say("CO₂ (g per trip)"))
    for axis, column, label in zip(axes, ("trip_time_sum_s", "co2_sum_g"), labels, strict=True):
        for group, (colour, dash) in _LOOKS.items():
            rows = table.filter(group=group)
            if not rows.is_empty():
                name = say(GROUP_NAMES[None if group == "all" else group])
                words = say("{group} ({n} trips)", group=name, n=rows["n_trips"][0])
                axis.plot(
                    rows["share"].to_numpy(),
                    rows[column].to_numpy(),
                    color=colour,
                    linestyle=dash,
                    linewidth=2.0,
                    label=words,
                )
        _frame(axis)
        axis.set_ylabel(label)
        axis.set_xlabel(say("Share of trips, the largest gain first"))
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=3)
    return Chart(
        name="equity",
        figure=figure,
        spoken=say(
            "Changes of trip time and CO₂ under {arm} added up over the trips, the largest gain "
            "first: how far the curves fall is what some gain, how far they rise again what others "
            "pay.",
            arm=arm,
        ),
        caption=say(
            "Trips in the order of their change, the largest gain first; the curve adds the "
            "changes up. It falls by what some gain and rises again by what others pay: its end is "
            "the mean change. Flat in the middle: nothing changes for those. Every trip beside "
            "itself in the reference, all seeds; a part of both is chance."
        ),
        tables={"": table, "classes": class_rows(pairs)},
    )


def _added_up(changes: FloatArray) -> FloatArray:
    """(n + 1,) sums of the changes from the smallest on, per vehicle, from 0."""
    return np.concatenate([[0.0], np.cumsum(np.sort(changes))]) / changes.size


def _frame(axis: Axes) -> None:
    axis.set_xlim(0, 1)
    axis.xaxis.set_major_formatter(PercentFormatter(1.0))
    axis.axhline(0, color=INK, linewidth=1.1)
    axis.grid(color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
