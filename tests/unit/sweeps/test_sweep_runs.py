"""Which runs a sweep does, and does not do again; the table is the same however it was reached."""

import csv
import json
import shutil

import pytest

from experiments.claim import STORE
from experiments.data_files import ConfigError
from experiments.sweeps import load_sweep
from experiments.sweeps.again import sweep_again
from experiments.sweeps.ending import collect
from experiments.sweeps.plan import plan_of
from experiments.sweeps.status import planned, status_of
from experiments.sweeps.tables import TABLES
from sumo_nets import ScenarioError

RUNS = [
    f"point {point}: {arm}, seed {seed}"
    for point, arm in ((0, "none"), (0, "unadvised"), (0, "glosa"), (1, "unadvised"), (1, "glosa"))
    for seed in (1, 2)
]
"""The runs that differ: those of `none` know no penetration."""


def tables(out):
    return {name: (out / name).read_bytes() for name in TABLES}


def rows(out):
    return list(csv.DictReader((out / "runs.csv").read_text().splitlines()))


def state(out):
    status = status_of(out, out / STORE)
    return status.done, status.failed, status.missing


@pytest.fixture
def undisturbed(swept, tmp_path):
    swept("undisturbed")
    return tables(tmp_path / "undisturbed")


def test_every_run_that_differs_is_done_once(swept, made_up, tmp_path):
    engine = made_up()
    outcome = swept(engine=engine)
    assert engine.asked == RUNS
    assert (outcome.n_runs, outcome.n_done, outcome.failures) == (10, 10, ())
    assert state(tmp_path / "out") == (10, 0, 0)


def test_a_second_call_does_nothing_and_writes_nothing(swept, made_up, tmp_path):
    swept()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.*")}
    engine = made_up()
    outcome = swept(engine=engine)
    assert (engine.asked, outcome.n_done) == ([], 0)
    names = set(TABLES)
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.*")}
    assert {p: t for p, t in after.items() if p.name in names} == {
        p: t for p, t in before.items() if p.name in names
    }
    assert outcome.summary == json.loads((tmp_path / "out" / "summary.json").read_text())


def test_a_table_that_was_changed_by_hand_is_written_again(swept, tmp_path):
    swept()
    before = tables(tmp_path / "out")
    (tmp_path / "out" / "runs.csv").write_text("mine\n")
    swept()
    assert tables(tmp_path / "out") == before


def test_more_values_need_only_the_runs_that_are_new(swept, made_up):
    swept()
    engine = made_up()
    text = "scenario: town\narms: none, unadvised, glosa\nseeds: 2\n"
    swept(text=text + "grid: {penetration: [0.25, 0.5, 1]}", engine=engine)
    assert engine.asked == [label for label in RUNS if "0: unadv" in label or "0: glosa" in label]


def test_the_table_has_a_row_for_each_place_in_the_order_of_the_sweep(swept, tmp_path):
    swept()
    found = rows(tmp_path / "out")
    assert [(r["point"], r["penetration"], r["arm"], r["seed"]) for r in found] == [
        (point, penetration, arm, seed)
        for point, penetration in (("0", "0.5"), ("1", "1.0"))
        for arm in ("none", "unadvised", "glosa")
        for seed in ("1", "2")
    ]
    by_place = {(r["point"], r["arm"], r["seed"]): r for r in found}
    assert by_place["0", "none", "1"]["key"] == by_place["1", "none", "1"]["key"]
    assert by_place["0", "glosa", "1"]["key"] != by_place["1", "glosa", "1"]["key"]
    assert list(found[0])[:5] == ["point", "penetration", "arm", "seed", "key"]
    whole = by_place["0", "glosa", "2"]
    halves = [float(whole[f"{group}.co2_hbefa4_g_per_km"]) for group in ("equipped", "unequipped")]
    assert sum(halves) / 2.0 == pytest.approx(float(whole["co2_hbefa4_g_per_km"]))
    assert by_place["1", "glosa", "2"]["unequipped.trip_time_s"] == ""


