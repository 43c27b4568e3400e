"""Each point of a sweep adds seeds by itself until conditions hold there, or up to the cap."""

import json

import pytest
from typer.testing import CliRunner

import experiments.engines.local
from experiments.claim import STORE
from experiments.cli import app
from experiments.sweeps import load_sweep, waiting_for
from experiments.sweeps.again import sweep_again
from experiments.sweeps.ending import collect
from experiments.sweeps.tables import TABLES

WIDTH = "glosa.co2_hbefa4_pct.width < 0.5"
FILES = (*TABLES, "sweep.json", "report.html")
FIRST, SECOND = (2, 6, 10), (2, 6, 10, 14)
"""Seeds at each look of the two points."""


def files(out):
    return {name: (out / name).read_bytes() for name in FILES}


def looks(summary):
    return [tuple(point["summary"]["sequential"]["looks"]) for point in summary["points"]]


@pytest.fixture
def undisturbed(swept, tmp_path):
    swept("undisturbed", until=(WIDTH,), most=18)
    return files(tmp_path / "undisturbed")


def test_each_point_stops_by_itself_and_its_intervals_allow_for_the_looks(swept, tmp_path):
    outcome = swept(until=(WIDTH,), most=18)
    assert looks(outcome.summary) == [FIRST, SECOND]
    for point in outcome.summary["points"]:
        told = point["summary"]["sequential"]
        assert (told["until"], told["stopped_by"]) == ([WIDTH], "conditions")
        assert told["planned_looks"] == [2, 6, 10, 14, 18]
        assert told["confidence"] == 0.99
        effect = point["summary"]["effects"]["glosa"]["co2_hbefa4_pct"]
        assert effect["high"] - effect["low"] < 0.5
    rows = (tmp_path / "out" / "runs.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * (10 + 14)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["seeds"] == [1, 2]
    assert [len(point["seeds"]) for point in manifest["points"]] == [10, 14]
    assert (manifest["until"]["conditions"], manifest["until"]["confidence"]) == ([WIDTH], 0.99)


def test_the_runs_of_a_round_are_of_all_points(swept, made_up):
    engine = made_up()
    swept(engine=engine, until=(WIDTH,), most=18)
    rounds = [label.rpartition(" ")[2] for label in engine.asked if "glosa" in label]
    first = [int(seed) for seed in rounds[4:12]]
    assert first == [3, 4, 5, 6, 3, 4, 5, 6]


def test_the_cap_is_told_with_what_was_reached(swept):
    outcome = swept(until=("glosa.co2_hbefa4_pct.width < 0.01",), most=4)
    assert looks(outcome.summary) == [(2, 4), (2, 4)]
    told = outcome.summary["points"][0]["summary"]
    assert told["sequential"]["stopped_by"] == "cap"
    assert any("not reached after 4 seeds" in warning for warning in told["warnings"])


def test_a_second_call_and_one_after_a_kill_end_with_the_same_bytes(
    swept, made_up, undisturbed, tmp_path
):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        swept(engine=made_up(dies_after=25), until=(WIDTH,), most=18)
    summary = collect(out, out / STORE).summary
    assert "seeds were still being added at 2 points: give the command again" in summary["warnings"]
    swept(until=(WIDTH,), most=18)
    assert files(out) == undisturbed
    engine = made_up()
    swept(engine=engine, until=(WIDTH,), most=18)
    assert engine.asked == []
    assert files(out) == undisturbed


def test_collect_and_retry_keep_seeds_and_confidence(swept, made_up, undisturbed, town, tmp_path):
    out = tmp_path / "undisturbed"
    for name in (*TABLES, "report.html"):
        (out / name).unlink()
    collect(out, out / STORE)
    assert files(out) == undisturbed
    again = sweep_again(out)
    assert [len(point.experiment.seeds) for point in again.points] == [10, 14]
    assert [point.sequential.looks for point in again.points] == [FIRST, SECOND]
    assert again.until == waiting_for(load_sweep(tmp_path / "sweep.yaml"), [WIDTH], most=18).until


def test_a_retry_does_what_failed_and_adds_nothing(swept, made_up, town, tmp_path):
    from experiments.sweeps import SweepWishes, run_sweep

    lost = "point 1: glosa, seed 5"
    before = swept(engine=made_up(fails=(lost,)), until=(WIDTH,), most=18).summary
    engine = made_up()
    wishes = SweepWishes(out=tmp_path / "out", n_jobs=1, engine=engine, only_failed=True)
    after = run_sweep(sweep_again(tmp_path / "out"), wishes).summary
    assert engine.asked == [lost]
    assert looks(after) == looks(before)
    assert after["failed"] == []
    assert after["points"][1]["summary"]["sequential"]["confidence"] == 0.99


def test_a_run_that_failed_is_not_tried_in_every_round(swept, made_up):
    engine = made_up(fails=("point 0: none, seed 1",))
    swept(engine=engine, until=(WIDTH,), most=10, retries_failed=True)
    assert engine.asked.count("point 0: none, seed 1") == 1


def test_shards_are_refused_and_nothing_is_written(swept, tmp_path):
    with pytest.raises(ValueError, match=r"--shard: .* give either of the two"):
        swept(until=(WIDTH,), shard=(1, 2))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--batch", "3"), "--batch and --most-seeds say how seeds are added"),
        (("--until", "eco.co2_own_pct.width < 1"), "eco"),
        (("--until", WIDTH, "--most-seeds", "1"), "--most-seeds must be at least"),
        (("--until", WIDTH, "--shard", "1/2"), "give either of the two"),
    ],
)
def test_what_cannot_be_is_told_by_the_command(written, town, monkeypatch, tmp_path, words, told):
    monkeypatch.setattr("experiments.doctor.preflight", lambda: ())
    sweep = ["sweep", str(written()), "--out", str(tmp_path / "out"), *words]
    done = CliRunner().invoke(app, sweep)
    assert done.exit_code == 2
    assert told in done.output


def test_the_command_adds_seeds(written, town, monkeypatch, made_up, tmp_path):
    monkeypatch.setattr("experiments.doctor.preflight", lambda: ())
    engine = made_up()
    monkeypatch.setattr(experiments.engines.local, "Runner", lambda *, tell, **_: engine(tell))
    sweep = ["sweep", str(written()), "--out", str(tmp_path / "out"), "--until", WIDTH]
    done = CliRunner().invoke(app, [*sweep, "--batch", "8", "--most-seeds", "10", "--json"])
    assert done.exit_code == 0, done.output
    assert looks(json.loads(done.stdout)) == [(2, 10), (2, 10)]
    assert f"{WIDTH}: holds at" in done.stderr
