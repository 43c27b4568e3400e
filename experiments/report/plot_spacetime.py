"""Time-space diagrams of the main road: who stands where, what signals show, what advice does."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.report.data import Results
from experiments.report.heeding import (
    EASES_MPS2,
    FOLLOWED,
    GIVEN,
    GRACE_S,
    IGNORED,
    IN_GRACE,
    OVER_S,
    REFUSED,
    TOLERANCE_MPS,
    WITHDRAWN,
)
from experiments.report.language import say
from experiments.report.plot_style import AMBER, FOCUS, GREEN, INK, OTHER_ARMS, RED, Chart
from experiments.report.stage import Stage
from experiments.report.time_axis import dress_time
from experiments.report.words import and_list, arm_words, road_words

_GAP_S = 5.0
"""A vehicle that was away longer has left the main road; its line is not drawn through."""

UNEQUIPPED, EQUIPPED, TOLD = "unequipped", "equipped", "told"
"""States of a vehicle of which nothing more is known."""

LOOKS: dict[str, tuple[str, str, float]] = {
    UNEQUIPPED: ("not equipped", "#b3b9c0", 0.8),
    EQUIPPED: ("equipped, no advice now", "#59626b", 0.8),
    REFUSED: ("driver follows no advice", OTHER_ARMS[1], 0.9),
    TOLD: ("under advice now", FOCUS, 1.3),
    FOLLOWED: ("advice followed", FOCUS, 1.5),
    IN_GRACE: ("advice just changed", OTHER_ARMS[3], 1.5),
    IGNORED: ("advice not followed", "#8b1a1a", 2.0),
}
"""State → its words, colour and width, in the order in which they are drawn."""

EVENTS = {GIVEN: ("advice begins", "v", FOCUS), WITHDRAWN: ("advice withdrawn", "x", INK)}
"""Event → its words, marker and colour."""

STATES = {"G": GREEN, "g": GREEN, "y": AMBER, "u": AMBER, "r": RED, "s": RED}
"""SUMO's signal letters; a dark or blinking signal (`o`, `O`) is left blank."""


def vehicle_rows(results: Results, stage: Stage) -> pl.DataFrame:
    """Vehicles on the stage, both arms.

    Returns:
        arm, vehicle_id, time_s, position_m, speed_mps, told_mps (null: nothing), state (a key of
        `LOOKS`), by arm, vehicle and time.
    """
    rows = results.trajectories.filter(
        pl.col("arm").is_in(list(results.shown)),
        pl.col("direction") == stage.direction,
        pl.col("time_s").is_between(stage.begin_s - _GAP_S, stage.end_s + _GAP_S),
    )
    plain = pl.when("equipped").then(pl.lit(EQUIPPED)).otherwise(pl.lit(UNEQUIPPED))
    if results.heeding is None:
        told = pl.when("advised").then(pl.lit(TOLD)).otherwise(plain)
        judged = rows.with_columns(told_mps=pl.lit(None, dtype=pl.Float64), state=told)
    else:
        steps = results.heeding.steps.select("arm", "vehicle_id", "time_s", "told_mps", "state")
        keys = ["arm", "vehicle_id", "time_s"]
        judged = rows.join(steps, on=keys, how="left").with_columns(
            state=pl.col("state").fill_null(plain)
        )
    columns = ("arm", "vehicle_id", "time_s", "position_m", "speed_mps", "told_mps", "state")
    return judged.sort("arm", "vehicle_id", "time_s").select(columns)


def signal_rows(results: Results, stage: Stage) -> pl.DataFrame:
    """What the stop lines showed, as SUMO carried it out: cut at the ends of the stage."""
    rows = results.signals.filter(
        pl.col("arm").is_in(list(results.shown)),
        pl.col("direction") == stage.direction,
        pl.col("end_s") > stage.begin_s,
        pl.col("start_s") < stage.end_s,
        pl.col("state").is_in(list(STATES)),
    )
    return rows.select(
        *("arm", "signal_id", "position_m", "state"),
        start_s=pl.col("start_s").clip(lower_bound=stage.begin_s),
        end_s=pl.col("end_s").clip(upper_bound=stage.end_s),
    )


def event_rows(results: Results, vehicles: pl.DataFrame) -> pl.DataFrame:
    """Where on the stage advice begins and is withdrawn: as `vehicles`, with `event`."""
    keys = ["arm", "vehicle_id", "time_s"]
    if results.heeding is None:
        return vehicles.clear().select(*keys, "position_m", event="state")
    places = vehicles.select(*keys, "position_m")
    return results.heeding.events.join(places, on=keys).sort(keys)


