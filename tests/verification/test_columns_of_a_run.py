"""The catalogue of columns against what a run really writes."""

import json

import polars as pl
import pytest

from experiments.columns import METADATA_KEY, load_tables

pytestmark = pytest.mark.sumo

KINDS = {"string": pl.String, "boolean": pl.Boolean}
OF_SOME_RUNS = {"persons", "promises", "factors"}
"""Only where the scenario has persons, or the arms control signals; tested where these are."""
OF_A_RUN = [name for name in load_tables() if name not in {"sweep", *OF_SOME_RUNS}]


def read(path):
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


def fits(kind, dtype):
    if kind == "number":
        # Whole numbers in a text file are numbers, too.
        return dtype.is_numeric()
    return dtype.is_integer() if kind == "integer" else dtype == KINDS[kind]


@pytest.mark.parametrize("name", OF_A_RUN)
def test_each_column_of_a_run_is_in_the_catalogue_and_the_other_way_round(name, small_results):
    check(load_tables()[name], small_results)


def test_each_column_of_a_sweep_is_in_the_catalogue_and_the_other_way_round(small_sweep):
    check(load_tables()["sweep"], small_sweep, without=("co2e_fleet_wtw_g_per_km",))


def check(table, folder, without=()):
    content = read(folder / table.file)
    entries = {column: table.column(column) for column in content.columns}
    assert [column for column, entry in entries.items() if entry is None] == []
    named = {column.name for column in table.columns} - set(without)
    assert named == {entry.name for entry in entries.values()}
    wrong = {
        column: content[column].dtype
        for column, entry in entries.items()
        if not entry.unit.startswith("as ") and not fits(entry.type, content[column].dtype)
    }
    assert wrong == {}


def test_each_table_that_a_run_writes_is_in_the_catalogue(small_results):
    written = {
        str(path.relative_to(small_results))
        for suffix in ("parquet", "csv", "jsonl")
        for path in small_results.rglob(f"*.{suffix}")
        if ".runs" not in path.parts
    }
    assert written == {load_tables()[name].file for name in OF_A_RUN}


def test_a_parquet_file_tells_the_units_of_its_columns(small_results):
    path = small_results / "vehicles.parquet"
    told = json.loads(pl.read_parquet_metadata(path)[METADATA_KEY])
    assert list(told) == pl.read_parquet(path).columns
    assert told["co2_hbefa4_g"]["unit"] == "g"
