"""The verifying of a ledger: offline, from its own files and, if they are there, the results."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

from experiments.ledger.chain import Chain, read_chain, trip_in
from experiments.ledger.checkpoint import checkpoint_text, line_name, size_and_root
from experiments.ledger.comparing import results_faults
from experiments.ledger.faults import Fault
from experiments.ledger.notes import Note, PublicKey
from experiments.ledger.recomputing import runs_faults, summary_faults
from experiments.ledger.statement import Statement
from experiments.ledger.writing import (
    CHECKPOINT_FILE,
    FILES,
    FOLDER,
    KEY_FILE,
    RECORDS_FILE,
    STATEMENT_FILE,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger that was verified: all of it is as it was signed."""

    public_key: PublicKey
    checkpoint: Note
    statement: Statement
    chain: Chain
    results: Path | None
    """Folder of the results that were compared; None: the ledger was verified by itself."""

    @property
    def unsigned(self) -> list[str]:
        """What stands beside the results and is not covered by the signature; folders end in /."""
        signed = {FOLDER, *self.statement.results}
        return [
            f"{path.name}/" if path.is_dir() else path.name
            for path in sorted(self.results.iterdir() if self.results else ())
            if path.name not in signed and not path.name.startswith(".")
        ]


@dataclass(slots=True)
class _Reading:
    """What was read so far, and what was wrong with it."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)

    def content(self, name: str, parse: Callable[[bytes], T]) -> T | None:
        """What a file holds; None where it cannot be read."""
        try:
            return parse((self.folder / name).read_bytes())
        except OSError as error:
            self.faults.append(Fault(file=name, what=f"cannot be read: {error.strerror}"))
        except ValueError as error:
            self.faults.append(Fault(file=name, what=str(error)))
        return None


def verify_ledger(
    folder: Path, *, public_key: PublicKey | None = None
) -> tuple[Ledger | None, list[Fault]]:
    """Check that a ledger, and the results that it is of, are as they were signed.

    Args:
        folder: Folder of results with a ledger in it, or a ledger by itself.
        public_key: Of whom it must be signed by; not given: of whoever the ledger names.

    Returns:
        The ledger, or else what does not hold.

    Raises:
        ValueError: There is no ledger.
    """
    ledger_folder = _ledger_folder(folder)
    inside = ledger_folder != folder
    reading = _Reading(ledger_folder)
    key = reading.content(KEY_FILE, _parse_key)
    note = reading.content(CHECKPOINT_FILE, _parse_checkpoint)
    statement = reading.content(STATEMENT_FILE, Statement.parse)
    chain = reading.content(RECORDS_FILE, lambda data: read_chain(data, RECORDS_FILE))
    faults = reading.faults
    faults += _strangers(ledger_folder)
    if chain and chain.fault:
        faults.append(chain.fault)
    if key and public_key and key != public_key:
        faults.append(Fault(file=KEY_FILE, what=f"is {key.text}, not the key that was asked for"))
    is_signed = bool(key and note and key.has_signed(note))
    if key and note and not is_signed:
        faults.append(Fault(file=CHECKPOINT_FILE, what="the signature is not of this text and key"))
    if note and statement and chain and not chain.fault:
        faults += _differences(note, statement, chain, is_signed=is_signed)
        if inside:
            faults += results_faults(folder, statement, chain)
    if faults or not (key and note and statement and chain):
        return None, faults
    ledger = Ledger(
        public_key=key,
        checkpoint=note,
        statement=statement,
        chain=chain,
        results=folder if inside else None,
    )
    faults += _contradictions(ledger)
    return (None, faults) if faults else (ledger, [])


def _ledger_folder(folder: Path) -> Path:
    found = folder / FOLDER if (folder / FOLDER).is_dir() else folder
    if not any((found / name).is_file() for name in FILES):
        raise ValueError(f"{folder}: holds no ledger; 'ecocorridor run --ledger' writes one")
    return found


def _contradictions(ledger: Ledger) -> list[Fault]:
    """Where what was signed does not agree with itself."""
    faults = runs_faults(ledger.statement, ledger.chain, ledger.results)
    if faults or ledger.results is None:
        return faults
    return summary_faults(ledger.results, ledger.statement)


def _parse_key(content: bytes) -> PublicKey:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError("this is no public key, it is no text") from None
    key = PublicKey.parse(text.removesuffix("\n"))
    if not text.endswith("\n"):
        raise ValueError("the end of the line is missing")
    return key


def _parse_checkpoint(content: bytes) -> Note:
    note = Note.parse(content)
    size_and_root(note.text)
    return note


def _strangers(folder: Path) -> list[Fault]:
    others = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    return [Fault(file=name, what="is no file of the ledger") for name in others]


def _differences(note: Note, statement: Statement, chain: Chain, *, is_signed: bool) -> list[Fault]:
    """What of a checkpoint does not agree with records and statement, each of which hold together.

    If the checkpoint is as it was signed the others are to blame, else it is itself.
    """
    expected = checkpoint_text(chain, statement).splitlines()
    signed = note.text.splitlines()
    pairs = enumerate(zip_longest(expected, signed), 1)
    wrong = [number for number, (should, does) in pairs if should != does]
    if not wrong:
        return []
    names = [line_name("\n".join(expected), number) for number in wrong]
    if not is_signed:
        what = f"does not agree with the other files in: {', '.join(dict.fromkeys(names))}"
        return [Fault(file=CHECKPOINT_FILE, line=wrong[0], what=what)]
    faults = []
    if "size" in names:
        faults.append(_wrong_size(chain, size_and_root(note.text)[0]))
    elif "root" in names:
        what = "these are not the records of the signed root; the chain was written anew"
        faults.append(Fault(file=RECORDS_FILE, what=what))
    if "statement" in names:
        parts = [name for name in names if name not in ("origin", "size", "root", "head")]
        what = f"is not the statement that was signed; other are: {', '.join(parts)}"
        faults.append(Fault(file=STATEMENT_FILE, what=what))
    if not faults:
        what = "is signed, but says what the other files do not"
        faults.append(Fault(file=CHECKPOINT_FILE, line=wrong[0], what=what))
    return faults


def _wrong_size(chain: Chain, signed: int) -> Fault:
    found = len(chain.lines)
    if found < signed:
        what = f"the file ends after {found} of {signed} records"
        return Fault(file=RECORDS_FILE, line=found + 1, what=what)
    what = f"the record was added: {signed} were signed"
    trip = trip_in(chain.lines[signed])
    return Fault(file=RECORDS_FILE, line=signed + 1, trip=trip, what=what)
