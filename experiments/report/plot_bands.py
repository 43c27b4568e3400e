"""Band diagrams: greens along the main road, the through bands, and the ways of vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_spacetime import STATES, draw_signals
from experiments.report.plot_style import AMBER, FOCUS, GREEN, MUTED, RED, Chart
from experiments.report.progression import (
    Achieved,
    Band,
    Line,
    achieved,
    common,
    fastest_wave,
    lines_of,
    widest_band,
)
from experiments.report.stage import Stage
from experiments.report.time_axis import dress_time

CYCLES = 4
"""So many cycles of the slowest signal are drawn."""
_SECTION_COLOUR = "#56b4e9"
_KMH = 3.6
_SHAPES = {
    "arm": pl.String,
    "direction": pl.Int64,
    "kind": pl.String,
    **dict.fromkeys(("from_m", "to_m", "start_s", "end_s", "arrives_s"), pl.Float64),
}
"""Columns of the bands as they are drawn: at their start the first line is entered from `start_s`
to `end_s`, and the last one is reached from `arrives_s` on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progression:
    """One arm in one direction of the main road."""

    arm: str
    direction: int
    lines: Sequence[Line]
    band: Band | None
    achieved: Achieved | None


def progressions(results: Results) -> list[Progression]:
    """All arms whose progression is told, in both directions; empty where nothing is recorded."""
    if results.signals.is_empty() or results.trajectories.is_empty():
        return []
    directions = results.signals["direction"].unique().sort().to_list()
    fastest = {each: fastest_wave(results, each) for each in directions}
    found = []
    for arm in results.along:
        for direction in directions:
            lines = lines_of(results, arm, direction)
            rows = results.trajectories.filter(arm=arm, direction=direction)
            if lines and not rows.is_empty():
                found.append(
                    Progression(
                        arm=arm,
                        direction=direction,
                        lines=lines,
                        band=widest_band(lines, fastest[direction]),
                        achieved=achieved(rows, lines),
                    )
                )
    return found


