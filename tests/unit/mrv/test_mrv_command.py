"""The command `mrv` writes both files and says what may be claimed."""

import json
import shutil

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from experiments.cli import app
from experiments.ledger import Signer, write_ledger
from experiments.ledger.benchmark import made_up_manifest
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


def test_results_that_are_not_as_they_were_signed_are_refused(saving_folder, tmp_path):
    folder = shutil.copytree(saving_folder, tmp_path / "results")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(made_up_manifest() | manifest))
    table = pl.read_parquet(folder / "vehicles.parquet")
    write_ledger(folder, Signer(Ed25519PrivateKey.generate()))
    assert call(folder).exit_code == 0
    (folder / "mrv.md").unlink()
    more = pl.when(pl.col("arm") == "unadvised").then(pl.col("co2_own_g") + 50.0)
    table.with_columns(more.otherwise(pl.col("co2_own_g")).alias("co2_own_g")).write_parquet(
        folder / "vehicles.parquet"
    )
    done = call(folder)
    assert done.exit_code == 2
    assert "the ledger does not verify: " in done.stderr
    assert "vehicles.parquet" in done.stderr
    assert not (folder / "mrv.md").exists()


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
