import json
import re
from pathlib import Path

import pytest

from experiments.column_words import data_package, markdown, resource
from experiments.columns import METADATA_KEY, load_tables, parquet_metadata, placeholder_words
from experiments.result_files import PLACES, RECORDS, RUNS, VEHICLES

PAGE = Path(__file__).parents[3] / "docs" / "columns.md"
UNITS_OF_NAMES = {
    "m": "m",
    "s": "s",
    "mps": "m/s",
    "g": "g",
    "wh": "Wh",
    "km": "km",
    "mib": "MiB",
}
TABLES = list(load_tables().values())


def test_the_page_of_columns_is_made_of_the_catalogue():
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "write it anew: ecocorridor schema --markdown > docs/columns.md"
    )


def test_all_files_of_tables_are_in_the_catalogue():
    files = {table.file for table in TABLES}
    assert {VEHICLES, RUNS, *(f"{name}.parquet" for name in (*PLACES, *RECORDS))} <= files


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_column_has_a_type_a_meaning_and_the_unit_of_its_name(table):
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    for column in table.columns:
        assert column.type in {"string", "integer", "number", "boolean"}
        assert column.meaning
        assert set(column.placeholders) <= set(placeholder_words())
        suffix = column.name.rpartition("_")[2]
        if suffix in UNITS_OF_NAMES and "_per_" not in column.name:
            assert column.unit == UNITS_OF_NAMES[suffix], column


def test_a_column_of_an_account_is_found_by_its_family_and_the_exact_name_wins():
    vehicles = load_tables()["vehicles"]
    assert vehicles.column("co2_diesel_euro6_g").name == "co2_{account}_g"
    assert vehicles.column("co2e_fleet_wtw_g").name == "co2e_fleet_wtw_g"
    assert vehicles.column("co2_hbefa4") is None
    advice = load_tables()["advice"]
    assert advice.column("note_join_s").name == "note_join_s"
    assert advice.column("note_target_s").name == "note_{note}"


def test_of_a_sweep_any_key_is_a_column_and_the_figures_keep_their_units():
    sweep = load_tables()["sweep"]
    assert sweep.column("rsu.range_m").name == "{swept}"
    assert sweep.column("co2_phemlight5_g_per_km").unit == "g/km"
    assert sweep.column("equipped.trip_time_s").name == "equipped.{figure}"
    assert sweep.column("unequipped.trip_time_s").name == "unequipped.{figure}"
    assert sweep.column("point").type == "integer"


def test_the_schema_of_a_table_can_be_written_as_json_and_its_patterns_fit():
    found = json.loads(json.dumps(resource(load_tables()["vehicles"])))
    fields = {field["name"]: field for field in found["schema"]["fields"]}
    assert found["path"] == "vehicles.parquet"
    assert fields["trip_time_s"]["unit"] == "s"
    assert "unit" not in fields["arm"]
    assert re.fullmatch(fields["co2_{account}_g"]["pattern"], "co2_bev2_g")
    assert len(data_package(TABLES)["resources"]) == len(TABLES)


def test_the_metadata_of_a_file_tells_of_its_own_columns_alone():
    told = json.loads(parquet_metadata("vehicles", ["arm", "co2_x_g", "unheard_of"])[METADATA_KEY])
    assert list(told) == ["arm", "co2_x_g"]
    assert told["co2_x_g"] == {"unit": "g", "meaning": "CO2 of the tailpipe"}
