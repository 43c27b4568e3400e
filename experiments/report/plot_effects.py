"""Effects with their intervals: a dot for the mean, a bar for the 95 % interval."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.report.data import Results
from experiments.report.effects import (
    SIDED,
    TRIP_METRICS,
    account_metrics,
    arm_effects,
    change_text,
    effect,
)
from experiments.report.glossary import GROUP_NAMES, metric_name
from experiments.report.plot_style import (
    FAINT,
    FOCUS,
    INK,
    MUTED,
    Picture,
    arm_colours,
    arm_markers,
    as_svg,
)
from experiments.statistics import Effect, verdict


def draw_effects(results: Results) -> Picture | None:
    """All advised arms on all metrics; None where no arm was compared."""
    arms = tuple(arm for arm in results.advised if arm_effects(results.summary, arm))
    if not arms:
        return None
    accounts = account_metrics(results.summary, "co2", "co2e", "energy")
    pollutants = account_metrics(results.summary, "nox", "pmx")
    panels = [
        # Each has its own scale.
        panel
        for panel in (accounts, TRIP_METRICS[:1], TRIP_METRICS[1:], pollutants)
        if panel
    ]
    ratios = [len(panel) * (0.5 + 0.25 * len(arms)) + 0.6 for panel in panels]
    figure = Figure(figsize=(9.6, sum(ratios) * 0.52 + 1.2), layout="constrained")
    axes = figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": ratios})
    colours, markers = arm_colours(arms, results.focus), arm_markers(arms)
    for axis, panel in zip(axes, panels, strict=True):
        for i, arm in enumerate(arms):
            offset = (i - (len(arms) - 1) / 2) * 0.8 / max(len(arms), 2)
            found = [effect(arm_effects(results.summary, arm), metric) for metric in panel]
            _dots(axis, found, offset, colour=colours[arm], marker=markers[arm])
        _dress(axis, [metric_name(metric) for metric in panel])
    axes[-1].set_xlabel("Change against the reference in %")
    if len(arms) > 1:
        handles = [
            Line2D([], [], color=colours[arm], marker=markers[arm], linewidth=2.6, label=arm)
            for arm in arms
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=min(len(arms), 4))
    spoken = "; ".join(
        f"{arm}: {_spoken(arm_effects(results.summary, arm), (*accounts, *TRIP_METRICS))}"
        for arm in arms
    )
    return Picture(
        svg=as_svg(figure, "effects", f"Change against {results.reference} in percent. {spoken}"),
        caption=(
            "Dot: mean change. Bar: 95 % interval. Left of the line is less, right of it more. A"
            " filled dot shows an effect; a hollow one, whose bar touches the line, does not. Each"
            " panel has its own scale."
        ),
    )


def draw_groups(results: Results, arm: str) -> Picture | None:
    """Trip time and CO2 of one arm, for each group of vehicles; None where nothing is known."""
    effects = arm_effects(results.summary, arm)
    groups = [
        group
        for group in GROUP_NAMES
        if any(effect(effects, metric, group) for metric in ("trip_time", "co2_own"))
    ]
    if not groups:
        return None
    figure = Figure(figsize=(9.6, 0.42 * len(groups) + 1.25), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, metric in zip(axes, ("trip_time", "co2_own"), strict=True):
        found = [effect(effects, metric, group) for group in groups]
        _dots(axis, found, 0.0, colour=FOCUS, marker="o")
        _dress(axis, [GROUP_NAMES[group] for group in groups])
        axis.set_title(metric_name(metric))
        axis.set_xlabel("Change in %")
    spoken = "; ".join(
        f"{GROUP_NAMES[group]}: {_spoken(effects, ('trip_time', 'co2_own'), group)}"
        for group in groups
    )
    return Picture(
        svg=as_svg(figure, "groups", f"Change by group of vehicles under {arm}. {spoken}"),
        caption="Dot: mean change of the group. Bar: 95 % interval. Right of the line: it pays.",
    )


def _dots(
    axis: Axes, found: list[Effect | None], offset: float, *, colour: str, marker: str
) -> None:
    """One row per effect; filled where an effect is shown, hollow where not."""
    rows = [(row, item) for row, item in enumerate(found) if item is not None]
    for row, item in rows:
        if item.low is not None and item.high is not None:
            axis.plot([item.low, item.high], [row + offset] * 2, color=colour, linewidth=2.6)
    axis.scatter(
        [item.mean for _, item in rows],
        [row + offset for row, _ in rows],
        s=46,
        marker=marker,
        color=[colour if verdict(item) in SIDED else "white" for _, item in rows],
        edgecolors=colour,
        linewidths=1.6,
        zorder=3,
    )


def _dress(axis: Axes, names: list[str]) -> None:
    axis.axvline(0, color=INK, linewidth=1.1, zorder=1)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.45, -0.55)
    low, high = axis.get_xlim()
    reach = max(abs(low), abs(high), 0.5) * 1.04
    axis.set_xlim(min(low, -0.25 * reach), max(high, 0.25 * reach))
    axis.grid(axis="x", color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.spines["bottom"].set_color(MUTED)


def _spoken(effects: dict[str, Any], metrics: Sequence[str], group: str | None = None) -> str:
    said = []
    for metric in metrics:
        found = effect(effects, metric, group)
        if found is not None:
            said.append(f"{metric_name(metric)} {change_text(found)}, {verdict(found)}")
    return ", ".join(said) or "not compared"
