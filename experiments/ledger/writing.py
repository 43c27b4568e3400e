"""The writing of a ledger, at the end of an experiment, from the results as they stand there."""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from experiments.ledger.chain import chained
from experiments.ledger.checkpoint import checkpoint_text
from experiments.ledger.notes import Signer
from experiments.ledger.records import record_columns, records_of, runs_in_order, trips_of
from experiments.ledger.statement import MadeOf, RunRecords, Statement
from experiments.result_files import MANIFEST, RESULTS, VEHICLES

FOLDER = "ledger"
"""Of a ledger, in a folder of results."""
RECORDS_FILE, STATEMENT_FILE = "records.jsonl", "statement.json"
CHECKPOINT_FILE, KEY_FILE = "checkpoint", "public_key"
FILES = (RECORDS_FILE, STATEMENT_FILE, CHECKPOINT_FILE, KEY_FILE)
"""All files of a ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A ledger that was written."""

    n_records: int
    public_key: str
    """In one line, to be handed on by another way than the ledger."""


def write_ledger(out: Path, signer: Signer) -> Written:
    """Write the ledger of a folder of results; it appears whole or not at all.

    Equal results give equal bytes: there is no time in a ledger.

    Args:
        out: Folder of results, with `manifest.json` and `vehicles.parquet`.
        signer: Who signs.

    Raises:
        ValueError: The table of vehicles holds what cannot stand in a record.
    """
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    made_of = MadeOf.of_manifest(manifest)
    files = ledger_files(
        pl.read_parquet(out / VEHICLES), made_of, signer, results=_hashes_of_results(out)
    )
    _put(out / FOLDER, files)
    return Written(n_records=files[RECORDS_FILE].count(b"\n"), public_key=signer.public_key.text)


def ledger_files(
    vehicles: pl.DataFrame, made_of: MadeOf, signer: Signer, *, results: dict[str, str]
) -> dict[str, bytes]:
    """All files of a ledger by name.

    Records stand by run, and within a run by pseudonym: their order must not tell who they are of.

    Args:
        vehicles: Table of all runs.
        made_of: What they were made of.
        signer: Who signs.
        results: Hashes of the files of results, by name.
    """
    trips = trips_of(vehicles, trip_salt(signer, made_of))
    runs = runs_in_order(vehicles)
    place = {(arm, seed): number for number, (arm, seed, _) in enumerate(runs)}
    run_of = [place[key] for key in vehicles.select("arm", "seed").iter_rows()]
    order = sorted(range(vehicles.height), key=lambda row: (run_of[row], trips[row]))
    records = records_of(vehicles, trips)
    chain = chained(records[row] for row in order)
    statement = Statement(
        made_of=made_of,
        runs=tuple(RunRecords(arm=arm, seed=seed, records=n) for arm, seed, n in runs),
        columns=tuple(record_columns(vehicles)),
        results=results,
    )
    text = checkpoint_text(chain, statement)
    return {
        RECORDS_FILE: chain.content,
        STATEMENT_FILE: statement.content(),
        CHECKPOINT_FILE: signer.sign(text).content.encode(),
        KEY_FILE: f"{signer.public_key.text}\n".encode(),
    }


def trip_salt(signer: Signer, made_of: MadeOf) -> bytes:
    """What pseudonyms of a run are made with: only the holder of the private key can make it."""
    return signer.secret(f"ecocorridor/ledger/trips/1/{made_of.identity}")


def remove_ledger(out: Path) -> None:
    """Take away the ledger of results that are replaced."""
    for folder in (out / FOLDER, *out.glob(f".{FOLDER}.*.tmp")):
        shutil.rmtree(folder, ignore_errors=True)


def _hashes_of_results(out: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((out / name).read_bytes()).hexdigest()
        for name in RESULTS
        if (out / name).is_file()
    }


def _put(folder: Path, files: dict[str, bytes]) -> None:
    remove_ledger(folder.parent)
    temporary = folder.with_name(f".{FOLDER}.{os.getpid()}.tmp")
    try:
        temporary.mkdir()
        for name, content in files.items():
            with (temporary / name).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
