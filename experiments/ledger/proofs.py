"""Proofs that a record stands in a signed ledger, to be checked without the ledger."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.ledger.canonical import canonical_json
from experiments.ledger.chain import read_record, trip_in
from experiments.ledger.checkpoint import size_and_root
from experiments.ledger.merkle import InclusionPaths, leaf_hash, root_of_path
from experiments.ledger.notes import Note, PublicKey
from experiments.ledger.records import VEHICLE, anonymous, anonymous_records_of, read_content
from experiments.ledger.verifying import Ledger
from experiments.result_files import VEHICLES


class Inclusion(BaseModel):
    """A record, and the way from it to the root."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    index: int = Field(ge=0)
    """Place of the record in the ledger, from 0."""
    line: str
    """As it stands in the ledger."""
    path: tuple[Annotated[str, Field(pattern="^[0-9a-f]{64}$")], ...]
    """Hashes beside the way to the root, from below, in hexadecimal digits."""

    def leads_to(self, root: bytes, size: int) -> bool:
        """Whether the record is among those of a root."""
        path = [bytes.fromhex(each) for each in self.path]
        return root_of_path(leaf_hash(self.line.encode()), self.index, size, path) == root

    @property
    def record(self) -> dict[str, Any]:
        """What the record says; ValueError if it is not one of a trip."""
        return read_content(read_record(self.line.encode()))


class Proof(BaseModel):
    """A record with all that is needed to check that it stands in a signed ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["ecocorridor inclusion proof"] = "ecocorridor inclusion proof"
    version: Literal[1] = 1
    inclusion: Inclusion
    checkpoint: str
    public_key: str

    def content(self) -> bytes:
        """As it stands in a file."""
        return canonical_json(self.model_dump(mode="json")) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which record is asked for."""

    vehicle: str
    """A pseudonym, or the id of a vehicle if the table of vehicles is there."""
    arm: str | None = None
    seed: int | None = None


class Prover:
    """Makes proofs of many records of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._lines = ledger.chain.lines
        self._paths = InclusionPaths([leaf_hash(line) for line in self._lines])

    def inclusion(self, index: int) -> Inclusion:
        """Of the record at a place, from 0."""
        path = tuple(each.hex() for each in self._paths.path(index))
        return Inclusion(index=index, line=self._lines[index].decode(), path=path)


def prove(ledger: Ledger, wanted: Wanted) -> Proof:
    """The proof of one record.

    Raises:
        ValueError: No record is meant, or more than one.
    """
    return Proof(
        inclusion=Prover(ledger).inclusion(_place(ledger, wanted)),
        checkpoint=ledger.checkpoint.content,
        public_key=ledger.public_key.text,
    )


def check_proof(
    content: bytes, public_key: PublicKey | None = None
) -> tuple[Proof | None, str | None]:
    """Check a proof.

    Args:
        content: Of its file.
        public_key: Of whom the ledger must be signed by; not given: of whoever the proof names.

    Returns:
        The proof if it holds, else what does not hold in it.
    """
    try:
        proof = Proof.model_validate_json(content)
    except ValidationError:
        return None, "this is no inclusion proof of a ledger"
    if proof.content() != content:
        return None, "the proof is not in the form in which it was written"
    wrong = _wrong_in(proof, public_key)
    return (None, wrong) if wrong else (proof, None)


def wrong_checkpoint(checkpoint: str, key_text: str, public_key: PublicKey | None) -> str | None:
    """What does not hold of a signed checkpoint, if anything; arguments as of `check_proof`."""
    try:
        note, key = Note.parse(checkpoint.encode()), PublicKey.parse(key_text)
        size_and_root(note.text)
    except ValueError as error:
        return str(error)
    if public_key is not None and key != public_key:
        return f"it is signed by {key.text}, not by the key that was asked for"
    return None if key.has_signed(note) else "the signature is not of this checkpoint and key"


def _wrong_in(proof: Proof, public_key: PublicKey | None) -> str | None:
    wrong = wrong_checkpoint(proof.checkpoint, proof.public_key, public_key)
    if wrong is not None:
        return wrong
    size, root = size_and_root(proof.checkpoint)
    if not proof.inclusion.leads_to(root, size):
        return "the record does not stand in the ledger at this place"
    try:
        read_content(read_record(proof.inclusion.line.encode()))
    except ValueError as error:
        return str(error)
    return None


def _place(ledger: Ledger, wanted: Wanted) -> int:
    lines = ledger.chain.lines
    trip = wanted.vehicle.encode()
    found = [place for place, line in enumerate(lines) if (trip_in(line) or "").encode() == trip]
    if not found and ledger.results is not None:
        found = _places_of_vehicle(ledger, wanted.vehicle)
    if not found:
        raise ValueError(f"--proof: no record of a vehicle or trip '{wanted.vehicle}'")
    records = {place: read_content(read_record(lines[place])) for place in found}
    fitting = [
        place
        for place, record in records.items()
        if wanted.arm in (None, record["arm"]) and wanted.seed in (None, record["seed"])
    ]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(f"{record['arm']} {record['seed']}" for record in records.values())
    number = "several records" if fitting else "no record"
    raise ValueError(
        f"--proof: {number} of '{wanted.vehicle}' in that arm and with that seed; "
        f"name one by --arm and --seed, of: {known}"
    )


def _places_of_vehicle(ledger: Ledger, vehicle: str) -> list[int]:
    """Places of the records that agree with the rows of a vehicle; no key is needed for that."""
    assert ledger.results is not None
    table = pl.read_parquet(ledger.results / VEHICLES).filter(pl.col(VEHICLE) == vehicle)
    rows = set(anonymous_records_of(table))
    return [place for place, each in enumerate(ledger.chain.records()) if anonymous(each) in rows]
