"""What is handed out: a table and a JSON file of credits, each with its proofs."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.atomic import replacing
from experiments.credits.points import points_of
from experiments.credits.rules import LABEL, Rules
from experiments.ledger import PublicKey, Signer
from experiments.ledger.canonical import canonical_json
from experiments.ledger.checkpoint import size_and_root
from experiments.ledger.merkle import leaf_hash
from experiments.ledger.notes import Note
from experiments.ledger.proofs import Inclusion, wrong_checkpoint
from experiments.ledger.statement import digest_of

ORIGIN = "ecocorridor/credits/1"
"""First line of what is signed."""
CSV_FILE, JSON_FILE = "credits.csv", "credits.json"
_TOLERANCE = 1e-5
"""Amounts in records have six decimals."""


class CreditedTrip(BaseModel):
    """Points of a trip, and the two records that they rest on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trip: str
    points: float = Field(ge=0.0)
    saved: float
    advised: Inclusion
    unadvised: Inclusion


class Issued(BaseModel):
    """The credits of a ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    format: Literal["ecocorridor credits"] = "ecocorridor credits"
    version: Literal[1] = 1
    label: Literal["points, not tradable units"] = LABEL
    rules: Rules
    reference: str
    """Arm that trips are compared with."""
    seed: int
    """Whose trips are credited: the one whose advice was recorded."""
    conservative_share: float = Field(ge=0.0, le=1.0)
    """Lower end of the interval of the saving, as a share of the reference; 0: no claim."""
    factor: float = Field(ge=0.0, le=1.0)
    """Share of what a trip saved that is credited."""
    counts: dict[str, int]
    """Trips of equipped vehicles: credited, and not for which reason."""
    checkpoint: str
    public_key: str
    credits: tuple[CreditedTrip, ...]
    signature: str = ""
    """A signed note on all of the above, of who signed the ledger."""

    @property
    def total_points(self) -> float:
        """Of all credits."""
        return round(sum(credit.points for credit in self.credits), 2)

    def plain(self) -> dict[str, Any]:
        """In short, as JSON values."""
        kept = {"label", "reference", "seed", "conservative_share", "factor", "counts", "rules"}
        return self.model_dump(mode="json", include=kept) | {"points": self.total_points}

    def text(self) -> str:
        """What is signed."""
        digest = digest_of(self.model_dump(mode="json", exclude={"signature"}))
        return f"{ORIGIN}\npoints {self.total_points:.2f}\nissue {digest}\n"

    def signed(self, signer: Signer) -> "Issued":
        """The same with a signature."""
        return self.model_copy(update={"signature": signer.sign(self.text()).content})

    def content(self) -> bytes:
        """As it stands in its file."""
        return canonical_json(self.model_dump(mode="json")) + b"\n"

    def sentences(self) -> Iterator[str]:
        """In short, in words."""
        rules = self.rules
        yield f"{self.total_points:.2f} {LABEL}, for {len(self.credits)} trips of '{rules.arm}'"
        share = 100.0 * self.conservative_share
        yield (
            f"conservative saving ({rules.account}, lower end of the interval): {share:.2f} %"
            if share > 0.0
            else f"no claim: not each of {', '.join(rules.deciding)} has an interval below 0"
        )
        yield f"credited share of what a trip saved: {self.factor:.3f}"
        yield "trips: " + ", ".join(f"{n} {reason}" for reason, n in self.counts.items())


def write_issued(issued: Issued, out: Path) -> None:
    """Write both files into a folder that is made if needed."""
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / CSV_FILE) as temporary, temporary.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            "trip day arm seed points label account saved index leaf proof "
            "reference reference_index reference_leaf reference_proof root".split()
        )
        writer.writerows(_rows(issued))
    with replacing(out / JSON_FILE) as temporary:
        temporary.write_bytes(issued.content())


def check_issued(content: bytes, public_key: PublicKey | None) -> tuple[Issued | None, str | None]:
    """Check credits without the ledger: signature, proofs, pairs, and points against the factor.

    Args:
        content: Of the JSON file.
        public_key: Of whom the ledger must be signed by; not given: of whoever the file names.

    Returns:
        The credits if they hold, else what does not.
    """
    try:
        issued = Issued.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return None, f"these are no credits of a ledger: {where}: {first['msg']}"
    if issued.content() != content:
        return None, "the credits are not in the form in which they were written"
    wrong = wrong_checkpoint(issued.checkpoint, issued.public_key, public_key)
    wrong = wrong or _wrong_signature(issued)
    if wrong is not None:
        return None, wrong
    seen: set[str] = set()
    for credit in issued.credits:
        try:
            wrong = "it is credited twice" if credit.trip in seen else _wrong_in(issued, credit)
        except (KeyError, TypeError, ValueError):
            wrong = "its records do not hold what it is about"
        if wrong is not None:
            return None, f"trip {credit.trip}: {wrong}"
        seen.add(credit.trip)
    return issued, None


def _wrong_signature(issued: Issued) -> str | None:
    """What does not hold of the signature by the ledger's key, if anything."""
    try:
        note = Note.parse(issued.signature.encode())
    except ValueError as error:
        return f"the credits are not signed: {error}"
    if not PublicKey.parse(issued.public_key).has_signed(note):
        return "the signature of the credits is not of the key that signed the ledger"
    if note.text != issued.text():
        return "the credits were changed since they were signed"
    return None


def _wrong_in(issued: Issued, credit: CreditedTrip) -> str | None:
    size, root = size_and_root(issued.checkpoint)
    rules = issued.rules
    for inclusion, arm in ((credit.advised, rules.arm), (credit.unadvised, issued.reference)):
        if not inclusion.leads_to(root, size):
            return f"its record of '{arm}' does not stand in the ledger"
        record = inclusion.record
        if (record["trip"], record["arm"], record["seed"]) != (credit.trip, arm, issued.seed):
            return f"a record is not of this trip, of '{arm}' and seed {issued.seed}"
    saved = float(credit.unadvised.record[rules.column] - credit.advised.record[rules.column])
    if abs(saved - credit.saved) > _TOLERANCE:
        return f"saved were {saved:.6f}, not {credit.saved:.6f}"
    if credit.points > min(points_of(credit.saved, issued.factor, rules), rules.daily_cap_points):
        return f"{credit.points} points are more than the rules give"
    return None


def _rows(issued: Issued) -> Iterator[list[object]]:
    rules = issued.rules
    root = issued.checkpoint.splitlines()[2]
    for credit in issued.credits:
        yield [
            *(credit.trip, rules.day, rules.arm, issued.seed, f"{credit.points:.2f}", LABEL),
            *(rules.account, f"{credit.saved:.6f}"),
            *_proof_cells(credit.advised),
            issued.reference,
            *_proof_cells(credit.unadvised),
            root,
        ]


def _proof_cells(inclusion: Inclusion) -> tuple[int, str, str]:
    """Place, hash of the record, and the hashes beside its way to the root."""
    return inclusion.index, leaf_hash(inclusion.line.encode()).hex(), " ".join(inclusion.path)
