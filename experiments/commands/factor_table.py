"""The table of signals and advice that the command line prints after a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

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
from experiments.statistics import Effect, verdict
from experiments.two_factors import ENOUGH_KEPT, KEPT, LOST, share_verdict

NAMES = {
    "co2_hbefa4": "CO2 hbefa4",
    "co2_hbefa4_nojump": "CO2 hbefa4_nojump",
    "co2_phemlight5": "CO2 phemlight5",
    "energy_bev": "energy bev",
    "trip_time": "trip time",
    "stops": "stops",
}
"""How metrics are called, all of `FACTOR_METRICS`."""


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
        table.add_column(NAMES[metric], justify="right")
    for place in told_places(dict(factors), signals):
        figures, part = figures_at(dict(factors), place), place[0]
        tell = _share if part == SHARES else _change
        cells = (tell(figures[figure_key(part, metric)]) for metric in metrics)
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


def _change(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "-"
    effect = Effect(**entry)
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f}"
    star = "*" if verdict(effect) == "no effect shown" else " "
    return f"{effect.mean:+.2f}{star}\n[{effect.low:+.2f}, {effect.high:+.2f}]"


def _share(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "-"
    share = Effect(**entry)
    if share.low is None or share.high is None:
        return f"{share.mean:.2f}"
    mark = {KEPT: "!", LOST: "x"}.get(share_verdict(share), "")
    return f"{share.mean:.2f}{mark}\n[{share.low:.2f}, {share.high:.2f}]"
