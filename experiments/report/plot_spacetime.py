"""Time-space diagrams of the main road: who stands where, and what the signals show."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from experiments.report.data import UNADVISED_ARMS, Results
from experiments.report.plot_style import AMBER, FOCUS, GREEN, RED, Picture, as_svg
from experiments.report.words import road_words

WINDOWS_S = (480.0, 240.0)
"""Length of what is shown: about five cycles, or half of that on a busy road."""

MANY_VEHICLES = 220
"""More lines than these in the longer window cannot be followed by eye."""

_HOUR_S = 3600.0

_GAP_S = 5.0
"""A vehicle that was away longer has left the main road; its line is not drawn through."""

_PLAIN = "#59626b"
_UNEQUIPPED = "#b3b9c0"

STATES = {"G": GREEN, "g": GREEN, "y": AMBER, "u": AMBER, "r": RED, "s": RED}
"""SUMO's signal letters; a dark or blinking signal (`o`, `O`) is left blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Which stretch of road and time is shown; the same for both arms."""

    direction: int
    begin_s: float
    end_s: float
    length_m: float


def choose_stage(trajectories: pl.DataFrame, reference: str) -> Stage | None:
    """The busier direction and its busiest minutes in the reference; None without vehicles."""
    rows = trajectories.filter(pl.col("arm") == reference)
    if rows.is_empty():
        return None
    counts = rows.group_by("direction").len().sort(["len", "direction"], descending=[True, False])
    direction = int(counts["direction"][0])
    rows = rows.filter(pl.col("direction") == direction)
    begin_s, end_s = _busiest_window(rows, WINDOWS_S[0])
    inside = rows.filter(pl.col("time_s").is_between(begin_s, end_s))
    if inside["vehicle_id"].n_unique() > MANY_VEHICLES:
        begin_s, end_s = _busiest_window(rows, WINDOWS_S[1])
    return Stage(
        direction=direction,
        begin_s=begin_s,
        end_s=end_s,
        length_m=float(rows["position_m"].to_numpy().max()),
    )


def _busiest_window(rows: pl.DataFrame, length_s: float) -> tuple[float, float]:
    """The window with most vehicle steps, begun on a whole minute."""
    times_s = np.sort(rows["time_s"].to_numpy())
    inside = np.searchsorted(times_s, times_s + length_s, side="right") - np.arange(times_s.size)
    begin_s = float(np.floor(times_s[int(np.argmax(inside))] / 60.0) * 60.0)
    return begin_s, begin_s + length_s


def draw_spacetime(results: Results, stage: Stage) -> Picture:
    """Reference and focus side by side: same seed, same minutes, same axes."""
    arms = [results.reference, *([results.focus] if results.focus is not None else [])]
    figure = Figure(figsize=(12.0 if len(arms) > 1 else 7.0, 5.6), layout="constrained")
    axes = figure.subplots(1, len(arms), sharex=True, sharey=True, squeeze=False)[0]
    for axis, arm in zip(axes, arms, strict=True):
        _draw_vehicles(axis, _of(results.trajectories, arm, stage), stage)
        _draw_signals(axis, _of(results.signals, arm, stage), stage)
        axis.set_title(f"{'Without' if arm in UNADVISED_ARMS else 'With'} advice ({arm})")
        axis.set_xlabel("Time (h:min)" if stage.end_s >= _HOUR_S else "Time (min:s)")
        axis.xaxis.set_major_formatter(FuncFormatter(lambda time_s, _: _clock(time_s, stage)))
        axis.set_xticks(
            np.arange(stage.begin_s, stage.end_s + 1, (stage.end_s - stage.begin_s) / 4)
        )
        axis.set_xlim(stage.begin_s, stage.end_s)
        axis.set_ylim(0, stage.length_m * 1.02)
    axes[0].set_ylabel("Way along the main road (m)")
    figure.legend(handles=_legend(), loc="outside lower center", ncols=6)
    seed, minutes = results.trajectories["seed"][0], (stage.end_s - stage.begin_s) / 60
    return Picture(
        svg=as_svg(
            figure,
            "spacetime",
            f"Time-space diagrams of the main road for {' and '.join(arms)}, from "
            f"{_clock(stage.begin_s, stage)} to {_clock(stage.end_s, stage)}: one line per "
            "vehicle, with the red and green times of each stop line.",
        ),
        caption=(
            f"{road_words(results, stage.direction)} Each line is one vehicle on its way up the"
            " road; a level stretch is a vehicle standing. Thick bars: red at a stop line; thin"
            " lines: green. Lines that begin or end in mid-road turn in or off there."
            f" Seed {seed}, the busiest {minutes:.0f} minutes of the busier"
            " direction in the reference, the same minutes in both."
        ),
    )


