"""The command `mrv` writes both files and says what may be claimed."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.ledger import Fault
from experiments.mrv.settings import MrvSettings, load_settings


@pytest.fixture(autouse=True)
def _without_sumo(monkeypatch):
    monkeypatch.setattr("experiments.mrv.idle.idle_per_second", dict)


def call(*words):
    return CliRunner().invoke(app, ["mrv", *map(str, words)])


@pytest.mark.parametrize("grid", ["DE/2023", "grid/DE/2023"])
def test_it_writes_both_files_and_tells_the_claim(saving_folder, tmp_path, grid):
    folder = shutil.copytree(saving_folder, tmp_path / "results")
    done = call(folder, "--grid", grid)
    assert done.exit_code == 0, done.output
    assert "Conservative claim: 5.39" in done.output
    assert "not certified" in done.output
    assert "DE/2023" in (folder / "mrv.md").read_text(encoding="utf-8")
    assert (folder / "mrv.html").is_file()


def test_the_grid_of_the_run_counts_unless_another_is_named(saving_folder, tmp_path):
    folder = shutil.copytree(saving_folder, tmp_path / "results")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"]["grid"] = "PL/2020"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert call(folder).exit_code == 0
    assert "Grid: PL/2020" in (folder / "mrv.md").read_text(encoding="utf-8")
    assert call(folder, "--grid", "DE/2023").exit_code == 0
    assert "Grid: DE/2023" in (folder / "mrv.md").read_text(encoding="utf-8")


def test_results_whose_ledger_does_not_hold_are_refused(saving_folder, tmp_path, monkeypatch):
    folder = shutil.copytree(saving_folder, tmp_path / "results")
    (folder / "ledger").mkdir()
    (folder / "ledger" / "records.jsonl").write_text("{}\n")
    done = call(folder)
    assert done.exit_code == 2
    assert "the ledger does not verify: " in done.stderr
    assert not (folder / "mrv.md").exists()
    monkeypatch.setattr("experiments.ledger.verify_ledger", lambda _: ("a ledger", []))
    assert call(folder).exit_code == 0
    fault = Fault(file="vehicles.parquet", what="row 3 agrees with no record")
    monkeypatch.setattr("experiments.ledger.verify_ledger", lambda _: (None, [fault]))
    done = call(folder)
    assert done.exit_code == 2
    assert "vehicles.parquet: row 3 agrees with no record" in done.stderr


def test_a_grid_that_nobody_knows_is_bad_input_and_the_near_ones_are_named(saving_folder):
    done = call(saving_folder, "--grid", "CN/2032")
    assert done.exit_code == 2
    assert "error: grid: no factor 'grid/CN/2032'; near it: grid/CN/" in done.stderr
    assert not (saving_folder / "mrv.md").exists()


def test_a_wrong_settings_file_is_told_with_its_place(saving_folder, tmp_path):
    file = tmp_path / "mrv.yaml"
    file.write_text("operation: {days: 200}\n")
    done = call(saving_folder, "--config", file)
    assert done.exit_code == 2
    assert f"error: {file}:1:13: operation.days: unknown key" in done.stderr


def test_a_folder_is_asked_for():
    done = call()
    assert done.exit_code == 2
    assert "give the folder of results" in done.stderr


def test_init_writes_a_settings_file_that_is_taken_as_it_is(tmp_path):
    file = tmp_path / "mrv.yaml"
    assert call("--init", file).exit_code == 0
    assert load_settings(file) == MrvSettings()
    again = call("--init", file)
    assert again.exit_code == 2
    assert "exists already" in again.stderr
