"""Effects with their intervals: a dot for the mean, a bar for the 95 % interval."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
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
from experiments.report.language import say
from experiments.report.plot_style import (
    FAINT,
    FOCUS,
    INK,
    MUTED,
    Chart,
    arm_colours,
    arm_markers,
)
from experiments.statistics import verdict

_NUMBERS = ("change_pct", "low_pct", "high_pct")
_SCHEMA = {
    **dict.fromkeys(("arm", "group", "metric"), pl.String),
    **dict.fromkeys(_NUMBERS, pl.Float64),
    "n_seeds": pl.Int64,
    "verdict": pl.String,
}
GROUP_METRICS = ("trip_time", "co2_own")


def effects_rows(
    results: Results,
    arms: Iterable[str],
    metrics: Sequence[str],
    groups: Iterable[str | None] = (None,),
) -> pl.DataFrame:
    """Effects one below the other; those that were not compared are left out.

    Returns:
        arm, group ("all" or as in the summary), metric, change and both ends of the interval in
        percent (null: no interval), n_seeds that they rest on, verdict.
    """
    rows = []
    for arm in arms:
        effects = arm_effects(results.summary, arm)
        for group in groups:
            for metric in metrics:
                found = effect(effects, metric, group)
                if found is not None:
                    numbers = (found.mean, found.low, found.high, found.n)
                    rows.append((arm, group or "all", metric, *numbers, verdict(found)))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def draw_effects(results: Results) -> Chart | None:
    """All treated arms on all metrics; None where no arm was compared."""
    arms = tuple(arm for arm in results.treated if arm_effects(results.summary, arm))
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
    table = effects_rows(results, arms, [metric for panel in panels for metric in panel])
    ratios = [len(panel) * (0.5 + 0.25 * len(arms)) + 0.6 for panel in panels]
    figure = Figure(figsize=(9.6, sum(ratios) * 0.52 + 1.2), layout="constrained")
    axes = figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": ratios})
    colours, markers = arm_colours(arms, results.focus), arm_markers(arms)
    for axis, panel in zip(axes, panels, strict=True):
        for i, arm in enumerate(arms):
            offset = (i - (len(arms) - 1) / 2) * 0.8 / max(len(arms), 2)
            places = {metric: row + offset for row, metric in enumerate(panel)}
            _dots(axis, table.filter(arm=arm), "metric", places, (colours[arm], markers[arm]))
        _dress(axis, [metric_name(metric) for metric in panel])
    axes[-1].set_xlabel(say("Change against the reference in %"))
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
    return Chart(
        name="effects",
        figure=figure,
        spoken=say(
            "Change against {reference} in percent. {spoken}",
            reference=results.reference,
            spoken=spoken,
        ),
        caption=say(
            "Dot: mean change. Bar: 95 % interval. Left of the line is less, right of it more. A "
            "filled dot shows an effect; a hollow one, whose bar touches the line, does not. Each "
            "panel has its own scale."
        ),
        tables={"": table},
    )


def draw_groups(results: Results, arm: str) -> Chart | None:
    """Trip time and CO2 of one arm, for each group of vehicles; None where nothing is known."""
    table = effects_rows(results, [arm], GROUP_METRICS, GROUP_NAMES)
    known = set(table["group"])
    groups = [group for group in GROUP_NAMES if (group or "all") in known]
    if not groups:
        return None
    figure = Figure(figsize=(9.6, 0.42 * len(groups) + 1.25), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    places: dict[str, float] = {group or "all": row for row, group in enumerate(groups)}
    for axis, metric in zip(axes, GROUP_METRICS, strict=True):
        _dots(axis, table.filter(metric=metric), "group", places, (FOCUS, "o"))
        _dress(axis, [say(GROUP_NAMES[group]) for group in groups])
        axis.set_title(metric_name(metric))
        axis.set_xlabel(say("Change in %"))
    effects = arm_effects(results.summary, arm)
    spoken = "; ".join(
        f"{say(GROUP_NAMES[group])}: {_spoken(effects, GROUP_METRICS, group)}" for group in groups
    )
    return Chart(
        name="groups",
        figure=figure,
        spoken=say("Change by group of vehicles under {arm}. {spoken}", arm=arm, spoken=spoken),
        caption=say(
            "Dot: mean change of the group. Bar: 95 % interval. Right of the line: it pays."
        ),
        tables={"": table},
    )


def _dots(
    axis: Axes,
    rows: pl.DataFrame,
    key: str,
    places: dict[str, float],
    look: tuple[str, str],
) -> None:
    """One row per effect; filled where an effect is shown, hollow where not."""
    colour, marker = look
    rows = rows.filter(pl.col(key).is_in(list(places)))
    heights = [places[name] for name in rows[key]]
    for height, low, high in zip(heights, rows["low_pct"], rows["high_pct"], strict=True):
        if low is not None and high is not None:
            axis.plot([low, high], [height] * 2, color=colour, linewidth=2.6)
    axis.scatter(
        rows["change_pct"].to_list(),
        heights,
        s=46,
        marker=marker,
        color=[colour if said in SIDED else "white" for said in rows["verdict"]],
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
    told = []
    for metric in metrics:
        found = effect(effects, metric, group)
        if found is not None:
            told.append(f"{metric_name(metric)} {change_text(found)}, {say(verdict(found))}")
    return ", ".join(told) or say("not compared")
