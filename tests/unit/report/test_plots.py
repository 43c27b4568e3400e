"""The pictures show what the tables say."""

import json
import re

import matplotlib
import numpy as np
import polars as pl
import pytest

from experiments.report.data import read_results
from experiments.report.plot_map import road_changes
from experiments.report.plot_profile import speed_profile
from experiments.report.plot_style import arm_colours, drawing_style
from experiments.report.plot_vehicles import paired_differences
from experiments.report.plots import draw_all
from experiments.report.stage import choose_stage


@pytest.fixture(scope="module")
def drawn(built):
    results = read_results(built)
    return draw_all(results, paired_differences(results.vehicles, "unadvised", "glosa"))


def test_a_full_study_has_all_its_pictures(drawn):
    assert set(drawn) == {
        *"effects spacetime profile bands map waits vehicles groups equity".split()
    }


def test_both_arms_share_their_axes_in_the_time_space_diagram(drawn):
    svg = drawn["spacetime"].svg
    assert "Without advice (unadvised)" in svg
    assert "With advice (glosa)" in svg
    clocks = re.findall(r">(\d+:\d\d)</text>", svg)
    half = len(clocks) // 2
    assert half >= 4
    assert clocks[:half] == clocks[half:]


def test_vehicle_lines_are_kept_as_an_image_and_words_as_text(drawn):
    svg = drawn["spacetime"].svg
    assert "data:image/png;base64," in svg
    assert ">under advice now</text>" in svg
    assert len(svg) < 1_000_000


def test_pictures_do_not_depend_on_the_settings_of_the_user(built, drawn):
    results = read_results(built)
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None, "axes.grid": True}):
        again = draw_all(results, paired_differences(results.vehicles, "unadvised", "glosa"))
    assert again == drawn


def test_drawing_leaves_the_settings_of_the_user_alone():
    before = dict(matplotlib.rcParams)
    with drawing_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert dict(matplotlib.rcParams) == before


def test_the_busier_direction_and_its_busiest_minutes_are_shown():
    quiet = pl.DataFrame({"direction": [1] * 50, "time_s": np.arange(50.0)})
    busy = pl.DataFrame(
        {"direction": [0] * 130, "time_s": np.append(np.arange(30.0), 3600 + np.arange(100.0))}
    )
    rows = pl.concat([quiet, busy]).with_columns(
        arm=pl.lit("none"), vehicle_id=pl.lit("a"), position_m=pl.lit(90.0)
    )
    stage = choose_stage(rows, "none")
    assert stage is not None
    assert (stage.direction, stage.begin_s, stage.end_s) == (0, 3600.0, 4080.0)


def test_a_crowded_road_is_shown_for_a_shorter_time():
    rows = pl.DataFrame(
        {
            "arm": ["none"] * 400,
            "direction": [0] * 400,
            "time_s": np.arange(400.0),
            "vehicle_id": [f"v{i}" for i in range(400)],
            "position_m": [5.0] * 400,
        }
    )
    stage = choose_stage(rows, "none")
    assert stage is not None
    assert stage.end_s - stage.begin_s == 240.0


def test_no_stage_without_vehicles_of_the_reference():
    rows = pl.DataFrame({"arm": ["glosa"], "direction": [0], "time_s": [1.0], "position_m": [1.0]})
    assert choose_stage(rows, "none") is None


def test_a_standing_vehicle_counts_once_in_the_profile():
    rows = pl.DataFrame(
        {
            "vehicle_id": ["slow"] * 20 + ["a", "b"],
            "position_m": [10.0] * 20 + [10.0, 12.0],
            "speed_mps": [0.0] * 20 + [10.0, 14.0],
        }
    )
    profile = speed_profile(rows, 60.0)
    assert profile["median"].to_list() == [10.0]
    assert profile["position_m"].to_list() == [15.0]
    assert profile["n"].to_list() == [3]


