"""Reading SUMO's XML: plain or gzipped, piece by piece, with the place of every piece."""

import difflib
import gzip
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from xml.etree.ElementTree import Element, tostring
from xml.parsers import expat

CHUNK_BYTES = 1 << 18
PROGRAM = re.compile(rb"<tlLogic\b(?:[^>]*/>|.*?</tlLogic\s*>)", re.DOTALL)
"""A signal program in the text of a file."""


class XmlError(ValueError):
    """A file is no XML; the message is `file:line:column: reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One child of a file's root element."""

    element: Element
    file: Path
    """The file it stands in, which may be an included one."""
    line: int
    column: int

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}"


def open_xml(path: Path) -> IO[bytes]:
    """A file's bytes; gzip is recognised by its content, as SUMO does."""
    with path.open("rb") as file:
        magic = file.read(2)
    return cast(IO[bytes], gzip.open(path)) if magic == b"\x1f\x8b" else path.open("rb")


def read_pieces(path: Path, *, places: dict[int, str] | None = None) -> Iterator[Piece]:
    """The children of a file's root, one at a time, those of included files in their place.

    Args:
        path: XML, or XML in gzip.
        places: Filled with `id(element)` → `file:line:column` of every element below the root.

    Raises:
        XmlError: where the file is not well-formed.
    """
    for piece in read_own_pieces(path, places=places):
        included = included_file(piece)
        if included is not None:
            yield from read_pieces(included, places=places)
        else:
            yield piece


def included_file(piece: Piece) -> Path | None:
    """The file that a piece includes; None where it is something else.

    Raises:
        XmlError: where there is no such file.
    """
    href = piece.element.get("href")
    if piece.element.tag != "include" or not href:
        return None
    included = (piece.file.parent / href).resolve()
    if not included.is_file():
        raise XmlError(f"{piece.place}: include: {included} does not exist")
    return included


def scan(path: Path, on_start: Callable[[str, dict[str, str]], None]) -> None:
    """Call a function with the tag and attributes of every element; nothing is kept.

    Raises:
        XmlError: where the file is not well-formed.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = on_start
    for _ in _feed(parser, path):
        pass


def read_own_pieces(path: Path, *, places: dict[int, str] | None = None) -> Iterator[Piece]:
    """As `read_pieces`, but what includes a file stays what it is."""
    parser = expat.ParserCreate()
    builder = _Builder(parser, path, places)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    for _ in _feed(parser, path):
        yield from builder.done
        builder.done.clear()


class _Builder:
    """Builds elements from a parser's events, and hands out finished children of the root."""

    def __init__(
        self, parser: expat.XMLParserType, path: Path, places: dict[int, str] | None
    ) -> None:
        self.done: list[Piece] = []
        self._parser = parser
        self._path = path
        self._places = places
        self._open: list[tuple[Element, int, int]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        element = Element(tag, attributes)
        if self._open:
            self._open[-1][0].append(element)
        self._open.append((element, line, column))
        if self._places is not None:
            self._places[id(element)] = f"{self._path}:{line}:{column}"

    def end(self, _tag: str) -> None:
        """Close an element."""
        element, line, column = self._open.pop()
        if len(self._open) == 1:
            self._open[0][0].clear()
            self.done.append(Piece(element=element, file=self._path, line=line, column=column))

    def text(self, data: str) -> None:
        """Keep text that says something."""
        if data.strip() and self._open:
            element = self._open[-1][0]
            element.text = (element.text or "") + data


def _feed(parser: expat.XMLParserType, path: Path) -> Iterator[None]:
    try:
        with open_xml(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise XmlError(f"{path}:{error.lineno}:{error.offset + 1}: {reason}") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise XmlError(f"{path}: broken gzip: {error}") from error


def write_pieces(path: Path, root: str, pieces: Iterable[str]) -> None:
    """Write a file of the given pieces of XML, a line each, below one root element."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"<{root}>\n")
        file.writelines(f"    {piece}\n" for piece in pieces)
        file.write(f"</{root}>\n")


def as_text(element: Element) -> str:
    """One element as XML on one line."""
    element.tail = None
    return tostring(element, encoding="unicode")


def seconds(text: str) -> float:
    """Seconds of SUMO's `s`, `h:m:s` or `d:h:m:s`.

    Raises:
        ValueError: if it is neither.
    """
    fields = [float(field) for field in text.split(":")]
    if len(fields) not in (1, 3, 4):
        raise ValueError(f"expected seconds or h:m:s, got {text!r}")
    return sum(
        value * size for value, size in zip(reversed(fields), (1, 60, 3600, 86400), strict=False)
    )


def element_time_s(attributes: Mapping[str, str], key: str) -> float | None:
    """Time in an attribute; None where it is absent or a word, as in `depart="triggered"`."""
    try:
        return seconds(attributes[key]) if key in attributes else None
    except ValueError:
        return None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where something known is close to the name, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
