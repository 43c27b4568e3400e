"""A ledger of real runs: written, verified, replayed, continued, and credited."""

import json
import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.sumo

WORDS = "run arterial --begin 0 --end 120 --arms unadvised,eco --seeds 2 --jobs 1 --ledger".split()
FILES = ("records.jsonl", "statement.json", "checkpoint", "public_key")
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return tmp_path_factory.mktemp("safe") / "own" / "key.pem"


@pytest.fixture(scope="module")
def results(door, key, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = door.call(*WORDS, "--key", str(key), "--out", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def ledger_of(out):
    return {name: (out / "ledger" / name).read_bytes() for name in FILES}


def test_a_record_stands_for_every_vehicle_arm_and_seed(results):
    lines = (results / "ledger" / "records.jsonl").read_text().splitlines()
    records = [json.loads(line)["record"] for line in lines]
    table = pl.read_parquet(results / "vehicles.parquet")
    assert len(records) == table.height > 100
    counted = table.group_by("arm", "seed").len().rows()
    assert sorted(counted) == sorted(
        (arm, seed, sum((r["arm"], r["seed"]) == (arm, seed) for r in records))
        for arm, seed, _ in counted
    )
    numbers = [name for name in table.columns if table[name].dtype.is_numeric()]
    assert {*numbers, "equipped", "trip"} <= set(records[0])
    total_g = sum(record["co2_hbefa4_g"] for record in records)
    assert total_g == pytest.approx(table["co2_hbefa4_g"].sum(), rel=1e-9)


def test_no_id_and_no_folder_is_published(results, key):
    ids = pl.read_parquet(results / "vehicles.parquet")["vehicle_id"].unique()
    text = b"".join(ledger_of(results).values()).decode()
    assert not [each for each in ids if f'"{each}"' in text]
    assert str(results.parent) not in text
    assert str(key.parent) not in text


def test_it_is_verified_and_a_changed_figure_is_not(door, results, tmp_path):
    done = door.call("verify", str(results), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    file = results / "ledger" / "records.jsonl"
    before = file.read_bytes()
    try:
        file.write_bytes(before.replace(b'"stops":0', b'"stops":1', 1))
        done = door.call("verify", str(results), "--json", cwd=tmp_path)
    finally:
        file.write_bytes(before)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    line = before[: before.index(b'"stops":0')].count(b"\n") + 1
    assert told["verified"] is False
    assert (told["faults"][0]["file"], told["faults"][0]["line"]) == ("records.jsonl", line)
    assert f"records.jsonl, line {line} (trip " in done.stderr


def test_one_trip_is_proved_to_who_has_nothing_but_the_proof(door, results, tmp_path):
    vehicle = pl.read_parquet(results / "vehicles.parquet").filter(arm="eco", seed=2)["vehicle_id"][
        0
    ]
    words = ("--proof", vehicle, "--arm", "eco", "--seed", "2", "--out", "proof.json")
    done = door.call("verify", str(results), *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    public = str(results / "ledger" / "public_key")
    done = door.call("verify", "--check", "proof.json", "--public-key", public, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "arm: eco" in done.stdout
    text = (tmp_path / "proof.json").read_text()
    (tmp_path / "proof.json").write_text(text.replace('\\"stops\\":', '\\"stops\\":1'))
    done = door.call("verify", "--check", "proof.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "does not stand in the ledger" in done.stderr


def test_a_replay_gives_the_same_records(door, results, key, tmp_path):
    words = ("verify", str(results), "--replay", "--arm", "eco", "--seed", "2")
    done = door.call(*words, "--key", str(key), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    n = pl.read_parquet(results / "vehicles.parquet").filter(arm="eco", seed=2).height
    assert json.loads(done.stdout)["replay"].startswith(
        f"1 of 4 runs replayed: {n} records came out equal; counters"
    )


def test_a_ledger_of_untrue_figures_is_found_by_a_replay(door, results, key, tmp_path):
    """Whoever holds the key can sign what never happened; only a replay tells."""
    from experiments.ledger import load_key, write_ledger

    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "manifest.json").write_bytes((results / "manifest.json").read_bytes())
    table = pl.read_parquet(results / "vehicles.parquet")
    is_one = (pl.col("arm") == "unadvised") & (pl.col("seed") == 1)
    better = table.with_columns(
        co2_own_g=pl.when(is_one).then(pl.col("co2_own_g") * 1.1).otherwise("co2_own_g")
    )
    better.write_parquet(forged / "vehicles.parquet")
    write_ledger(forged, load_key(key))
    words = ("verify", str(forged), "--replay", "--arm", "unadvised", "--seed", "1")
    done = door.call(*words, cwd=tmp_path)  # without the key
    assert done.returncode == 1, done.stderr
    n = table.filter(is_one).height
    assert f"unadvised, seed 1: {n} of {n} records do not come out of the replay" in done.stderr


def test_the_ledger_of_a_killed_and_continued_run_is_the_same(door, results, key, tmp_path):
    words = (*WORDS, "--key", str(key), "--out", "out")
    child = door.start(*words, cwd=tmp_path)
    give_up_s = time.monotonic() + PATIENCE_S
    store = tmp_path / "out" / ".runs"
    while not [path for path in store.glob("*/run.json") if ".part-" not in str(path)]:
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < give_up_s
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert not (tmp_path / "out" / "ledger").exists()
    kept = [path.stat().st_mtime_ns for path in store.glob("*/run.json")]
    done = door.call(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert set(kept) <= {path.stat().st_mtime_ns for path in store.glob("*/run.json")}
    assert ledger_of(tmp_path / "out") == ledger_of(results)


def test_credits_are_given_by_who_signed_and_checked_by_anybody(door, results, key, tmp_path):
    rules = tmp_path / "credits.yaml"
    rules.write_text("account: energy_bev\nday: 2026-03-02\n")
    words = ("credits", str(results), "--config", str(rules), "--key", str(key))
    done = door.call(
        *words, "--registry", "registry.jsonl", "--out", "credits", "--json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    summary = json.loads((results / "summary.json").read_text())
    effect = summary["effects"]["eco"]["energy_bev_pct"]
    share = max(0.0, -effect["high"] / 100.0)
    assert told["label"] == "points, not tradable units"
    assert told["conservative_share"] == pytest.approx(share)
    assert (told["points"] > 0.0) == (share > 0.0)
    table = pl.read_parquet(results / "vehicles.parquet").filter(arm="unadvised", seed=1)
    assert told["points"] <= share * table["energy_bev_wh"].sum() + 1e-6
    n_equipped = table["equipped"].sum()
    assert sum(told["counts"].values()) == n_equipped
    done = door.call("verify", "--check", str(Path("credits/credits.json")), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "points, not tradable units" in done.stdout


def test_a_run_without_a_ledger_takes_the_old_one_away(door, results, key, tmp_path):
    words = [word for word in WORDS if word != "--ledger"]
    before = ledger_of(results)
    done = door.call(*words, "--out", "out", cwd=results.parent)
    assert done.returncode == 0, done.stderr
    assert not (results / "ledger").exists()
    done = door.call("verify", str(results), cwd=tmp_path)
    assert done.returncode == 2
    done = door.call(*WORDS, "--key", str(key), "--out", "out", cwd=results.parent)
    assert done.returncode == 0, done.stderr
    assert ledger_of(results) == before
