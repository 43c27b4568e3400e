"""Whoever holds the key may sign what does not agree with itself; that is found offline too."""

import csv
import json

import polars as pl
import pytest

from experiments.ledger import verify_ledger, write_ledger
from experiments.ledger.checkpoint import checkpoint_text
from experiments.ledger.counters import counters_faults, counters_unchecked
from experiments.ledger.statement import RunRecords
from experiments.results import write_json


def faults_of(folder):
    ledger, faults = verify_ledger(folder)
    assert (ledger is None) == bool(faults)
    return faults


def change_summary(out, change):
    summary = json.loads((out / "summary.json").read_text())
    change(summary)
    write_json(out / "summary.json", summary)


def change_runs(out, change):
    with (out / "runs.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    change(rows)
    with (out / "runs.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sign_statement(out, signer, **update):
    """Sign another statement of the same records."""
    ledger, _ = verify_ledger(out)
    statement = ledger.statement.model_copy(update=update)
    (out / "ledger" / "statement.json").write_bytes(statement.content())
    text = checkpoint_text(ledger.chain, statement)
    (out / "ledger" / "checkpoint").write_text(signer.sign(text).content)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda s: s["effects"]["eco"]["co2_own_pct"].update(mean=-30.0), "co2_own_pct.mean"),
        (lambda s: s["effects"]["eco"]["co2_own_pct"].update(high=-2.0), "co2_own_pct.high"),
        (lambda s: s["effects"]["eco"]["co2_own_pct"].update(bca_low=-9.0), "co2_own_pct.bca_low"),
        (lambda s: s["effects"]["eco"]["co2_own_pct"].update(n=20), "co2_own_pct.n"),
        (lambda s: s["effects"]["eco"]["side"]["co2_own_pct"].update(mean=-30.0), "side.co2_own"),
        (lambda s: s["effects"].update(best=s["effects"]["eco"]), "effects.best"),
        (lambda s: s["arms"]["eco"]["co2_g_per_km"].update(own=1.0), "co2_g_per_km.own"),
        (lambda s: s["arms"]["eco"].update(collisions=3), "eco.collisions is 3, but 0 comes"),
        (lambda s: s.update(penetration=0.2), "penetration"),
        (lambda s: s.update(failed_runs={"eco": [3]}), "failed_runs"),
        (lambda s: s.update(effects=3), "effects is 3"),
    ],
)
def test_a_summary_that_was_invented_and_signed_is_found(out, signer, change, where):
    change_summary(out, change)
    write_ledger(out, signer)
    (fault,) = faults_of(out)
    assert fault.file == "summary.json"
    assert where in fault.what


def test_a_summary_that_is_no_summary_is_found(out, signer):
    (out / "summary.json").write_text("3")
    write_ledger(out, signer)
    assert [fault.file for fault in faults_of(out)] == ["summary.json"]


@pytest.mark.parametrize("column", ["co2_own_g_per_km", "trip_time_s", "vehicles"])
def test_a_table_of_runs_that_was_invented_and_signed_is_found(out, signer, column):
    change_runs(out, lambda rows: rows[2].update({column: "1"}))
    write_ledger(out, signer)
    (fault,) = faults_of(out)
    assert fault.file == "runs.csv"
    assert f"eco, seed 1: {column} is 1.0" in fault.what


@pytest.mark.parametrize("name", ["runs.csv", "vehicles.parquet"])
def test_a_summary_without_the_tables_that_it_comes_of_is_not_verified(out, signer, name):
    ledger, _ = verify_ledger(out)
    results = {each: digest for each, digest in ledger.statement.results.items() if each != name}
    sign_statement(out, signer, results=results)
    (out / name).unlink()
    (fault,) = faults_of(out)
    assert (fault.file, f"{name} was not signed" in fault.what) == ("summary.json", True)


def test_a_file_of_results_that_was_put_in_later_is_found(out):
    (out / "advice.parquet").write_bytes(b"new")
    (fault,) = faults_of(out)
    assert (fault.file, fault.what) == ("advice.parquet", "was put in since the ledger was signed")


def test_what_is_not_signed_is_named(out):
    for name in ("report.html", "mrv.md", "bound.json"):
        (out / name).write_text("as you like")
    (out / "explained").mkdir()
    (out / ".runs").mkdir()
    ledger, _ = verify_ledger(out)
    named = ["bound.json", "explained/", "mrv.md", "report.html", "timings.csv"]
    assert ledger.unsigned == named
    assert verify_ledger(out / "ledger")[0].unsigned == []


def test_a_statement_that_leaves_a_run_out_of_its_list_is_found(out, signer):
    """Else a replay would not run it again."""
    ledger, _ = verify_ledger(out)
    sign_statement(out, signer, runs=ledger.statement.runs[:-1])
    for folder in (out, out / "ledger"):
        (fault,) = faults_of(folder)
        assert fault.file == "statement.json"
        assert "runs are not those of the records, first: eco, seed 2 (10 records)" in fault.what


def test_a_statement_that_counts_records_of_a_run_twice_is_found(out, signer):
    ledger, _ = verify_ledger(out)
    runs = ledger.statement.runs
    sign_statement(out, signer, runs=(*runs, RunRecords(arm="eco", seed=2, records=10)))
    assert [fault.file for fault in faults_of(out)] == ["statement.json"]


def test_a_run_that_the_experiment_does_not_have_is_found(out, signer):
    table = pl.read_parquet(out / "vehicles.parquet")
    more = table.filter(arm="eco", seed=2).with_columns(arm=pl.lit("best"))
    pl.concat([table, more]).write_parquet(out / "vehicles.parquet")
    write_ledger(out, signer)
    (fault,) = faults_of(out / "ledger")
    assert "best, seed 2 is no run of the experiment" in fault.what


def test_a_run_without_records_must_be_named_as_failed(out, signer):
    table = pl.read_parquet(out / "vehicles.parquet")
    table.filter((pl.col("arm") != "eco") | (pl.col("seed") != 2)).write_parquet(
        out / "vehicles.parquet"
    )
    write_ledger(out, signer)
    (fault,) = faults_of(out)
    assert "no records of eco, seed 2, which summary.json does not name as failed" in fault.what
    assert faults_of(out / "ledger") == []  # it may have failed


def test_a_statement_of_other_seeds_than_its_experiment_is_found(out, signer):
    ledger, _ = verify_ledger(out)
    made_of = ledger.statement.made_of
    sign_statement(out, signer, made_of=made_of.model_copy(update={"seeds": (1,)}))
    assert "has seeds [1, 2], not [1]" in faults_of(out / "ledger")[0].what


def replayed(**update):
    counted = {(arm, seed): {} for arm in ("unadvised", "eco") for seed in (1, 2)}
    return counted | {("eco", 2): update}


def test_counters_are_compared_with_those_of_replayed_runs(out):
    assert list(counters_faults(out, replayed())) == []
    assert list(counters_unchecked(out, replayed())) == []
    (fault,) = counters_faults(out, replayed(collisions=2))
    assert fault.what == "eco, seed 2: collisions is 0, the replay counts 2"
    (fault,) = counters_faults(out, replayed(advice_reasons={"advised": 5}))
    assert fault.file == "summary.json"


def test_counters_that_were_not_replayed_are_told(out):
    part = {("eco", 1): {}}
    assert list(counters_faults(out, part)) == []
    (note,) = counters_unchecked(out, part)
    assert "not replayed (eco, unadvised) are not checked" in note
    (note,) = counters_unchecked(None, part)
    assert "no summary is signed" in note
