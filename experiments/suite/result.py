"""What one call of the suite found: runs, table, check, and what all of it was made with."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from experiments.code_hash import code_hash
from experiments.own_policy import OwnPolicy
from experiments.suite.comparing import Difference, Likeness, differences
from experiments.suite.definition import LoadedSuite, Suite, definition_sha256
from experiments.suite.ranking import Table, make_table
from experiments.suite.records import Record, made_on
from experiments.suite.reference import (
    Kept,
    Reference,
    accepted,
    definition_differences,
    write_reference,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Found results against kept ones."""

    holds: bool
    sentences: tuple[str, ...]
    """The verdict, and what was compared how."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one call of the suite found."""

    suite: Suite
    cases: tuple[str, ...]
    """Those that were run."""
    policies: Mapping[str, OwnPolicy]
    """The user's own."""
    records: Sequence[Record]
    failures: Sequence[str]
    check: Check | None
    """None: it was not asked for."""
    made_on: Mapping[str, Mapping[str, str]]

    @cached_property
    def table(self) -> Table:
        """All policies."""
        return make_table(self.records, self.suite.reference)

    def plain(self) -> dict[str, Any]:
        """JSON values."""
        content = self.suite.content()
        return {
            "schema_version": 1,
            "suite": self.suite.name,
            "suite_sha256": definition_sha256(content),
            "definition": content,
            "label": self.suite.label,
            "cases": list(self.cases),
            "made_on": {key: dict(value) for key, value in self.made_on.items()},
            "code_sha256": code_hash(),
            "policies": policies_plain(self.policies),
            "runs": [dataclasses.asdict(record) for record in self.records],
            "failures": list(self.failures),
            "table": self.table.plain(),
            "check": None if self.check is None else dataclasses.asdict(self.check),
        }


def policies_plain(policies: Mapping[str, OwnPolicy]) -> dict[str, Any]:
    """What the user's own policies are made of."""
    return {arm: {"file": own.file.name} | own.content() for arm, own in policies.items()}


def check_against(
    reference: Reference, suite: Suite, cases: Sequence[str], records: Sequence[Record]
) -> Check:
    """Compare found results with kept ones.

    Args:
        reference: The kept ones.
        suite: What was run.
        cases: Those of its cases that were run.
        records: What was found; arms that are not the suite's own are not compared.
    """
    if told := definition_differences(suite, reference):
        sentence = "DOES NOT HOLD: the suite is not the one that its reference is of"
        return Check(holds=False, sentences=(sentence,), differences=tuple(told))
    now = made_on()
    covered = [case for case in cases if case in reference.cases]
    sentences: list[str] = []
    for kept in reference.kept:
        here = {run.case for run in kept.runs}.intersection(covered)
        if not here:
            continue
        likeness = Likeness.of(now, kept.made_on)
        found = [r for r in records if r.case in here and r.arm in suite.arms]
        told += differences(found, [run for run in kept.runs if run.case in here], likeness)
        sentences.append(f"{', '.join(sorted(here))}: {likeness.sentence}")
    if missing := [case for case in cases if case not in covered]:
        sentences.append(f"NOT CHECKED, no reference is recorded: {', '.join(missing)}")
    holds = not any(each.level == "failure" for each in told)
    verdict = "holds" if holds else "DOES NOT HOLD"
    if holds and not covered:
        verdict = "NOTHING IS CHECKED"
    n_checked = f"{len(covered)} of {len(cases)} cases checked against `{reference.id}`"
    return Check(
        holds=holds,
        sentences=(f"{verdict}: {n_checked}, {len(told)} differences", *sentences),
        differences=tuple(told),
    )


def accept(loaded: LoadedSuite, old: Reference | None, result: Result, reason: str) -> Reference:
    """Take found results over as the reference.

    Args:
        loaded: The suite.
        old: Its reference so far.
        result: What was found.
        reason: Why; `CHANGELOG.md` must say the same.

    Raises:
        ValueError: Runs failed, or the reason says nothing.
    """
    if result.failures:
        raise ValueError("--accept: runs failed; nothing was written")
    own_arms = [record for record in result.records if record.arm in loaded.suite.arms]
    plain = {key: dict(value) for key, value in result.made_on.items()}
    new = Kept(reason=reason.strip(), made_on=plain, runs=tuple(own_arms))
    reference = accepted(loaded.suite, old, new, cases=result.cases)
    write_reference(loaded.reference_file, reference)
    return reference
