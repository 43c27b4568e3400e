"""SVG by matplotlib in which Chinese fits: measured as wide as browsers draw it."""

import codecs
import io
import re
from typing import Any

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG

FONT_STACK = (
    "'DejaVu Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', "
    "'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif"
)
"""Fonts that a browser looks for; the first one has no Chinese, so the next one gives it."""
WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]")
"""Characters that are as wide as the font is high, in all fonts that have them."""
_EM_DASH = "\u2014"
"""As wide as these, and in the font that matplotlib measures by."""


class WideRenderer(RendererSVG):
    """Measures text without a font for Chinese; the text itself is left to the browser."""

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:  # noqa: ANN401
        """As matplotlib does, each wide character as an em dash."""
        measured = WIDE.sub(_EM_DASH, s)
        return super().get_text_width_height_descent(measured, prop, ismath)  # type: ignore[no-untyped-call]


class WideTextCanvas(FigureCanvasSVG):
    """Draws as `FigureCanvasSVG` does, but for the widths."""

    def print_svg(
        self,
        filename: io.StringIO | io.BytesIO,
        *,
        bbox_inches_restore: Any = None,  # noqa: ANN401
        metadata: Any = None,  # noqa: ANN401
        **_: object,
    ) -> None:
        """Write into a stream; matplotlib itself calls this with one of bytes, to measure."""
        figure = self.figure
        is_bytes = isinstance(filename, io.BytesIO)
        make_writer: Any = codecs.getwriter("utf-8")
        stream = make_writer(filename) if is_bytes else filename
        dpi, figure.dpi = figure.dpi, 72
        width, height = figure.get_size_inches()
        make_svg: Any = WideRenderer  # matplotlib tells no types of these
        make_renderer: Any = MixedModeRenderer
        svg = make_svg(72 * width, 72 * height, stream, image_dpi=dpi, metadata=metadata)
        renderer = make_renderer(
            figure, width, height, dpi, svg, bbox_inches_restore=bbox_inches_restore
        )
        figure.draw(renderer)
        renderer.finalize()
