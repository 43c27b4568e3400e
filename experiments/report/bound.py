"""The attainable bound in the report: a table and a picture, from the figures in the folder."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from experiments.report.effects import signed
from experiments.report.glossary import model_name
from experiments.report.language import say
from experiments.report.plot_style import FAINT, INK, MUTED, Chart, arm_colours
from experiments.report.tables import Cell, Row

BOUND = "bound.json"
"""File of the figures in a folder of results."""


def read_bound(directory: Path) -> dict[str, Any] | None:
    """The figures in a folder of results; None where the bound was not looked for.

    Raises:
        ValueError: The file is damaged.
    """
    path = directory / BOUND
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"'{path}' is damaged: {error}; make it anew by 'bound'") from error
    return found


def bound_table(found: dict[str, Any]) -> list[Row]:
    """A row for each arm, and one for the bound.

    Per account there is what an approach emits, and which share of the possible saving that is.
    """
    rows = []
    for arm, facts in found["arms"].items():
        cells = []
        for name, figures in facts["accounts"].items():
            share = figures["realised"]
            told = "" if share is None or arm == found["reference"] else f"{100 * share:.0f}\u202f%"
            unit = found["accounts"][name]["unit"]
            tone = "open" if not share else "less" if share > 0 else "more"
            cells.append(
                Cell(value=f"{figures['per_approach']:.1f} {unit}", change=told, tone=tone)
            )
        time = Cell(value=f"{signed(facts['trip_time_pct'], digits=1)}\u202f%")
        rows.append(Row(name=arm, cells=(*cells, time)))
    least = [
        Cell(value=f"{facts['bound']:.1f} {facts['unit']}") for facts in found["accounts"].values()
    ]
    rows.append(Row(name=say("bound"), cells=(*least, Cell(value=say("as the reference")))))
    return rows


BOUND_ITSELF = "bound"
"""Called so among the arms, in the table that is drawn."""


def saved_rows(found: dict[str, Any]) -> pl.DataFrame:
    """Saving on approaches: account, arm (and the bound), saved_pct."""
    rows = []
    for account, facts in found["accounts"].items():
        for arm, told in found["arms"].items():
            if arm != found["reference"]:
                rows.append((account, arm, told["accounts"][account]["saved_pct"]))
        rows.append((account, BOUND_ITSELF, facts["possible_pct"]))
    return pl.DataFrame(rows, schema=["account", "arm", "saved_pct"], orient="row")


def bound_figure(found: dict[str, Any]) -> Figure:
    """Saving of each arm and of the bound, per account; drawn inside `drawing_style`."""
    return _figure(found, saved_rows(found))


def _figure(found: dict[str, Any], table: pl.DataFrame) -> Figure:
    accounts = list(found["accounts"])
    arms = tuple(arm for arm in found["arms"] if arm != found["reference"])
    colours = arm_colours(arms, "eco" if "eco" in arms else None)
    saved = {(account, arm): pct for account, arm, pct in table.iter_rows()}
    figure = Figure(figsize=(9.6, 0.62 * len(accounts) * max(len(arms), 2) / 2 + 1.3))
    figure.set_layout_engine("constrained")
    axis = figure.subplots()
    height = 0.8 / max(len(arms), 1)
    for row, name in enumerate(accounts):
        possible = saved[name, BOUND_ITSELF]
        axis.barh(row, possible, height=0.9, color=FAINT, zorder=1)
        axis.plot([possible] * 2, [row - 0.45, row + 0.45], color=INK, linewidth=2, zorder=3)
        for i, arm in enumerate(arms):
            place = row + (i - (len(arms) - 1) / 2) * height
            label = arm if row == 0 else None
            axis.barh(
                place, saved[name, arm], height=0.8 * height, color=colours[arm], zorder=2,
                label=label,
            )  # fmt: skip
    axis.axvline(0.0, color=MUTED, linewidth=1.0)
    axis.set_yticks(range(len(accounts)), [model_name(name) for name in accounts])
    axis.invert_yaxis()
    axis.set_xlabel(say("Saved on approaches against {reference}, %", reference=found["reference"]))
    if arms:
        figure.legend(loc="outside upper left", ncols=len(arms))
    return figure


def draw_bound(found: dict[str, Any]) -> Chart:
    """The same for the page."""
    table = saved_rows(found)
    spoken = "; ".join(
        say("{account}: {pct:.1f} percent possible", account=model_name(name), pct=pct)
        for name, pct in table.filter(arm=BOUND_ITSELF).select("account", "saved_pct").iter_rows()
    )
    return Chart(
        name="bound",
        figure=_figure(found, table),
        spoken=say("What could be saved and what was. {spoken}", spoken=spoken),
        caption=say(
            "Grey, to the black line: what the bound says could be saved on the approaches with "
            "the same entries, slots and exit times. Bars: what the arms saved on the same "
            "approaches."
        ),
        tables={"": table},
    )
