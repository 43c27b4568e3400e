"""The picture of the bound as a file of its own."""

from pathlib import Path
from typing import Any

from experiments.atomic import replacing
from experiments.report.bound import bound_figure
from experiments.report.plot_style import drawing_style

KINDS = (".svg", ".png")


def save_bound(found: dict[str, Any], target: Path) -> None:
    """Draw the figures of `bound.json` into a file.

    Raises:
        ValueError: It is neither SVG nor PNG.
    """
    if target.suffix not in KINDS:
        raise ValueError(f"a figure is {' or '.join(KINDS)}, got '{target}'")
    with drawing_style(), replacing(target) as temporary:
        bound_figure(found).savefig(temporary, format=target.suffix[1:], dpi=144)
