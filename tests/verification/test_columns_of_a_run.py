"""The catalogue of columns against what a run really writes."""

import json

import polars as pl
import pytest

from experiments.columns import METADATA_KEY, load_tables

pytestmark = pytest.mark.sumo

OF_SOME_RUNS = {"persons", "promises", "factors"}
"""Only where the scenario has persons, or the arms control signals; tested where these are."""
OF_A_RUN = [name for name in load_tables() if name not in {"sweep", *OF_SOME_RUNS}]


@pytest.mark.parametrize("name", OF_A_RUN)
def test_each_column_of_a_run_is_in_the_catalogue_and_the_other_way_round(
    name, small_results, check_columns
):
    check_columns(name, small_results)


def test_each_column_of_a_sweep_is_in_the_catalogue_and_the_other_way_round(
    small_sweep, check_columns
):
    check_columns("sweep", small_sweep, without=("co2e_fleet_wtw_g_per_km",))


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
