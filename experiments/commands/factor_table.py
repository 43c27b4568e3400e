"""The table of signals and advice that the command line prints after a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from experiments.commands.effect_cells import change_cell, share_cell
from experiments.commands.tables import metric_words
from experiments.factor_cells import (
    CELLS,
    INTERACTIONS,
    SHARES,
    SIGNALS,
    WITHIN,
    figure_key,
    figures_at,
    told_places,
)
from experiments.measures import FACTOR_METRICS, effect_key
from experiments.two_factors import ENOUGH_KEPT


def factor_tables(summary: Mapping[str, Any]) -> Iterator[Table]:
    """One table per way to control signals that is compared with the own plan; none without."""
    factors = summary.get("factors")
    if factors is None:
        return
    own, *others = factors["signals"]
    for signals in others:
        yield _table(factors, own, signals, len(summary["seeds"]))


def _table(factors: Mapping[str, Any], own: str, signals: str, n_seeds: int) -> Table:
    table = Table(
        title=f"Signals and advice: {signals} and {own}, {n_seeds} "
        f"seed{'s' if n_seeds != 1 else ''}, in % of {own} unadvised unless told otherwise",
        title_justify="left",
        caption="* interval contains 0: no effect shown. Interaction: above 0, advice saves less "
        f"than on the {own}. Share kept: ! at least two thirds ({ENOUGH_KEPT:.2f}) shown, "
        f"x less shown, - no saving shown on the {own}",
        caption_justify="left",
    )
    table.add_column("")
    metrics = [name for name in FACTOR_METRICS if effect_key(name) in factors[SIGNALS][signals]]
    for metric in metrics:
        table.add_column(metric_words(metric), justify="right")
    for place in told_places(dict(factors), signals):
        figures, part = figures_at(dict(factors), place), place[0]
        found = [figures[figure_key(part, metric)] for metric in metrics]
        is_share = part == SHARES
        cells = (share_cell(e) if is_share else change_cell(e, is_stacked=True) for e in found)
        table.add_row(_name(place, figures), *cells)
    return table


def _name(place: tuple[str, ...], figures: Mapping[str, Any]) -> str:
    part, *levels = place
    if "over" in figures:
        return f"{levels[0]}, mean over {', '.join(figures['over'])}"
    signals, advice = levels
    return {
        CELLS: f"{signals}: {advice}",
        WITHIN: f"{advice} on {signals}, in % of {signals}",
        INTERACTIONS: f"interaction {signals} x {advice}, points",
        SHARES: f"share of the saving of {advice} kept",
    }[part]
