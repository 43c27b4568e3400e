"""What a sweep's folder must hold, and how it is read."""

import json

import numpy as np
import polars as pl
import pytest

from experiments.curves import is_sweep, read_sweep
from experiments.statistics import paired_effect
from experiments.study import Run


def test_a_sweep_is_read_as_it_was_written(grid_folder):
    sweep = read_sweep(grid_folder)
    assert sweep.swept == ("scenario", "penetration", "rsu.range_m")
    assert sweep.arms == ("none", "unadvised", "glosa", "eco")
    assert sweep.treated == ("glosa", "eco")
    assert len(sweep.points) == 16
    assert sweep.figures["co2_hbefa4"].shape == (16, 4, 8)
    assert is_sweep(grid_folder)


def test_accounts_are_told_per_vehicle_as_the_effects_of_a_run_are():
    rng = np.random.default_rng(0)
    vehicles = pl.DataFrame(
        {
            "distance_m": rng.uniform(500, 2000, 30),
            "co2_hbefa4_g": rng.uniform(50, 300, 30),
            **{
                name: np.zeros(30)
                for name in (
                    "duration_s trip_time_s depart_delay_s stops creep_time_s over_ceiling_s "
                    "advised_s advice_changes harsh_brakings low_ttc_s low_ttc_events high_drac_s "
                    "high_drac_events".split()
                )
            },
            "equipped": [True] * 30,
        }
    )
    figures = Run(
        arm="eco", seed=1, vehicles=vehicles, approaches=pl.DataFrame(), counters={}
    ).figures
    per_vehicle = figures["co2_hbefa4_g_per_km"] * figures["distance_km"] / figures["vehicles"]
    assert per_vehicle == pytest.approx(vehicles["co2_hbefa4_g"].mean())


def test_changes_are_those_that_a_run_tells(grid_folder):
    sweep = read_sweep(grid_folder)
    figures = sweep.figures["trip_time"][3]
    known = paired_effect(figures[1], figures[3])
    assert sweep.changes_pct("eco", "trip_time")[3].mean() == pytest.approx(known.mean)


def test_runs_that_the_summary_does_not_compare_count_nowhere(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.5, 1.0]))
    summary = json.loads((folder / "summary.json").read_text())
    del summary["points"][0]["summary"]["effects"]["eco"]
    summary["points"][1]["summary"]["seeds"] = [1, 2]
    (folder / "summary.json").write_text(json.dumps(summary))
    changes = read_sweep(folder).changes_pct("eco", "co2_own")
    assert np.isfinite(changes).sum(axis=1).tolist() == [0, 2]


def test_a_folder_of_a_run_is_no_sweep(tmp_path):
    (tmp_path / "summary.json").write_text('{"arms": {}}')
    (tmp_path / "runs.csv").write_text("arm,seed\n")
    assert not is_sweep(tmp_path)
    with pytest.raises(ValueError, match="a single run, not a sweep"):
        read_sweep(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("summary.json", None, "holds no summary.json"),
        ("runs.csv", None, "holds no runs.csv"),
        ("summary.json", "{", "is damaged"),
        ("summary.json", "[]", "must hold a JSON object"),
        ("summary.json", '{"points": []}', "it lacks name"),
        ("runs.csv", "point,arm\n", "it lacks seed"),
        ("runs.csv", "point,arm,seed,vehicles,distance_km\n", "holds no run"),
        ("runs.csv", "point,arm,seed,vehicles,distance_km\n9,eco,1,3,4\n", "has point 9"),
    ],
)
def test_a_damaged_folder_is_one_clear_error(tmp_path, write_sweep, grid_points, name, text, words):
    folder = write_sweep(tmp_path / "sweep", grid_points(penetration=[0.5, 1.0]))
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(ValueError, match=words):
        read_sweep(folder)


def test_another_version_of_the_file_is_told(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.5]))
    summary = json.loads((folder / "summary.json").read_text())
    (folder / "summary.json").write_text(json.dumps(summary | {"schema_version": 9}))
    with pytest.raises(ValueError, match="schema_version 9, this program reads 1"):
        read_sweep(folder)
