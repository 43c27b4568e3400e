"""Phase diagrams: what each signal showed, under its own plan and under another control."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from experiments.arms import OWN_PLAN, split_arm
from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_style import AMBER, GREEN, INK, MUTED, RED, Chart
from experiments.report.stage import Stage
from experiments.report.time_axis import dress_time

MOST_SIGNALS = 8
"""Signals that are drawn, in the order of the main road."""
_LOOKS = {
    "G": (GREEN, 0.72),
    "g": ("#8fd4bf", 0.72),
    "y": (AMBER, 0.72),
    "u": (AMBER, 0.72),
    "r": (RED, 0.16),
    "s": (RED, 0.16),
}
"""Letter of SUMO → colour and height of its bar; dark and blinking signals are left blank."""
LEGEND = {"green": "G", "green, must yield": "g", "amber": "y", "red": "r"}
"""What is said of a state → one of its letters."""

_CYCLES = 2
_DEFAULT_CYCLE_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Links of a signal that showed the same in all arms drawn."""

    signal_id: str
    links: tuple[int, ...]
    is_main: bool
    """Whether the main road goes over one of them."""

    @property
    def name(self) -> str:
        """The links, as in `0-2, 5`."""
        parts: list[list[int]] = []
        for link in self.links:
            if parts and link == parts[-1][-1] + 1:
                parts[-1].append(link)
            else:
                parts.append([link])
        return ", ".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else f"{p[0]}" for p in parts)


def phase_arms(results: Results) -> tuple[str, ...]:
    """The reference, and the leading other control of signals, if one was run."""
    return tuple(arm for arm in (results.reference, results.other_plan) if arm is not None)


def groups_of(results: Results) -> list[Group]:
    """Signal groups of the first signals of the main road; of any, where there is none."""
    arms = list(phase_arms(results))
    lights = results.lights.filter(pl.col("arm").is_in(arms))
    found = []
    for signal in _signals(results, lights):
        rows = lights.filter(signal_id=signal).sort("link_index", "arm", "start_s")
        shown: dict[tuple[tuple[Any, ...], ...], list[int]] = {}
        for (link,), part in rows.group_by(["link_index"], maintain_order=True):
            history = tuple(part.select("arm", "start_s", "state").iter_rows())
            shown.setdefault(history, []).append(int(str(link)))
        main = results.signals.filter(signal_id=signal, arm=results.reference)
        spells = {
            tuple(part.select("start_s", "state").iter_rows())
            for _, part in main.group_by(["direction"], maintain_order=True)
        }
        for history, links in shown.items():
            own = tuple((row[1], row[2]) for row in history if row[0] == results.reference)
            found.append(Group(signal_id=signal, links=tuple(links), is_main=own in spells))
    return found


def draw_phases(results: Results, stage: Stage | None) -> Chart | None:
    """Each signal with its groups, the own plan above the other; None where nothing is known."""
    groups = [] if results.lights.is_empty() else groups_of(results)
    if not groups or stage is None:
        return None
    arms, signals = phase_arms(results), list(dict.fromkeys(group.signal_id for group in groups))
    window = (stage.begin_s, min(stage.begin_s + _length_s(results, groups), stage.end_s))
    columns = min(2, len(signals))
    n_rows = -(-len(signals) // columns)
    most = max(sum(g.signal_id == signal for g in groups) for signal in signals)
    height = n_rows * (0.19 * len(arms) * (most + 1) + 0.55) + 0.8
    figure = Figure(figsize=(12.0, height), layout="constrained")
    axes = figure.subplots(n_rows, columns, squeeze=False, sharex=True).ravel()
    tables = []
    for axis, signal in zip(axes, signals, strict=False):
        own = [group for group in groups if group.signal_id == signal]
        tables.append(_draw(axis, results, arms, own, window))
        axis.set_title(signal)
    for axis in axes[len(signals) :]:
        axis.set_visible(False)
    for axis in axes[max(len(signals) - columns, 0) : len(signals)]:
        axis.tick_params(labelbottom=True)
        dress_time(axis, stage, window)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4)
    control = split_arm(arms[-1])[0]
    return Chart(
        name="phases",
        figure=figure,
        spoken=say("What the links of {signals} showed over time.", signals=", ".join(signals)),
        caption=_caption(results, control),
        tables={"": pl.concat(tables)},
    )


