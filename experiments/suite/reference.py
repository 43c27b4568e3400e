"""Kept results of a suite: what a check compares with, and why they are what they are."""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from experiments.dotted import dotted
from experiments.results import write_json
from experiments.suite.comparing import Difference
from experiments.suite.definition import Suite, definition_sha256
from experiments.suite.records import Record

_ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Results of some cases, all made by one call."""

    reason: str
    """Why they were taken over."""
    made_on: dict[str, dict[str, str]]
    """Versions and machine."""
    runs: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Kept results of a suite."""

    suite: str
    suite_sha256: str
    """Hash of `definition`."""
    definition: dict[str, Any]
    """The suite that they are results of, as `Suite.content`."""
    id: str
    """Hash of definition and runs."""
    kept: tuple[Kept, ...]
    """Each case stands in one of them at most."""

    @property
    def cases(self) -> frozenset[str]:
        """Cases that have results."""
        return frozenset(run.case for each in self.kept for run in each.runs)

    @property
    def changelog_lines(self) -> tuple[str, ...]:
        """What `CHANGELOG.md` must say of it."""
        reasons = dict.fromkeys(each.reason for each in self.kept)
        return (f"Reference `{self.id}` of suite `{self.suite}`", *reasons)


def read_reference(file: Path) -> Reference | None:
    """The kept results of a file; None where there is no such file.

    Raises:
        ValueError: They were changed by hand, or have another form.
    """
    if not file.is_file():
        return None
    try:
        reference = TypeAdapter(Reference).validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{file}: {place}: {first['msg']}; 'bench --accept' writes it") from None
    if reference.suite_sha256 != definition_sha256(reference.definition):
        raise ValueError(f"{file}: its definition was changed by hand; 'bench --accept' writes it")
    if reference.id != _id_of(reference):
        raise ValueError(f"{file}: its results were changed by hand; 'bench --accept' writes it")
    return reference


def accepted(
    suite: Suite, old: Reference | None, new: Kept, *, cases: Collection[str]
) -> Reference:
    """A reference with new results of some cases.

    Results of other cases stay if they are of the same definition.

    Args:
        suite: The suite as it is.
        old: Its reference so far.
        new: Results of all arms and seeds of `cases`, and the reason.
        cases: Which ones were run.

    Raises:
        ValueError: The reason says nothing.
    """
    if not new.reason.strip():
        raise ValueError("--accept: must say why, in a sentence that will stand in CHANGELOG.md")
    content = suite.content()
    digest = definition_sha256(content)
    stays: list[Kept] = []
    for each in old.kept if old is not None and old.suite_sha256 == digest else ():
        runs = tuple(run for run in each.runs if run.case not in cases)
        if runs:
            stays.append(replace(each, runs=runs))
    reference = Reference(
        suite=suite.name, suite_sha256=digest, definition=content, id="", kept=(*stays, new)
    )
    return replace(reference, id=_id_of(reference))


def write_reference(file: Path, reference: Reference) -> None:
    """Write kept results, all of the file or nothing."""
    write_json(file, dataclasses.asdict(reference))


def definition_differences(suite: Suite, reference: Reference) -> list[Difference]:
    """Where a suite is no longer the one that the reference is of."""
    got, expected = dict(dotted(suite.content())), dict(dotted(reference.definition))
    return [
        Difference(
            where="definition", figure=path, got=_words(got, path), expected=_words(expected, path),
            tolerance="exact", reason="results of another suite say nothing of this one",
            level="failure",
        )
        for path in dict.fromkeys((*expected, *got))
        if _words(got, path) != _words(expected, path)
    ]  # fmt: skip


def untold(reference: Reference, changelog: str) -> list[str]:
    """What a changelog fails to say of a reference; line breaks in it do not matter."""
    text = " ".join(changelog.split())
    return [line for line in reference.changelog_lines if " ".join(line.split()) not in text]


def _id_of(reference: Reference) -> str:
    runs: Sequence[Record] = [run for each in reference.kept for run in each.runs]
    ordered = sorted(runs, key=lambda run: run.key)
    content = [reference.suite_sha256, *(dataclasses.asdict(run) for run in ordered)]
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def _words(flat: Mapping[str, object], path: str) -> str:
    return json.dumps(flat[path], sort_keys=True) if path in flat else "none"
