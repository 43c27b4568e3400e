"""Heat maps of the effect over two swept keys."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from experiments.curves import interaction_rows
from experiments.report.effects import change_text, interval_text
from experiments.report.glossary import metric_name
from experiments.report.language import say
from experiments.report.plot_style import INK, LESS, MORE, Chart
from experiments.report.sweep_captions import map_words
from experiments.report.sweep_data import Findings, table_of
from experiments.statistics import Effect

_MOST_INTERVALS = 6
"""With more columns there is no room for intervals in the cells."""
_SIDES = LinearSegmentedColormap.from_list("sides", [LESS, "#ffffff", MORE])


def draw_map(found: Findings, number: int) -> Chart:
    """The change cell by cell of two keys."""
    table = found.maps[number]
    effects = [
        [None if told.estimate is None else told.estimate.effect for told in row]
        for row in table.cells
    ]
    means = np.array([[np.nan if e is None else e.mean for e in row] for row in effects])
    reach = float(np.nanmax(np.abs(means), initial=0.1))
    figure = Figure(figsize=(9.6, 0.62 * len(table.rows) + 0.9), layout="constrained")
    axis = figure.subplots()
    norm = TwoSlopeNorm(0.0, -reach, reach)
    axis.pcolormesh(means, cmap=_SIDES, norm=norm, edgecolors="white", linewidth=1.5)
    is_wide = len(table.columns) > _MOST_INTERVALS
    for row, cells in enumerate(table.cells):
        for column, told in enumerate(cells):
            effect = effects[row][column]
            text = _cell_text(told.verdict, effect)
            if effect is not None and effect.low is not None and not is_wide:
                text += f"\n{interval_text(effect)}"
            colour = "white" if abs(means[row, column]) > 0.6 * reach else INK
            axis.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour)
    axis.set_xticks(np.arange(len(table.columns)) + 0.5, table.columns)
    axis.set_yticks(np.arange(len(table.rows)) + 0.5, table.rows)
    axis.set_xlabel(table.keys[1])
    axis.set_ylabel(table.keys[0])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.invert_yaxis()
    name = say(
        "Change of {metric} in percent under {arm}", metric=metric_name(table.metric), arm=table.arm
    )
    spoken = "; ".join(
        f"{a}, {b}: {_cell_text(told.verdict, effect)}"
        for a, cells, row_effects in zip(table.rows, table.cells, effects, strict=True)
        for b, told, effect in zip(table.columns, cells, row_effects, strict=True)
    )
    return Chart(
        name=f"map{number}",
        figure=figure,
        spoken=f"{name}. {spoken}",
        caption=map_words(table, name),
        tables={"": table_of(interaction_rows(table))},
    )


def _cell_text(verdict: str, effect: Effect | None) -> str:
    if effect is None:
        return "\u2013"
    text = change_text(effect)
    return f"({text})" if verdict == "no effect shown" else text
