"""The table of a suite: what each policy changes, case by case and on the mean, and its rank."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.results import rounded
from experiments.statistics import Effect, FloatArray, paired_difference, paired_effect
from experiments.suite.records import Record

ACCOUNTS = {
    "co2_hbefa4_g": "CO2 hbefa4",
    "co2_hbefa4_nojump_g": "CO2 hbefa4_nojump",
    "co2_phemlight5_g": "CO2 phemlight5",
    "energy_bev_wh": "energy bev",
}
"""Column of each of the four accounts, and how it is called."""
COMPARED = {**ACCOUNTS, "trip_time_s": "trip time", "stops": "stops"}
"""Column whose mean per vehicle is compared, and how it is called."""
LONGEST_TRIP_TIME_PCT = 0.5
"""A policy that makes trips longer by more than this is ranked behind all that do not."""
CHANCE_ERRORS = 2.0
"""Standard errors by which collisions may be more than the reference's."""
SEEDS_FOR_INTERVAL = 3
"""Of two seeds an interval is 13 standard errors to each side, and tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one policy changes against the reference arm, in percent."""

    arm: str
    changes: dict[str, Effect | None]
    """By column of `COMPARED`; None where the reference has 0 everywhere."""
    collisions: int
    reference_collisions: int

    @property
    def score_pct(self) -> float | None:
        """Change on the account where it gains least; None where one is missing."""
        found = [self.changes[column] for column in ACCOUNTS]
        if any(each is None for each in found):
            return None
        return max(each.mean for each in found if each is not None)

    @property
    def keeps(self) -> bool:
        """Whether trips are hardly longer, and collisions not more than chance can make them.

        The difference of two counts of rare events has their sum as its variance.
        """
        time = self.changes["trip_time_s"]
        is_quick = time is not None and time.mean <= LONGEST_TRIP_TIME_PCT
        more = self.collisions - self.reference_collisions
        spread = math.sqrt(self.collisions + self.reference_collisions)
        return is_quick and more <= CHANCE_ERRORS * spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of all policies."""

    cases: dict[str, tuple[Row, ...]]
    """By case, in the order of the arms."""
    mean: tuple[Row, ...]
    """Means over cases, the best first."""

    def plain(self) -> dict[str, Any]:
        """JSON values."""
        content: dict[str, Any] = rounded(
            {
                "cases": {case: [_plain(row) for row in rows] for case, rows in self.cases.items()},
                "mean": [
                    {"rank": rank} | _plain(row) for rank, row in enumerate(self.mean, start=1)
                ],
            }
        )
        return content


def make_table(records: Sequence[Record], reference: str) -> Table:
    """Compare all arms with the reference.

    Seeds that are not there in all arms of a case are left out of that case, and the mean over
    cases rests on the seeds that all cases have.

    Args:
        records: Finished runs of some cases.
        reference: Arm that the others are compared with.

    References: the score is the least favourable of four accounts, since a saving that exists on
        one account alone is a property of that account.
    """
    runs = {record.key: record for record in records}
    cases = list(dict.fromkeys(record.case for record in records))
    arms = [arm for arm in dict.fromkeys(record.arm for record in records) if arm != reference]
    seeds = {
        case: [
            seed
            for seed in dict.fromkeys(record.seed for record in records)
            if all((case, arm, seed) in runs for arm in (reference, *arms))
        ]
        for case in cases
    }
    pairs = {
        (case, arm): [(runs[case, reference, seed], runs[case, arm, seed]) for seed in seeds[case]]
        for case in cases
        for arm in arms
    }
    shared = (
        [seed for seed in seeds[cases[0]] if all(seed in seeds[case] for case in cases)]
        if (cases)
        else []
    )
    of_shared = {
        key: [pair for pair in some if pair[0].seed in shared] for key, some in pairs.items()
    }
    mean = [_mean_row(arm, [of_shared[case, arm] for case in cases]) for arm in arms]
    return Table(
        cases={case: tuple(_row(arm, pairs[case, arm]) for arm in arms) for case in cases},
        mean=tuple(sorted(mean, key=_order)),
    )


Pairs = Sequence[tuple[Record, Record]]
"""Runs of the reference and of an arm with equal seeds."""


def _order(row: Row) -> tuple[bool, bool, float]:
    score = row.score_pct
    return not row.keeps, score is None, 0.0 if score is None else score


def _row(arm: str, pairs: Pairs) -> Row:
    return Row(
        arm=arm,
        changes={column: paired_effect(*_values(column, pairs)) for column in COMPARED},
        collisions=sum(after.counts["collisions"] for _, after in pairs),
        reference_collisions=sum(before.counts["collisions"] for before, _ in pairs),
    )


def _mean_row(arm: str, cases: Sequence[Pairs]) -> Row:
    """Means over cases, with intervals from the seeds: each gives a mean over all cases."""
    rows = [_row(arm, pairs) for pairs in cases]
    changes: dict[str, Effect | None] = {}
    for column in COMPARED:
        by_case = [_changes_pct(column, pairs) for pairs in cases]
        of_seeds = [change for change in by_case if change is not None]
        mean = np.mean(of_seeds, axis=0) if of_seeds else np.empty(0)
        changes[column] = paired_difference(np.zeros(mean.size), mean)
    return Row(
        arm=arm,
        changes=changes,
        collisions=sum(row.collisions for row in rows),
        reference_collisions=sum(row.reference_collisions for row in rows),
    )


def _changes_pct(column: str, pairs: Pairs) -> FloatArray | None:
    """(seeds,) change of a column in percent of the reference's mean; None where that is 0."""
    before, after = _values(column, pairs)
    base = float(before.mean()) if before.size else 0.0
    return None if base == 0.0 else 100.0 / base * (after - before)


def _values(column: str, pairs: Pairs) -> tuple[FloatArray, FloatArray]:
    before, after = (
        np.array([pair[side].means.get(column, np.nan) for pair in pairs]) for side in (0, 1)
    )
    return before, after


def _plain(row: Row) -> dict[str, Any]:
    changes = {
        column: None if effect is None else asdict(effect) for column, effect in row.changes.items()
    }
    return {
        "arm": row.arm,
        "score_pct": row.score_pct,
        "keeps_trip_time_and_safety": row.keeps,
        "change_pct": changes,
        "collisions": row.collisions,
        "reference_collisions": row.reference_collisions,
    }
