"""The leaderboard: policies of researchers beside ours, each entry checked before it is ranked."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from experiments.results import write_json
from experiments.suite.comparing import Likeness, differences
from experiments.suite.definition import Suite, definition_sha256
from experiments.suite.markdown import HOW_RANKED, policy_lines
from experiments.suite.ranking import make_table
from experiments.suite.records import Record
from experiments.suite.reference import Reference
from experiments.suite.result import Result, policies_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A policy with its results on a suite."""

    name: str
    """Of its file, and of the policy in the table."""
    by: str
    """Who submits it."""
    suite: str
    suite_sha256: str
    policy: dict[str, Any]
    """File, class and SHA-256 of all files that it is made of."""
    made_on: dict[str, dict[str, str]]
    runs: tuple[Record, ...]
    """Its own, and those of the arm that it is compared with."""


def entry_of(result: Result, *, name: str, by: str) -> Entry:
    """The entry of the one own policy of a result.

    Args:
        result: Of the whole suite.
        name: How the policy is called in the table.
        by: Who submits it.

    Raises:
        ValueError: There is not one own policy, not the whole suite, or a run failed.
    """
    if len(result.policies) != 1:
        raise ValueError(f"--entry: takes one --policy, got {len(result.policies)}")
    if len(result.cases) < len(result.suite.cases) or result.failures:
        raise ValueError("--entry: takes all runs of all cases of the suite")
    if not by.strip():
        raise ValueError("--entry: --by must say who submits it")
    (arm,) = result.policies
    return Entry(
        name=name,
        by=by.strip(),
        suite=result.suite.name,
        suite_sha256=definition_sha256(result.suite.content()),
        policy=policies_plain(result.policies)[arm],
        made_on={key: dict(value) for key, value in result.made_on.items()},
        runs=tuple(
            replace(record, arm=name) if record.arm == arm else record
            for record in result.records
            if record.arm in (arm, result.suite.reference)
        ),
    )


def write_entry(file: Path, entry: Entry) -> None:
    """Write an entry, all of the file or nothing."""
    write_json(file, dataclasses.asdict(entry))


def read_entries(folder: Path, suite: Suite, reference: Reference) -> list[Entry]:
    """All entries of a folder, in the order of their names, each checked.

    Args:
        folder: Holds `NAME.json` and the files of the policies.
        suite: The suite of the table.
        reference: Its kept results.

    Raises:
        ValueError: With all that is wrong in all of them.
    """
    entries, problems = [], []
    for file in sorted(folder.glob("*.json")):
        try:
            entry = TypeAdapter(Entry).validate_json(file.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            problems.append(f"{file}: {place}: {first['msg']}; 'bench --entry' writes it")
            continue
        if entry.suite == suite.name:
            entries.append(entry)
            problems += [f"{file}: {what}" for what in faults(entry, file, suite, reference)]
    if problems:
        raise ValueError("\n".join(problems))
    return entries


def faults(entry: Entry, file: Path, suite: Suite, reference: Reference) -> list[str]:
    """What keeps an entry out of the table.

    Args:
        entry: The entry.
        file: Where it stands, beside the file of its policy.
        suite: The suite of the table.
        reference: Its kept results.
    """
    told = []
    if entry.name != file.stem or entry.name in suite.arms:
        told.append(f"its name must be that of the file and of none of our arms, got {entry.name}")
    if entry.suite_sha256 != definition_sha256(suite.content()):
        told.append(f"is of another suite {suite.name}: {entry.suite_sha256[:12]}…; run it anew")
    told += _policy_faults(entry, file.parent)
    wanted = {
        (case.name, arm, seed)
        for case in suite.cases
        for arm in (entry.name, suite.reference)
        for seed in suite.seeds
    }
    if {run.key for run in entry.runs} != wanted or len(entry.runs) != len(wanted):
        told.append("must have each run of the policy and of the reference arm once")
    base = [run for run in entry.runs if run.arm == suite.reference]
    for kept in reference.kept:
        cases = {run.case for run in kept.runs}
        expected = [run for run in kept.runs if run.arm == suite.reference]
        found = [run for run in base if run.case in cases]
        wrong = differences(found, expected, Likeness.of(entry.made_on, kept.made_on))
        if wrong:
            first = wrong[0]
            told.append(
                f"its {suite.reference} is not ours: {first.where}, {first.figure}: "
                f"{first.got}, ours {first.expected}"
            )
    return told


def leaderboard_markdown(suite: Suite, reference: Reference, entries: Sequence[Entry]) -> str:
    """The table of our arms and of all entries, the best first."""
    ours = [run for kept in reference.kept for run in kept.runs]
    theirs = [run for entry in entries for run in entry.runs if run.arm == entry.name]
    table = make_table([*ours, *theirs], suite.reference)
    lines = [
        f"# Leaderboard, suite `{suite.name}`",
        "",
        f"**{suite.label}**",
        "",
        f"Change against `{suite.reference}` in %, mean over {len(table.cases)} cases of "
        f"{len(suite.seeds)} seeds. Suite `{definition_sha256(suite.content())[:12]}`, reference "
        f"`{reference.id}`. Written by `ecocorridor bench leaderboard`.",
        "",
        *policy_lines(table.mean, ranked=True),
        "",
        f"{HOW_RANKED} † is ranked behind for that.",
        "",
        "| entry | by | policy | SHA-256 |",
        "| :-- | :-- | :-- | :-- |",
    ]
    for entry in entries:
        policy = f"`{entry.policy['file']}:{entry.policy['class']}`"
        digest = f"`{entry.policy['files'][0][:12]}…`"
        lines.append(f"| {entry.name} | {entry.by} | {policy} | {digest} |")
    ours_named = ", ".join(f"`{arm}`" for arm in suite.arms if arm != suite.reference)
    lines.append(f"| {ours_named} | ecocorridor | | |")
    return "\n".join(lines) + "\n"


def _policy_faults(entry: Entry, folder: Path) -> list[str]:
    """Whether the policy's file stands beside the entry, as it was when it was run."""
    name, digests = entry.policy.get("file"), entry.policy.get("files")
    if not isinstance(name, str) or not isinstance(digests, list) or len(digests) != 1:
        return ["policy must tell its file, and in files the SHA-256 of this one alone"]
    file = folder / Path(name).name
    if not file.is_file():
        return [f"the file of its policy, {file.name}, must stand beside it"]
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    return [] if found == digests[0] else [f"{file.name} is not the file that was run"]
