"""The Pareto front: which choices of arm and setting are worth looking at."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.curves import Candidate, ParetoFront
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
from experiments.report.sweep_captions import front_words
from experiments.report.sweep_data import Findings, table_of


def draw_front(found: Findings) -> Chart:
    """All choices on trip time and CO2."""
    front = found.front
    colours, markers = arm_colours(found.arms, found.focus), arm_markers(found.arms)
    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    axis = figure.subplots()
    axis.axhline(0, color=INK, linewidth=1.0, zorder=1)
    axis.axvline(0, color=INK, linewidth=1.0, zorder=1)
    for each in front.candidates:
        _draw(axis, each, colours.get(each.arm, INK), markers.get(each.arm, "*"))
    _draw_steps(axis, front.candidates)
    axis.set_xlabel(say("Change of {metric} in %", metric=metric_name(front.metrics[0]).lower()))
    axis.set_ylabel(say("Change of {metric} in %", metric=metric_name(front.metrics[1])))
    axis.grid(color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
    handles = [
        Line2D([], [], color=colours[arm], marker=markers[arm], linewidth=0, label=arm)
        for arm in found.arms
    ]
    handles.append(Line2D([], [], color=INK, marker="*", linewidth=0, label=say("no advice")))
    figure.legend(handles=handles, loc="outside upper left", ncols=5)
    spoken = "; ".join(
        f"{each.arm} {each.setting}: {say(each.standing)}" for each in front.candidates
    )
    return Chart(
        name="front",
        figure=figure,
        spoken=say("CO₂ against trip time") + f". {spoken}",
        caption=front_words(front),
        tables={"": table_of(_rows(front))},
    )


def _rows(front: ParetoFront) -> Iterator[dict[str, object]]:
    for each in front.candidates:
        row: dict[str, object] = {"arm": each.arm, "setting": each.setting}
        for metric, found in zip(front.metrics, (each.x, each.y), strict=True):
            for name in ("mean", "low", "high"):
                row[f"{metric}_{name}_pct"] = found and getattr(found.effect, name)
        yield row | {"standing": each.standing}


def _draw(axis: Axes, each: Candidate, colour: str, marker: str) -> None:
    """Filled on the front, with intervals; hollow where not told apart; faint if dominated."""
    if each.x is None or each.y is None:
        return
    x, y = each.x.effect, each.y.effect
    is_front = each.standing == "front"
    if is_front and x.high is not None and y.high is not None:
        # Intervals by Student's t reach as far to both sides.
        axis.errorbar(
            x.mean,
            y.mean,
            y.high - y.mean,
            x.high - x.mean,
            ecolor=colour,
            elinewidth=1,
            fmt="none",
        )
    axis.scatter(
        x.mean,
        y.mean,
        s=60 if is_front else 30,
        marker=marker,
        color=colour if is_front else "white",
        edgecolors=MUTED if each.standing == "dominated" else colour,
        alpha=0.4 if each.standing == "dominated" else 1.0,
        linewidths=1.4,
        zorder=3,
    )


def _draw_steps(axis: Axes, candidates: Sequence[Candidate]) -> None:
    """The line behind which no choice has lower means of both."""
    ends = sorted(
        (each.x.effect.mean, each.y.effect.mean)
        for each in candidates
        if each.standing == "front" and each.x is not None and each.y is not None
    )
    x, y = zip(*ends, strict=True)
    axis.plot(x, y, color=MUTED, linewidth=1.2, linestyle="--", drawstyle="steps-post", zorder=2)
