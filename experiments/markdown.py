"""Tables in Markdown."""

from collections.abc import Iterator, Sequence


def table_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, n_left: int
) -> Iterator[str]:
    """The lines of a table.

    Args:
        head: Name of each column.
        rows: Cells.
        n_left: How many columns are text, which stands at the left; the others are numbers.
    """
    yield _line(head)
    yield _line([":--" if column < n_left else "--:" for column in range(len(head))])
    yield from map(_line, rows)


def cell_text(text: str) -> str:
    """A text as it may stand in a cell, on one line."""
    return " ".join(text.split()).replace("|", "\\|").replace("*", "\\*")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(cell_text, cells))} |"
