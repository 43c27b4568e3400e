"""Pictures of a tuning: how the search went, and, of two objectives, what it found."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.report.plot_style import (
    AMBER,
    FAINT,
    FOCUS,
    INK,
    MORE,
    Picture,
    as_svg,
    drawing_style,
)

Place = Callable[[Mapping[str, Any]], tuple[float, float]]
"""Where a trial stands in a picture."""


def draw_tuning(content: Mapping[str, Any]) -> list[Picture]:
    """The pictures that the contents of `optimize.json` give."""
    if not any(trial["values"] for trial in content["trials"]):
        return []
    with drawing_style():
        pictures = [_draw_history(content)]
        if len(content["objectives"]) > 1:
            pictures.append(_draw_pareto(content))
    return pictures


def _draw_history(content: Mapping[str, Any]) -> Picture:
    objectives = content["objectives"]
    figure = Figure(figsize=(9.6, 2.9 * len(objectives)), layout="constrained")
    rows = figure.subplots(len(objectives), 1, sharex=True, squeeze=False)
    for place, objective in enumerate(objectives):
        axes: Axes = rows[place, 0]
        _dots(axes, content["trials"], partial(_in_time, place))
        best, steps = None, []
        for trial in content["trials"]:
            if trial["values"] and not trial["broken"]:
                value = trial["values"][place]
                best = value if best is None else min(best, value)
            steps.append(best)
        known = [(number, value) for number, value in enumerate(steps) if value is not None]
        axes.step(*zip(*known, strict=True), where="post", color=FOCUS) if known else None
        axes.axhline(content["current"]["values"][place], color=INK, linewidth=1.2, linestyle="--")
        axes.set_ylabel("% of the reference")
        axes.set_title(objective)
        axes.grid(axis="y", color=FAINT, linewidth=0.8)
    rows[-1, 0].set_xlabel("trial")
    return Picture(
        svg=as_svg(figure, "history", "Value of each trial, and the best so far."),
        caption="Each dot is a configuration on the seeds of the search: its change against the "
        "reference, less is better. Blue keeps the constraints, orange breaks one. Line: the "
        "best so far. Dashed: the current configuration. The best value here is flattered by "
        "having been chosen; what counts is the table above.",
    )


def _in_time(place: int, trial: Mapping[str, Any]) -> tuple[float, float]:
    return trial["number"], trial["values"][place]


def _draw_pareto(content: Mapping[str, Any]) -> Picture:
    names = content["objectives"]
    figure = Figure(figsize=(7.2, 5.2), layout="constrained")
    axes = figure.subplots()
    _dots(axes, content["trials"], lambda trial: (trial["values"][0], trial["values"][1]))
    held_out = content["held_out"]
    chosen = [each["trial"] for each in held_out["confirmed"]] if held_out else []
    for trial in content["trials"]:
        if trial["number"] in chosen:
            x, y = trial["values"][:2]
            axes.plot([x], [y], marker="o", markersize=12, markerfacecolor="none", color=AMBER)
            axes.annotate(str(trial["number"]), (x, y), xytext=(7, 7), textcoords="offset points")
    x, y = content["current"]["values"][:2]
    axes.plot([x], [y], marker="s", color=INK, markersize=8)
    axes.annotate("current", (x, y), xytext=(7, -14), textcoords="offset points")
    axes.set_xlabel(f"{names[0]}, % of the reference")
    axes.set_ylabel(f"{names[1]}, % of the reference")
    axes.grid(color=FAINT, linewidth=0.8)
    return Picture(
        svg=as_svg(figure, "pareto", f"{names[0]} against {names[1]} of all trials."),
        caption="All configurations on the seeds of the search; left and below is better. Circles: "
        "those that none beats in all, with the numbers of their trials; they were confirmed.",
    )


def _dots(axes: Axes, trials: Sequence[Mapping[str, Any]], at: Place) -> None:
    for keeps, colour in ((True, FOCUS), (False, MORE)):
        found = [at(each) for each in trials if each["values"] and bool(each["broken"]) != keeps]
        x, y = [each[0] for each in found], [each[1] for each in found]
        axes.scatter(x, y, s=22, color=colour, linewidths=0)
