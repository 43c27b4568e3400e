"""Replay: what a ledger states is simulated again, and gives the same records or not."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from experiments.appendix import manifest
from experiments.asked_again import experiment_again, scenario_again
from experiments.engines import Event
from experiments.ledger.chain import read_record, trip_in
from experiments.ledger.comparing import unmatched
from experiments.ledger.counters import counters_faults, counters_unchecked
from experiments.ledger.faults import Fault
from experiments.ledger.notes import Signer
from experiments.ledger.records import (
    anonymous,
    anonymous_records_of,
    read_content,
    records_of,
    trips_of,
)
from experiments.ledger.statement import MadeOf
from experiments.ledger.verifying import Ledger
from experiments.ledger.writing import RECORDS_FILE, trip_salt
from experiments.main_job import run_again
from experiments.ordering import try_policies
from experiments.result_files import VEHICLES
from experiments.results import read_json, read_run_table

RunKey = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay."""

    runs: tuple[RunKey, ...]
    """Arm and seed of what was run again."""
    n_runs: int
    """Runs of the ledger."""
    n_equal: int
    """Records that came out the same."""
    with_pseudonyms: bool
    """Whether the pseudonyms were compared too, which takes the private key."""
    notes: tuple[str, ...]
    """What is other here than it was, though the records may be the same."""
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWishes:
    """What is run again, and how."""

    arm: str | None = None
    seed: int | None = None
    base: Path | None = None
    """Folder that relative paths of the experiment start from; None: the working directory."""
    n_jobs: int = 1
    signer: Signer | None = None
    """Who signed the ledger, if the private key is here."""


def replay(
    ledger: Ledger, wishes: ReplayWishes, *, tell: Callable[[Event], None] = lambda _event: None
) -> Replayed:
    """Run what a ledger is of again, in a folder that goes away, and compare all records.

    Raises:
        ValueError: As of `chosen_runs`.
        ConfigError: The experiment, or an own policy of it, cannot be used here.
        ScenarioError: The scenario cannot be used here.
    """
    statement, chosen = ledger.statement, chosen_runs(ledger, wishes)
    experiment = experiment_again(statement.made_of.experiment, wishes.base)
    scenario, policies = scenario_again(experiment), try_policies(experiment, {})
    here = MadeOf.of_manifest(manifest(experiment, scenario, policies, ""))
    notes = tuple(_other_than_signed(statement.made_of, here))
    with tempfile.TemporaryDirectory(prefix="ecocorridor-replay-") as folder:
        folders, failures = run_again(
            experiment, scenario, policies,
            store=Path(folder), chosen=chosen, n_jobs=wishes.n_jobs, tell=tell,
        )  # fmt: skip
        tables = [read_run_table(*run, folders[run] / VEHICLES) for run in folders]
        counters = {run: read_json(folders[run] / "run.json") for run in folders}
    faults = [Fault(file=RECORDS_FILE, what=f"cannot be replayed: {each}") for each in failures]
    salt = None
    if wishes.signer is not None and wishes.signer.public_key == ledger.public_key:
        salt = trip_salt(wishes.signer, statement.made_of)
    n_equal, differing = _compared(ledger, tables, salt) if tables else (0, [])
    return Replayed(
        runs=tuple(chosen),
        n_runs=len(statement.runs),
        n_equal=n_equal,
        with_pseudonyms=salt is not None,
        notes=(*notes, *counters_unchecked(ledger.results, counters)),
        faults=(*faults, *differing, *counters_faults(ledger.results, counters)),
    )


def chosen_runs(ledger: Ledger, wishes: ReplayWishes) -> list[RunKey]:
    """Arm and seed of what is to be run again.

    Raises:
        ValueError: No such run is in the ledger.
    """
    runs = [(run.arm, run.seed) for run in ledger.statement.runs]
    chosen = [run for run in runs if wishes.arm in (None, run[0]) and wishes.seed in (None, run[1])]
    if not chosen:
        known = ", ".join(f"{arm} {seed}" for arm, seed in runs)
        raise ValueError(f"--arm, --seed: no such run in the ledger; it holds {known}")
    return chosen


def _other_than_signed(signed: MadeOf, here: MadeOf) -> Iterator[str]:
    """What a replay works with that is not what the ledger's runs worked with."""
    was, now = Counter(signed.inputs), Counter(here.inputs)
    for name in sorted({each.name for each in (was - now) + (now - was)}):
        yield f"input {name} is not the one that was signed"
    if signed.policies != here.policies:
        yield "own policies are not those that were signed"
    if signed.fleet != here.fleet:
        yield "the fleet mix or its factors are not those that were signed"
    if signed.code_sha256 != here.code_sha256:
        yield "the code is not the one that was signed"
    if signed.platform != here.platform:
        yield f"runs on {here.platform}, signed was {signed.platform}"
    for name in sorted({*signed.versions, *here.versions}):
        one, other = signed.versions.get(name), here.versions.get(name)
        if one != other:
            yield f"{name} is {other}, signed was {one}"


def _compared(
    ledger: Ledger, tables: list[pl.DataFrame], salt: bytes | None
) -> tuple[int, list[Fault]]:
    """Number of equal records, and the first of each run that has no equal."""
    wanted = ("vehicle_id", *ledger.statement.columns)
    faults, n_equal = [], 0
    places = _places_by_run(ledger)
    for table in tables:
        # A run by itself lacks columns that only other runs have.
        missing = [pl.lit(None).alias(name) for name in wanted if name not in table.columns]
        whole = table.with_columns(missing).select(wanted)
        run = table["arm"][0], table["seed"][0]
        lines = [ledger.chain.lines[place] for place in places[run]]
        records = [read_record(line) for line in lines]
        if salt is None:
            records, rows = [anonymous(each) for each in records], anonymous_records_of(whole)
        else:
            rows = records_of(whole, trips_of(whole, salt))
        found = unmatched(records, rows)
        n_equal += len(records) - found.n_records
        if found.first_record is not None:
            line = lines[found.first_record]
            what = (
                f"{run[0]}, seed {run[1]}: {found.n_records} of {len(records)} records do not "
                "come out of the replay; this is the first"
            )
            place = places[run][found.first_record] + 1
            faults.append(Fault(file=RECORDS_FILE, line=place, trip=trip_in(line), what=what))
        elif found.first_row is not None:
            what = f"{run[0]}, seed {run[1]}: the replay has {found.n_rows} vehicles more"
            faults.append(Fault(file=RECORDS_FILE, what=what))
    return n_equal, faults


def _places_by_run(ledger: Ledger) -> dict[RunKey, list[int]]:
    places: dict[RunKey, list[int]] = defaultdict(list)
    for place, record in enumerate(ledger.chain.records()):
        content = read_content(record)
        places[content["arm"], content["seed"]].append(place)
    return places
