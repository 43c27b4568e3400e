"""A folder of results as a research object, read back by the library that others use."""

import hashlib
import json
import os
import shutil
import zipfile

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.crate import PROFILE, write_crate

rocrate = pytest.importorskip("rocrate.rocrate", reason="the extra 'provenance' is not installed")
SUMMARY = {
    "schema_version": 1, "scenario": "high-street", "reference": "unadvised", "seeds": [1, 2],
    "arms": {"unadvised": {}, "glosa": {}}, "effects": {},
}  # fmt: skip
MANIFEST = {
    "command": "ecocorridor run high-street --out runs/x",
    "inputs": [{"name": "high-street.net.xml", "sha256": "ab" * 32}],
    "versions": {"ecocorridor": "0.1.0", "libsumo": "1.28.0"},
    "git_commit": "c0ffee",
}


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    (folder / "ledger").mkdir(parents=True)
    (folder / ".runs").mkdir()
    (folder / ".runs" / "hidden").write_text("x")
    (folder / "ledger" / "records.jsonl").write_text("{}\n")
    for name, content in (("summary.json", SUMMARY), ("manifest.json", MANIFEST)):
        (folder / name).write_text(json.dumps(content))
    (folder / "runs.csv").write_text("arm,seed\n")
    (folder / "vehicles.parquet").write_bytes(b"PAR1")
    os.utime(folder / "summary.json", (1_750_000_000, 1_750_000_000))
    return folder


@pytest.fixture
def read(results, tmp_path):
    write_crate(results, tmp_path / "crate")
    return rocrate.ROCrate(tmp_path / "crate")


def test_all_files_are_there_with_their_hashes_and_what_is_hidden_is_not(results, read, tmp_path):
    files = {file.id: file for file in read.get_by_type("File")}
    assert set(files) == {
        *("summary.json", "manifest.json", "runs.csv", "vehicles.parquet"),
        "ledger/records.jsonl",
    }
    for name, file in files.items():
        content = (tmp_path / "crate" / name).read_bytes()
        assert content == (results / name).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["contentSize"] == str(len(content))
        assert file["description"]


def test_the_run_is_an_action_with_command_software_inputs_and_results(read):
    assert read.root_dataset["conformsTo"].id == PROFILE
    [action] = read.get_by_type("CreateAction")
    assert action["description"] == MANIFEST["command"]
    assert action["endTime"] == "2025-06-15T15:06:40Z"
    program = action["instrument"]
    assert (program["name"], program["softwareVersion"]) == ("ecocorridor", "0.1.0")
    assert program["identifier"] == "c0ffee"
    [used] = program["softwareRequirements"]
    assert (used["name"], used["softwareVersion"]) == ("libsumo", "1.28.0")
    given = {thing["name"]: thing["sha256"] for thing in action["object"]}
    assert given["high-street.net.xml"] == "ab" * 32
    assert "manifest.json" in given
    assert {"summary.json", "ledger/records.jsonl"} <= {thing.id for thing in action["result"]}
    assert read.root_dataset["mentions"] == action


def test_what_must_be_said_of_a_crate_is_said(read):
    assert str(read.root_dataset["datePublished"]).startswith("2025-06-15")
    assert "high-street" in read.name
    assert "Results of a simulation" in read.description
    assert read.root_dataset["license"].startswith("Not stated")


def test_the_same_folder_gives_the_same_archive_and_a_copy_too(results, tmp_path):
    first = write_crate(results, tmp_path / "first.zip").read_bytes()
    copy = shutil.copytree(results, tmp_path / "elsewhere", copy_function=shutil.copy2)
    assert write_crate(copy, tmp_path / "second.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        assert archive.testzip() is None
        assert "ro-crate-metadata.json" in archive.namelist()
        assert str(tmp_path) not in archive.read("ro-crate-metadata.json").decode()


def test_a_crate_is_put_beside_the_results_and_never_over_another(results, tmp_path):
    with pytest.raises(ValueError, match="is inside the results"):
        write_crate(results, results / "crate")
    (tmp_path / "there").mkdir()
    with pytest.raises(ValueError, match="exists already"):
        write_crate(results, tmp_path / "there")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_command_says_where_the_crate_is(results, tmp_path):
    done = CliRunner().invoke(app, ["crate", str(results), "--license", "CC-BY-4.0"])
    assert (done.exit_code, done.output.strip()) == (0, str(tmp_path / "results.crate.zip"))
    refused = CliRunner().invoke(app, ["crate", str(tmp_path)])
    assert refused.exit_code == 2
    assert "holds no summary.json" in refused.output
