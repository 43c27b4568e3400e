"""What an emission class charges for: its map, cuts through it, and the cost of a kilometre."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from emissions import EmissionMap
from experiments.atomic import replacing
from experiments.report.plot_style import (
    FAINT,
    GREEN,
    INK,
    LESS,
    MORE,
    MUTED,
    OTHER_ARMS,
    drawing_style,
)

FORMATS = (".png", ".svg")
KMH = 3.6
TOP_KMH, LEAST_MPS2, MOST_MPS2 = 130.0, -3.0, 3.0
"""What is drawn of a map."""
STATES = {"standing": 0.0, "creeping": 7.2, "cruising": 50.0}
"""Steady speeds that are marked, in km/h."""
CUTS_KMH, CUT_MPS2 = (20.0, 50.0, 80.0), 1.5
"""Speeds of the cuts, and how far they reach."""

_RATES = LinearSegmentedColormap.from_list(
    "rates", ["#fff8e6", "#fdd68b", "#f59d4c", "#d55e00", "#8f2d0a", "#3d0f05"]
)
_POWERS = LinearSegmentedColormap.from_list(
    "powers", ["#00507a", LESS, "#8cc3e3", "#f7f7f5", "#fdd68b", MORE, "#5e1a06"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a quantity is told."""

    rate_unit: str
    rate_factor: float
    """Of the map's g/s or W."""
    way_unit: str
    way_factor: float
    """Of g/m or J/m."""

    @classmethod
    def of(cls, quantity: str) -> "Scale":
        """Units in which figures have few digits."""
        if quantity == "electricity":
            return cls(rate_unit="kW", rate_factor=1e-3, way_unit="Wh/km", way_factor=1 / 3.6)
        if quantity in ("CO2", "fuel"):
            return cls(rate_unit="g/s", rate_factor=1.0, way_unit="g/km", way_factor=1e3)
        return cls(rate_unit="mg/s", rate_factor=1e3, way_unit="mg/km", way_factor=1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """What a steady speed costs."""

    speed_kmh: float
    rate: float
    per_way: float | None
    """None: standing covers no way."""


def steady_states(found: EmissionMap) -> dict[str, Steady]:
    """Standing, creeping and cruising on a level road, in the units of `Scale`."""
    scale = Scale.of(found.quantity)
    states = {}
    for name, speed_kmh in STATES.items():
        rate = float(_rate(found, np.array([speed_kmh]), np.zeros(1))[0])
        speed_mps = speed_kmh / KMH
        states[name] = Steady(
            speed_kmh=speed_kmh,
            rate=rate * scale.rate_factor,
            per_way=rate / speed_mps * scale.way_factor if speed_mps > 0.0 else None,
        )
    return states


def save_emission_map(found: EmissionMap, path: Path) -> None:
    """Draw a map into a file, with its variant without the drop where it has one.

    Args:
        found: Of any class and quantity.
        path: With a suffix of `FORMATS`.
    """
    with drawing_style():
        figure = draw_emission_map(found)
        with replacing(path) as temporary:
            figure.savefig(temporary, format=path.suffix[1:], dpi=144)


def draw_emission_map(found: EmissionMap) -> Figure:
    """Above the map (twice where it drops), below cuts through it and the cost of a kilometre."""
    scale = Scale.of(found.quantity)
    maps = {"as SUMO has it": found}
    if found.coasting_mps2 is not None:
        maps["without the drop when coasting (nojump)"] = found.without_coasting_jump()
    figure = Figure(figsize=(12.4, 9.4), layout="constrained")
    figure.suptitle(
        f"{found.emission_class}: {found.quantity} on a level road",
        x=0.01,
        ha="left",
        fontsize=14,
        fontweight="bold",
    )
    grid = figure.add_gridspec(2, 2, height_ratios=(1.1, 1.0))
    places = [grid[0, :]] if len(maps) == 1 else [grid[0, 0], grid[0, 1]]
    _draw_sheets([figure.add_subplot(place) for place in places], maps, scale)
    _draw_cuts(figure.add_subplot(grid[1, 0]), maps, scale)
    _draw_ways(figure.add_subplot(grid[1, 1]), found, scale)
    return figure


def _rate(
    found: EmissionMap, speed_kmh: NDArray[np.float64], accel_mps2: NDArray[np.float64]
) -> NDArray[np.float64]:
    return found.at(speed_kmh / KMH, accel_mps2, np.zeros(1))


def _draw_sheets(axes: Sequence[Axes], maps: Mapping[str, EmissionMap], scale: Scale) -> None:
    """The rate over speed and acceleration, one colour scale for all."""
    speed_kmh = np.linspace(0.0, TOP_KMH, 521)
    accel_mps2 = np.linspace(LEAST_MPS2, MOST_MPS2, 481)[:, np.newaxis]
    sheets = {
        title: _rate(found, speed_kmh, accel_mps2) * scale.rate_factor
        for title, found in maps.items()
    }
    first = next(iter(sheets.values()))
    least, most = float(first.min()), float(np.percentile(first, 99.5)) or 1.0
    has_both = least < 0.0
    norm = TwoSlopeNorm(0.0, min(least, -1e-9), most) if has_both else Normalize(0.0, most)
    colours = _POWERS if has_both else _RATES
    levels = [level for level in MaxNLocator(8).tick_values(least, most) if level or has_both]
    for axis, (title, sheet) in zip(axes, sheets.items(), strict=True):
        mesh = axis.pcolormesh(
            speed_kmh, accel_mps2[:, 0], sheet, norm=norm, cmap=colours, rasterized=True
        )
        lines = axis.contour(
            speed_kmh, accel_mps2[:, 0], sheet, levels=levels, colors=INK, linewidths=0.5, alpha=0.6
        )
        _label(axis, lines)
        _draw_line_of_drop(axis, maps[title])
        for name, state_kmh in STATES.items():
            axis.plot(state_kmh, 0.0, "o", color=INK, ms=6, mec="white", clip_on=False, zorder=5)
            # Standing and creeping are too near to each other for words on one line.
            height = 18 if name == "standing" else 6
            axis.annotate(
                name, (state_kmh, 0.0), (6, height), textcoords="offset points", fontsize=9.5
            )
        axis.axhline(0.0, color=MUTED, lw=0.7)
        axis.set_title(title)
        axis.set_xlabel("speed, km/h")
    axes[0].set_ylabel("acceleration, m/s²")
    bar = axes[0].figure.colorbar(mesh, ax=axes, extend="max", pad=0.01, aspect=25)
    bar.set_label(scale.rate_unit)


def _label(axis: Axes, lines: QuadContourSet) -> None:
    axis.clabel(lines, fontsize=8, fmt="%g", inline_spacing=3)


def _draw_line_of_drop(axis: Axes, found: EmissionMap) -> None:
    """Where the class drops to zero, and that below it nothing is charged."""
    if found.coasting_mps2 is None:
        return
    is_shown = (found.speed_mps * KMH <= TOP_KMH) & (found.coasting_mps2[0] > LEAST_MPS2)
    speed_kmh, line = found.speed_mps[is_shown] * KMH, found.coasting_mps2[0, is_shown]
    axis.fill_between(speed_kmh, line, LEAST_MPS2, color=FAINT, lw=0.0, zorder=2)
    axis.plot(speed_kmh, line, color=GREEN, lw=2.0, zorder=3)
    axis.annotate(
        "coasting or braking: exactly 0",
        (0.5 * TOP_KMH, 0.5 * (LEAST_MPS2 + float(line.min()))),
        ha="center",
        fontsize=10,
        zorder=4,
    )


def _draw_cuts(axis: Axes, maps: Mapping[str, EmissionMap], scale: Scale) -> None:
    """The rate over acceleration at some speeds, near steady driving."""
    accel_mps2 = np.linspace(-CUT_MPS2, CUT_MPS2, 2401)
    for found, words, style in zip(maps.values(), ("", ", nojump"), ("-", ":"), strict=False):
        for speed_kmh, colour in zip(CUTS_KMH, (OTHER_ARMS[3], LESS, INK), strict=True):
            rate = _rate(found, np.array([speed_kmh]), accel_mps2) * scale.rate_factor
            axis.plot(
                accel_mps2, rate, style, color=colour, lw=1.8, label=f"{speed_kmh:.0f} km/h{words}"
            )
    axis.axvline(0.0, color=FAINT, lw=0.8, zorder=0)
    axis.axhline(0.0, color=FAINT, lw=0.8, zorder=0)
    axis.set_xlim(-CUT_MPS2, CUT_MPS2)
    axis.set_xlabel("acceleration, m/s²")
    axis.set_ylabel(scale.rate_unit)
    axis.set_title(f"{scale.rate_unit} over acceleration")
    axis.legend(loc="upper left")


def _draw_ways(axis: Axes, found: EmissionMap, scale: Scale) -> None:
    """The cost of a kilometre at a steady speed, and in words that of a second."""
    states = steady_states(found)
    speed_kmh = np.linspace(3.0, TOP_KMH, 600)
    per_way = _rate(found, speed_kmh, np.zeros(1)) / (speed_kmh / KMH) * scale.way_factor
    least = int(per_way.argmin())
    axis.plot(speed_kmh, per_way, color=LESS, lw=2.0)
    marks = {name: (state.speed_kmh, state.per_way) for name, state in states.items()}
    marks["least"] = (float(speed_kmh[least]), float(per_way[least]))
    for name, (x, y) in marks.items():
        if y is None:
            continue
        colour, marker = (GREEN, "v") if name == "least" else (INK, "o")
        axis.plot(x, y, marker, color=colour, ms=7, mec="white", zorder=5)
        offset, ha = ((0, -16), "center") if name == "least" else ((7, 6), "left")
        axis.annotate(
            name, (x, y), offset, textcoords="offset points", color=colour, ha=ha, fontsize=9.5
        )
    words = [_state_words(name, state, states["standing"], scale) for name, state in states.items()]
    words.append(f"least at {marks['least'][0]:.0f} km/h: {per_way[least]:.3g} {scale.way_unit}")
    axis.text(
        0.98, 0.98, "\n".join(words), transform=axis.transAxes, ha="right", va="top", fontsize=9.5
    )
    axis.set_xlim(0.0, TOP_KMH)
    most = float(per_way.max())
    axis.set_ylim(min(0.0, float(per_way.min())) - 0.09 * most, 1.35 * most)
    axis.set_xlabel("steady speed, km/h")
    axis.set_ylabel(scale.way_unit)
    axis.set_title(f"{scale.way_unit} at a steady speed")


def _state_words(name: str, state: Steady, standing: Steady, scale: Scale) -> str:
    """What a second of a steady speed costs, and a kilometre of it."""
    rate = f"{state.rate:.3g} {scale.rate_unit}"
    if state.per_way is None:
        return f"{name}: {rate}"
    times = f" ({state.rate / standing.rate:.2f} × standing)" if standing.rate > 0.0 else ""
    way = f"{state.per_way:.3g} {scale.way_unit}"
    return f"{name} at {state.speed_kmh:.0f} km/h: {rate}{times}, {way}"
