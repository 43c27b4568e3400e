"""Evidence is read from the folder as it is, and compared by pairs of seeds."""

import json

import polars as pl
import pytest

from experiments.mrv.evidence import read_evidence


def test_savings_are_the_effects_of_the_summary(saving_folder):
    evidence = read_evidence(saving_folder)
    effects = evidence.summary["effects"]["eco"]
    for account in (*evidence.tailpipe, *evidence.electricity):
        found = evidence.saving(account)
        told = effects[account.rpartition("_")[0] + "_pct"]
        assert found is not None
        assert found.percent.mean == pytest.approx(-told["mean"])
        assert found.percent.low == pytest.approx(-told["high"])
        assert found.percent.high == pytest.approx(-told["low"])


def test_kinds_of_accounts_are_told_apart(saving_folder):
    evidence = read_evidence(saving_folder)
    assert evidence.electricity == ("energy_bev_wh",)
    assert "energy_bev_wh" not in evidence.tailpipe
    assert len(evidence.tailpipe) == 4
    assert evidence.pollutants == ()


def test_what_the_unequipped_pay_is_seen_apart(saving_folder):
    evidence = read_evidence(saving_folder)
    whole, others = (evidence.saving("co2_hbefa4_g", g) for g in ("all", "unequipped"))
    assert whole is not None and others is not None
    assert whole.change.mean == pytest.approx(10.0)
    assert others.change.mean == pytest.approx(-3.0)


def test_waiting_outside_is_charged_where_it_grows(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {"co2_hbefa4_g": 10.0}, later_s=4.0)
    evidence = read_evidence(folder)
    plain, charged = (evidence.saving("co2_hbefa4_g", waiting_per_s=w) for w in (0.0, 1.5))
    assert plain is not None and charged is not None
    assert plain.change.mean - charged.change.mean == pytest.approx(6.0)


def test_the_window_is_what_the_run_stated(saving_folder):
    window = read_evidence(saving_folder).window
    assert (window.begin_s, window.hours, window.is_stated) == (28_800.0, 1.0, True)


def test_an_open_window_ends_with_the_last_departure(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {})
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenario"]["end_s"] = None
    (folder / "manifest.json").write_text(json.dumps(manifest))
    window = read_evidence(folder).window
    assert (window.end_s, window.is_stated) == (32_399.0, False)


def test_a_figure_that_is_missing_is_no_mean_of_the_others(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {"co2_hbefa4_g": 10.0})
    path = folder / "vehicles.parquet"
    table = pl.read_parquet(path).with_row_index()
    lost = pl.when(pl.col("index") == 3).then(None).otherwise(pl.col("co2_hbefa4_g"))
    table.with_columns(co2_hbefa4_g=lost).drop("index").write_parquet(path)
    evidence = read_evidence(folder)
    assert evidence.saving("co2_hbefa4_g") is None
    assert evidence.completeness["co2_hbefa4_g"] == (639, 640)


def test_without_the_baseline_there_is_no_report(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {}, arms=("none", "eco"))
    with pytest.raises(ValueError, match="needs the arm 'unadvised' as baseline"):
        read_evidence(folder)


def test_an_arm_that_gives_no_advice_is_no_project(saving_folder):
    with pytest.raises(ValueError, match="--arm: should be an advised arm \\(eco\\)"):
        read_evidence(saving_folder, "unadvised")


def test_a_folder_of_something_else_is_told(tmp_path):
    with pytest.raises(ValueError, match="not a folder of finished results"):
        read_evidence(tmp_path)


def test_seeds_that_do_not_count_are_left_out(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {"co2_hbefa4_g": 10.0})
    summary = json.loads((folder / "summary.json").read_text())
    summary["seeds"] = [1, 3]
    (folder / "summary.json").write_text(json.dumps(summary))
    found = read_evidence(folder).saving("co2_hbefa4_g")
    assert found is not None
    assert found.change.n == 2


def test_signals_without_advice_are_no_project(made_up, tmp_path):
    folder = made_up(tmp_path / "r", {"co2_hbefa4_g": 10.0}, arms=("unadvised", "actuated"))
    with pytest.raises(ValueError, match="should be an advised arm"):
        read_evidence(folder)
