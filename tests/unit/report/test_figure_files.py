"""Figures as files: the same bytes each time, and the numbers that are drawn in them."""

import io
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from typer.testing import CliRunner

from experiments.cli import app
from experiments.report import figure_files
from experiments.report.data import read_results
from experiments.report.figure_files import check_formats, write_figures
from experiments.report.plot_vehicles import paired_differences

FIGURES = {*"effects spacetime profile bands map groups vehicles equity waits".split()}


@pytest.fixture(scope="module")
def written(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    write_figures(built, folder)
    return folder


def contents(folder: Path):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_figure_is_there_as_svg_png_and_csv(written):
    names = {path.name for path in written.iterdir()}
    assert names >= {f"{name}.{kind}" for name in FIGURES for kind in ("svg", "png")}
    assert {name.partition(".")[0].partition("-")[0] for name in names} == FIGURES
    tables = {name for name in names if name.endswith(".csv")}
    assert tables >= {"effects.csv", "map.csv", "spacetime-vehicles.csv", "spacetime-signals.csv"}


def test_a_second_call_elsewhere_gives_the_same_bytes(study, written):
    done = CliRunner().invoke(app, ["figures", str(study)])
    assert done.exit_code == 0
    assert contents(study / "figures") == contents(written)
    assert len(done.output.split()) == len(contents(written))


def test_pictures_tell_no_time_and_no_program(written):
    for path in written.glob("*.png"):
        assert Image.open(io.BytesIO(path.read_bytes())).info.keys() <= {"dpi"}
    for path in written.glob("*.svg"):
        assert "<metadata>" not in path.read_text(encoding="utf-8")


def test_the_numbers_of_a_figure_are_those_of_the_results(built, written):
    results = read_results(built)
    effects = pl.read_csv(written / "effects.csv").filter(metric="co2_hbefa4", arm="glosa")
    told = results.summary["effects"]["glosa"]["co2_hbefa4_pct"]
    assert effects.select("change_pct", "low_pct", "high_pct").row(0) == (
        told["mean"], told["low"], told["high"],
    )  # fmt: skip
    curves = pl.read_csv(written / "vehicles.csv")
    pairs = paired_differences(results.vehicles, "unadvised", "glosa")
    equipped = pairs.filter("equipped")["trip_time_s"]
    drawn = curves.filter(group="equipped")
    assert drawn["trip_time_change_s"].max() == equipped.max()
    assert drawn["n_trips"][0] == equipped.len()


def test_columns_of_numbers_have_their_units(written):
    plain = {"share", "seed", "link_index", "number", "direction"}
    units = ("_s", "_m", "_mps", "_kmh", "_g", "_pct", "_per_km", "_per_vehicle", "_share")
    for path in written.glob("*.csv"):
        table = pl.read_csv(path)
        numbers = [name for name in table.columns if table[name].dtype.is_numeric()]
        bare = [n for n in numbers if not n.endswith(units) and not n.startswith("n_")]
        assert set(bare) <= plain, path.name


def test_the_time_space_diagram_is_drawn_from_its_tables(built, written):
    vehicles = pl.read_csv(written / "spacetime-vehicles.csv")
    trajectories = read_results(built).trajectories
    keys = ["arm", "vehicle_id", "time_s"]
    same = vehicles.join(trajectories, on=keys)
    assert same.height == vehicles.height > 1000
    assert (same["position_m"] == same["position_m_right"]).all()
    assert set(vehicles.filter(arm="glosa")["state"]) == {"unequipped", "equipped", "told"}
    signals = pl.read_csv(written / "spacetime-signals.csv")
    begin_s, end_s = vehicles["time_s"].min() + 5, vehicles["time_s"].max() - 5
    shown = read_results(built).signals.filter(arm="glosa", signal_id="J1", state="r")
    inside = shown.filter(pl.col("start_s") >= begin_s, pl.col("end_s") <= end_s)
    drawn = signals.filter(arm="glosa", signal_id="J1", state="r")
    assert inside.height >= 3
    assert inside.select("start_s", "end_s").join(
        drawn.select("start_s", "end_s"), on=["start_s", "end_s"]
    ).height == inside.height  # fmt: skip


def test_without_a_chinese_font_svg_is_chinese_and_png_english(
    built, written, tmp_path, monkeypatch
):
    monkeypatch.setattr(figure_files, "chinese_font", lambda: None)
    write_figures(built, tmp_path, language="zh")
    found, english = contents(tmp_path), contents(written)
    assert found.keys() == english.keys()
    assert "沿主路的路程" in found["profile.svg"].decode()
    assert {name for name in found if found[name] == english[name]} == {
        name for name in found if not name.endswith(".svg")
    }


def test_other_formats_are_refused_before_anything_is_drawn(built, tmp_path):
    refused = CliRunner().invoke(
        app, ["figures", str(built), "--format", "svg,pdf", "--out", str(tmp_path / "no")]
    )
    assert refused.exit_code == 2
    assert "must be of svg, png, got 'pdf'" in refused.output
    assert not (tmp_path / "no").exists()
    assert check_formats("png, svg,png") == ("png", "svg")
