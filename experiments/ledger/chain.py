"""A chain of records, one JSON object a line: each holds its own hash and that of the one before.

The hash of a line is SHA-256 of the line without it: `{"prev_hash":…,"record":…}`. So a line that
was changed is found by itself, and one taken out, put in or moved by the line behind it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from experiments.ledger.faults import Fault

START = "0" * 64
"""Stands for the hash of a line before the first."""
_LINE = re.compile(rb'\{"hash":"([0-9a-f]{64})","prev_hash":"([0-9a-f]{64})","record":(\{.*\})\}')
_TRIP = re.compile(rb'"trip":"([0-9a-f]{20})"')
_AFTER_HASH = len(b'{"hash":"",') + 64


@dataclass(frozen=True, slots=True)
class Chain:
    """A file of chained records as far as it holds."""

    lines: tuple[bytes, ...]
    """All of its lines, without their ends."""
    head: str
    """Hash of the last line that holds."""
    fault: Fault | None
    """The first line that does not, if any."""

    def records(self) -> Iterator[bytes]:
        """The record in each line."""
        return map(read_record, self.lines)

    @property
    def content(self) -> bytes:
        """Of its file."""
        return b"".join(line + b"\n" for line in self.lines)


def chained(records: Iterable[bytes], head: str = START) -> Chain:
    """Records as lines that continue a chain.

    Args:
        records: Canonical JSON objects.
        head: Hash of the last line so far.
    """
    lines = []
    for record in records:
        rest = b'"prev_hash":"%s","record":%s}' % (head.encode(), record)
        head = hashlib.sha256(b"{" + rest).hexdigest()
        lines.append(b'{"hash":"%s",%s' % (head.encode(), rest))
    return Chain(tuple(lines), head, None)


def read_record(line: bytes) -> bytes:
    """The record in a line that holds."""
    return line[_AFTER_HASH + len(b'"prev_hash":"",') + 64 + len(b'"record":') : -1]


def read_chain(data: bytes, file: str) -> Chain:
    """Check all lines of a file of records, up to the first that does not hold.

    Args:
        data: Content of the file.
        file: Its name, for what is told.
    """
    *lines, rest = data.split(b"\n")
    if rest:
        lines.append(rest)
    hashes: list[bytes] = []
    head = START.encode()
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        is_whole = number < len(lines) or not rest
        if match is None:
            what = "this is no record as it was written" if is_whole else "the line is cut off"
        elif hashlib.sha256(b"{" + line[_AFTER_HASH:]).hexdigest().encode() != match[1]:
            what = "the record was changed: its hash is another"
        elif not is_whole:
            what = "the end of the line is missing"
        elif match[2] != head:
            what = _wrong_order(match[2], hashes, lines[number:])
        else:
            head = match[1]
            hashes.append(head)
            continue
        fault = Fault(file=file, line=number, trip=trip_in(line), what=what)
        return Chain(tuple(lines), head.decode(), fault)
    return Chain(tuple(lines), head.decode(), None)


def trip_in(line: bytes) -> str | None:
    """Pseudonym that stands in a line, be it right or wrong."""
    found = _TRIP.search(line)
    return found[1].decode() if found else None


def _wrong_order(wanted: bytes, before: Sequence[bytes], behind: Sequence[bytes]) -> str:
    """Why a line, right by itself, does not continue the one before it.

    Args:
        wanted: Hash of the line that it was written after.
        before: Hashes of the lines before it.
        behind: Lines behind it.
    """
    if wanted == START.encode():
        return "this was the first record; those before it were put in or moved"
    if wanted in before:
        line = before.index(wanted) + 1
        return f"this record came right after line {line}; what stands between was put in"
    if any(match[1] == wanted for match in map(_LINE.fullmatch, behind) if match):
        return "the record was moved: the one before it stands further below"
    return "the record before this one was removed or rewritten"
