"""The end of a sweep: its table and its page, written anew only where something changed."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.code_hash import ROOT, code_hash
from experiments.report.names import PAGE
from experiments.results import read_json, write_json
from experiments.sweeps.record import read_record
from experiments.sweeps.tables import sha256_of, tables_made_of, write_tables

PAGE_OF = "page.json"
"""File of the store that says what the page was made of, or why there is none."""
_WRITER = "experiments.report.sweep_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a folder of a sweep holds now."""

    summary: dict[str, Any]
    """Contents of `summary.json`."""
    page: Path | None
    """The report."""
    why_no_page: str
    """Empty where there is one."""


def collect(out: Path, store: Path) -> Collected:
    """Write table and page of a sweep's folder from the runs that stand.

    Nothing is written where they are made of the same already.

    Args:
        out: The folder.
        store: Its finished runs.

    Raises:
        ValueError: It is no folder of a sweep, or a run's folder is damaged.
    """
    record = read_record(out)
    with _alone(store / "tables.lock"):
        summary = write_tables(out, store, record)
        why = _write_page(out, store)
    return Collected(summary=summary, page=None if why else out / PAGE, why_no_page=why)


def _write_page(out: Path, store: Path) -> str:
    """Write the page if it is not there already; why there can be none, else nothing."""
    made_of = {"tables": tables_made_of(store), "program": _program()}
    if (store / PAGE_OF).is_file():
        before = read_json(store / PAGE_OF)
        if before["made_of"] == made_of and before["sha256"] == sha256_of(out / PAGE):
            return str(before["why"])
    from experiments.report.sweep_page import write_sweep_report  # takes long to open

    (store / PAGE_OF).unlink(missing_ok=True)
    why = ""
    try:
        write_sweep_report(out)
    except ValueError as error:
        (out / PAGE).unlink(missing_ok=True)
        why = str(error)
    note = {"made_of": made_of, "why": why, "sha256": sha256_of(out / PAGE)}
    write_json(store / PAGE_OF, note)
    return why


def _program() -> str:
    """Hash of all of ours that pages are made by."""
    digest = hashlib.sha256(code_hash(_WRITER).encode())
    for path in sorted((ROOT / "experiments" / "report").glob("[tl]*/*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    with lock.open("a") as file:
        # Some file systems of clusters know no locks.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
