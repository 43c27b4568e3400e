"""Settings of all tests, and what tests with and without SUMO have in common."""

import json

import polars as pl
import pytest
from hypothesis import settings

from experiments.columns import load_tables

# How long an example takes says more about the machine than about the code. Where CI is set,
# Hypothesis draws the same examples each time by itself.
settings.register_profile("ecocorridor", deadline=None)
settings.load_profile("ecocorridor")

KINDS = {"string": pl.String, "boolean": pl.Boolean}


@pytest.fixture(scope="session")
def check_columns():
    """Checks a table in a folder of results against the catalogue, in both directions."""
    return _check_columns


def _check_columns(name, folder, without=()):
    table = load_tables()[name]
    content = _read(folder / table.file)
    entries = {column: table.column(column) for column in content.columns}
    assert [column for column, entry in entries.items() if entry is None] == []
    named = {column.name for column in table.columns} - set(without)
    assert named == {entry.name for entry in entries.values()}
    wrong = {
        column: content[column].dtype
        for column, entry in entries.items()
        if not entry.unit.startswith("as ") and not _fits(entry.type, content[column].dtype)
    }
    assert wrong == {}


def _read(path):
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".csv":
        return pl.read_csv(path, infer_schema_length=None)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    rows = [
        {name: line[name] for name in ("hash", "prev_hash")}
        | {f"record.{name}": value for name, value in line["record"].items()}
        for line in lines
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _fits(kind, dtype):
    if kind == "number":
        # Whole numbers in a text file are numbers, too.
        return dtype.is_numeric()
    return dtype.is_integer() if kind == "integer" else dtype == KINDS[kind]
