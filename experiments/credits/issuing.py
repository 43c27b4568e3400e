"""The issuing of credits: from a verified ledger to points that are registered and handed out."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from experiments.credits.export import CreditedTrip, Issued, write_issued
from experiments.credits.points import (
    REASONS,
    SMALLEST,
    agreed_share,
    followed_shares,
    hit_by_outages,
    judged,
    share_factor,
)
from experiments.credits.registry import Credit, Registry, code_of, opened, registry_secret
from experiments.credits.rules import Rules
from experiments.ledger import Ledger, Signer
from experiments.ledger.chain import read_record
from experiments.ledger.proofs import Prover
from experiments.ledger.records import DECIMALS, pseudonym, read_content
from experiments.ledger.statement import digest_of
from experiments.ledger.writing import trip_salt
from experiments.result_files import VEHICLES
from experiments.trace import account_columns

REFERENCE = "unadvised"
"""Arm of the matched trip: the same vehicle, equipped and driven alike, without advice."""
DRIVE = ("depart_s", "duration_s", "distance_m")
"""Columns of the matched trip by which a drive is known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """The trips that may be credited, and how much of what they saved."""

    trips: pl.DataFrame
    """Of all vehicles, as of `points.judged`."""
    seed: int
    share: float


def issue_credits(
    ledger: Ledger, rules: Rules, *, signer: Signer, registry: Path, out: Path
) -> Issued:
    """Give points for the trips of a ledger, register them, and write them down.

    The same call again writes the same files. Points are registered before they are handed out: a
    call that is stopped in between may be repeated.

    Args:
        ledger: Verified, with its results.
        rules: When a trip is credited, and with how many points.
        signer: Who signed the ledger.
        registry: File of what was credited before.
        out: Folder for the files.

    Raises:
        ValueError: The ledger is of another signer or lacks what is needed, or the registry is
            broken.
    """
    if signer.public_key != ledger.public_key:
        raise ValueError("--key: credits are given by who signed the ledger; this is another key")
    case = _case(ledger, rules)
    rows = judged(case.trips, case.share, rules)
    salt = trip_salt(signer, ledger.statement.made_of)
    places = _places(ledger, rules.arm, case.seed), _places(ledger, REFERENCE, case.seed)
    prover = Prover(ledger)
    counts = Counter({reason: (rows["reason"] == reason).sum() for reason in REASONS})
    given: list[CreditedTrip] = []
    with opened(registry) as book:
        desk = _Desk(book, ledger, rules, registry_secret(signer))
        for row in rows.filter(pl.col("reason").is_null()).iter_rows(named=True):
            points, reason = desk.points(row["vehicle_id"], _drive(row, case.seed), row["points"])
            counts[reason] += 1
            if points <= 0.0:
                continue
            trip = pseudonym(salt, row["vehicle_id"])
            given.append(
                CreditedTrip(
                    trip=trip,
                    points=points,
                    saved=row["saved"],
                    advised=prover.inclusion(places[0][trip]),
                    unadvised=prover.inclusion(places[1][trip]),
                )
            )
        book.add(desk.new)
    issued = Issued(
        rules=rules,
        reference=REFERENCE,
        seed=case.seed,
        conservative_share=case.share,
        factor=share_factor(case.trips, case.share),
        counts={reason: n for reason, n in counts.items() if n},
        checkpoint=ledger.checkpoint.content,
        public_key=ledger.public_key.text,
        credits=tuple(sorted(given, key=lambda credit: credit.trip)),
    ).signed(signer)
    write_issued(issued, out)
    return issued


