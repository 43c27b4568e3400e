"""How pictures look: colours that colour-blind readers can tell apart, figures as inline SVG."""

import base64
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib
import polars as pl
from matplotlib.figure import Figure
from PIL import Image

from experiments.report.svg_canvas import FONT_STACK, WideTextCanvas

INK = "#1b2733"
MUTED = "#5b6775"
FAINT = "#d5dae0"
REFERENCE = "#4d5761"
FOCUS = "#0072b2"
LESS = "#0072b2"
MORE = "#d55e00"
GREEN = "#009e73"
AMBER = "#e69f00"
RED = "#d55e00"
OTHER_ARMS = ("#e69f00", "#cc79a7", "#009e73", "#56b4e9", "#8c5a2b", "#1b2733")
"""After Okabe and Ito (2008), Color Universal Design, with a brown and the ink for long lists."""

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "d")

_IMAGE_COLOURS = 96
"""Dense lines are kept as an image inside the picture; this many colours are enough for them."""

_SMALL_IMAGE = 30_000
"""Characters; smaller images (a colour scale) keep all their colours."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ecocorridor",
    "figure.dpi": 144,
    "font.size": 10.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 10,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure of the page."""

    svg: str
    """An `<svg>` element to be put in the page as it is."""
    caption: str
    """What to see in it, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure together with the numbers that are drawn in it, and nothing else."""

    name: str
    """Unique in a page; files are called after it."""
    figure: Figure
    spoken: str
    """Read out instead of the picture."""
    caption: str
    tables: Mapping[str, pl.DataFrame]
    """What is drawn, in the units of the axes; the keys tell several tables apart."""

    def picture(self) -> Picture:
        """As it stands in the page; to be called inside `drawing_style`."""
        return Picture(svg=as_svg(self.figure, self.name, self.spoken), caption=self.caption)


@contextmanager
def drawing_style(further_font: str | None = None) -> Iterator[None]:
    """Matplotlib's own defaults with our looks, whatever the user's settings; undone on exit.

    Args:
        further_font: For characters that matplotlib's own font lacks; must be installed.
    """
    settings: dict[Any, Any] = {**matplotlib.rcParamsDefault, **_STYLE}
    if further_font is not None:
        settings["font.family"] = ["DejaVu Sans", further_font]
    settings.pop("backend")
    with matplotlib.rc_context(settings):
        yield


def arm_colours(arms: tuple[str, ...], focus: str | None) -> dict[str, str]:
    """A colour for each advised arm; the one in focus is always blue."""
    others = [arm for arm in arms if arm != focus]
    colours = {arm: OTHER_ARMS[i % len(OTHER_ARMS)] for i, arm in enumerate(others)}
    return colours | ({focus: FOCUS} if focus is not None else {})


def arm_markers(arms: tuple[str, ...]) -> dict[str, str]:
    """A marker for each arm, so that a print without colour can still be read."""
    return {arm: MARKERS[i % len(MARKERS)] for i, arm in enumerate(arms)}


def as_svg(figure: Figure, name: str, description: str) -> str:
    """The figure as an `<svg>` element that scales with its place, with a text alternative.

    Args:
        figure: Drawn inside `drawing_style`.
        name: Unique in the page; put before all ids, since ids of two figures may clash.
        description: Read out instead of the picture.
    """
    text = io.StringIO()
    canvas = WideTextCanvas(figure)
    canvas.print_figure(
        text, format="svg", dpi=figure.dpi, metadata={"Date": None, "Creator": None}
    )
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="([^"]+)"', rf' id="{name}-\1"', svg)
    svg = re.sub(r'url\(#([^)"]+)\)', rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    svg = re.sub(r"data:image/png;base64,([^\"]+)", _with_few_colours, svg)
    svg = re.sub(r"(font: [^;\"']*?px) '[^;\"]*", rf"\1 {FONT_STACK}", svg)
    label = escape(description, quote=True)
    head = re.search(r'viewBox="[^"]+"', svg)
    if head is None:
        raise RuntimeError("matplotlib wrote an SVG without a viewBox")
    body = svg[svg.index(">") + 1 :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{head.group(0)} role="img" aria-label="{label}">{body}'
    )


def _with_few_colours(image: re.Match[str]) -> str:
    """The same image with a palette, a quarter of the size."""
    if len(image.group(1)) < _SMALL_IMAGE:
        return image.group(0)
    picture = Image.open(io.BytesIO(base64.b64decode(image.group(1)))).convert("RGBA")
    small = picture.quantize(_IMAGE_COLOURS, method=Image.Quantize.FASTOCTREE)
    data = io.BytesIO()
    small.save(data, "png")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"