def draw_spacetime(results: Results, stage: Stage) -> Chart:
    """Reference and focus side by side: same seed, same minutes, same axes."""
    arms = results.shown
    vehicles, signals = vehicle_rows(results, stage), signal_rows(results, stage)
    events = event_rows(results, vehicles)
    figure = Figure(figsize=(12.0 if len(arms) > 1 else 7.0, 6.0), layout="constrained")
    axes = figure.subplots(1, len(arms), sharex=True, sharey=True, squeeze=False)[0]
    for axis, arm in zip(axes, arms, strict=True):
        _draw_vehicles(axis, vehicles.filter(arm=arm))
        draw_signals(axis, signals.filter(arm=arm))
        _draw_events(axis, events.filter(arm=arm))
        _dress(axis, stage)
        axis.set_title(arm_words(arm))
    axes[0].set_ylabel(say("Way along the main road (m)"))
    figure.legend(handles=_legend(vehicles, events), loc="outside lower center", ncols=6)
    seed, minutes = results.trajectories["seed"][0], (stage.end_s - stage.begin_s) / 60
    return Chart(
        name="spacetime",
        figure=figure,
        spoken=say(
            "Time-space diagrams of the main road for {arms}, from {begin} to {end}: one line per "
            "vehicle, with the red and green times of each stop line.",
            arms=and_list(list(arms)),
            begin=stage.clock(stage.begin_s),
            end=stage.clock(stage.end_s),
        ),
        caption=" ".join(
            [
                road_words(results, stage.direction),
                say(
                    "Each line is one vehicle on its way up the road; a level stretch is a vehicle "
                    "standing. Thick bars: red at a stop line; thin lines: green, both as the "
                    "signals were run. Lines that begin or end in mid-road turn in or off there. "
                    "Seed {seed}, the busiest {minutes:.0f} minutes of the busier direction in the "
                    "reference, the same minutes in both.",
                    seed=seed,
                    minutes=minutes,
                ),
                *([] if results.heeding is None else [heeding_words(results)]),
            ]
        ).strip(),
        tables={"vehicles": vehicles, "signals": signals, "advice": events},
    )


def heeding_words(results: Results) -> str:
    """What "followed" means, and when advice counts as withdrawn."""
    told = {
        "driver": say("the speed on its display"),
        "automated": say("the speed that its cruise control was given"),
    }
    return say(
        "Advice is followed where a vehicle drives at most {tolerance:g} m/s faster than {told}, "
        "or gets slower by at least {eases:g} m/s² (over {over:g} s); slower counts as followed, "
        "since others may be in its way. For {grace:g} s after a change nothing is held against "
        "it. Withdrawn: the advice ends before the stop line, and not since the own speed now "
        "meets a green. To drivers who follow no advice none is shown.",
        tolerance=TOLERANCE_MPS,
        told=told.get(results.execution, told["driver"]),
        eases=EASES_MPS2,
        over=OVER_S,
        grace=GRACE_S,
    )


def _draw_vehicles(axis: Axes, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    points = np.column_stack([rows["time_s"].to_numpy(), rows["position_m"].to_numpy()])
    ids, states = rows["vehicle_id"].to_numpy(), rows["state"].to_numpy()
    step = np.diff(points, axis=0)
    joined = (ids[1:] == ids[:-1]) & (step[:, 0] <= _GAP_S) & (step[:, 1] >= -1.0)
    pieces = np.stack([points[:-1], points[1:]], axis=1)
    for state, (_, colour, width) in LOOKS.items():
        chosen = joined & (states[:-1] == state)
        lines = LineCollection(list(pieces[chosen]), colors=colour, linewidths=width)
        lines.set_rasterized(True)
        axis.add_collection(lines, autolim=False)


def draw_signals(axis: Axes, rows: pl.DataFrame) -> None:
    """Bars of what stop lines showed: signals as of `signal_rows`."""
    for state, colour in STATES.items():
        part = rows.filter(state=state)
        axis.hlines(
            part["position_m"].to_numpy(),
            part["start_s"].to_numpy(),
            part["end_s"].to_numpy(),
            colors=colour,
            linewidth=5.0 if state in "rs" else 2.0,
            zorder=4,
        )


def _draw_events(axis: Axes, rows: pl.DataFrame) -> None:
    for event, (_, marker, colour) in EVENTS.items():
        part = rows.filter(event=event)
        points = axis.scatter(
            part["time_s"].to_numpy(),
            part["position_m"].to_numpy(),
            s=13,
            marker=marker,
            color=colour,
            linewidths=0.9,
            zorder=5,
        )
        points.set_rasterized(True)


def _dress(axis: Axes, stage: Stage) -> None:
    dress_time(axis, stage, (stage.begin_s, stage.end_s))
    axis.set_xlim(stage.begin_s, stage.end_s)
    axis.set_ylim(0, stage.length_m * 1.02)


def _legend(vehicles: pl.DataFrame, events: pl.DataFrame) -> list[Line2D]:
    """Signals, and what of vehicles and advice is there."""
    seen, happened = set(vehicles["state"]), set(events["event"])
    lines = [
        ("red", RED, 5.0),
        ("amber", AMBER, 2.0),
        ("green", GREEN, 2.0),
        *(look for state, look in LOOKS.items() if state in seen),
    ]
    marks = [look for event, look in EVENTS.items() if event in happened]
    return [
        *(
            Line2D([], [], color=colour, lw=width, label=say(label))
            for label, colour, width in lines
        ),
        *(
            Line2D([], [], color=colour, marker=marker, ls="", markersize=4.5, label=say(label))
            for label, marker, colour in marks
        ),
    ]
