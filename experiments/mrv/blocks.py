"""The contents of a document, apart from how they are written down.

Markdown and HTML are two ways to write the same blocks; no text stands in either of them.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    is_strong: bool = False
    """Whether it must not be overlooked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of texts; the first column names the rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as the head."""
    note: str = ""
    """What a reader must know of it, below it."""
    is_text: bool = False
    """Whether its cells are words rather than numbers."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(
                    f"{self.title}: a row has {len(row)} cells, the head {len(self.head)}: {row}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said first and large."""

    sentence: str
    lines: tuple[str, ...] = ()
    tone: Literal["good", "bad", "open"] = "open"


Block: TypeAlias = Text | Bullets | Table | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered part of a document."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document."""

    kicker: str
    title: str
    label: str
    """What it is and is not; stands at the top."""
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
