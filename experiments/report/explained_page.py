"""The picture and the account of one vehicle as a file of its own."""

from collections.abc import Sequence
from pathlib import Path

from experiments.atomic import replacing
from experiments.report.account import Account
from experiments.report.approaches import Approach
from experiments.report.journeys import Explained
from experiments.report.plot_explained import draw_explained, explained_chart
from experiments.report.plot_style import drawing_style
from experiments.report.templating import template

EXPLAINED = "explained"
"""Folder in a folder of results for pages on vehicles."""
KINDS = (".html", ".png", ".svg")
"""What can be written: the page with the account, or the picture alone."""
PNG_DPI = 144


def check_kind(path: Path) -> None:
    """Raises ValueError: such a file cannot be written."""
    if path.suffix.lower() not in KINDS:
        raise ValueError(f"--out must end in {', '.join(KINDS)}, got '{path.name}'")


def page_name(vehicle_id: str, arm: str) -> str:
    """A name for a vehicle's page that every file system takes."""
    plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in f"{arm}-{vehicle_id}")
    return f"{plain}.html"


def write_explained(
    path: Path, explained: Explained, approaches: Sequence[Approach], account: Account
) -> None:
    """Write picture or page, as the file's name ends.

    Raises:
        ValueError: The name ends otherwise.
    """
    check_kind(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.suffix.lower()
    with drawing_style(), replacing(path) as temporary:
        if kind == ".png":
            draw_explained(explained, approaches).savefig(temporary, format="png", dpi=PNG_DPI)
            return
        picture = explained_chart(explained, approaches).picture()
        if kind == ".html":
            text = template("explained.html.j2").render(account=account, picture=picture)
        else:
            text = picture.svg
        temporary.write_text(text, encoding="utf-8", newline="\n")
