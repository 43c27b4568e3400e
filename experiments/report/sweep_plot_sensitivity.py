"""Bars of how much each sampled key matters."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.curves import KeySensitivity, Sensitivity
from experiments.report.language import say
from experiments.report.plot_style import FAINT, FOCUS, INK, Chart
from experiments.report.sweep_captions import sensitivity_words
from experiments.report.sweep_data import table_of

MEASURES = {
    "sobol": {"ST": "ST, with interactions", "S1": "S1, by itself"},
    "morris": {"mu_star": "µ*, mean size", "mu": "µ, with its sign"},
}
"""Of each analysis, the main measure first."""
_COLOURS = (FOCUS, "#9cc9e3")


def draw_sensitivity(analysis: Sensitivity) -> Chart:
    """Two bars for each key, the key that matters most on top."""
    measures = MEASURES[analysis.analysis]
    main = next(iter(measures))
    keys = sorted(analysis.keys, key=lambda each: -each.measures[main].value)
    figure = Figure(figsize=(9.6, 0.62 * len(keys) + 1.3), layout="constrained")
    axis = figure.subplots()
    for (name, label), shift, colour in zip(measures.items(), (-0.19, 0.19), _COLOURS, strict=True):
        _bars(axis, keys, name, shift, colour, say(label))
    axis.set_yticks(range(len(keys)), [each.key for each in keys])
    axis.invert_yaxis()
    axis.axvline(0, color=INK, linewidth=1.0)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
    is_share = analysis.analysis == "sobol"
    axis.set_xlabel(
        say("Share of the variance") if is_share else say("Points of %, over the whole range")
    )
    figure.legend(loc="outside upper left", ncols=2)
    spoken = "; ".join(
        f"{each.key}: {', '.join(f'{name} {each.measures[name].value:.2f}' for name in measures)}"
        for each in keys
    )
    return Chart(
        name="sensitivity",
        figure=figure,
        spoken=say("Sensitivity of {arm}. {values}", arm=analysis.arm, values=spoken),
        caption=sensitivity_words(analysis),
        tables={
            "": table_of(
                {"key": each.key, "measure": name} | asdict(index)
                for each in keys
                for name, index in each.measures.items()
            )
        },
    )


def _bars(
    axis: Axes, keys: Sequence[KeySensitivity], name: str, shift: float, colour: str, label: str
) -> None:
    found = [each.measures[name] for each in keys]
    rows = np.arange(len(keys)) + shift
    axis.barh(rows, [each.value for each in found], 0.36, color=colour, label=label)
    axis.hlines(rows, [e.low for e in found], [e.high for e in found], color=INK, linewidth=1.4)
