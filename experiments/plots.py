"""All pictures of the report."""

import polars as pl

from experiments.plot_effects import draw_effects, draw_groups
from experiments.plot_map import draw_map
from experiments.plot_profile import draw_profile
from experiments.plot_spacetime import choose_stage, draw_spacetime
from experiments.plot_style import Picture, drawing_style
from experiments.plot_vehicles import draw_vehicles
from experiments.report_data import Results


def draw_all(results: Results, pairs: pl.DataFrame | None) -> dict[str, Picture]:
    """Every picture that the results allow, by name; what cannot be drawn is absent.

    Args:
        results: The results folder.
        pairs: Differences per vehicle of the arm in focus; None without such an arm.
    """
    pictures: dict[str, Picture | None] = {}
    with drawing_style():
        pictures["effects"] = draw_effects(results)
        stage = choose_stage(results.trajectories, results.reference)
        if stage is not None:
            pictures["spacetime"] = draw_spacetime(results, stage)
            pictures["profile"] = draw_profile(results, stage)
        pictures["map"] = draw_map(results)
        if results.focus is not None and pairs is not None:
            pictures["vehicles"] = draw_vehicles(pairs, results.focus)
            pictures["groups"] = draw_groups(results, results.focus)
    return {name: picture for name, picture in pictures.items() if picture is not None}
