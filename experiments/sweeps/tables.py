"""The table of a sweep, made of whatever runs stand: the same runs give the same bytes."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from experiments.code_hash import code_hash
from experiments.report.names import FIGURES, PAGES
from experiments.result_files import MANIFEST, RUNS, SUMMARY
from experiments.results import (
    read_json,
    read_runs,
    rounded,
    summary_of_runs,
    write_csv,
    write_json,
)
from experiments.study import Run
from experiments.sweeps.record import SCHEMA_VERSION, SweepRecord, Unit, as_text
from experiments.sweeps.store import Store

COLLECTED = "collected.json"
"""File of the store that says what the tables were made of."""
TABLES = (RUNS, SUMMARY, MANIFEST)
OF_GROUPS = ("trip_time_s", "stops_per_vehicle")
"""Figures besides accounts that are also told of the equipped and of the others."""


def write_tables(out: Path, store: Path, record: SweepRecord) -> dict[str, Any]:
    """Write the table of a sweep's folder from the runs that stand; nobody else may do so now.

    Nothing is read or written where the table is made of the same runs already.

    Args:
        out: The folder.
        store: Its finished runs.
        record: The sweep of the folder.

    Returns:
        The contents of `summary.json`.

    Raises:
        ValueError: A run's folder is damaged.
    """
    kept = Store(store)
    finished = kept.finished(record.runs)
    failures = kept.failures(record.runs)
    state = _state(record, finished, failures)
    if _is_made_of(out, store, state):
        return read_json(out / SUMMARY)
    (store / COLLECTED).unlink(missing_ok=True)
    for name in (*PAGES, SUMMARY):
        # They are about results that are replaced.
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / FIGURES, ignore_errors=True)
    summary = _write(out, record, kept, finished, failures)
    hashes = {name: sha256_of(out / name) for name in TABLES}
    write_json(store / COLLECTED, {"made_of": state, "sha256": hashes})
    return summary


def tables_made_of(store: Path) -> dict[str, Any]:
    """Hash of each table that was written last."""
    return dict(read_json(store / COLLECTED)["sha256"])


def _write(
    out: Path,
    record: SweepRecord,
    store: Store,
    finished: set[str],
    failures: Mapping[str, str],
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for number, point in enumerate(record.points):
        units = record.of_point(number)
        keys = {(unit.arm, unit.seed): unit.key for unit in units if unit.key in finished}
        folders = {place: store.folder / key for place, key in keys.items()}
        runs = read_runs(folders, point.study)
        swept = {key: as_text(value) for key, value in point.values.items()}
        for run in runs:
            own = {"arm": run.arm, "seed": run.seed, "key": keys[run.arm, run.seed]}
            rows.append({"point": number, **swept, **own, **rounded(_figures(run))})
        failed = [unit for unit in units if unit.key in failures]
        summary = summary_of_runs(
            runs,
            study=point.study,
            failures=[f"{u.arm}, seed {u.seed}: {_cause(failures[u.key])}" for u in failed],
            warnings=store.demand_warnings(point.demand),
        )
        values = dict(point.values)
        points.append({"point": number, "values": values, "summary": summary if runs else {}})
    content = _summary(record, points, finished, failures)
    write_json(out / MANIFEST, record.manifest)
    write_csv(out / RUNS, rows)
    write_json(out / SUMMARY, content)
    return content


def _summary(
    record: SweepRecord,
    points: list[dict[str, Any]],
    finished: set[str],
    failures: Mapping[str, str],
) -> dict[str, Any]:
    failed = [u for u in record.units if u.key in failures]
    missing = [u for u in record.units if u.key not in finished and u.key not in failures]
    warnings = []
    if failed:
        warnings.append(f"{len(failed)} of {len(record.units)} runs failed")
    if missing:
        numbers = sorted({unit.point for unit in missing})
        where = ", ".join(map(str, numbers[:10])) + (", …" if numbers[10:] else "")
        warnings.append(
            f"{len(missing)} of {len(record.units)} runs are not done yet, of "
            f"{len(numbers)} points: {where}"
        )
    return {
        "schema_version": SCHEMA_VERSION,
        "name": record.name,
        "kind": record.kind,
        "swept": list(record.keys),
        "points": points,
        "failed": [_place(unit) | {"why": _cause(failures[unit.key])} for unit in failed],
        "missing": [_place(unit) for unit in missing],
        "warnings": warnings,
    }


def _place(unit: Unit) -> dict[str, Any]:
    return {"point": unit.point, "arm": unit.arm, "seed": unit.seed}


def _cause(why: str) -> str:
    """The first line of why a run failed; its last words name folders and processes."""
    return why.splitlines()[0].removesuffix("; its last words:")


def _figures(run: Run) -> dict[str, float]:
    """Figures of all vehicles, and some of the equipped and of the others."""
    figures = dict(run.figures)
    told = [
        name
        for name in figures
        if name in OF_GROUPS or (name.endswith("_per_km") and name.startswith(("co2_", "energy_")))
    ]
    for group, is_in in (("equipped", pl.col("equipped")), ("unequipped", ~pl.col("equipped"))):
        of_group = replace(run, vehicles=run.vehicles.filter(is_in)).figures
        figures |= {f"{group}.{name}": of_group[name] for name in told}
    return figures


def _state(record: SweepRecord, finished: set[str], failures: Mapping[str, str]) -> str:
    """Hash of all that the table is made of."""
    content = {
        "record": repr(record),
        "finished": sorted(finished),
        "failed": {key: _cause(why) for key, why in failures.items()},
        "code": code_hash("experiments.sweeps.tables"),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_made_of(out: Path, store: Path, state: str) -> bool:
    if not (store / COLLECTED).is_file():
        return False
    made = read_json(store / COLLECTED)
    return made["made_of"] == state and all(
        sha256_of(out / name) == digest for name, digest in made["sha256"].items()
    )


def sha256_of(path: Path) -> str | None:
    """Hash of a file; None: it is not there."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
