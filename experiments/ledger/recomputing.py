"""What a signed ledger claims beyond its records: all runs that were asked for, and their summary.

Whoever holds the key can sign a summary that no table gives, or a statement that leaves a run out.
Both are found offline, for both follow from what is signed beside them.
"""

import csv
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from experiments.ledger.chain import Chain
from experiments.ledger.faults import Fault
from experiments.ledger.records import VEHICLE, read_content, runs_in_order
from experiments.ledger.statement import MadeOf, Statement
from experiments.ledger.writing import RECORDS_FILE, STATEMENT_FILE
from experiments.measures import RUN_COUNTERS
from experiments.people_on_foot import PERSONS
from experiments.result_files import RUNS, SUMMARY, VEHICLES
from experiments.results import rounded
from experiments.sequential import sequential_of
from experiments.study import Run, Study, select_runs
from experiments.summary import summarise

RunKey = tuple[str, int]
NOT_RECOMPUTED = ("warnings", "advice_reasons", PERSONS)
"""Keys of the summary that rest on what only the runs themselves told."""
_REL_TOLERANCE = 1e-6
_ABS_TOLERANCE = 1e-9
"""Other processors and libraries sum in other orders."""


def study_of(made_of: MadeOf) -> Study:
    """What was asked for.

    Raises:
        ValueError: The statement does not hold a whole experiment.
    """
    experiment: Mapping[str, Any] = made_of.experiment
    scenario: Mapping[str, Any] = made_of.scenario
    try:
        study = Study(
            scenario=scenario["name"],
            arms=tuple(dict.fromkeys((*experiment["arms"], *experiment["policies"]))),
            seeds=made_of.seeds,
            execution=experiment["execution"],
            penetration=experiment["penetration"],
            step_length_s=scenario["step_length_s"],
        )
        seeds = tuple(experiment["seeds"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"does not hold a whole experiment: {error}") from None
    if seeds != made_of.seeds:
        raise ValueError(f"the experiment has seeds {list(seeds)}, not {list(made_of.seeds)}")
    return study


def asked_runs(made_of: MadeOf) -> list[RunKey]:
    """Arm and seed of all runs of the experiment."""
    study = study_of(made_of)
    return [(arm, seed) for arm in study.arms for seed in study.seeds]


def runs_faults(statement: Statement, chain: Chain, folder: Path | None) -> list[Fault]:
    """Whether records, statement and experiment are of the same runs.

    Args:
        statement: As it was signed.
        chain: As it was signed.
        folder: Of the results, whose summary names the runs that failed; None: not there, so that
            a run without records may have failed.
    """
    try:
        contents = map(read_content, chain.records())
        counted = Counter((content["arm"], content["seed"]) for content in contents)
    except ValueError as error:
        return [Fault(file=RECORDS_FILE, what=str(error))]
    stated = [(run.arm, run.seed, run.records) for run in statement.runs]
    found = [(arm, seed, n) for (arm, seed), n in counted.items()]
    if sorted(stated) != sorted(found):
        arm, seed, n = min({*stated} ^ {*found} or stated)
        what = f"runs are not those of the records, first: {arm}, seed {seed} ({n} records)"
        return [Fault(file=STATEMENT_FILE, what=what)]
    try:
        asked = asked_runs(statement.made_of)
    except ValueError as error:
        return [Fault(file=STATEMENT_FILE, what=str(error))]
    faults = [
        Fault(file=RECORDS_FILE, what=f"{arm}, seed {seed} is no run of the experiment")
        for arm, seed in counted
        if (arm, seed) not in asked
    ]
    if folder is None:
        return faults
    failed = _failed(folder) if SUMMARY in statement.results else set()
    return faults + [
        Fault(
            file=RECORDS_FILE,
            what=f"no records of {arm}, seed {seed}, which {SUMMARY} does not name as failed",
        )
        for arm, seed in asked
        if (arm, seed) not in counted and (arm, seed) not in failed
    ]


def summary_faults(folder: Path, statement: Statement) -> list[Fault]:
    """Figures of the summary, and of the table of runs, that do not come of the signed tables.

    Events that SUMO counted are compared with the table of runs; that these are true only a
    replay tells.
    """
    if SUMMARY not in statement.results:
        return []
    for name in (VEHICLES, RUNS):
        if name not in statement.results:
            return [Fault(file=SUMMARY, what=f"cannot be recomputed, as {name} was not signed")]
    try:
        table = read_runs(folder)
        runs = _runs(folder, table)
        signed = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        study = study_of(statement.made_of).looked(sequential_of(signed))
        expected = rounded(summarise(study, select_runs(study, runs), (), ()))
        pairs = [(run, table[run.arm, run.seed]) for run in runs]
        if len(runs) != len(table):
            raise ValueError(f"{RUNS} has {len(table)} runs, {VEHICLES} {len(runs)}")
        faults = [
            _fault(RUNS, f"{run.arm}, seed {run.seed}: ", rounded(run.figures), _numbers(row))
            for run, row in pairs
        ]
        faults.append(_fault(SUMMARY, "", expected, signed))
    except (pl.exceptions.PolarsError, OSError, ValueError, TypeError, KeyError) as error:
        return [Fault(file=SUMMARY, what=f"cannot be recomputed: {error!r}")]
    return [fault for fault in faults if fault is not None]


def read_runs(folder: Path) -> dict[RunKey, dict[str, str]]:
    """The rows of the table of runs, by arm and seed.

    Raises:
        ValueError: It is none.
    """
    with (folder / RUNS).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    try:
        return {(row["arm"], int(row["seed"])): row for row in rows}
    except (KeyError, ValueError):
        raise ValueError(f"{RUNS} is no table of runs") from None


def _failed(folder: Path) -> set[RunKey]:
    """Runs that the summary names as failed."""
    try:
        failed = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["failed_runs"]
        return {(arm, seed) for arm, seeds in failed.items() for seed in seeds}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()  # it is no summary, which is told where it is recomputed


def _runs(folder: Path, table: Mapping[RunKey, Mapping[str, str]]) -> list[Run]:
    """The finished runs, from the tables of all of them."""
    vehicles = pl.read_parquet(folder / VEHICLES)
    path = folder / "approaches.parquet"
    approaches = pl.read_parquet(path) if path.is_file() else None
    return [
        Run(
            arm=arm,
            seed=seed,
            vehicles=vehicles.filter(arm=arm, seed=seed).sort(VEHICLE),
            approaches=pl.DataFrame()
            if approaches is None
            else approaches.filter(arm=arm, seed=seed),
            counters={name: int(table[arm, seed][name]) for name in RUN_COUNTERS},
        )
        for arm, seed, _ in runs_in_order(vehicles)
    ]


def _numbers(row: Mapping[str, str]) -> dict[str, float | None]:
    kept = {name: cell for name, cell in row.items() if name not in ("arm", "seed", "counted")}
    return {name: float(cell) if cell else None for name, cell in kept.items()}


def _fault(file: str, where: str, expected: object, signed: object) -> Fault | None:
    """The first figure that is other than it comes out, if any."""
    others = list(_other(expected, signed, ()))
    if not others:
        return None
    path, right, wrong = others[0]
    what = (
        f"{where}{'.'.join(path)} is {wrong}, but {right} comes of the signed tables; "
        f"there are {len(others)} such figures"
    )
    return Fault(file=file, what=what)


def _other(
    expected: object, signed: object, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """Place and both values of what is not equal."""
    if isinstance(expected, dict) and isinstance(signed, dict):
        # In the order of the summary, whose first figures are those that matter.
        for name in dict.fromkeys((*expected, *signed)):
            if name not in NOT_RECOMPUTED:
                yield from _other(
                    expected.get(name, "nothing"), signed.get(name, "nothing"), (*path, name)
                )
    elif not _is_same(expected, signed):
        yield path, expected, signed


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=_REL_TOLERANCE, abs_tol=_ABS_TOLERANCE)
    return one == other
