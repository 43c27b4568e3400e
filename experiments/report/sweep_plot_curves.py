"""Response curves with their interval bands."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.curves import Curve, CurveFamily, curve_rows
from experiments.report.effects import SIDED, signed
from experiments.report.glossary import metric_name
from experiments.report.language import say
from experiments.report.plot_style import (
    FAINT,
    INK,
    MUTED,
    Chart,
    arm_colours,
    arm_markers,
)
from experiments.report.sweep_captions import family_words
from experiments.report.sweep_data import Findings, table_of

_COLUMNS = 3
CAPTION = (
    "Line: mean change, the other keys averaged over. Band or bar: 95 % interval over seeds. A "
    "filled mark shows an effect after Holm's correction over {family}; a hollow one does not."
)


def draw_curves(found: Findings, key: str) -> Chart:
    """All arms over one key, a panel for each metric; the accounts share a scale."""
    families = [found.curves[key][metric] for metric in found.metrics]
    n_rows = -(-len(families) // _COLUMNS)
    figure = Figure(figsize=(9.6, 2.75 * n_rows + 0.4), layout="constrained")
    axes = np.ravel(figure.subplots(n_rows, _COLUMNS, squeeze=False))
    for place, (axis, family) in enumerate(zip(axes, families, strict=False)):
        is_lowest = place + _COLUMNS >= len(families)
        _draw_family(axis, family, found, names_key=is_lowest)
        axis.set_title(metric_name(family.metric))
        # The accounts have one scale; it is written once in a row.
        is_first, is_last = place % _COLUMNS == 0, place == len(families) - 1
        axis.tick_params(labelleft=is_first or is_last)
    for axis in axes[len(families) :]:
        axis.set_visible(False)
    _share_scale(axes[: len(families) - 1])
    for axis in axes[::_COLUMNS]:
        axis.set_ylabel(say("Change in %"))
    _legend(figure, found)
    return Chart(
        name=f"curve{found.sweep.swept.index(key)}",
        figure=figure,
        spoken=_spoken(key, families),
        caption=say(CAPTION, family=family_words(families[0]))
        + (say(" Each mark stands for a range of sampled values.") if families[0].is_binned else "")
        + say(" The panels of CO₂ and energy have one scale, trip time has its own."),
        tables={"": table_of(row for family in families for row in curve_rows(family))},
    )


def draw_curves_by_scenario(found: Findings, key: str) -> Chart:
    """The same for each scenario apart: the headline and trip time."""
    families = found.by_scenario[key]
    roads = list(dict.fromkeys(road for road, _ in families))
    figure = Figure(figsize=(9.6, 2.1 * len(roads) + 0.6), layout="constrained")
    axes = figure.subplots(len(roads), 2, squeeze=False)
    for row, road in enumerate(roads):
        for column, metric in enumerate((found.headline, "trip_time")):
            axis = axes[row, column]
            _draw_family(axis, families[road, metric], found, names_key=row == len(roads) - 1)
            axis.set_title(f"{road}: {metric_name(metric)}")
    for column in range(2):
        _share_scale(axes[:, column])
    for axis in axes[:, 0]:
        axis.set_ylabel(say("Change in %"))
    _legend(figure, found)
    first = families[roads[0], found.headline]
    return Chart(
        name=f"roads{found.sweep.swept.index(key)}",
        figure=figure,
        spoken=_spoken(key, list(families.values())),
        caption=say(
            CAPTION, family=say("{family}, in each panel for itself", family=family_words(first))
        ),
        tables={"": table_of(row for family in families.values() for row in curve_rows(family))},
    )


def _draw_family(
    axis: Axes, family: CurveFamily, found: Findings, *, names_key: bool = True
) -> None:
    colours, markers = arm_colours(found.arms, found.focus), arm_markers(found.arms)
    is_numeric = family.curves[0].points[0].number is not None
    axis.axhline(0, color=INK, linewidth=1.0, zorder=1)
    n_arms = len(family.curves)
    for place, curve in enumerate(family.curves):
        shift = (place - (n_arms - 1) / 2) * 0.5 / max(n_arms, 2)
        x = [
            float(row) + shift if point.number is None else point.number
            for row, point in enumerate(curve.points)
        ]
        _draw_curve(axis, curve, x, colours[curve.arm], markers[curve.arm], is_numeric=is_numeric)
    if not is_numeric:
        labels = [point.label for point in family.curves[0].points]
        axis.set_xticks(range(len(labels)), labels, rotation=20 if len(labels) > 3 else 0)
        axis.set_xlim(-0.6, len(labels) - 0.4)
    axis.tick_params(labelbottom=names_key)
    if names_key:
        axis.set_xlabel(family.key)
    axis.grid(axis="y", color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)


def _draw_curve(
    axis: Axes, curve: Curve, x: Sequence[float], colour: str, marker: str, *, is_numeric: bool
) -> None:
    told = [point.judged for point in curve.points]
    effects = [None if each.estimate is None else each.estimate.effect for each in told]
    mean = np.array([np.nan if e is None else e.mean for e in effects])
    low = np.array([np.nan if e is None or e.low is None else e.low for e in effects])
    high = np.array([np.nan if e is None or e.high is None else e.high for e in effects])
    if is_numeric:
        axis.plot(x, mean, color=colour, linewidth=1.8)
        axis.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    else:
        axis.vlines(x, low, high, color=colour, linewidth=2.6)
    axis.scatter(
        x,
        mean,
        s=30,
        marker=marker,
        color=[colour if each.verdict in SIDED else "white" for each in told],
        edgecolors=colour,
        linewidths=1.4,
        zorder=3,
    )


def _share_scale(axes: Iterable[Axes]) -> None:
    """One scale, that has 0 inside."""
    shared = list(axes)
    ends = [end for axis in shared for end in axis.get_ylim()]
    low, high = min(*ends, -0.1), max(*ends, 0.1)
    for axis in shared:
        axis.set_ylim(low, high)


def _legend(figure: Figure, found: Findings) -> None:
    colours, markers = arm_colours(found.arms, found.focus), arm_markers(found.arms)
    handles = [
        Line2D([], [], color=colours[arm], marker=markers[arm], linewidth=1.8, label=arm)
        for arm in found.arms
    ]
    handles.append(
        Line2D([], [], color=MUTED, marker="o", markerfacecolor="white", linewidth=0,
               label=say("no effect shown"))
    )  # fmt: skip
    figure.legend(handles=handles, loc="outside upper left", ncols=min(len(handles), 5))


def _spoken(key: str, families: Sequence[CurveFamily]) -> str:
    said = []
    for family in families:
        for curve in family.curves:
            values = ", ".join(
                say(
                    "{value}: {change} percent",
                    value=point.label,
                    change=signed(point.judged.estimate.effect.mean),
                )
                for point in curve.points
                if point.judged.estimate is not None
            )
            where = (family.scenario, curve.arm) if family.scenario else (curve.arm,)
            whose = say(", ").join((metric_name(family.metric), *where))
            said.append(f"{whose}: {values or say('nothing')}")
    return say("Change over {key}. {values}", key=key, values="; ".join(said))
