"""The results folder: what the finished runs left behind, put together and summarised.

The same runs give the same bytes, in whatever order they were finished. Wall times and memory
are in `timings.csv` and nowhere else. `summary.json` is written last: where it stands, all stands.
"""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from experiments.atomic import replacing
from experiments.columns import parquet_metadata
from experiments.result_files import FACTORS, PERSONS, PLACES, RECORDS, VEHICLES
from experiments.study import Run, Study, select_runs
from experiments.summary import summarise
from experiments.two_factors import factor_rows

_DIGITS = 10
"""Significant digits of figures in text files; what follows is rounding of sums."""

RunFolders = Mapping[tuple[str, int], Path]
"""(arm, seed) → folder of a finished run."""


def write_results(
    run_folders: RunFolders,
    *,
    study: Study,
    out: Path,
    failures: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Write the results of all finished runs into a folder.

    Args:
        run_folders: The finished runs, in any order.
        study: What was asked for.
        out: Folder that is made if needed; results in it are replaced.
        failures: A sentence for each run that failed.
        warnings: What else is to be told in the summary.

    Returns:
        The contents of `summary.json`.

    Raises:
        ValueError: A run's folder is damaged.
    """
    folders = _in_order(run_folders, study)
    runs = read_runs(folders, study)
    selection = select_runs(study, runs)
    summary: dict[str, Any] = rounded(summarise(study, selection, failures, warnings))
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.json").unlink(missing_ok=True)
    _write_table(out / VEHICLES, [run.vehicles for run in runs])
    for name in (PERSONS, *(f"{each}.parquet" for each in (*PLACES, *RECORDS))):
        _write_table(out / name, _read_tables(folders, name))
    write_csv(
        out / "runs.csv",
        [
            {"arm": run.arm, "seed": run.seed, "counted": (run.arm, run.seed) in selection.runs}
            | rounded(run.figures)
            for run in runs
        ],
    )
    write_csv(
        out / "timings.csv",
        [
            {"arm": arm, "seed": seed} | read_json(folder / "timing.json")
            for (arm, seed), folder in folders.items()
        ],
    )
    _write_factors(out / FACTORS, summary)
    write_json(out / "summary.json", summary)
    return summary


def _write_factors(path: Path, summary: Mapping[str, Any]) -> None:
    """The table of signals and advice; no file, also none of before, where there is no table."""
    if "factors" in summary:
        write_csv(path, list(factor_rows(summary["factors"])))
    else:
        path.unlink(missing_ok=True)


def read_runs(run_folders: RunFolders, study: Study) -> list[Run]:
    """The finished runs of a study, by arm and seed.

    Raises:
        ValueError: A run's folder is damaged.
    """
    folders = _in_order(run_folders, study)
    return [_read_run(arm, seed, folder) for (arm, seed), folder in folders.items()]


def summary_of(
    run_folders: RunFolders,
    *,
    study: Study,
    failures: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """What `summary.json` would hold of finished runs, and nothing is written.

    Args:
        run_folders: The finished runs, in any order.
        study: What was asked for.
        failures: A sentence for each run that failed.
        warnings: What else is to be told.

    Raises:
        ValueError: A run's folder is damaged.
    """
    runs = read_runs(run_folders, study)
    return summary_of_runs(runs, study=study, failures=failures, warnings=warnings)


def summary_of_runs(
    runs: Sequence[Run],
    *,
    study: Study,
    failures: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """As `summary_of`, of runs as of `read_runs`."""
    selection = select_runs(study, runs)
    summary: dict[str, Any] = rounded(summarise(study, selection, failures, warnings))
    return summary


def write_json(path: Path, content: object) -> None:
    """Write JSON in one fixed form: sorted keys, no NaN, all of the file or nothing."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")


def rounded(value: Any) -> Any:  # noqa: ANN401 (JSON has no better type)
    """Plain values with numbers of 10 significant digits, and None for NaN."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}") + 0.0  # no negative zero


def _in_order(run_folders: RunFolders, study: Study) -> dict[tuple[str, int], Path]:
    runs = [(arm, seed) for arm in study.arms for seed in study.seeds if (arm, seed) in run_folders]
    return {run: run_folders[run] for run in runs}


def _read_run(arm: str, seed: int, folder: Path) -> Run:
    return Run(
        arm=arm,
        seed=seed,
        vehicles=read_run_table(arm, seed, folder / VEHICLES).sort("vehicle_id"),
        approaches=_read_approaches(folder / "approaches.parquet"),
        counters=read_json(folder / "run.json"),
    )


def _read_approaches(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame()


def _read_tables(folders: RunFolders, name: str) -> list[pl.DataFrame]:
    return [
        read_run_table(arm, seed, folder / name)
        for (arm, seed), folder in folders.items()
        if (folder / name).is_file()
    ]


def read_run_table(arm: str, seed: int, path: Path) -> pl.DataFrame:
    """A run's table under the arm and seed that it is a run of, be it kept from another."""
    try:
        table = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(f"{path} is damaged: {str(error).splitlines()[0]}") from error
    names = [name for name in table.columns if name not in ("arm", "seed")]
    return table.select(
        pl.lit(arm).alias("arm"), pl.lit(seed, dtype=pl.Int64).alias("seed"), *names
    )


def read_json(path: Path) -> dict[str, Any]:
    """What a file of a run's folder holds."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, OSError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    return content


def _write_table(path: Path, tables: Sequence[pl.DataFrame]) -> None:
    """One table of several; no file, also none of before, where there is nothing to write."""
    if not tables:
        path.unlink(missing_ok=True)
        return
    # Policies have notes of their own, each in a column.
    whole = pl.concat(tables, how="diagonal_relaxed", rechunk=True)
    with replacing(path) as temporary:
        whole.write_parquet(
            temporary,
            compression="zstd",
            compression_level=3,
            statistics=True,
            row_group_size=1 << 18,
            metadata=parquet_metadata(path.stem, whole.columns),
        )


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV, with a column for each name in any of them; all of the file or nothing."""
    names = dict.fromkeys(name for row in rows for name in row)
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
