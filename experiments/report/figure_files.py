"""The figures of the report as files, with the numbers that are drawn in them."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

from experiments.atomic import replacing
from experiments.curves import is_sweep, read_sweep
from experiments.report.bound import read_bound
from experiments.report.data import read_results
from experiments.report.explained import explain_typical
from experiments.report.language import ENGLISH, speaking
from experiments.report.plot_style import Chart, drawing_style
from experiments.report.plot_vehicles import paired_differences
from experiments.report.plots import all_charts
from experiments.report.sweep_data import find
from experiments.report.sweep_plots import sweep_charts

FORMATS = ("svg", "png")
CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK JP"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Microsoft YaHei", "SimHei"),
    *("Droid Sans Fallback", "AR PL UMing CN"),
)
"""Fonts for pictures of points; an SVG leaves the choice to whoever shows it."""


def check_formats(text: str) -> tuple[str, ...]:
    """Formats out of a list as in `svg,png`.

    Raises:
        ValueError: One is not known.
    """
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    wrong = [part for part in wanted if part not in FORMATS]
    if wrong:
        raise ValueError(f"--format: must be of {', '.join(FORMATS)}, got '{wrong[0]}'")
    return wanted


def write_figures(
    directory: Path,
    out: Path,
    *,
    formats: Sequence[str] = FORMATS,
    language: str = ENGLISH,
    focus: str | None = None,
) -> list[Path]:
    """Write each figure of the report as a picture, and what is drawn in it as CSV.

    The same folder gives the same bytes; the CSV is the same in all languages. A PNG in Chinese
    needs a font on this machine; where there is none, its words are English.

    Args:
        directory: Folder of a run's results, or of a sweep's.
        out: Folder that is made if needed; files of the same names are replaced.
        formats: `svg`, `png`.
        language: `en` or `zh`.
        focus: The arm of a run that they are about; None: the planner, where it ran.

    Returns:
        What was written.

    Raises:
        ValueError: As `read_results` and `read_sweep`, or the language is not known.
    """
    draw = _drawing_of(directory, focus)
    font = chinese_font()
    spoken = {"csv": ENGLISH, "svg": language, "png": language if font else ENGLISH}
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in ("csv", *formats):
        further = font if spoken[kind] != ENGLISH else None
        with speaking(spoken[kind]), drawing_style(further):
            # Anew for each kind: matplotlib's layout remembers how a figure was drawn before.
            for chart in draw():
                files = _content(chart, kind)
                written += [_write(out / name, content) for name, content in files.items()]
    return sorted(written)


def _drawing_of(directory: Path, focus: str | None) -> Callable[[], list[Chart]]:
    """Draws all figures of a run or of a sweep."""
    if is_sweep(directory):
        found = find(read_sweep(directory))
        return lambda: sweep_charts(found)
    results, typical = read_results(directory, focus), explain_typical(directory, focus)
    bound = read_bound(directory)
    pairs = None
    if results.focus is not None:
        pairs = paired_differences(results.vehicles, results.reference, results.focus)
    return lambda: all_charts(results, pairs, typical, bound)


def chinese_font() -> str | None:
    """A font of this machine that has Chinese; None: there is none that we know."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), None)


def _content(chart: Chart, kind: str) -> dict[str, bytes]:
    """File → what is in it."""
    if kind == "csv":
        return {
            f"{chart.name}{'-' if part else ''}{part}.csv": table.write_csv().encode()
            for part, table in chart.tables.items()
        }
    if kind == "svg":
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        return {f"{chart.name}.svg": f"{head}{chart.picture().svg}\n".encode()}
    image = io.BytesIO()
    canvas: Any = FigureCanvasAgg(chart.figure)  # matplotlib tells no types of it
    canvas.print_png(image, metadata={"Software": None})
    return {f"{chart.name}.png": image.getvalue()}


def _write(path: Path, content: bytes) -> Path:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