def test_the_summary_has_that_of_each_point_and_what_is_to_be_told(swept, tmp_path):
    summary = swept().summary
    assert [summary[key] for key in ("name", "kind", "swept")] == ["sweep", "grid", ["penetration"]]
    assert [point["values"] for point in summary["points"]] == [
        {"penetration": 0.5},
        {"penetration": 1.0},
    ]
    effect = summary["points"][1]["summary"]["effects"]["glosa"]["co2_hbefa4_pct"]
    assert effect["mean"] == pytest.approx(-10.0)
    assert summary["points"][0]["summary"]["warnings"][0] == "vehicles of seed 1 are tired"
    assert (summary["failed"], summary["missing"], summary["warnings"]) == ([], [], [])


def test_the_manifest_says_what_the_sweep_was_made_of(swept, tmp_path):
    swept()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["grid"] == {"penetration": [0.5, 1]}
    assert manifest["points"][1] == {"point": 1, "values": {"penetration": 1.0}}
    assert "penetration" not in manifest["experiment"]
    assert manifest["seeds"] == [1, 2]
    (made_of,) = manifest["made_of"]
    assert [each["name"] for each in made_of["inputs"]] == ["town.net.xml", "town.rou.xml"]
    assert {"versions", "code_sha256"} <= set(manifest)


def test_shards_do_all_runs_between_them_and_give_the_same_bytes(
    swept, made_up, undisturbed, tmp_path
):
    engines = [made_up() for _ in range(3)]
    for number in (3, 1, 2):
        outcome = swept(engine=engines[number - 1], shard=(number, 3))
    assert sorted(engines[0].asked + engines[1].asked + engines[2].asked) == sorted(RUNS)
    assert outcome.n_missing == 0
    assert tables(tmp_path / "out") == undisturbed


def test_a_table_of_which_runs_are_missing_says_so(swept, tmp_path):
    outcome = swept(shard=(1, 2))
    assert outcome.n_missing == 5
    (warning,) = outcome.summary["warnings"]
    assert warning == "6 of 12 runs are not done yet, of 2 points: 0, 1"
    assert outcome.summary["missing"][0] == {"point": 0, "arm": "none", "seed": 2}
    assert state(tmp_path / "out") == (5, 0, 5)