def _signals(results: Results, lights: pl.DataFrame) -> list[str]:
    known = set(lights["signal_id"])
    main = (
        results.signals.filter(direction=0)
        .sort("position_m")["signal_id"]
        .unique(maintain_order=True)
    )
    chosen = [signal for signal in main if signal in known] or sorted(known)
    return chosen[:MOST_SIGNALS]


def _length_s(results: Results, groups: Sequence[Group]) -> float:
    """Two cycles of the own plan: the usual time from green to green of a group."""
    first = groups[0]
    greens = results.lights.filter(
        pl.col("arm") == results.reference,
        pl.col("signal_id") == first.signal_id,
        pl.col("link_index") == first.links[0],
        pl.col("state").is_in(["G", "g"]),
    ).sort("start_s")
    length_s = greens["start_s"].diff().median()
    return _CYCLES * (float(length_s) if isinstance(length_s, float) else _DEFAULT_CYCLE_S)


def _draw(
    axis: Axes,
    results: Results,
    arms: Sequence[str],
    groups: Sequence[Group],
    window: tuple[float, float],
) -> pl.DataFrame:
    names, drawn, row = [], [], 0
    for arm in arms:
        for group in groups:
            spells = _spells(results, arm, group, window)
            for start_s, end_s, state in spells.select("start_s", "end_s", "state").iter_rows():
                colour, high = _LOOKS[state]
                axis.broken_barh(
                    [(start_s, end_s - start_s)], (row - high / 2, high), facecolors=colour
                )
            names.append(group.name)
            drawn.append(spells)
            row += 1
        if arm != arms[-1]:
            axis.axhline(row - 0.5, color=INK, linewidth=0.9)
    axis.set_yticks(range(row), names, fontsize=7.5)
    for tick, group in zip(axis.get_yticklabels(), [*groups] * len(arms), strict=True):
        tick.set_fontweight("bold" if group.is_main else "normal")
    for place, arm in enumerate(arms):
        axis.text(
            1.005,
            1 - (place + 0.5) / len(arms),
            split_arm(arm)[0] or say(OWN_PLAN),
            transform=axis.transAxes,
            rotation=90,
            va="center",
            fontsize=8.5,
            color=MUTED,
        )
    axis.set_ylim(row - 0.5, -0.5)
    axis.set_xlim(*window)
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    return pl.concat(drawn)


def _spells(results: Results, arm: str, group: Group, window: tuple[float, float]) -> pl.DataFrame:
    """What a group showed in a window, cut at its ends."""
    begin_s, end_s = window
    return results.lights.filter(
        pl.col("arm") == arm,
        pl.col("signal_id") == group.signal_id,
        pl.col("link_index") == group.links[0],
        pl.col("end_s") > begin_s,
        pl.col("start_s") < end_s,
        pl.col("state").is_in(list(_LOOKS)),
    ).select(
        "arm",
        "signal_id",
        links=pl.lit(group.name),
        is_main=pl.lit(group.is_main),
        start_s=pl.col("start_s").clip(lower_bound=begin_s),
        end_s=pl.col("end_s").clip(upper_bound=end_s),
        state="state",
    )


def _caption(results: Results, control: str) -> str:
    told = say(
        "One row for each group of links that always showed the same; numbers are SUMO's of the "
        "links, in bold where the main road goes straight over them. Green: priority; pale green: "
        "must yield; thin: red. Seed {seed}, as the signals were run.",
        seed=results.lights["seed"][0],
    )
    if not control:
        return told
    return told + say(
        " Above the line the scenario's own plan, below it {control}, the same minutes.",
        control=control,
    )


def _legend() -> list[Patch]:
    return [Patch(color=_LOOKS[state][0], label=say(name)) for name, state in LEGEND.items()]
