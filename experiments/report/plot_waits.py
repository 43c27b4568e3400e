"""How many vehicles wait how long at one signal, arm by arm."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_style import FAINT, REFERENCE, Chart, arm_colours
from experiments.report.tables import table_arms

_POINTS = 200
"""Points of a curve."""
_LEAST_SHARE = 1e-3
"""Rarer waits are told by the table, as the longest."""
_DASHES = ("-", "--", "-.", ":")
_ROADS = (("main", "On the main road"), ("side", "On side roads"))


def wait_curves(waits: pl.DataFrame) -> pl.DataFrame:
    """Share of vehicles whose longest wait at one signal is longer than a time.

    Args:
        waits: With arm, road and longest_wait_s.

    Returns:
        arm, road, wait_s, share (0 to 1).
    """
    longest_s = float(waits["longest_wait_s"].to_numpy().max(initial=0.0))
    times_s = np.linspace(0.0, max(longest_s, 1.0), _POINTS)
    parts = []
    for (arm, road), rows in waits.group_by("arm", "road", maintain_order=True):
        ordered_s = np.sort(rows["longest_wait_s"].to_numpy())
        longer = ordered_s.size - np.searchsorted(ordered_s, times_s, side="right")
        part = pl.DataFrame({"wait_s": times_s, "share": longer / ordered_s.size})
        parts.append(part.select(pl.lit(arm).alias("arm"), pl.lit(road).alias("road"), pl.all()))
    return pl.concat(parts)


def draw_waits(results: Results) -> Chart | None:
    """The curves of all arms, main and side roads apart; None where no waits are told."""
    if results.waits.is_empty():
        return None
    table, arms = wait_curves(results.waits), table_arms(results)
    figure = Figure(figsize=(9.6, 3.9), layout="constrained")
    others = tuple(arm for arm in arms if arm != results.reference)
    colours = arm_colours(others, results.focus) | {results.reference: REFERENCE}
    for axis, (road, name) in zip(figure.subplots(1, 2, sharey=True), _ROADS, strict=True):
        _frame(axis, say(name), longest_s=table["wait_s"].to_numpy().max())
        for number, arm in enumerate(arms):
            rows = table.filter(pl.col("share") > 0.0, arm=arm, road=road)
            axis.plot(
                rows["wait_s"].to_numpy(),
                rows["share"].to_numpy(),
                color=colours[arm],
                linestyle=_DASHES[number % len(_DASHES)],
                linewidth=1.8,
                label=arm,
            )
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=4)
    return Chart(
        name="waits",
        figure=figure,
        spoken=say("Share of vehicles that wait longer than a time at one signal, by arm."),
        caption=say(
            "Share of vehicles whose longest wait at one signal is longer than a time, all seeds. "
            "A wait lasts from first standing until the stop line is crossed; moving up in a queue "
            "ends none. The lower a curve ends on the right, the fewer wait very long."
        ),
        tables={"": table},
    )


def _frame(axis: Axes, title: str, *, longest_s: float) -> None:
    axis.set_title(title)
    axis.set_yscale("log")
    axis.set_ylim(_LEAST_SHARE, 1.0)
    axis.set_xlim(0.0, longest_s)
    axis.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}\u202f%")
    axis.set_xlabel(say("Longest wait at one signal (s)"))
    axis.grid(color=FAINT, linewidth=0.6)
    axis.set_axisbelow(True)
    if axis.get_subplotspec().is_first_col():  # type: ignore[union-attr]
        axis.set_ylabel(say("Share of vehicles that wait longer"))