def progression_table(found: Sequence[Progression]) -> pl.DataFrame:
    """The numbers of each arm and direction; null where there is no band, or nobody came."""
    rows = []
    for each in found:
        band, met = each.band, each.achieved
        rows.append(
            {
                "arm": each.arm,
                "direction": each.direction,
                "n_signals": len(each.lines),
                "cycle_s": band and round(band.cycle_s, 1),
                "band_s": band and round(band.width_s, 2),
                "band_share": band and round(band.share, 4),
                "wave_mps": None if band is None or not band.share else round(band.speed_mps, 2),
                "n_vehicles": met and met.n_vehicles,
                "n_arrivals": met and met.n_arrivals,
                "on_green_share": met and round(met.on_green, 4),
                "progression_mps": met and round(met.speed_mps, 2),
                "stops_per_vehicle": met and round(met.stops_per_vehicle, 3),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def draw_bands(results: Results, stage: Stage, found: Sequence[Progression]) -> Chart | None:
    """A row for each arm, a column for each direction; None where no signal was recorded."""
    if not found:
        return None
    arms = list(dict.fromkeys(each.arm for each in found))
    directions = sorted({each.direction for each in found})
    begin_s, end_s = _window(stage, found)
    figure = Figure(figsize=(12.0, 3.3 * len(arms) + 0.7), layout="constrained")
    axes = figure.subplots(len(arms), len(directions), sharex=True, sharey="col", squeeze=False)
    for each in found:
        axis = axes[arms.index(each.arm), directions.index(each.direction)]
        _draw(axis, results, each, (begin_s, end_s))
        axis.set_title(_panel_words(each), fontsize=9.5)
    for axis in axes[-1]:
        dress_time(axis, stage, (begin_s, end_s))
    for axis in axes[:, 0]:
        axis.set_ylabel(say("Way along the main road (m)"))
    figure.legend(handles=_legend(), loc="outside lower center", ncols=5)
    return Chart(
        name="bands",
        figure=figure,
        spoken=say("Greens along the main road, through bands and ways of vehicles. {told}",
                   told="; ".join(map(_panel_words, found))),
        caption=say(
            "Thick bars: red at a stop line; thin lines: green, as the signals were run. Dark: the "
            "widest band in which a constant speed passes all signals on green; pale: greens that "
            "reach the next signal on its green at that speed. Grey: the ways of all vehicles. The "
            "band's speed is one for the whole way, at most as fast as vehicles drive freely. "
            "Arrival on green: the stop line, or the end of its queue, is reached during its "
            "green. Numbers are of the whole run of seed {seed}.",
            seed=results.trajectories["seed"][0],
        ),
        tables={"": progression_table(found), **_drawn(results, found, (begin_s, end_s))},
    )  # fmt: skip


def _window(stage: Stage, found: Sequence[Progression]) -> tuple[float, float]:
    """Some cycles from the start of the stage, in whole quarters of minutes."""
    cycles_s = [each.band.cycle_s for each in found if each.band is not None]
    length_s = CYCLES * max(cycles_s, default=90.0)
    length_s = min(60.0 * np.ceil(length_s / 60.0), stage.end_s - stage.begin_s)
    return stage.begin_s, stage.begin_s + float(length_s)


def _draw(axis: Axes, results: Results, each: Progression, window: tuple[float, float]) -> None:
    shapes = band_shapes(each)
    for kind, colour, alpha in (("section", _SECTION_COLOUR, 0.28), ("through", FOCUS, 0.42)):
        corners = [shape for name, shape in shapes if name == kind]
        axis.add_collection(
            PolyCollection(corners, facecolors=colour, edgecolors="none", alpha=alpha, zorder=1),
            autolim=False,
        )
    lines = LineCollection(
        _ways(_vehicles(results, each, window)), colors=MUTED, linewidths=0.55, alpha=0.75, zorder=2
    )
    lines.set_rasterized(True)
    axis.add_collection(lines, autolim=False)
    draw_signals(axis, _signals(results, each, window))
    axis.set_xlim(*window)
    axis.set_ylim(0, each.lines[-1].position_m * 1.08)


def band_shapes(each: Progression) -> list[tuple[str, list[tuple[float, float]]]]:
    """Bands as corners (time in s, way in m): `section` from line to line, `through` over all."""
    if each.band is None or each.band.share == 0.0:
        return []
    speed_mps, lines = each.band.speed_mps, each.lines
    found = []
    for first, second in pairwise(lines):
        later_s = (second.position_m - first.position_m) / speed_mps
        found += [
            ("section", _corners(spell, first, second, speed_mps))
            for spell in common(first.greens_s, second.greens_s - later_s)
        ]
    found += [
        ("through", _corners(spell, lines[0], lines[-1], speed_mps))
        for spell in each.band.entries_s
    ]
    return found


def _corners(
    spell_s: Sequence[float], first: Line, last: Line, speed_mps: float
) -> list[tuple[float, float]]:
    start_s, end_s = (float(time_s) for time_s in spell_s)
    later_s = (last.position_m - first.position_m) / speed_mps
    return [
        (start_s, first.position_m),
        (end_s, first.position_m),
        (end_s + later_s, last.position_m),
        (start_s + later_s, last.position_m),
    ]


def _vehicles(results: Results, each: Progression, window: tuple[float, float]) -> pl.DataFrame:
    return (
        results.trajectories.filter(
            pl.col("arm") == each.arm,
            pl.col("direction") == each.direction,
            pl.col("time_s").is_between(*window),
        )
        .select("arm", "direction", "vehicle_id", "time_s", "position_m")
        .sort("vehicle_id", "time_s")
    )


def _ways(rows: pl.DataFrame) -> list[np.ndarray]:
    """A line for each stay of a vehicle on the road."""
    points = rows.select("time_s", "position_m").to_numpy()
    ids = rows["vehicle_id"].to_numpy()
    step = np.diff(points, axis=0)
    is_new = (ids[1:] != ids[:-1]) | (step[:, 0] > 5.0) | (step[:, 1] < -1.0)
    return np.split(points, np.flatnonzero(is_new) + 1)


def _signals(results: Results, each: Progression, window: tuple[float, float]) -> pl.DataFrame:
    """What the stop lines showed, cut at the ends of the window."""
    begin_s, end_s = window
    return results.signals.filter(
        pl.col("arm") == each.arm,
        pl.col("direction") == each.direction,
        pl.col("end_s") > begin_s,
        pl.col("start_s") < end_s,
        pl.col("state").is_in(list(STATES)),
    ).select(
        *("arm", "direction", "signal_id", "position_m", "state"),
        start_s=pl.col("start_s").clip(lower_bound=begin_s),
        end_s=pl.col("end_s").clip(upper_bound=end_s),
    )


def _drawn(
    results: Results, found: Sequence[Progression], window: tuple[float, float]
) -> dict[str, pl.DataFrame]:
    bands = [
        {
            "arm": each.arm,
            "direction": each.direction,
            "kind": kind,
            "from_m": corners[0][1],
            "to_m": corners[2][1],
            "start_s": corners[0][0],
            "end_s": corners[1][0],
            "arrives_s": corners[3][0],
        }
        for each in found
        for kind, corners in band_shapes(each)
    ]
    return {
        "shapes": pl.DataFrame(bands, schema=_SHAPES),
        "signals": pl.concat(_signals(results, each, window) for each in found),
        "vehicles": pl.concat(_vehicles(results, each, window) for each in found),
    }


def _panel_words(each: Progression) -> str:
    told = [say("{arm}, direction {n}", arm=each.arm, n=each.direction + 1)]
    if each.band is None or each.band.share == 0.0:
        told.append(say("no through band"))
    else:
        told.append(
            say(
                "band {width:.1f} s ({share:.0f} %) at {speed:.0f} km/h",
                width=each.band.width_s,
                share=100 * each.band.share,
                speed=_KMH * each.band.speed_mps,
            )
        )
    if each.achieved is not None:
        told.append(say("{green:.0f} % arrive on green", green=100 * each.achieved.on_green))
        if np.isfinite(each.achieved.speed_mps):
            told.append(say("{speed:.0f} km/h", speed=_KMH * each.achieved.speed_mps))
        told.append(say("{stops:.2f} stops", stops=each.achieved.stops_per_vehicle))
    return say(", ").join(told[:2]) + "\n" + say(", ").join(told[2:])


def _legend() -> list[Line2D | Patch]:
    lines = [("red", RED, 5.0), ("amber", AMBER, 2.0), ("green", GREEN, 2.0)]
    return [
        *(Line2D([], [], color=c, lw=w, label=say(name)) for name, c, w in lines),
        Patch(color=FOCUS, alpha=0.42, label=say("through band")),
        Patch(color=_SECTION_COLOUR, alpha=0.28, label=say("green to green, to the next signal")),
    ]