def test_differences_pair_each_vehicle_with_itself_in_the_same_seed():
    table = pl.DataFrame(
        {
            "arm": ["none", "none", "none", "glosa", "glosa", "glosa"],
            "seed": [1, 1, 2, 1, 1, 2],
            "vehicle_id": ["a", "b", "a", "b", "a", "c"],
            "equipped": [False, False, False, True, False, True],
            "road": ["main"] * 6,
            "trip_time_s": [10.0, 20.0, 30.0, 25.0, 9.0, 99.0],
            "co2_own_g": [1.0, 2.0, 3.0, 1.0, 1.0, 9.0],
        }
    )
    pairs = paired_differences(table, "none", "glosa").sort("vehicle_id")
    assert pairs["vehicle_id"].to_list() == ["a", "b"]
    assert pairs["trip_time_s"].to_list() == [-1.0, 5.0]
    assert pairs["co2_own_g"].to_list() == [0.0, -1.0]
    assert pairs["equipped"].to_list() == [False, True]


def test_a_road_without_traffic_in_one_arm_counts_as_zero_there():
    table = pl.DataFrame(
        {
            "arm": ["none", "none", "glosa"],
            "seed": [1, 2, 1],
            "edge_id": ["x", "x", "y"],
            "co2_hbefa4_g": [4.0, 2.0, 5.0],
            "co2_phemlight5_g": [0.0, 0.0, 1.0],
        }
    )
    changes = road_changes(table, "none", "glosa")
    assert changes.select("edge_id", "co2_hbefa4_g").rows() == [("x", -3.0), ("y", 2.5)]


def test_changes_by_road_add_up_to_the_change_of_the_whole(built):
    results = read_results(built)
    changes = road_changes(results.roads, "unadvised", "glosa")
    sums = dict(results.roads.group_by("arm").agg(pl.col("co2_hbefa4_g").sum()).iter_rows())
    whole_g = (sums["glosa"] - sums["unadvised"]) / 3
    assert changes["co2_hbefa4_g"].sum() == pytest.approx(whole_g, rel=1e-9, abs=1e-6)


def test_roads_missing_in_the_results_are_drawn_without_a_change(study):
    network = json.loads((study / "network.json").read_text())
    lonely = {"id": "lonely", "shape": [[0.0, 0.0], [5.0, 5.0]], "lanes": 1, "main": False}
    point = {"id": "point", "shape": [[0.0, 0.0]], "lanes": 1, "main": False}
    network["edges"] += [lonely, point]
    (study / "network.json").write_text(json.dumps(network))
    assert "map" in draw_all(read_results(study), None)


def test_equal_arms_give_pictures_without_a_warning(study, recwarn):
    tables = ("vehicles", "roads", "trajectories", "signals")
    for name in tables:
        table = pl.read_parquet(study / f"{name}.parquet").filter(pl.col("arm") == "unadvised")
        same = [table, table.with_columns(arm=pl.lit("glosa"))]
        pl.concat(same).write_parquet(study / f"{name}.parquet")
    summary = json.loads((study / "summary.json").read_text())
    zero = {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 3}
    metrics = [key for key in summary["effects"]["glosa"] if key.endswith("_pct")]
    summary["effects"]["glosa"] = dict.fromkeys(metrics, zero)
    (study / "summary.json").write_text(json.dumps(summary))
    results = read_results(study)
    pairs = paired_differences(results.vehicles, "unadvised", "glosa")
    assert set(draw_all(results, pairs)) >= {"effects", "spacetime", "map", "vehicles"}
    assert not recwarn.list


def test_the_arm_in_focus_keeps_its_colour_whatever_else_is_run():
    alone = arm_colours(("glosa",), "glosa")["glosa"]
    crowd = tuple(f"glosa-sumo:{i}/5/1.0" for i in range(8))
    colours = arm_colours((*crowd, "glosa"), "glosa")
    assert colours["glosa"] == alone
    assert len(set(colours.values())) >= 7


def test_a_main_road_without_a_name_is_called_the_main_road(study):
    network = json.loads((study / "network.json").read_text())
    network["main_road"][0]["name"] = ""
    (study / "network.json").write_text(json.dumps(network))
    caption = draw_all(read_results(study), None)["spacetime"].caption
    assert caption.startswith("Main road, 1.2 km, 3 signals. ")
