"""A document as Markdown (CommonMark with tables)."""

import re
from collections.abc import Iterator, Sequence

from experiments.mrv.blocks import Block, Bullets, Document, Notice, Table, Text

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def as_markdown(document: Document) -> str:
    """All of a document, ending in a line break."""
    parts = [f"# {_plain(document.title)}", f"*{_plain(document.kicker)}*", ""]
    parts += [f"> **{_plain(document.label)}**", ""]
    parts += _blocks(document.opening)
    for place, section in enumerate(document.sections, start=1):
        parts += [f"## {place}. {_plain(section.title)}", "", *_blocks(section.blocks)]
    return "\n".join(parts).rstrip() + "\n"


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        yield from _lines(block)
        yield ""


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(text=text, is_strong=is_strong):
            yield f"**{_plain(text)}**" if is_strong else _plain(text)
        case Bullets(items=items):
            yield from (f"- {_plain(item)}" for item in items)
        case Notice(sentence=sentence, lines=lines):
            yield f"> **{_plain(sentence)}**"
            for line in lines:
                yield from (">", f"> {_plain(line)}")
        case Table():
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    rule = "---" if table.is_text else "--:"
    yield from (f"**{_plain(table.title)}**", "")
    yield _row(table.head)
    yield _row((":--", *(rule for _ in table.head[1:])), is_rule=True)
    yield from (_row(row) for row in table.rows)
    if table.note:
        yield from ("", _plain(table.note))


def _row(cells: Sequence[str], *, is_rule: bool = False) -> str:
    return f"| {' | '.join(cell if is_rule else _plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Text that no reader of Markdown takes for more than text."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
