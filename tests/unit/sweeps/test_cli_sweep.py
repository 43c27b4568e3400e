import json

import pytest
from typer.testing import CliRunner

import experiments.engines.local
from experiments.cli import app

POINTS = "2 points × 3 arms × 2 seeds: 12 places in the table, 10 runs that differ"


@pytest.fixture
def command(town, written, tmp_path, monkeypatch, made_up):
    """Give a command; `SWEEP` is the file and `OUT` the folder."""
    engines = []

    def local(*, n_jobs, tell, timeout_s, retries):
        engines.append(made_up(fails=command.fails)(tell))
        return engines[-1]

    monkeypatch.setattr(experiments.engines.local, "Runner", local)
    monkeypatch.setattr("experiments.doctor.preflight", lambda: ())
    places = {"SWEEP": str(written()), "OUT": str(tmp_path / "out")}

    def command(*words):
        return CliRunner().invoke(app, ["sweep", *(places.get(word, word) for word in words)])

    command.fails, command.engines = (), engines
    return command


def test_a_sweep_is_done_by_naming_its_file(command, tmp_path):
    done = command("SWEEP", "--out", "OUT")
    assert done.exit_code == 0, done.output
    assert f"table: {tmp_path / 'out' / 'runs.csv'}" in done.output
    assert f"report: {tmp_path / 'out' / 'report.html'}" in done.output
    assert "2 points, 10 runs (12 places in the table), 0 done before; 10 to do" in done.output
    again = command("--out", "OUT", "SWEEP", "--json")
    assert again.exit_code == 0
    assert "10 done before; nothing to do" in again.stderr
    assert json.loads(again.stdout)["name"] == "sweep"
    assert len(command.engines) == 1


def test_a_plan_tells_points_and_runs(command):
    assert f"{POINTS}, 0 done, 0 failed" in command("plan", "SWEEP").output
    command("SWEEP", "--out", "OUT", "--shard", "1/2")
    told = command("plan", "SWEEP", "--out", "OUT", "-j", "4").output
    assert f"{POINTS}, 5 done, 0 failed" in told
    assert "about 0.2 min left with 4 at a time" in told


def test_failed_runs_end_with_exit_code_1_and_a_retry_mends_them(command):
    command.fails = ("point 1: glosa, seed 1",)
    done = command("SWEEP", "--out", "OUT")
    assert done.exit_code == 1
    assert "1 of 10 runs failed, the first one: point 1: glosa, seed 1: SUMO" in done.output
    status = command("status", "OUT")
    assert status.exit_code == 0
    assert "9 done, 1 failed, 0 missing" in status.output
    assert "failed: point 1: glosa, seed 1: SUMO failed: no" in status.output
    again = command("SWEEP", "--out", "OUT")
    assert again.exit_code == 1
    assert "1 runs failed before and were not tried again" in again.output
    assert len(command.engines) == 1
    command.fails = ()
    assert command("retry", "OUT").exit_code == 0
    assert command.engines[-1].asked == ["point 1: glosa, seed 1"]
    assert json.loads(command("status", "OUT", "--json").stdout)["failed"] == 0


def test_a_table_is_collected_without_the_file(command):
    command("SWEEP", "--out", "OUT", "--shard", "2/2")
    told = command("collect", "OUT")
    assert told.exit_code == 0
    assert "warning: 6 of 12 runs are not done yet" in told.output


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_a_wrong_shard_is_told(command, shard):
    done = command("SWEEP", "--out", "OUT", "--shard", shard)
    assert done.exit_code == 2
    assert f"--shard: must be i/n with i from 1 to n, as in 2/8, got '{shard}'" in done.output


@pytest.mark.parametrize("name", ["status", "collect", "retry"])
def test_a_folder_that_holds_no_sweep_is_told(command, name, tmp_path):
    done = command(name, str(tmp_path))
    assert done.exit_code == 2
    assert "holds no sweep" in done.output
