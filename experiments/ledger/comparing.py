"""The results of a folder, compared with what a ledger signed of them."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from experiments.ledger.chain import Chain, trip_in
from experiments.ledger.faults import Fault
from experiments.ledger.records import VEHICLE, anonymous, anonymous_records_of
from experiments.ledger.statement import Statement
from experiments.ledger.writing import RECORDS_FILE
from experiments.result_files import RESULTS, VEHICLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """What two sets of records do not share."""

    n_records: int
    """Records without a row."""
    first_record: int | None
    """Place of the first of them, from 0."""
    n_rows: int
    """Rows without a record."""
    first_row: int | None


def results_faults(folder: Path, statement: Statement, chain: Chain) -> list[Fault]:
    """Files of results that are not as they were when the ledger was signed."""
    faults = []
    for name, digest in statement.results.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            faults.append(Fault(file=name, what=f"cannot be read: {error.strerror}"))
            continue
        is_same = hashlib.sha256(content).hexdigest() == digest
        if name == VEHICLES:
            faults += vehicles_faults(folder / name, chain, is_same=is_same)
        elif not is_same:
            faults.append(Fault(file=name, what="was changed since the ledger was signed"))
    for name in RESULTS:
        # Readers of results would take it for one of those that were signed.
        if name not in statement.results and (folder / name).exists():
            faults.append(Fault(file=name, what="was put in since the ledger was signed"))
    return faults


def vehicles_faults(path: Path, chain: Chain, *, is_same: bool) -> list[Fault]:
    """How a table of vehicles differs from the records.

    Args:
        path: The table.
        chain: Of the ledger.
        is_same: Whether it is the file that was signed, byte by byte.
    """
    try:
        table = pl.read_parquet(path)
        rows = anonymous_records_of(table)
        ids = table.select("arm", "seed", VEHICLE).rows()
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        what = f"is damaged, or no table of vehicles: {str(error).splitlines()[0]}"
        return [Fault(file=path.name, what=what)]
    records = list(chain.records())
    found = unmatched([anonymous(record) for record in records], rows)
    if found.first_row is not None:
        row = found.first_row
        arm, seed, vehicle = ids[row]
        what = (
            f"row {row + 1} ({arm}, seed {seed}, vehicle {vehicle}) agrees with no record; "
            f"there are {found.n_rows} such rows"
        )
        if found.first_record is not None:
            what += _words_of_difference(records[found.first_record], rows[row])
    elif found.first_record is not None:
        what = f"rows are missing: {found.n_records} records have none"
    elif is_same:
        return []
    else:
        what = "was changed since the ledger was signed, though its figures agree with the records"
    faults = [Fault(file=path.name, what=what)]
    if (place := found.first_record) is not None:
        line = chain.lines[place]
        told = f"no row of {path.name} agrees with this record"
        faults.append(Fault(file=RECORDS_FILE, line=place + 1, trip=trip_in(line), what=told))
    return faults


def unmatched(records: list[bytes], rows: list[bytes]) -> Unmatched:
    """What of two sets of records has no counterpart in the other; equal ones count singly."""
    lacking, surplus = _without(records, rows), _without(rows, records)
    return Unmatched(
        n_records=len(lacking),
        first_record=lacking[0] if lacking else None,
        n_rows=len(surplus),
        first_row=surplus[0] if surplus else None,
    )


def differing(record: bytes, other: bytes) -> dict[str, tuple[object, object]]:
    """Column → both values, where two records of a kind are not equal."""
    here, there = json.loads(record), json.loads(other)
    names = sorted({*here, *there} - {"trip"})
    pairs = {name: (here.get(name), there.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _words_of_difference(record: bytes, row: bytes) -> str:
    """In what the first that differ differ, if they may be the same vehicle's."""
    changed = differing(record, row)
    if not 0 < len(changed) <= 2:
        return ""
    words = (f"{name} is {is_now}, signed was {was}" for name, (was, is_now) in changed.items())
    return "; " + ", ".join(words)


def _without(these: list[bytes], those: list[bytes]) -> list[int]:
    """Places of those without a counterpart, in order."""
    left, places = Counter(those), []
    for place, each in enumerate(these):
        if left[each] > 0:
            left[each] -= 1
        else:
            places.append(place)
    return places
