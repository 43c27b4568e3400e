"""Where in the network CO2 falls and where it rises."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.report.data import Results
from experiments.report.language import say
from experiments.report.plot_style import FAINT, INK, LESS, MORE, Chart

ACCOUNTS = (("co2_hbefa4_g", "HBEFA4"), ("co2_phemlight5_g", "PHEMlight5"))
"""The two engine models that disagree most."""

_VECTOR_LIMIT = 1500
"""Networks with more roads are drawn as an image inside the picture, which stays small."""

_CHANGES = LinearSegmentedColormap.from_list(
    "changes", [LESS, "#a9cfe6", "#c9cdd2", "#f0b98f", MORE]
)


def road_changes(roads: pl.DataFrame, reference: str, arm: str) -> pl.DataFrame:
    """Mean change over the seeds of what is emitted on each road.

    A road without traffic in one of the arms counts as 0 there.

    Returns:
        edge_id and, per account, grams of the arm minus grams of the reference, by edge_id.
    """
    names = [name for name, _ in ACCOUNTS]
    n_seeds = max(roads["seed"].n_unique(), 1)
    sign = pl.when(pl.col("arm") == arm).then(1.0).otherwise(-1.0)
    return (
        roads.filter(pl.col("arm").is_in([reference, arm]))
        .group_by("edge_id")
        .agg([(pl.col(name) * sign).sum() / n_seeds for name in names])
        .sort("edge_id")
    )


def draw_map(results: Results) -> Chart | None:
    """Two maps, one per engine model, on one scale; None without roads or an advised arm."""
    edges = [edge for edge in results.network.get("edges", []) if len(edge["shape"]) > 1]
    if results.focus is None or results.roads.is_empty() or not edges:
        return None
    changes = road_changes(results.roads, results.reference, results.focus)
    shapes = [np.asarray(edge["shape"], dtype=np.float64) for edge in edges]
    order = pl.DataFrame(
        {
            "edge_id": [edge["id"] for edge in edges],
            "length_m": [_length_m(shape) for shape in shapes],
        }
    )
    # g per m are kg per km.
    table = order.join(changes, on="edge_id", how="left", maintain_order="left").select(
        "edge_id",
        "length_m",
        *((pl.col(name) / pl.col("length_m")).alias(_per_km(name)) for name, _ in ACCOUNTS),
    )
    return _draw(results, shapes, table)


def _per_km(column: str) -> str:
    """The column of the table that is drawn for a column of grams."""
    return f"{column.removesuffix('_g')}_change_kg_per_km"


def _draw(results: Results, shapes: list[NDArray[np.float64]], table: pl.DataFrame) -> Chart:
    per_metre = table.select(_per_km(name) for name, _ in ACCOUNTS).to_numpy().astype(np.float64)
    largest = np.nanmax(np.abs(per_metre), initial=0.0)
    scale = (float(np.nanpercentile(np.abs(per_metre), 98)) if largest > 0 else 1.0) or largest
    corners = np.concatenate(shapes)
    width_m, height_m = np.maximum(np.ptp(corners, axis=0), 1.0)
    is_wide = width_m > 2.8 * height_m
    panel_height = float(np.clip(height_m / width_m * (11.0 if is_wide else 5.4), 1.5, 6.0))
    size = (11.6, 2 * panel_height + 1.8) if is_wide else (11.6, panel_height + 1.5)
    figure = Figure(figsize=size, layout="compressed")
    axes = figure.subplots(*((2, 1) if is_wide else (1, 2)), sharex=True, sharey=True)
    norm = TwoSlopeNorm(0.0, -scale, scale)
    for axis, values, (_, name) in zip(axes, per_metre.T, ACCOUNTS, strict=True):
        lines = _draw_roads(axis, shapes, values, norm)
        _draw_place(axis, results, corners)
        axis.set_title(f"{name}: {_total_words(values, table['length_m'].to_numpy())}")
    bar = figure.colorbar(
        lines, ax=list(axes), location="bottom", shrink=0.5, aspect=36, extend="both", pad=0.03
    )
    bar.set_label(say("less CO₂     ←     kg per km of road     →     more CO₂"))
    bar.outline.set_visible(False)
    return Chart(
        name="map",
        figure=figure,
        spoken=say(
            "Maps of the network: change of CO₂ on each road under {arm} against {reference}, on "
            "HBEFA4 and on PHEMlight5.",
            arm=results.focus,
            reference=results.reference,
        ),
        caption=say(
            "Blue roads: less CO₂ than in the reference; orange roads: more; grey: no difference. "
            "Change in kg per km of road over the simulated time, mean over all seeds, both maps "
            "on one scale. Dots: signals. Single roads carry chance; read the pattern, not the "
            "road."
        ),
        tables={"": table},
    )


def _draw_roads(
    axis: Axes, shapes: list[NDArray[np.float64]], values: NDArray[np.float64], norm: TwoSlopeNorm
) -> LineCollection:
    filled = np.nan_to_num(values)
    share = np.clip(np.abs(filled) / float(norm.vmax or 1.0), 0.0, 1.0)
    order = np.argsort(share, kind="stable")
    lines = LineCollection(
        [shapes[i] for i in order],
        array=filled[order],
        cmap=_CHANGES,
        norm=norm,
        linewidths=1.4 + 4.0 * share[order],
        capstyle="round",
    )
    lines.set_rasterized(len(shapes) > _VECTOR_LIMIT)
    axis.add_collection(lines)
    return lines


def _draw_place(axis: Axes, results: Results, corners: NDArray[np.float64]) -> None:
    signals = results.network.get("signals", [])
    xs, ys = [s["x"] for s in signals], [s["y"] for s in signals]
    axis.scatter(xs, ys, s=20, color=INK, edgecolors="white", linewidths=0.8, zorder=3)
    low, high = corners.min(axis=0), corners.max(axis=0)
    margin = 0.04 * np.maximum(high - low, 0.1 * (high - low).max())
    axis.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axis.set_ylim(low[1] - margin[1], high[1] + margin[1])
    axis.set_aspect("equal")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set(visible=True, color=FAINT)


def _total_words(values: NDArray[np.float64], lengths_m: NDArray[np.float64]) -> str:
    total_kg = f"{float(np.nansum(values * lengths_m)) / 1000:+.1f}".replace("-", "\u2212")
    return say("{total} kg per seed in all", total=total_kg)


def _length_m(shape: NDArray[np.float64]) -> float:
    return max(float(np.hypot(*np.diff(shape, axis=0).T).sum()), 1.0)
