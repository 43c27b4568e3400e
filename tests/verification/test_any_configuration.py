"""A configuration that holds about everything, through the door, as it comes."""

import json
from pathlib import Path

import jsonschema
import polars as pl
import pytest

import experiments

pytestmark = pytest.mark.sumo

WORDS = "--arms none,unadvised,glosa-sumo:300/2/1.0,glosa --seeds 1 --penetration 0.5 --jobs 1"


def stamps(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def done(door, town, tmp_path_factory):
    """Folder of the results, and what is in the folder of the user before and after."""
    folder = tmp_path_factory.mktemp("elsewhere")
    before = stamps(town)
    words = ("run", str(town / "town.sumocfg"), *WORDS.split(), "--keep-raw", "--out", "out")
    called = door.call(*words, cwd=folder)
    assert called.returncode == 0, called.stderr
    assert {path.name for path in folder.iterdir()} == {"out"}
    return folder / "out", before, stamps(town)


def test_nothing_is_written_beside_the_files_of_the_user(done):
    _, before, after = done
    assert after == before


def test_the_summary_is_whole(done):
    out, _, _ = done
    schema = Path(experiments.__file__).parent / "data" / "summary.schema.json"
    summary = json.loads((out / "summary.json").read_text())
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(summary)
    assert summary["step_length_s"] == 0.5
    assert set(summary["effects"]) == {"none", "glosa-sumo:300/2/1.0", "glosa"}
    counts = {arm: figures["vehicles"] for arm, figures in summary["arms"].items()}
    assert len(set(counts.values())) == 1
    assert counts["none"] > 60
    for figures in summary["arms"].values():
        assert figures["collisions"] == figures["teleports"] == 0


def test_the_same_vehicles_leave_in_all_arms_and_all_arrive(done):
    out, _, _ = done
    table = pl.read_parquet(out / "vehicles.parquet")
    assert table["finished"].all()
    assert table["depart_s"].min() >= 100
    names = table.group_by("arm").agg(pl.col("vehicle_id").sort())["vehicle_id"].to_list()
    assert all(each == names[0] for each in names)
    buses = table.filter(pl.col("vehicle_class") == "bus")
    assert buses.height == 4
    assert not buses["equipped"].any()


def test_what_sumo_wrote_is_kept_where_it_was_asked_for(done):
    out, _, _ = done
    names = {path.name for path in (out / "raw" / "glosa" / "seed-1").iterdir()}
    always = {"tripinfo.xml", "statistics.xml", "fcd.parquet"}
    assert names == always | {"people.parquet", "stops.xml"}
