"""The commands `curves`, `sensitivity` and `report` on a sweep."""

import csv
import json

import pytest
from typer.testing import CliRunner

from experiments.cli import app


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def test_curves_prints_a_table_for_each_key_and_scenario(grid_folder):
    result = run("curves", grid_folder, "--by", "penetration", "--metric", "co2_phemlight5")
    assert result.exit_code == 0
    for title in ("over penetration:", "over penetration, arterial:", "over penetration, grid:"):
        assert f"co2_phemlight5 {title}" in result.stdout
    family = "p after Holm over 8 comparisons: 2 arms × 4 values of penetration"
    assert family in " ".join(result.stdout.split())
    assert "eco: a line from penetration 0.1 to 1 changes by -3." in result.stdout


def test_two_keys_give_the_interaction_table(grid_folder):
    result = run("curves", grid_folder, "--by", "scenario,penetration", "--arm", "eco")
    assert result.exit_code == 0
    assert "scenario down, penetration across" in result.stdout
    assert "Δ +2." in result.stdout


def test_csv_and_json_hold_the_same_numbers(grid_folder, tmp_path):
    file = tmp_path / "curves.csv"
    result = run(
        "curves", grid_folder, "--by", "rsu.range_m", "--arm", "eco", "--csv", file, "--json"
    )
    told = json.loads(result.stdout)
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["what"] for row in rows[:3]] == ["value", "value", "trend over the range"]
    first = told[0]["curves"][0]["points"][0]["judged"]
    assert float(rows[0]["mean_pct"]) == pytest.approx(first["estimate"]["effect"]["mean"])
    assert rows[0]["verdict"] == first["verdict"] == "less"
    assert {row["scenario"] for row in rows} == {"all", "arterial", "grid"}


def test_the_front_is_printed_with_its_standings(grid_folder, tmp_path):
    file = tmp_path / "front.csv"
    result = run("curves", grid_folder, "--pareto", "trip_time,co2_own", "--csv", file)
    assert result.exit_code == 0
    assert "not distinguishable" in result.stdout
    assert file.read_text().startswith("arm,setting,trip_time_pct,")


def test_failed_runs_are_told_below_the_tables(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]), missing=[(1, "eco", 3)])
    result = run("curves", folder)
    assert "1 run failed and counts nowhere" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--by", "speed"), "'speed' was not swept"),
        (("--by", "a,b,c"), "--by: give one key, or two"),
        (("--metric", "speed"), "there is no metric 'speed'"),
        (("--arm", "unadvised"), "arm 'unadvised' is not compared"),
        (("--pareto", "co2_own"), "--pareto: give two metrics"),
        (("--csv", "/no/such/folder/x.csv"), "--csv: there is no folder '/no/such/folder'"),
    ],
)
def test_a_wrong_wish_is_one_line_and_an_exit_code(grid_folder, words, message):
    result = run("curves", grid_folder, *words)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_sensitivity_of_a_grid_is_refused(grid_folder):
    result = run("sensitivity", grid_folder)
    assert result.exit_code == 2
    assert "sensitivities need a sample by sobol_indices or morris" in result.stderr


def test_report_writes_the_page_of_a_sweep(tmp_path, write_sweep, grid_points):
    folder = write_sweep(tmp_path, grid_points(penetration=[0.1, 1.0]))
    result = run("report", folder)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(folder / "report.html")
    assert "over a sweep" in (folder / "report.html").read_text(encoding="utf-8")
