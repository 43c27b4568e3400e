"""What the folder of a sweep knows of it: `sweep.json`, from which all else is told and made."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from experiments.claim import SWEEP
from experiments.results import read_json, write_json
from experiments.sequential import Sequential
from experiments.study import Study
from experiments.until import Until

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A run in its place in the table; several places may share a run."""

    point: int
    arm: str
    seed: int
    key: str
    """Name of the run's folder, by its content."""

    @property
    def label(self) -> str:
        """What a user calls it."""
        return f"point {self.point}: {self.arm}, seed {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRecord:
    """A point as it is kept."""

    values: Mapping[str, Any]
    """Swept key → value."""
    study: Study
    demand: str
    """Name of the first seed's demand, whose warnings are told."""
    experiment: Mapping[str, Any]
    """All its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRecord:
    """A sweep as its folder keeps it."""

    name: str
    kind: str
    keys: tuple[str, ...]
    folder: Path
    """Where relative paths of the experiments start from."""
    form: Mapping[str, Any]
    until: Mapping[str, Any] | None = None
    """What each point adds seeds for, as of `until_content`."""
    manifest: Mapping[str, Any]
    """Contents of `manifest.json`."""
    points: tuple[PointRecord, ...]
    units: tuple[Unit, ...]
    """By point, arm and seed."""

    @property
    def runs(self) -> dict[str, Unit]:
        """The runs that differ, by key, each in its first place."""
        found: dict[str, Unit] = {}
        for unit in self.units:
            found.setdefault(unit.key, unit)
        return found

    def of_point(self, number: int) -> tuple[Unit, ...]:
        """The units of a point."""
        sizes = (len(point.study.arms) * len(point.study.seeds) for point in self.points)
        starts = list(accumulate(sizes, initial=0))
        return self.units[starts[number] : starts[number + 1]]


def write_record(out: Path, record: SweepRecord) -> None:
    """Keep a sweep in its folder."""
    content = asdict(record) | {"schema_version": SCHEMA_VERSION, "folder": str(record.folder)}
    content["units"] = [[u.point, u.arm, u.seed, u.key] for u in record.units]
    write_json(out / SWEEP, content)


def read_record(out: Path) -> SweepRecord:
    """The sweep of a folder.

    Raises:
        ValueError: It is no folder of a sweep, or of another version.
    """
    if not (out / SWEEP).is_file():
        raise ValueError(f"{out}: holds no sweep ({SWEEP} is not there)")
    content = read_json(out / SWEEP)
    if content.pop("schema_version", None) != SCHEMA_VERSION:
        raise ValueError(f"{out / SWEEP}: is of another version; give the sweep's command again")
    content["points"] = tuple(
        PointRecord(**{**point, "study": _study(point["study"])}) for point in content["points"]
    )
    content["units"] = tuple(
        Unit(point=point, arm=arm, seed=seed, key=key) for point, arm, seed, key in content["units"]
    )
    content["keys"], content["folder"] = tuple(content["keys"]), Path(content["folder"])
    return SweepRecord(**content)


def _study(content: Mapping[str, Any]) -> Study:
    lists = {key: tuple(content[key]) for key in ("arms", "seeds")}
    kept = content.get("sequential")
    sequential = None if kept is None else _sequential(kept)
    return Study(**{**content, **lists, "sequential": sequential})


def _sequential(content: Mapping[str, Any]) -> Sequential:
    lists = ("until", "planned_looks", "looks", "missed")
    return Sequential(
        stopped_by=content["stopped_by"], **{key: tuple(content[key]) for key in lists}
    )


def until_content(until: Until | None) -> dict[str, Any] | None:
    """What seeds are added for, as it is kept."""
    if until is None:
        return None
    return {
        "conditions": [condition.text for condition in until.conditions],
        "listed": list(until.listed),
        "batch": until.batch,
        "most_seeds": until.most,
        "planned_looks": list(until.planned_looks),
        "confidence": until.confidence,
    }


def as_text(value: object) -> str:
    """A swept value in a table: a scalar as it is, all else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
