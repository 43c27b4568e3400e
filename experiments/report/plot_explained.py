"""One vehicle's way and speed over time, with and without advice, and what it was told."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MultipleLocator

from experiments.report.approaches import Approach
from experiments.report.journeys import Explained, Journey
from experiments.report.language import say
from experiments.report.plan_words import clock
from experiments.report.plot_spacetime import STATES
from experiments.report.plot_style import (
    AMBER,
    FAINT,
    FOCUS,
    GREEN,
    MUTED,
    OTHER_ARMS,
    RED,
    REFERENCE,
    Chart,
)
from experiments.report.words import and_list, arm_words

BEFORE_M, AFTER_M = 320.0, 120.0
"""Shown before and behind the stop line where one signal is drawn alone."""
MARGIN_S = 5.0
"""Time that is drawn before and behind what happens."""
MARGIN_M = 15.0
TICKS_S = (5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
MOST_TICKS = 8
SHOWN = OTHER_ARMS[1]
LONG_NAME = 22
"""Longer ids of signals are cut in pictures."""


def short_name(signal_id: str) -> str:
    """An id of a signal that fits beside a picture; its middle is left out.

    >>> short_name("A0"), short_name("cluster_306484187_cluster_1200363791")
    ('A0', 'cluster_306…0363791')
    """
    if len(signal_id) <= LONG_NAME:
        return signal_id
    return f"{signal_id[: LONG_NAME // 2]}…{signal_id[-LONG_NAME // 2 + 4 :]}"


def draw_explained(explained: Explained, approaches: Sequence[Approach]) -> Figure:
    """Distance and speed over time; drawn inside `drawing_style`.

    Args:
        explained: The vehicle.
        approaches: Those to be drawn, all or one; without any the whole way is drawn.
    """
    figure = Figure(figsize=(9.6, 6.6), layout="constrained")
    way, speed = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 2]})
    low_m, high_m = _reach_m(explained.journey, approaches)
    journeys = [explained.journey] if explained.without is None else [
        explained.journey, explained.without,
    ]  # fmt: skip
    begin_s, end_s = _window_s(journeys, low_m, high_m)
    way.set_ylim(low_m, high_m)
    _draw_lights(way, explained, approaches, (begin_s, end_s))
    _draw_ways(way, explained, approaches)
    _draw_speeds(speed, explained, approaches)
    way.set_ylabel(say("Way from its start (m)"))
    speed.set_ylabel(say("Speed (km/h)"))
    speed.set_ylim(bottom=0)
    speed.set_xlabel(say("Time (h:min:s)"))
    speed.set_xlim(begin_s, end_s)
    tick_s = next((s for s in TICKS_S if (end_s - begin_s) / s <= MOST_TICKS), TICKS_S[-1])
    speed.xaxis.set_major_locator(MultipleLocator(tick_s))
    speed.xaxis.set_major_formatter(FuncFormatter(lambda time_s, _: clock(time_s)))
    for axis in (way, speed):
        axis.grid(color=FAINT, linewidth=0.7)
        axis.set_axisbelow(True)
    figure.legend(handles=_legend(explained), loc="outside upper left", ncols=4)
    return figure


def explained_chart(explained: Explained, approaches: Sequence[Approach]) -> Chart:
    """The same for the page; drawn inside `drawing_style`."""
    arms = [arm for arm in (explained.arm, explained.reference) if arm is not None]
    return Chart(
        name="explained",
        figure=draw_explained(explained, approaches),
        spoken=say(
            "Way and speed of vehicle {vehicle} over time under {arms}, with the lights of {n} "
            "signals.",
            vehicle=explained.vehicle_id,
            arms=and_list(arms),
            n=len(approaches),
        ),
        caption=say(
            "Above: the way of the vehicle, and the lights of the links that it crosses by, in the "
            "run with advice; where the signal did something else without advice, that is the "
            "paler line below. Triangles: a plan is made or changed. Below: its speed, the "
            "speed advised, and what the driver was shown."
        ),
        tables=_tables(explained),
    )


def _tables(explained: Explained) -> dict[str, pl.DataFrame]:
    """Way and speed in both arms, lights, and what was told."""
    steps, lights = [], []
    for arm, journey in (
        (explained.arm, explained.journey),
        (explained.reference, explained.without),
    ):
        if arm is not None and journey is not None:
            name = pl.lit(arm).alias("arm")
            steps.append(journey.steps.select(name, "time_s", "distance_m", "speed_mps"))
            lights.append(
                journey.lights.select(name, "signal_id", "link_index", "start_s", "end_s", "state")
            )
    told = explained.journey.advice
    columns = ("time_s", "signal_id", "distance_m", "reason", "advised_mps", "shown_mps")
    advice = {} if told.is_empty() else {"advice": told.select(columns)}
    return {"steps": pl.concat(steps), "lights": pl.concat(lights), **advice}


def _reach_m(journey: Journey, approaches: Sequence[Approach]) -> tuple[float, float]:
    whole_m = float(journey.steps["distance_m"].max() or 0.0)  # type: ignore[arg-type]
    if len(approaches) != 1 or journey.crossings.height == 1:
        return -MARGIN_M, whole_m + MARGIN_M
    line_m = approaches[0].line_m
    return max(line_m - BEFORE_M, -MARGIN_M), min(line_m + AFTER_M, whole_m + MARGIN_M)


def _window_s(journeys: Sequence[Journey], low_m: float, high_m: float) -> tuple[float, float]:
    inside = pl.concat(
        [
            journey.steps.filter(pl.col("distance_m").is_between(low_m, high_m)).select("time_s")
            for journey in journeys
        ]
    )["time_s"].to_numpy()
    return float(inside.min(initial=np.inf)) - MARGIN_S, float(inside.max(initial=0.0)) + MARGIN_S


def _draw_lights(
    axis: Axes, explained: Explained, approaches: Sequence[Approach], window_s: tuple[float, float]
) -> None:
    for approach in approaches:
        signal = approach.signal_id
        here = _lights_of(explained.journey, signal, approach.link_index, window_s)
        _bar(axis, here, approach.line_m, window_s, alpha=1.0)
        if explained.without is not None and approach.link_without is not None:
            there = _lights_of(explained.without, signal, approach.link_without, window_s)
            if there.rows() != here.rows():
                low_m, high_m = axis.get_ylim()
                _bar(axis, there, approach.line_m - 0.02 * (high_m - low_m), window_s, alpha=0.45)
        axis.annotate(
            short_name(signal),
            (1.0, approach.line_m),
            xycoords=("axes fraction", "data"),
            xytext=(-3, 5),
            textcoords="offset points",
            ha="right",
            color=MUTED,
            fontsize=8.5,
        )


def _lights_of(
    journey: Journey, signal_id: str, link_index: int, window_s: tuple[float, float]
) -> pl.DataFrame:
    return journey.lights.filter(
        pl.col("signal_id") == signal_id,
        pl.col("link_index") == link_index,
        pl.col("end_s") > window_s[0],
        pl.col("start_s") < window_s[1],
    ).select("start_s", "end_s", "state")


def _bar(
    axis: Axes, lights: pl.DataFrame, at_m: float, window_s: tuple[float, float], *, alpha: float
) -> None:
    for start_s, end_s, state in lights.iter_rows():
        if state in STATES:
            axis.hlines(
                at_m,
                max(start_s, window_s[0]),
                min(end_s, window_s[1]),
                colors=STATES[state],
                linewidth=5.0 if STATES[state] == RED else 2.2,
                linestyles=":" if state == "g" else "-",
                alpha=alpha,
                zorder=2,
            )


def _draw_ways(axis: Axes, explained: Explained, approaches: Sequence[Approach]) -> None:
    if explained.without is not None:
        other = explained.without.steps
        axis.plot(other["time_s"], other["distance_m"], color=REFERENCE, linestyle="--", zorder=3)
    steps = explained.journey.steps
    times_s, way_m = steps["time_s"].to_numpy(), steps["distance_m"].to_numpy()
    axis.plot(times_s, way_m, color=FOCUS, linewidth=2.0, zorder=4)
    for approach in approaches:
        for spell in approach.spells:
            if not spell.is_advised:
                continue
            first_s, last_s = spell.first["time_s"], spell.rows[-1]["time_s"]
            inside = (times_s >= first_s) & (times_s <= last_s)
            axis.plot(times_s[inside], way_m[inside], color=FOCUS, linewidth=5, alpha=0.35)
            at_m = float(np.interp(first_s, times_s, way_m))
            axis.plot([first_s], [at_m], marker="v", color=FOCUS, markersize=7, zorder=5)


def _draw_speeds(axis: Axes, explained: Explained, approaches: Sequence[Approach]) -> None:
    if explained.without is not None:
        other = explained.without.steps
        axis.plot(other["time_s"], other["speed_mps"] * 3.6, color=REFERENCE, linestyle="--")
    steps = explained.journey.steps
    axis.plot(steps["time_s"], steps["speed_mps"] * 3.6, color=FOCUS, linewidth=2.0, zorder=3)
    rows = [row for approach in approaches for spell in approach.spells for row in spell.rows]
    for name, colour, width in (("shown_mps", SHOWN, 3.2), ("advised_mps", "black", 1.1)):
        for row, following in pairwise(rows):
            if row[name] is not None:
                # What is said at the end of a step holds during the next one.
                until_s = min(following["time_s"], row["time_s"] + explained.step_length_s)
                axis.hlines(
                    3.6 * row[name], row["time_s"], until_s, colors=colour, linewidth=width,
                    zorder=4,
                )  # fmt: skip


def _legend(explained: Explained) -> list[Line2D]:
    entries = [Line2D([], [], color=FOCUS, linewidth=2.0, label=arm_words(explained.arm))]
    if explained.reference is not None:
        label = arm_words(explained.reference)
        entries.append(Line2D([], [], color=REFERENCE, linestyle="--", label=label))
    if not explained.journey.advice.is_empty():
        entries += [
            Line2D([], [], color=FOCUS, linewidth=5, alpha=0.35, label=say("under advice")),
            Line2D(
                [], [], color=FOCUS, marker="v", linestyle="", label=say("plan made or changed")
            ),
            Line2D([], [], color="black", linewidth=1.1, label=say("speed advised")),
        ]
        if explained.execution == "driver":
            entries.append(Line2D([], [], color=SHOWN, linewidth=3.2, label=say("speed shown")))
    return [
        *entries,
        Line2D([], [], color=RED, linewidth=5.0, label=say("red")),
        Line2D([], [], color=AMBER, linewidth=2.2, label=say("amber")),
        Line2D([], [], color=GREEN, linewidth=2.2, label=say("green")),
        Line2D([], [], color=GREEN, linewidth=2.2, linestyle=":", label=say("green, must yield")),
    ]
