"""The figures of the report as files, with the numbers that are drawn in them."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

from experiments.atomic import replacing
from experiments.report.bound import read_bound
from experiments.report.data import read_results
from experiments.report.explained import explain_typical
from experiments.report.language import ENGLISH, LANGUAGES, speaking
from experiments.report.plot_style import Chart, drawing_style
from experiments.report.plot_vehicles import paired_differences
from experiments.report.plots import all_charts

FIGURES = "figures"
"""Folder in a folder of results."""
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
) -> list[Path]:
    """Write each figure of the report as a picture, and what is drawn in it as CSV.

    The same folder gives the same bytes. A PNG in Chinese needs a font on this machine; where
    there is none, its words are English.

    Args:
        directory: Folder of results.
        out: Folder that is made if needed; files of the same names are replaced.
        formats: `svg`, `png`.
        language: `en` or `zh`.

    Returns:
        What was written.

    Raises:
        ValueError: As `read_results`, or the language is not known.
    """
    font = chinese_font()
    png_language = language if language == ENGLISH or font else ENGLISH
    languages = {"svg": language, "png": png_language}
    out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for spoken in LANGUAGES:
        kinds = [kind for kind in formats if languages[kind] == spoken]
        if not kinds and spoken != language:
            continue
        with speaking(spoken), drawing_style(font if spoken != ENGLISH else None):
            for chart in charts_of(directory):
                files = {f"{chart.name}.{kind}": _drawn(chart, kind) for kind in kinds}
                if spoken == language:
                    files |= _numbers(chart)
                written += [_write(out / name, content) for name, content in files.items()]
    return sorted(written)


def charts_of(directory: Path) -> list[Chart]:
    """All figures of a folder of results; to be used in `drawing_style`."""
    results = read_results(directory)
    pairs = None
    if results.focus is not None:
        pairs = paired_differences(results.vehicles, results.reference, results.focus)
    return all_charts(results, pairs, explain_typical(directory), read_bound(directory))


def chinese_font() -> str | None:
    """A font of this machine that has Chinese; None: there is none that we know."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), None)


def _drawn(chart: Chart, kind: str) -> bytes:
    if kind == "svg":
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        return f"{head}{chart.picture().svg}\n".encode()
    image = io.BytesIO()
    canvas: Any = FigureCanvasAgg(chart.figure)  # matplotlib tells no types of it
    canvas.print_png(image, metadata={"Software": None})
    return image.getvalue()


def _numbers(chart: Chart) -> dict[str, bytes]:
    """File of each table → its CSV."""
    return {
        f"{chart.name}{'-' if part else ''}{part}.csv": table.write_csv().encode()
        for part, table in chart.tables.items()
    }


def _write(path: Path, content: bytes) -> Path:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