def _of(table: pl.DataFrame, arm: str, stage: Stage) -> pl.DataFrame:
    if table.is_empty():
        return table
    return table.filter(pl.col("arm") == arm, pl.col("direction") == stage.direction)


def _draw_vehicles(axis: Axes, rows: pl.DataFrame, stage: Stage) -> None:
    margin_s = _GAP_S
    rows = rows.filter(
        pl.col("time_s").is_between(stage.begin_s - margin_s, stage.end_s + margin_s)
    ).sort("vehicle_id", "time_s")
    if rows.is_empty():
        return
    points = np.column_stack([rows["time_s"].to_numpy(), rows["position_m"].to_numpy()])
    same = rows["vehicle_id"].to_numpy()[1:] == rows["vehicle_id"].to_numpy()[:-1]
    step = np.diff(points, axis=0)
    joined = same & (step[:, 0] <= _GAP_S) & (step[:, 1] >= -1.0)
    advised, equipped = rows["advised"].to_numpy()[:-1], rows["equipped"].to_numpy()[:-1]
    layers: tuple[tuple[NDArray[np.bool_], str, float], ...] = (
        (joined & ~advised & ~equipped, _UNEQUIPPED, 0.8),
        (joined & ~advised & equipped, _PLAIN, 0.8),
        (joined & advised, FOCUS, 1.3),
    )
    pieces = np.stack([points[:-1], points[1:]], axis=1)
    for chosen, colour, width in layers:
        lines = LineCollection(list(pieces[chosen]), colors=colour, linewidths=width)
        lines.set_rasterized(True)
        axis.add_collection(lines, autolim=False)


def _draw_signals(axis: Axes, rows: pl.DataFrame, stage: Stage) -> None:
    if rows.is_empty():
        return
    shown = rows.filter(pl.col("end_s") > stage.begin_s, pl.col("start_s") < stage.end_s)
    for state in ("G", "g", "y", "u", "r", "s"):
        part = shown.filter(pl.col("state") == state)
        is_red = state in "rs"
        axis.hlines(
            part["position_m"].to_numpy(),
            np.maximum(part["start_s"].to_numpy(), stage.begin_s),
            np.minimum(part["end_s"].to_numpy(), stage.end_s),
            colors=STATES[state],
            linewidth=5.0 if is_red else 2.0,
            zorder=4,
        )


def _legend() -> list[Line2D]:
    entries = (
        ("red", RED, 5.0),
        ("amber", AMBER, 2.0),
        ("green", GREEN, 2.0),
        ("under advice now", FOCUS, 1.6),
        ("equipped, no advice now", _PLAIN, 1.0),
        ("not equipped", _UNEQUIPPED, 1.0),
    )
    return [
        Line2D([], [], color=colour, linewidth=width, label=label)
        for label, colour, width in entries
    ]


def _clock(time_s: float, stage: Stage) -> str:
    """Simulated time as `min:s`, or as `h:min` where the stage reaches beyond an hour."""
    seconds = round(time_s)
    whole, rest = divmod(seconds // 60 if stage.end_s >= _HOUR_S else seconds, 60)
    return f"{whole}:{rest:02d}"
