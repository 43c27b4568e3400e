"""What a ledger says of a run beside its records: made of what, with which results."""

import hashlib
import platform
import sys
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from experiments.ledger.canonical import canonical_json

_HASH = Field(pattern="^[0-9a-f]{64}$")


class Input(BaseModel):
    """A file that a run read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str = _HASH


class MadeOf(BaseModel):
    """All that decides what comes out of the runs of an experiment."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    experiment: dict[str, JsonValue]
    """Resolved: with all defaults."""
    scenario: dict[str, JsonValue]
    seeds: tuple[int, ...]
    inputs: tuple[Input, ...]
    policies: dict[str, JsonValue]
    """Own policies, by arm."""
    fleet: dict[str, JsonValue]
    """Mix and factors that the account of a fleet rests on, with their hashes; empty without."""
    code_sha256: str = _HASH
    versions: dict[str, str]
    """Of SUMO, this package, Python and what else results depend on."""
    platform: str
    """Results are equal on equal machines."""

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> "MadeOf":
        """What a manifest tells, and the Python that reads it."""
        kept = ("experiment", "scenario", "seeds", "inputs", "policies", "fleet")
        return cls.model_validate(
            {name: manifest[name] for name in (*kept, "code_sha256")}
            | {"versions": {**manifest["versions"], "python": platform.python_version()}}
            | {"platform": f"{sys.platform} {platform.machine()}"}
        )

    @property
    def identity(self) -> str:
        """SHA-256 of all of it: the name of the run."""
        return digest_of(self.model_dump(mode="json"))


class RunRecords(BaseModel):
    """How many records a run has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    arm: str
    seed: int
    records: int = Field(ge=0)


class Statement(BaseModel):
    """What a ledger says of a run beside its records."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    format: Literal["ecocorridor ledger"] = "ecocorridor ledger"
    version: Literal[1] = 1
    made_of: MadeOf
    runs: tuple[RunRecords, ...]
    """In the order of the records."""
    columns: tuple[str, ...]
    """What stands in records beside the pseudonym."""
    results: dict[str, str]
    """Name of a file of results → its SHA-256."""

    def content(self) -> bytes:
        """As it stands in its file."""
        return canonical_json(self.model_dump(mode="json")) + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Statement":
        """The statement in a file.

        Raises:
            ValueError: It is none, or not in the one form that it is written in.
        """
        try:
            statement = cls.model_validate_json(content)
            is_canonical = statement.content() == content
        except ValidationError:
            raise ValueError("this is no statement of a ledger") from None
        if not is_canonical:
            raise ValueError("it is not in the form in which it was written")
        return statement

    def lines(self) -> list[str]:
        """What a checkpoint says of it: hashes of its parts, then of the whole."""
        made_of = self.made_of.model_dump(mode="json")
        versions = [f"{name}={version}" for name, version in sorted(self.made_of.versions.items())]
        return [
            f"configuration {digest_of([made_of['experiment'], made_of['scenario']])}",
            f"inputs {digest_of([made_of[part] for part in ('inputs', 'policies', 'fleet')])}",
            f"code {self.made_of.code_sha256}",
            f"versions {' '.join(versions)}",
            f"seeds {' '.join(map(str, self.made_of.seeds))}",
            f"results {digest_of(self.results)}",
            f"statement {hashlib.sha256(self.content()).hexdigest()}",
        ]


def digest_of(value: object) -> str:
    """SHA-256 of the canonical text of plain values."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