def test_who_is_killed_in_the_middle_loses_nothing(swept, made_up, undisturbed, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        swept(engine=made_up(dies_after=4))
    assert state(tmp_path / "out") == (4, 0, 6)
    engine = made_up()
    swept(engine=engine)
    assert engine.asked == RUNS[4:]
    assert tables(tmp_path / "out") == undisturbed


FAILS = ("point 0: glosa, seed 2", "point 1: glosa, seed 1")


def test_failed_runs_are_told_with_their_cause_and_kept(swept, made_up, tmp_path):
    outcome = swept(engine=made_up(fails=FAILS))
    assert [failure.partition(": SUMO")[0] for failure in outcome.failures] == list(FAILS)
    assert outcome.summary["failed"][0] == {
        "point": 0,
        "arm": "glosa",
        "seed": 2,
        "why": "SUMO failed: no",
    }
    assert outcome.summary["warnings"] == ["2 of 12 runs failed"]
    assert "glosa, seed 2: SUMO failed: no" in outcome.summary["points"][0]["summary"]["warnings"]
    assert state(tmp_path / "out") == (8, 2, 0)
    first = status_of(tmp_path / "out", tmp_path / "out" / STORE).failures[0]
    assert first["run"] == FAILS[0]
    assert first["why"].endswith("Error: in /tmp/x17")


def test_a_second_call_leaves_failed_runs_alone_unless_it_is_told_to(
    swept, made_up, undisturbed, tmp_path
):
    swept(engine=made_up(fails=FAILS))
    engine = made_up()
    outcome = swept(engine=engine)
    assert engine.asked == []
    assert (len(outcome.failures), outcome.n_failed_before) == (2, 2)
    swept(engine=engine, retries_failed=True)
    assert engine.asked == list(FAILS)
    assert tables(tmp_path / "out") == undisturbed


def test_a_retry_does_the_failed_runs_and_no_other(swept, made_up, tmp_path):
    swept(engine=made_up(fails=FAILS), shard=(1, 2))
    engine = made_up()
    outcome = swept(engine=engine, only_failed=True)
    assert engine.asked == [FAILS[1]]  # the other one is of the second shard
    assert (outcome.failures, outcome.n_missing) == ((), 5)


def test_a_point_without_any_run_has_an_empty_summary(swept, made_up, tmp_path):
    outcome = swept(engine=made_up(fails=tuple(RUNS[:6])))
    first, second = outcome.summary["points"]
    assert first["summary"] == {}
    assert set(second["summary"]["arms"]) == {"unadvised", "glosa"}


def test_the_sweep_of_a_folder_is_found_again_without_its_file(swept, town, tmp_path):
    swept()
    again = sweep_again(tmp_path / "out")
    (tmp_path / "sweep.yaml").unlink()
    before = json.loads((tmp_path / "out" / "sweep.json").read_text())
    record = plan_of(again, store=tmp_path, cache_dir=tmp_path).record
    assert [[u.point, u.arm, u.seed, u.key] for u in record.units] == before["units"]
    made = tables(tmp_path / "out")
    for name in TABLES:
        (tmp_path / "out" / name).unlink()
    collect(tmp_path / "out", tmp_path / "out" / STORE)
    assert tables(tmp_path / "out") == made


def test_a_folder_of_results_can_be_moved(swept, made_up, tmp_path):
    swept("here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    engine = made_up()
    swept("there", engine=engine)
    assert engine.asked == []


@pytest.mark.parametrize("shard", [None, (1, 2)])
def test_what_cannot_be_loaded_is_told_at_its_place_and_leaves_no_folder(
    swept, monkeypatch, tmp_path, shard
):
    def refuse(experiment):
        if experiment.scenario == "twon":
            raise ScenarioError(["twon: no such file", "twon: really"])
        raise ValueError("accounts: SUMO knows no class 'X'")

    monkeypatch.setattr("experiments.sweeps.plan.load_checked", refuse)
    text = "arms: none\naccounts: X/Y\ngrid:\n  scenario: [twon, town]\n  penetration: [0.1, 1]\n"
    with pytest.raises(ConfigError) as caught:
        swept(text=text, shard=shard)
    file = tmp_path / "sweep.yaml"
    assert caught.value.problems == (
        f"{file}:4:14: scenario: twon: no such file",
        f"{file}:4:14: scenario: twon: really",
        f"{file}:2:11: accounts: SUMO knows no class 'X'",
    )
    assert not (tmp_path / "out").exists()


def test_scenarios_are_loaded_once_each(written, town, tmp_path):
    text = "arms: none\nseeds: 5\ngrid: {scenario: [a, b], penetration: [0, 0.5, 1]}"
    plan_of(load_sweep(written(text)), store=tmp_path, cache_dir=tmp_path)
    assert town == ["a", "b"]


def test_a_plan_counts_runs_and_estimates_the_time(swept, written, tmp_path):
    sweep = load_sweep(written())
    told = planned(sweep, None, n_jobs=2)
    assert [told[key] for key in ("places", "runs", "done", "estimate_s")] == [12, 10, 0, None]
    swept(shard=(1, 2))
    told = planned(sweep, tmp_path / "out", n_jobs=2)
    assert [told[key] for key in ("done", "failed", "missing")] == [5, 0, 5]
    assert told["estimate_s"] == pytest.approx(5 * 8.0 / 2)


def test_a_folder_of_a_run_is_not_taken_for_a_sweep(swept, tmp_path):
    (tmp_path / "out" / STORE).mkdir(parents=True)
    (tmp_path / "out" / "manifest.json").write_text("{}")
    with pytest.raises(ValueError, match="holds the results of a run"):
        swept()


def test_a_damaged_run_is_told_by_its_file(swept, tmp_path):
    swept()
    broken = next((tmp_path / "out" / STORE).glob("*/vehicles.parquet"))
    broken.write_bytes(b"")
    (tmp_path / "out" / "runs.csv").unlink()
    with pytest.raises(ValueError, match=f"{broken} is damaged"):
        swept()
