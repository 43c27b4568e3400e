"""All pictures of the report of a sweep."""

from experiments.report.plot_style import Chart
from experiments.report.sweep_data import Findings
from experiments.report.sweep_plot_curves import draw_curves, draw_curves_by_scenario
from experiments.report.sweep_plot_front import draw_front
from experiments.report.sweep_plot_maps import draw_map
from experiments.report.sweep_plot_sensitivity import draw_sensitivity


def sweep_charts(found: Findings) -> list[Chart]:
    """Every picture that the sweep allows, with its numbers; to be used in `drawing_style`."""
    charts = []
    for key in found.sweep.swept:
        charts.append(draw_curves(found, key))
        if key in found.by_scenario:
            charts.append(draw_curves_by_scenario(found, key))
    charts += [draw_map(found, number) for number in range(len(found.maps))]
    charts.append(draw_front(found))
    if found.sensitivity is not None:
        charts.append(draw_sensitivity(found.sensitivity))
    return charts
