"""The same inputs and seeds give the same bytes, however the runs are done."""

import json
from pathlib import Path

import jsonschema
import polars as pl
import pytest

import experiments

pytestmark = pytest.mark.sumo

WORDS = (
    "run resco:cologne1 --begin 25200 --end 25380 --arms none,glosa,glosa-sumo --seeds 2".split()
)
FILES = ("summary.json", "runs.csv", "vehicles.parquet")


def contents(out):
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def results(door, load, tmp_path_factory):
    """Results of an undisturbed call, one run at a time."""
    load("resco:cologne1")
    folder = tmp_path_factory.mktemp("undisturbed")
    done = door.call(*WORDS, "--jobs", "1", "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def test_a_summary_keeps_to_its_schema(results):
    text = (Path(experiments.__file__).parent / "data" / "summary.schema.json").read_text()
    schema = json.loads(text)
    summary = json.loads((results / "summary.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(summary)
    assert summary["seeds"] == [1, 2]
    assert set(summary["arms"]) == {"none", "glosa", "glosa-sumo"}
    assert summary["effects"]["glosa"]["co2_hbefa4_pct"]["n"] == 2


def test_the_folder_of_results_holds_what_it_should_and_nothing_else(results):
    found = {path.name for path in results.iterdir()}
    told = "summary.json runs.csv vehicles.parquet manifest.json timings.csv report.html"
    drawn = "trajectories.parquet signals.parquet network.json"
    summed = "roads.parquet approaches.parquet minutes.parquet"
    explained = "advice.parquet crossings.parquet journeys.parquet lights.parquet"
    assert found == {*f"{told} {drawn} {summed} {explained}".split(), ".runs"}


def test_times_and_folders_are_in_no_result(results):
    for name in ("summary.json", "runs.csv"):
        text = (results / name).read_text()
        assert str(results.parent) not in text
        assert "wall" not in text


def test_two_at_a_time_with_another_hash_seed_give_the_same_bytes(door, results, tmp_path):
    done = door.call(
        *(*WORDS, "--jobs", "2", "--out", "other"),
        cwd=tmp_path,
        environment={"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "3", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "other") == contents(results)


def test_finished_runs_are_used_again(door, results):
    before = contents(results)
    kept = {path: path.stat().st_mtime_ns for path in (results / ".runs").glob("*/run.json")}
    assert len(kept) == 6
    done = door.call(*WORDS, "--jobs", "1", "--out", "out", cwd=results.parent)
    assert done.returncode == 0, done.stderr
    assert contents(results) == before
    again = {path: path.stat().st_mtime_ns for path in (results / ".runs").glob("*/run.json")}
    assert again == kept


def test_more_seeds_add_runs_and_keep_the_others(door, results, tmp_path):
    few = [word if word != "2" else "1" for word in WORDS]
    done = door.call(*few, "--jobs", "1", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = door.call(*WORDS, "--jobs", "1", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == contents(results)
    table = pl.read_parquet(results / "vehicles.parquet")
    assert table.select("arm", "seed").unique().height == 6


@pytest.mark.parametrize("execution", ["driver", "automated"])
def test_the_other_interface_of_sumo_gives_the_same_bytes(load, run_arms, tmp_path, execution):
    city = load("resco:cologne8", end_s=25200.0 + 120)
    arms = ["unadvised", "glosa"]
    wishes = {"execution": execution, "penetration": 0.6}
    first = run_arms(city, arms, tmp_path / "libsumo", **wishes, api="libsumo")
    other = run_arms(city, arms, tmp_path / "traci", **wishes, api="traci")
    for arm in arms:
        for name in ("vehicles.parquet", "roads.parquet", "run.json"):
            assert (first[arm] / name).read_bytes() == (other[arm] / name).read_bytes()
    fcd = pl.read_parquet(first["glosa"] / "fcd.parquet")
    assert fcd.height > 1500
