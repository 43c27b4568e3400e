"""Promise diagram: the switches that vehicles were told, against those that came."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_style import FAINT, INK, Chart, arm_colours, arm_markers
from experiments.report.promises import (
    FEW_TOLD,
    KEPT_S,
    MOST_AHEAD_S,
    by_lead,
    committed,
    kept,
    told_switches,
)

BROKEN = "#8b1a1a"


def draw_promises(results: Results) -> Chart | None:
    """Error and share kept over how far ahead a switch was told; None where nothing was told."""
    if results.advice.is_empty() or results.lights.is_empty():
        return None
    switches, promises = told_switches(results), committed(results)
    table, whole = by_lead(switches), kept(switches)
    shown = table.filter(pl.col("n_told") >= FEW_TOLD)
    arms = tuple(arm for arm in results.arms if arm in set(shown["arm"]))
    if not arms:
        return None
    figure = Figure(figsize=(12.0, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True)
    colours, markers = arm_colours(arms, results.focus), arm_markers(arms)
    for arm in arms:
        _draw(left, right, shown.filter(arm=arm), colours[arm], markers[arm])
    if not promises.is_empty():
        broken = promises.filter(~pl.col("is_kept"), pl.col("error_s").is_not_null())
        left.scatter(broken["ahead_s"], broken["error_s"], marker="x", color=BROKEN, s=24, zorder=4)
    _dress(left, right)
    told = [
        say("{arm}: {share:.1f} % of {n}", arm=arm, share=100 * share, n=n)
        for arm, n, share in whole.filter(pl.col("arm").is_in(list(arms))).iter_rows()
    ]
    handles = [
        Line2D([], [], color=colours[arm], marker=markers[arm], linewidth=1.8, label=arm)
        for arm in arms
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=4)
    return Chart(
        name="promises",
        figure=figure,
        spoken=say(
            "Switches told to vehicles that came within {kept:g} s: {told}.",
            kept=KEPT_S,
            told="; ".join(told),
        ),
        caption=_committed_words(promises)
        + say(
            "What equipped vehicles were told of the next start or end of their green, once per "
            "link and second, against what the signals did. Left: median error, and the middle 80 "
            "%; above 0 the switch came later than told. Right: share that came within {kept:g} s. "
            "All of seed {seed}, as far ahead as it was told: {told}.",
            kept=KEPT_S,
            seed=results.advice["seed"][0],
            told="; ".join(told),
        ),
        tables={"": table, "committed": promises},
    )


def _committed_words(promises: pl.DataFrame) -> str:
    """How many of the switches that signals committed to were kept; empty where none did."""
    told = [
        say(
            "Of {n} switches that the signals of {arm} committed to, {share:.2f} % came within "
            "{kept:g} s, and {broken} did not (crosses). ",
            n=part.height,
            arm=str(arm),
            share=100 * float(part["is_kept"].sum()) / part.height,
            kept=KEPT_S,
            broken=part.height - int(part["is_kept"].sum()),
        )
        for (arm,), part in promises.group_by(["arm"], maintain_order=True)
    ]
    return "".join(told)


def _draw(left: Axes, right: Axes, rows: pl.DataFrame, colour: str, marker: str) -> None:
    ahead_s = ((rows["from_s"] + rows["to_s"]) / 2).to_numpy()
    low_s, median_s, high_s = (
        rows[f"error_{name}_s"].to_numpy() for name in ("q10", "median", "q90")
    )
    left.fill_between(ahead_s, low_s, high_s, color=colour, alpha=0.18, linewidth=0)
    left.plot(ahead_s, median_s, color=colour, marker=marker, markersize=3.5, linewidth=1.8)
    share = 100 * rows["kept_share"].to_numpy()
    right.plot(ahead_s, share, color=colour, marker=marker, markersize=3.5, linewidth=1.8)


def _dress(left: Axes, right: Axes) -> None:
    left.axhline(0, color=INK, linewidth=1.0, zorder=1)
    left.set_ylabel(say("Came later than told (s)"))
    right.set_ylabel(say("Came within {kept:g} s of it (%)", kept=KEPT_S))
    right.set_ylim(-3, 103)
    for axis in (left, right):
        axis.set_xlim(0, MOST_AHEAD_S)
        axis.set_xlabel(say("Told so long ahead (s)"))
        axis.grid(color=FAINT, linewidth=0.8)
        axis.set_axisbelow(True)
