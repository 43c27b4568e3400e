"""What a ledger costs in time: made-up trips, written and verified like an experiment's."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experiments.accounting import COLUMNS
from experiments.ledger.chain import trip_in
from experiments.ledger.notes import Signer
from experiments.ledger.proofs import Wanted, check_proof, prove
from experiments.ledger.recomputing import study_of
from experiments.ledger.records import runs_in_order
from experiments.ledger.statement import MadeOf
from experiments.ledger.verifying import Ledger, verify_ledger
from experiments.ledger.writing import FOLDER, RECORDS_FILE, write_ledger
from experiments.result_files import MANIFEST, VEHICLES
from experiments.results import write_json, write_results
from experiments.run_accounts import account_columns

TEXTS = ("vehicle_type", "vehicle_class", "road")
FLAGS = ("equipped", "finished")
T = TypeVar("T")
Times = tuple[float, float]
"""On the wall, and of the processors (s)."""


def benchmark_ledger(n_records: int) -> dict[str, Any]:
    """What each step takes for a table of made-up trips, and sizes."""
    signer = Signer(Ed25519PrivateKey.generate())
    with tempfile.TemporaryDirectory(prefix="ecocorridor-bench-") as name:
        out = Path(name)
        after = made_up_table(n_records // 2)
        before = made_up_table(n_records - after.height).with_columns(arm=pl.lit("unadvised"))
        write_made_up_results(out, pl.concat([before, after]), made_up_manifest())
        steps: dict[str, Times] = {}
        steps["write"], _ = _timed(lambda: write_ledger(out, signer))
        steps["verify"], ledger = _timed(lambda: _verified(out))
        steps["verify by itself"], _ = _timed(lambda: _verified(out / FOLDER))
        trip = trip_in(ledger.chain.lines[n_records // 4])
        wanted = Wanted(vehicle=str(trip), arm="unadvised")
        steps["prove a trip"], proof = _timed(lambda: prove(ledger, wanted))
        steps["check the proof"], _ = _timed(lambda: check_proof(proof.content()))
        size = (out / FOLDER / RECORDS_FILE).stat().st_size
    return {
        "records": n_records,
        "columns": len(ledger.statement.columns),
        "bytes": size,
        "proof_hashes": len(proof.inclusion.path),
        "processors": os.cpu_count(),
        "steps": {
            name: {"wall_s": wall_s, "cpu_s": cpu_s} for name, (wall_s, cpu_s) in steps.items()
        },
    }


def made_up_table(n_records: int) -> pl.DataFrame:
    """A table of vehicles with all columns that an experiment's has."""
    rng = np.random.default_rng(1)
    columns: dict[str, Any] = {"arm": ["eco"] * n_records, "seed": [1] * n_records}
    for name in (*COLUMNS, *account_columns(())):
        if name == "vehicle_id":
            columns[name] = [f"vehicle.{number}" for number in range(n_records)]
        elif name in TEXTS:
            columns[name] = ["passenger"] * n_records
        elif name in FLAGS:
            columns[name] = rng.random(n_records) < 0.5
        else:
            columns[name] = rng.random(n_records) * 1000.0
    return pl.DataFrame(columns)


def write_made_up_results(out: Path, table: pl.DataFrame, manifest: dict[str, Any]) -> None:
    """Results of a table of vehicles, summarised as those of an experiment are."""
    with tempfile.TemporaryDirectory(prefix="ecocorridor-bench-") as name:
        folders = {}
        for arm, seed, _ in runs_in_order(table):
            folder = Path(name) / f"{arm}-{seed}"
            folder.mkdir()
            table.filter(arm=arm, seed=seed).write_parquet(folder / VEHICLES)
            for file in ("run.json", "timing.json"):
                write_json(folder / file, {})
            folders[arm, seed] = folder
        write_results(folders, study=study_of(MadeOf.of_manifest(manifest)), out=out)
    write_json(out / MANIFEST, manifest)


def made_up_manifest(seeds: Sequence[int] = (1,)) -> dict[str, Any]:
    """A manifest with all that a ledger asks for, of the arms `unadvised` and `eco`."""
    return {
        "experiment": {
            "arms": ["unadvised", "eco"],
            "policies": {},
            "seeds": list(seeds),
            "execution": "driver",
            "penetration": 1.0,
        },
        "scenario": {"name": "made-up", "step_length_s": 1.0},
        "seeds": list(seeds),
        "inputs": [],
        "policies": {},
        "fleet": {},
        "code_sha256": "0" * 64,
        "versions": {},
    }


def _verified(folder: Path) -> Ledger:
    ledger, faults = verify_ledger(folder)
    if ledger is None:
        raise RuntimeError(f"a ledger that was just written does not hold: {faults}")
    return ledger


def _timed(call: Callable[[], T]) -> tuple[Times, T]:
    """What a call took, and what it gives."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    result = call()
    return (time.perf_counter() - wall_s, time.process_time() - cpu_s), result
