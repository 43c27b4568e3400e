"""The folder of a finished sweep, read and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from emissions import column_parts
from experiments.measures import metric_of
from experiments.sequential import Sequential, look_confidence, sequential_of
from experiments.statistics import CONFIDENCE
from experiments.summary import SCHEMA_VERSION

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_PER_KM = "_per_km"
_TRIP_FIGURES = {
    "trip_time": "trip_time_s",
    "stops": "stops_per_vehicle",
    "creep_time": "creep_time_s",
}
"""Metric that is no account → column of `runs.csv`."""
_SUMMARY_KEYS = "name swept kind points failed warnings".split()
_ROWS_TOGETHER = {"sobol_indices": 2, "morris": 1}
"""Method of a sample → points beyond the number of keys that its design makes together."""
_RUN_COLUMNS = "point arm seed vehicles distance_km".split()


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a sweep has found."""

    name: str
    folder: str
    """That was read."""
    kind: str
    """`grid`, `list` or `sample`."""
    swept: tuple[str, ...]
    """Keys, in the order of the plan."""
    points: tuple[Mapping[str, Any], ...]
    """Value of each swept key, by point."""
    arms: tuple[str, ...]
    """In the order of the experiment."""
    reference: str
    seeds: tuple[int, ...]
    figures: Mapping[str, FloatArray]
    """Metric → (points, arms, seeds) mean per vehicle; NaN where it may not be compared."""
    summaries: tuple[Mapping[str, Any], ...]
    """What a run's `summary.json` would hold, of each point."""
    failed: tuple[Mapping[str, Any], ...]
    """Point, arm, seed and cause of each run that failed."""
    warnings: tuple[str, ...]
    """Of the sweep."""
    point_warnings: Mapping[str, tuple[int, ...]]
    """Warning of the runs → points that it is told of."""
    manifest: Mapping[str, Any]
    """Empty where the folder has none."""
    asked: BoolArray
    """(points, seeds) whether the point was to have the seed."""
    confidence: float
    """Probability that intervals are made for: higher where points added seeds."""
    sequentials: tuple[Sequential, ...]
    """How each point added seeds, as far as that has ended; empty where all were listed."""

    @property
    def compared(self) -> tuple[str, ...]:
        """All arms but the reference."""
        return tuple(arm for arm in self.arms if arm != self.reference)

    @property
    def shared(self) -> BoolArray:
        """(seeds,) those that every point was to have."""
        return np.asarray(self.asked.all(axis=0))

    @property
    def treated(self) -> tuple[str, ...]:
        """The arms that give advice or run signals otherwise; all that are compared, if none."""
        found = tuple(arm for arm in self.compared if arm not in {"none", "unadvised"})
        return found or self.compared

    @property
    def sample(self) -> Mapping[str, Any]:
        """The block `sample:` of the sweep's file; empty where it has none."""
        found = self.manifest.get("sample")
        return found if isinstance(found, Mapping) else {}

    @property
    def blocks(self) -> IntArray | None:
        """(points,) number of the block in which each point was drawn; None: none was drawn."""
        if self.kind != "sample":
            return None
        beyond = _ROWS_TOGETHER.get(str(self.sample.get("method")))
        size = 1 if beyond is None else len(self.sample["keys"]) + beyond
        return np.arange(len(self.points)) // size

    def changes_pct(self, arm: str, metric: str) -> FloatArray:
        """(points, seeds) change against the reference, in percent of its mean at the point.

        As `statistics.paired_effect` has it: only pairs of finished runs count. NaN elsewhere.

        Raises:
            ValueError: There is no such arm or metric.
        """
        if arm not in self.compared:
            raise ValueError(f"arm '{arm}' is not compared; there are {', '.join(self.compared)}")
        if metric not in self.figures:
            raise ValueError(
                f"there is no metric '{metric}'; there are {', '.join(sorted(self.figures))}"
            )
        figures = self.figures[metric]
        after, before = (figures[:, self.arms.index(each)] for each in (arm, self.reference))
        is_pair = np.isfinite(after) & np.isfinite(before)
        n_pairs = is_pair.sum(axis=1, keepdims=True)
        total = np.where(is_pair, before, 0.0).sum(axis=1, keepdims=True)
        base = total / np.maximum(n_pairs, 1)
        usable = is_pair & (base != 0.0)
        return np.where(usable, 100.0 * (after - before) / np.where(base == 0.0, 1.0, base), np.nan)


def is_sweep(directory: Path) -> bool:
    """Whether a folder holds the results of a sweep, and not those of a run."""
    try:
        return "points" in _read_json(directory / "summary.json")
    except (OSError, ValueError):
        return False


