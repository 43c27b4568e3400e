"""All pictures of the report."""

from typing import Any

import polars as pl

from experiments.report.bound import draw_bound
from experiments.report.data import Results
from experiments.report.explained import typical_picture
from experiments.report.journeys import Explained
from experiments.report.plot_effects import draw_effects, draw_groups
from experiments.report.plot_map import draw_map
from experiments.report.plot_profile import draw_profile
from experiments.report.plot_spacetime import choose_stage, draw_spacetime
from experiments.report.plot_style import Picture, drawing_style
from experiments.report.plot_vehicles import draw_vehicles
from experiments.report.plot_who_pays import draw_who_pays
from experiments.report.who_pays import shares_by_approach


def draw_all(
    results: Results,
    pairs: pl.DataFrame | None,
    typical: Explained | None = None,
    bound: dict[str, Any] | None = None,
) -> dict[str, Picture]:
    """Every picture that the results allow, by name; what cannot be drawn is absent.

    Args:
        results: The results folder.
        pairs: Differences per vehicle of the arm in focus; None without such an arm.
        typical: The vehicle that is explained, if any.
        bound: Figures of the attainable bound, if it was looked for.
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
            shares = shares_by_approach(results)
            pictures["whopays"] = draw_who_pays(shares, results.focus, results.reference)
        pictures["bound"] = draw_bound(bound) if bound else None
        pictures["explained"] = typical_picture(typical)
    return {name: picture for name, picture in pictures.items() if picture is not None}
