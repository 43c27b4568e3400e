"""The registry: every trip that was ever credited, so that none is credited twice.

It is a chain of records that is only ever added to. It belongs to whoever issues points and names
trips by codes that only the private key can make.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedRandom
from pathlib import Path
from typing import Any

from experiments.credits.rules import LABEL
from experiments.ledger import Signer, config_folder
from experiments.ledger.canonical import canonical_json
from experiments.ledger.chain import chained, read_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Points that were given for a trip."""

    trip: str
    """Code of the trip: of day, scenario and vehicle."""
    drive: str
    """Code of the drive: of vehicle, seed and what the matched trip was, on whatever day."""
    traveller: str
    """Code of day and vehicle."""
    issue: str
    """Code of the ledger and the rules that the points were given by."""
    points: float

    def record(self) -> bytes:
        """As it stands in the registry."""
        return canonical_json(
            {
                "trip": self.trip,
                "drive": self.drive,
                "traveller": self.traveller,
                "issue": self.issue,
                "points": self.points,
                "label": LABEL,
            }
        )


@dataclass(slots=True)
class Registry:
    """All credits so far; others wait while one is open."""

    _stream: BufferedRandom
    _head: str
    _by_code: dict[str, Credit] = field(default_factory=dict)
    """By trip, and by drive."""
    _points: dict[str, float] = field(default_factory=dict)

    def take_up(self, credits_: Iterable[Credit]) -> None:
        """Know credits that are in the file."""
        for credit in credits_:
            self._by_code |= {credit.trip: credit, credit.drive: credit}
            before = self.points_of(credit.traveller)
            self._points[credit.traveller] = before + credit.points

    def of_trip(self, trip: str, drive: str) -> Credit | None:
        """What a trip was credited with, or the same drive on another day."""
        return self._by_code.get(trip) or self._by_code.get(drive)

    def points_of(self, traveller: str) -> float:
        """Points that a vehicle has of a day."""
        return self._points.get(traveller, 0.0)

    def add(self, credits_: Sequence[Credit]) -> None:
        """Note credits for good."""
        if not credits_:
            return
        added = chained((credit.record() for credit in credits_), self._head)
        self._stream.seek(0, os.SEEK_END)
        self._stream.write(added.content)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._head = added.head
        self.take_up(credits_)


def registry_file() -> Path:
    """Where the registry is, unless told otherwise."""
    return config_folder() / "credits.jsonl"


@contextmanager
def opened(path: Path) -> Iterator[Registry]:
    """The registry in a file, which is made if there is none.

    Raises:
        ValueError: It was changed, or is none.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ValueError(f"--registry: {path} cannot be opened: {error.strerror}") from None
    with os.fdopen(handle, "r+b") as stream:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        chain = read_chain(stream.read(), str(path))
        if chain.fault is not None:
            raise ValueError(f"--registry: {chain.fault.sentence()}")
        try:
            known = [_credit(json.loads(record)) for record in chain.records()]
        except (KeyError, TypeError):
            raise ValueError(f"--registry: {path} is no registry of credits") from None
        registry = Registry(stream, chain.head)
        registry.take_up(known)
        yield registry


def code_of(secret: bytes, *parts: str) -> str:
    """32 digits that stand for texts, and that only the holder of the secret can make."""
    return hmac.digest(secret, canonical_json(parts), "sha256").hex()[:32]


def registry_secret(signer: Signer) -> bytes:
    """The secret of a signer's codes."""
    return signer.secret("ecocorridor/credits/registry/1")


def _credit(content: dict[str, Any]) -> Credit:
    return Credit(
        trip=content["trip"],
        drive=content["drive"],
        traveller=content["traveller"],
        issue=content["issue"],
        points=float(content["points"]),
    )
