"""A chain of records, one JSON object a line: each holds its own hash and that of the one before.

The hash of a line is SHA-256 of the line without it: `{"prev_hash":…,"record":…}`. So a line that
was changed is found by itself, and one taken out, put in or moved by the line behind it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from experiments.ledger.faults import Fault

START = "0" * 64
"""Stands for the hash of a line before the first."""
_LINE = re.compile(rb'\{"hash":"([0-9a-f]{64})","prev_hash":"([0-9a-f]{64})","record":(\{.*\})\}')
_TRIP = re.compile(rb'"trip":"([a-z2-7]{16})"')
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


def chained(records: Iterable[bytes], head: str = START) -> list[bytes]:
    """Lines, without their ends, that continue a chain.

    Args:
        records: Canonical JSON objects.
        head: Hash of the last line so far.
    """
    lines = []
    for record in records:
        rest = b'"prev_hash":"%s","record":%s}' % (head.encode(), record)
        head = hashlib.sha256(b"{" + rest).hexdigest()
        lines.append(b'{"hash":"%s",%s' % (head.encode(), rest))
    return lines


def joined(lines: Sequence[bytes]) -> bytes:
    """The content of a file of lines."""
    return b"".join(line + b"\n" for line in lines)


def read_record(line: bytes) -> bytes:
    """The record in a line that holds."""
    return line[_AFTER_HASH + len(b'"prev_hash":"",') + 64 + len(b'"record":') : -1]


def read_chain(data: bytes, file: str, head: str = START) -> Chain:
    """Check all lines of a file of records, up to the first that does not hold.

    Args:
        data: Content of the file.
        file: Its name, for what is told.
        head: Hash of the line before the first.
    """
    *lines, rest = data.split(b"\n")
    if rest:
        lines.append(rest)
    hashes: list[str] = []
    for number, line in enumerate(lines, 1):
        what = _wrong_alone(line, is_whole=number < len(lines) or not rest)
        if what is None and _hashes(line)[1] != head:
            what = _wrong_order(lines, number, hashes)
        if what is not None:
            fault = Fault(file=file, line=number, trip=trip_in(line), what=what)
            return Chain(tuple(lines), head, fault)
        head = _hashes(line)[0]
        hashes.append(head)
    return Chain(tuple(lines), head, None)


def trip_in(line: bytes) -> str | None:
    """Pseudonym that stands in a line, be it right or wrong."""
    found = _TRIP.search(line)
    return found[1].decode() if found else None


def _hashes(line: bytes) -> tuple[str, str]:
    return line[9:73].decode(), line[88:152].decode()


def _wrong_alone(line: bytes, *, is_whole: bool) -> str | None:
    """What is wrong with a line whatever stands around it."""
    match = _LINE.fullmatch(line)
    if match is None:
        return "this is no record as it was written" if is_whole else "the line is cut off"
    if hashlib.sha256(b"{" + line[_AFTER_HASH:]).hexdigest() != match[1].decode():
        return "the record was changed: its hash is another"
    return None if is_whole else "the end of the line is missing"


def _wrong_order(lines: Sequence[bytes], number: int, hashes: Sequence[str]) -> str:
    """Why a line, right by itself, does not continue the one before it."""
    wanted = _hashes(lines[number - 1])[1]
    places: Mapping[str, int] = {each: place for place, each in enumerate(hashes, 1)}
    if wanted == START:
        return "this was the first record; those before it were put in or moved"
    if wanted in places:
        return f"this record came right after line {places[wanted]}; what stands between was put in"
    later = (_hashes(line)[0] for line in lines[number:] if _LINE.fullmatch(line))
    if wanted in later:
        return "the record was moved: the one before it stands further below"
    return "the record before this one was removed or rewritten"
