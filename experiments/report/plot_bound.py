"""The picture of the bound as a file of its own."""

from pathlib import Path
from typing import Any

from experiments.atomic import replacing
from experiments.report.bound import bound_figure
from experiments.report.plot_style import drawing_style

FORMATS = (".svg", ".png")


def check_figure(target: Path) -> None:
    """Tell of a wrong name before anything is computed.

    Raises:
        ValueError: It is neither SVG nor PNG, or its folder is not there.
    """
    if not target.parent.is_dir():
        raise ValueError(f"--figure: there is no folder '{target.parent}'")
    if target.suffix not in FORMATS:
        raise ValueError(f"--figure: '{target}' must end in {' or '.join(FORMATS)}")


def save_bound(found: dict[str, Any], target: Path) -> None:
    """Draw the figures of `bound.json` into a file.

    Raises:
        ValueError: It is neither SVG nor PNG.
    """
    check_figure(target)
    with drawing_style(), replacing(target) as temporary:
        bound_figure(found).savefig(temporary, format=target.suffix[1:], dpi=144)