def read_sweep(directory: Path) -> Sweep:
    """Read the folder that a sweep has written.

    Raises:
        ValueError: The folder is missing, is no folder of a sweep, or a file in it is damaged.
    """
    summary = _read_summary(directory)
    runs = _read_runs(directory / "runs.csv")
    manifest = directory / "manifest.json"
    arms = tuple(runs["arm"].unique(maintain_order=True))
    seeds = tuple(runs["seed"].unique().sort())
    summaries = [point["summary"] for point in summary["points"]]
    references = list(dict.fromkeys(s["reference"] for s in summaries if s.get("reference")))
    if not references:
        raise ValueError(f"'{directory}': nothing to compare: no point has a finished reference")
    if len(references) > 1:
        told = ", ".join(references)
        raise ValueError(f"'{directory}': all points need one reference, got {told}")
    content = _read_json(manifest) if manifest.is_file() else {}
    sequentials = tuple(each for each in map(sequential_of, summaries) if each is not None)
    return Sweep(
        name=summary["name"],
        folder=str(directory),
        kind=summary["kind"],
        swept=tuple(summary["swept"]),
        points=tuple(point["values"] for point in summary["points"]),
        arms=arms,
        reference=references[0],
        seeds=seeds,
        figures=_figures(runs, summaries, arms, seeds),
        summaries=tuple(summaries),
        failed=tuple(summary["failed"]),
        warnings=tuple(summary["warnings"]),
        point_warnings=_point_warnings(summaries),
        manifest=content,
        asked=_asked(content, len(summaries), seeds),
        confidence=_confidence(content, sequentials),
        sequentials=sequentials,
    )


def _asked(manifest: Mapping[str, Any], n_points: int, seeds: tuple[int, ...]) -> BoolArray:
    points = manifest.get("points") or [{}] * n_points
    return np.array([np.isin(seeds, point.get("seeds", seeds)) for point in points])


def _confidence(manifest: Mapping[str, Any], sequentials: tuple[Sequential, ...]) -> float:
    """That of all points, worked out anew, also while seeds are still being added."""
    until = manifest.get("until")
    found = [each.confidence for each in sequentials]
    if until:
        found.append(look_confidence(until["conditions"], until["planned_looks"]))
    return max(found, default=CONFIDENCE)


def _read_summary(directory: Path) -> dict[str, Any]:
    for name in ("summary.json", "runs.csv"):
        if not (directory / name).is_file():
            raise ValueError(
                f"'{directory}' is not the folder of a finished sweep: it holds no {name}"
            )
    path = directory / "summary.json"
    summary = _read_json(path)
    if "points" not in summary:
        raise ValueError(f"'{directory}' holds a single run, not a sweep; give a sweep's --out")
    if missing := [key for key in _SUMMARY_KEYS if key not in summary]:
        raise ValueError(f"'{path}' was not written by a sweep: it lacks {', '.join(missing)}")
    if summary.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(
            f"'{path}' has schema_version {summary.get('schema_version')}, this program reads "
            f"{SCHEMA_VERSION}; collect the sweep again"
        )
    numbers = [point.get("point") for point in summary["points"]]
    if not numbers or numbers != list(range(len(numbers))):
        raise ValueError(f"'{path}' must hold points numbered from 0; collect the sweep again")
    return summary


def _point_warnings(summaries: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, summary in enumerate(summaries):
        for text in summary.get("warnings") or []:
            found[text] = (*found.get(text, ()), number)
    return found


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"'{path}' is damaged: {error}; collect the sweep again") from error
    if not isinstance(content, dict):
        raise ValueError(f"'{path}' must hold a JSON object, got {type(content).__name__}")
    return content


def _read_runs(path: Path) -> pl.DataFrame:
    if not path.read_text(encoding="utf-8", errors="replace").strip():
        raise ValueError(f"'{path}' holds no run: none was finished")
    try:
        runs = pl.read_csv(path, infer_schema_length=None, schema_overrides={"arm": pl.String})
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"'{path}' is damaged: {reason}; collect the sweep again") from error
    if missing := [name for name in _RUN_COLUMNS if name not in runs.columns]:
        raise ValueError(f"'{path}' was not written by a sweep: it lacks {', '.join(missing)}")
    if runs.is_empty():
        raise ValueError(f"'{path}' holds no run: none was finished")
    return runs


def _figures(
    runs: pl.DataFrame,
    summaries: list[dict[str, Any]],
    arms: tuple[str, ...],
    seeds: tuple[int, ...],
) -> dict[str, FloatArray]:
    """Means per vehicle, of the arms and seeds that the summary of each point compares."""
    shape = (len(summaries), len(arms), len(seeds))
    place = (
        runs["point"].to_numpy(),
        np.array([arms.index(arm) for arm in runs["arm"]]),
        np.searchsorted(np.array(seeds), runs["seed"].to_numpy()),
    )
    if place[0].max() >= shape[0]:
        raise ValueError(f"runs.csv has point {place[0].max()}, summary.json only {shape[0]}")
    counts = np.zeros(shape, dtype=bool)
    for number, summary in enumerate(summaries):
        compared = {summary.get("reference"), *summary.get("effects", {})}
        for arm in compared.intersection(arms):
            counts[number, arms.index(arm)] = np.isin(seeds, summary.get("seeds", []))
    km_per_vehicle = _numbers(runs, "distance_km") / _numbers(runs, "vehicles")
    found = {}
    for metric, column in _metric_columns(runs.columns).items():
        values = _numbers(runs, column)
        cube = np.full(shape, np.nan)
        cube[place] = values * km_per_vehicle if column.endswith(_PER_KM) else values
        found[metric] = np.where(counts, cube, np.nan)
    return found


def _metric_columns(columns: list[str]) -> dict[str, str]:
    found = {metric: name for metric, name in _TRIP_FIGURES.items() if name in columns}
    for name in columns:
        account = name.removesuffix(_PER_KM)
        if name != account and "." not in name and column_parts(account) is not None:
            found[metric_of(account)] = name
    return found


def _numbers(runs: pl.DataFrame, column: str) -> FloatArray:
    values: FloatArray = runs[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return values
