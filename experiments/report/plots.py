"""All pictures of the report."""

from typing import Any

import polars as pl

from experiments.report.bound import draw_bound
from experiments.report.data import Results
from experiments.report.explained import typical_chart
from experiments.report.journeys import Explained
from experiments.report.plot_bands import draw_bands, progressions
from experiments.report.plot_effects import draw_effects, draw_groups
from experiments.report.plot_equity import draw_equity
from experiments.report.plot_map import draw_map
from experiments.report.plot_phases import draw_phases
from experiments.report.plot_profile import draw_profile
from experiments.report.plot_promises import draw_promises
from experiments.report.plot_spacetime import draw_spacetime
from experiments.report.plot_style import Chart, Picture, drawing_style
from experiments.report.plot_vehicles import draw_vehicles
from experiments.report.plot_waits import draw_waits
from experiments.report.plot_who_pays import draw_who_pays
from experiments.report.stage import choose_stage
from experiments.report.who_pays import shares_by_approach


def draw_all(
    results: Results,
    pairs: pl.DataFrame | None,
    typical: Explained | None = None,
    bound: dict[str, Any] | None = None,
) -> dict[str, Picture]:
    """Every picture that the results allow, by name, as it stands in the page.

    Args:
        results: The results folder.
        pairs: Differences per vehicle of the arm in focus; None without such an arm.
        typical: The vehicle that is explained, if any.
        bound: Figures of the attainable bound, if it was looked for.
    """
    with drawing_style():
        return {chart.name: chart.picture() for chart in all_charts(results, pairs, typical, bound)}


def all_charts(
    results: Results,
    pairs: pl.DataFrame | None,
    typical: Explained | None = None,
    bound: dict[str, Any] | None = None,
) -> list[Chart]:
    """The same with their numbers, in the order of the page; to be used in `drawing_style`."""
    charts: list[Chart | None] = [draw_effects(results)]
    stage = choose_stage(results.trajectories, results.reference)
    if stage is not None:
        charts += [draw_spacetime(results, stage), draw_profile(results, stage)]
        charts.append(draw_bands(results, stage, progressions(results)))
    charts += [draw_phases(results, stage), draw_promises(results), draw_map(results)]
    charts.append(draw_waits(results))
    if results.focus is not None and pairs is not None:
        shares = shares_by_approach(results)
        charts += [
            draw_groups(results, results.focus),
            draw_vehicles(pairs, results.focus),
            draw_equity(pairs, results.focus),
            draw_who_pays(shares, results.focus, results.reference),
        ]
    charts += [draw_bound(bound) if bound else None, typical_chart(typical)]
    return [chart for chart in charts if chart is not None]
