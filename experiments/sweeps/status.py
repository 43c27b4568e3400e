"""What of a sweep is done, missing and failed."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.claim import STORE
from experiments.machine import cache_folder
from experiments.results import read_json
from experiments.sweeps.plan import plan_of
from experiments.sweeps.points import Sweep
from experiments.sweeps.record import SweepRecord, read_record
from experiments.sweeps.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PointStatus:
    """Runs of a point; those that it shares with others count in each."""

    point: int
    values: dict[str, Any]
    done: int
    failed: int
    missing: int
    """Neither done nor failed; some may be running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStatus:
    """Runs of a sweep; those that points share count once."""

    name: str
    done: int
    failed: int
    missing: int
    running: int
    """Of the missing, those that somebody is at work on."""
    points: tuple[PointStatus, ...]
    failures: tuple[dict[str, str], ...]
    """Of each run that failed: label and why."""


def status_of(out: Path, store: Path) -> SweepStatus:
    """The state of a sweep's folder, also while others work on it.

    Raises:
        ValueError: It is no folder of a sweep.
    """
    return _status(read_record(out), Store(store))


def _status(record: SweepRecord, store: Store | None) -> SweepStatus:
    runs = record.runs
    running, finished, failures = set[str](), set[str](), dict[str, str]()
    if store is not None:
        running, finished = store.running() & set(runs), store.finished(runs)
        failures = store.failures(runs)
    points = []
    for number, point in enumerate(record.points):
        units = record.of_point(number)
        counts = Counter(
            "done" if u.key in finished else "failed" if u.key in failures else "missing"
            for u in units
        )
        points.append(
            PointStatus(
                point=number,
                values=dict(point.values),
                **{kind: counts[kind] for kind in ("done", "failed", "missing")},
            )
        )
    return SweepStatus(
        name=record.name,
        done=len(finished),
        failed=len(failures),
        missing=len(runs) - len(finished) - len(failures),
        running=len(running - finished - set(failures)),
        points=tuple(points),
        failures=tuple({"run": runs[key].label, "why": why} for key, why in failures.items()),
    )


def planned(sweep: Sweep, out: Path | None, *, n_jobs: int) -> dict[str, Any]:
    """What a sweep would do.

    Args:
        sweep: What is asked.
        out: Folder of its results, if there is one.
        n_jobs: Runs at a time.

    Returns:
        `points`, each as in `PointStatus`; `places` in the table; `runs` that differ; `done`,
        `failed` and `missing` of them; `estimate_s` of the time for those missing, or None.
    """
    store = (out or Path()) / STORE
    record = plan_of(sweep, store=store, cache_dir=cache_folder()).record
    kept = Store(store) if out is not None else None
    status = _status(record, kept)
    left_s = estimate_s(record, kept, n_jobs) if kept is not None else None
    return {
        "points": [asdict(point) for point in status.points],
        "places": len(record.units),
        "runs": len(record.runs),
        "done": status.done,
        "failed": status.failed,
        "missing": status.missing,
        "estimate_s": left_s,
    }


def estimate_s(record: SweepRecord, store: Store, n_jobs: int) -> float | None:
    """How long the missing runs will take by what finished ones of the same arm, or all, took.

    None: no run of the sweep is finished yet.
    """
    runs = record.runs
    finished = store.finished(runs)
    pending = set(runs) - finished - set(store.failures(runs))
    taken: dict[str, list[float]] = {}
    for key in finished:
        timing = read_json(store.folder / key / "timing.json")
        parts = (timing[f"{part}_s"] for part in ("prepare", "simulate", "account"))
        taken.setdefault(runs[key].arm, []).append(sum(parts))
    if not taken:
        return None
    means = {arm: sum(times) / len(times) for arm, times in taken.items()}
    overall = sum(means.values()) / len(means)
    return sum(means.get(runs[key].arm, overall) for key in pending) / n_jobs
