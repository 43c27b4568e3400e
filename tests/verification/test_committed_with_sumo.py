"""Adaptive control that keeps its promise, on the road."""

import json

import polars as pl
import pytest

pytestmark = pytest.mark.sumo


def test_committed_control_saves_trip_time_and_does_what_it_promised(load, run_arms, tmp_path):
    scenario = load("resco:cologne1", end_s=25200.0 + 300.0)
    arms = ["unadvised", "committed:10"]
    runs = run_arms(scenario, arms, tmp_path, execution="automated")
    own, committed = (pl.read_parquet(runs[arm] / "vehicles.parquet") for arm in arms)
    assert own.height == committed.height
    assert committed["trip_time_s"].mean() < 0.9 * own["trip_time_s"].mean()
    told = json.loads((runs["committed:10"] / "run.json").read_text())
    counts = told["signal_control"]
    assert counts["n_promised"] > 10
    assert counts["n_kept"] == counts["n_promised"]
    assert counts["n_fallback"] == counts["n_invalid_plans"] == 0