class _Desk:
    """Says what of the points that are due is given, in view of what was given before."""

    def __init__(self, book: Registry, ledger: Ledger, rules: Rules, secret: bytes) -> None:
        self._book, self._rules, self._secret = book, rules, secret
        self._scenario = str(ledger.statement.made_of.scenario["name"])
        self._issue = digest_of([ledger.checkpoint.text, rules.model_dump(mode="json")])[:32]
        self.new: list[Credit] = []
        """What is to be registered."""

    def points(self, vehicle_id: str, drive: list[str], due: float) -> tuple[float, str]:
        """Points that a trip is given, and the word for that."""
        day = self._rules.day
        trip = code_of(self._secret, "trip", day, self._scenario, vehicle_id)
        traveller = code_of(self._secret, "traveller", day, vehicle_id)
        driven = code_of(self._secret, "drive", vehicle_id, *drive)
        before = self._book.of_trip(trip, driven)
        if before is not None:
            is_ours = before.issue == self._issue
            return (before.points, "credited") if is_ours else (0.0, "credited_before")
        left = self._rules.daily_cap_points - self._book.points_of(traveller)
        points = round(min(due, left), 2)
        if points < SMALLEST:
            return 0.0, "cap_reached"
        self.new.append(
            Credit(trip=trip, drive=driven, traveller=traveller, issue=self._issue, points=points)
        )
        return points, "credited"


def _drive(row: dict[str, Any], seed: int) -> list[str]:
    """What tells a drive from all others of a vehicle, whatever arm and accounts a ledger has.

    It is of the matched trip, which is the same in every ledger of the same simulation.
    """
    return [str(seed), *(str(row[name] and round(row[name], DECIMALS)) for name in DRIVE)]


def _case(ledger: Ledger, rules: Rules) -> _Case:
    """What the results say of the trips."""
    folder, made_of = ledger.results, ledger.statement.made_of
    if folder is None:
        raise ValueError("credits need the results, not the ledger by itself")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    if summary["reference"] != REFERENCE or rules.arm not in summary["effects"]:
        raise ValueError(
            f"credits need the arms '{REFERENCE}' and '{rules.arm}', compared with each other; "
            f"the results compare {', '.join(summary['effects']) or 'none'} "
            f"with {summary['reference']}"
        )
    advice = _advice(folder, rules.arm)
    seed = int(advice["seed"][0])
    vehicles = pl.read_parquet(folder / VEHICLES).filter(pl.col("seed") == seed)
    if rules.column not in vehicles.columns:
        raise ValueError(
            f"account: the results have no account '{rules.account}'; they have "
            f"{', '.join(account_columns(vehicles))}"
        )
    after = vehicles.filter(pl.col("arm") == rules.arm)
    before = vehicles.filter(pl.col("arm") == REFERENCE)
    rsu = made_of.experiment["rsu"]
    outages = rsu["outages"] if isinstance(rsu, dict) else []
    hit = hit_by_outages(advice, outages, summary["step_length_s"])  # type: ignore[arg-type]
    trips = (
        after.select("vehicle_id", "equipped", "advised_s", advised=rules.column)
        .join(before.select("vehicle_id", *DRIVE, reference=rules.column), on="vehicle_id")
        .join(followed_shares(advice, rules.tolerance_mps), on="vehicle_id", how="left")
        .with_columns(is_hit=pl.col("vehicle_id").is_in(hit))
        .sort("vehicle_id")
    )
    return _Case(trips=trips, seed=seed, share=agreed_share(summary["effects"][rules.arm], rules))


def _advice(folder: Path, arm: str) -> pl.DataFrame:
    path = folder / "advice.parquet"
    rows = pl.read_parquet(path) if path.is_file() else pl.DataFrame({"arm": [], "seed": []})
    rows = rows.filter(pl.col("arm") == arm)
    if rows.is_empty():
        raise ValueError(f"no advice was recorded in the arm '{arm}', so none can be credited")
    return rows


def _places(ledger: Ledger, arm: str, seed: int) -> dict[str, int]:
    """Trip → place of its record."""
    return dict(_trips(ledger, arm, seed))


def _trips(ledger: Ledger, arm: str, seed: int) -> Iterator[tuple[str, int]]:
    for place, line in enumerate(ledger.chain.lines):
        record = read_content(read_record(line))
        if (record["arm"], record["seed"]) == (arm, seed):
            yield record["trip"], place
