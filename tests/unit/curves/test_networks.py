"""Effects network by network, and their mean over networks."""

import csv
import io
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from rich.console import Console
from scipy import special, stats
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands.network_tables import change_text, how_sure, network_grid
from experiments.curves import compare_over_networks, estimate, over_networks, read_sweep
from experiments.curves.network_settings import network_names
from experiments.statistics import Effect

ROADS = ["arterial", "grid", "town/a.sumocfg", "town/b.sumocfg"]
SIZES = {"arterial": -8.0, "grid": -2.0, "town/a.sumocfg": -5.0, "town/b.sumocfg": -4.0}
COUNTERS = ("collisions", "emergency_stops", "emergency_brakings")


def effects(values, arm):
    """`eco` saves as much as the network lets it; `glosa` always 3 %."""
    saved = {"eco": SIZES[values["scenario"]] * values.get("penetration", 1.0), "glosa": -3.0}
    return {"co2": saved.get(arm, 0.0), "trip_time": 1.0 if arm in saved else 0.0}


@pytest.fixture
def told(tmp_path, write_sweep):
    """Writes a sweep whose summaries hold effects and events as those of real runs do."""

    def write(points, name="sweep", **options):
        folder = write_sweep(tmp_path / name, points, effects=effects, **options)
        sweep = read_sweep(folder)
        summary = json.loads((folder / "summary.json").read_text())
        for at, point in enumerate(summary["points"]):
            found = point["summary"]
            for arm, entry in found["effects"].items():
                changes = {m: sweep.changes_pct(arm, m)[at] for m in sweep.figures}
                estimates = {m: estimate(each) for m, each in changes.items()}
                entry |= {f"{m}_pct": e and asdict(e.effect) for m, e in estimates.items()}
                entry["equipped"] = {"trip_time_pct": entry["stops_pct"]}
                entry["seeds_with_more"] = {"collisions": at + 1}
            found["arms"] = {
                arm: dict.fromkeys(COUNTERS, 10 * (at + 1) + (arm == "eco")) for arm in sweep.arms
            }
        (folder / "summary.json").write_text(json.dumps(summary))
        return folder

    return write


def roads(*names):
    return [{"scenario": name} for name in names]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "220"})


def eco_of(tables):
    return next(each for each in tables if each.arm == "eco")


def test_the_mean_has_the_interval_over_networks_and_not_over_seeds(told):
    found = eco_of(over_networks([read_sweep(told(roads(*ROADS)))], ["co2_hbefa4"]))
    means = [each.effects["co2_hbefa4"].mean for each in found.networks.values()]
    assert means == pytest.approx(list(SIZES.values()), abs=0.5)
    known = stats.ttest_1samp(means, 0.0).confidence_interval()
    effect = found.means["co2_hbefa4"].effect
    assert (effect.mean, effect.n) == (pytest.approx(np.mean(means)), 4)
    assert (effect.low, effect.high) == pytest.approx(tuple(known))
    assert effect.high - effect.low > 4.0 > 2.0 * found.networks["grid"].effects["co2_hbefa4"].high


def test_networks_of_several_sweeps_count_together(told):
    sweeps = [
        read_sweep(told(roads(*ROADS[:2]), "first")),
        read_sweep(told(roads(*ROADS[2:]), "second", seeds=[1, 2])),
    ]
    found = eco_of(over_networks(sweeps, ["trip_time"]))
    assert list(found.networks) == ["arterial", "grid", "a", "b"]
    assert [each.n_seeds for each in found.networks.values()] == [8, 8, 2, 2]
    assert found.total.n_seeds == 20


def test_a_network_that_is_there_twice_is_refused(told):
    sweeps = [read_sweep(told(roads("grid"), name)) for name in ("first", "second")]
    with pytest.raises(ValueError, match=r"glosa on 'grid' is in '.*first' and in '.*second'"):
        over_networks(sweeps, ["trip_time"])


def test_each_setting_of_the_other_keys_has_its_own_mean(told):
    points = [{"scenario": r, "penetration": p} for r in ("arterial", "grid") for p in (0.1, 1.0)]
    found = over_networks([read_sweep(told(points))], ["co2_hbefa4"], arms=["eco"])
    means = {each.setting: each.means["co2_hbefa4"].effect.mean for each in found}
    assert means == {
        "penetration 0.1": pytest.approx(-0.5, abs=0.3),
        "penetration 1": pytest.approx(-5.0, abs=0.3),
    }


def test_the_window_of_a_network_belongs_to_it(told):
    points = [{"scenario": "arterial", "end_s": 300}, {"scenario": "grid", "end_s": 25500}]
    found = eco_of(over_networks([read_sweep(told(points))], ["trip_time"]))
    assert (found.setting, list(found.networks)) == ("", ["arterial", "grid"])
    several = told([*points, {"scenario": "grid", "end_s": 26000}], "several")
    settings = {each.setting for each in over_networks([read_sweep(several)], ["trip_time"])}
    assert settings == {"end_s 300", "end_s 25500", "end_s 26000"}


def with_experiment(folder, **values):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["experiment"] |= values
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return read_sweep(folder)


def test_folders_that_differ_in_what_was_not_swept_are_not_averaged(told):
    one = with_experiment(told(roads("grid"), "one"), penetration=1.0, rsu={"range_m": 300})
    half = with_experiment(told(roads("arterial"), "half"), penetration=0.5, rsu={"range_m": 300})
    settings = [each.setting for each in over_networks([one, half], ["trip_time"], arms=["eco"])]
    assert settings == ["penetration 1", "penetration 0.5"]


def test_what_one_folder_swept_and_the_other_did_not_is_the_same_where_it_is_equal(told):
    swept = read_sweep(told([{"scenario": "grid", "penetration": 1.0}], "swept"))
    fixed = with_experiment(told(roads("arterial"), "fixed"), penetration=1.0)
    (found,) = over_networks([swept, fixed], ["trip_time"], arms=["eco"])
    assert list(found.networks) == ["grid", "arterial"]


def test_a_folder_of_another_version_hides_no_difference_between_the_others(told):
    one = with_experiment(told(roads("grid"), "one"), penetration=1.0)
    half = with_experiment(told(roads("arterial"), "half"), penetration=0.5)
    older = read_sweep(told(roads("town/a.sumocfg"), "older"))
    found = over_networks([one, half, older], ["trip_time"], arms=["eco"])
    assert [each.setting for each in found] == [
        "penetration 1",
        "penetration 0.5",
        "penetration not set",
    ]


def test_a_network_without_any_comparison_is_named(told):
    folder = told(roads(*ROADS))
    summary = json.loads((folder / "summary.json").read_text())
    summary["points"][1]["summary"]["effects"] = {}
    (folder / "summary.json").write_text(json.dumps(summary))
    assert "grid: left out, nothing is compared there" in run("networks", folder).stdout


def test_a_seed_that_failed_everywhere_was_asked_for_all_the_same(told):
    missing = [(0, arm, 8) for arm in ("none", "unadvised", "glosa", "eco")]
    found = eco_of(over_networks([read_sweep(told(roads("grid"), missing=missing))], ["stops"]))
    assert (found.networks["grid"].n_seeds, found.networks["grid"].n_asked) == (7, 8)


def test_a_scenario_keeps_its_own_name_where_two_would_be_called_alike():
    names = network_names(["grid", "town/grid.sumocfg"])
    assert list(names.values()) == ["grid", "town/grid.sumocfg"]


def test_sweeps_with_different_references_are_not_put_together(told):
    folders = [told(roads(name), name) for name in ("grid", "arterial")]
    summary = json.loads((folders[1] / "summary.json").read_text())
    summary["points"][0]["summary"]["reference"] = "none"
    (folders[1] / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(ValueError, match="all sweeps need one reference, got unadvised, none"):
        over_networks([read_sweep(folder) for folder in folders], ["trip_time"])


def test_intervals_over_networks_are_made_as_surely_as_those_over_seeds(told):
    sweep = read_sweep(told(roads(*ROADS)))
    usual, surer = (
        eco_of(over_networks([each], ["co2_hbefa4"])).means["co2_hbefa4"].effect
        for each in (sweep, replace(sweep, confidence=0.9875))
    )
    assert usual.mean == surer.mean
    ratio = special.stdtrit(3, 0.99375) / special.stdtrit(3, 0.975)
    assert surer.high - surer.low == pytest.approx(ratio * (usual.high - usual.low))
    assert how_sure(0.9875).startswith("± half of the 98.75 % interval")


def test_a_single_network_is_not_called_few(told):
    printed = run("networks", told(roads("grid"))).stdout
    assert "few networks" not in printed


def test_a_folder_that_is_given_twice_is_told(told):
    sweep = read_sweep(told(roads("grid")))
    with pytest.raises(ValueError, match="is given twice"):
        over_networks([sweep, sweep], ["trip_time"])


@pytest.mark.parametrize(
    ("effect", "text"),
    [
        ((-0.001, -1.0, 1.0), "0.00 ± 1.00*"),
        ((-2.0, -3.0, -1.0), "-2.00 ± 1.00"),
        ((1.5, None, None), "+1.50"),
    ],
)
def test_a_change_is_told_with_half_of_its_interval(effect, text):
    mean, low, high = effect
    told = Effect(mean=mean, low=low, high=high, n=8, bca_low=None, bca_high=None)
    assert change_text(told) == text
    assert change_text(None) == "-"


def test_names_are_no_markup(told):
    points = roads("[red]grid", "c[/x]d")
    SIZES.update({"[red]grid": -1.0, "c[/x]d": -1.0})
    printed = run("networks", told(points)).stdout
    assert "[red]grid" in printed and "c[/x]d" in printed


def test_a_sample_is_left_to_the_curves(tmp_path, write_sweep):
    folder = write_sweep(tmp_path / "sample", [{"penetration": 0.5}], kind="sample")
    with pytest.raises(ValueError, match="its points are a sample"):
        over_networks([read_sweep(folder)], ["trip_time"])


def test_a_network_without_such_vehicles_counts_in_no_mean(told):
    folder = told(roads(*ROADS))
    summary = json.loads((folder / "summary.json").read_text())
    summary["points"][0]["summary"]["effects"]["eco"]["equipped"] = {"trip_time_pct": None}
    (folder / "summary.json").write_text(json.dumps(summary))
    found = eco_of(over_networks([read_sweep(folder)], ["trip_time"], vehicles="equipped"))
    assert list(found.networks) == ["grid", "a", "b"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_fit_the_terminal_and_cut_no_number(told, width):
    tables = over_networks([read_sweep(told(roads(*ROADS)))], ["trip_time", "stops", "co2_own"])
    grid = network_grid(eco_of(tables), "unadvised", "all")
    console = Console(width=width, record=True, file=io.StringIO())
    for table in grid.for_console(width):
        console.print(table)
    printed = console.export_text()
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width
    assert all(cell in printed for row in grid.rows for cell in row)


def test_events_are_summed_over_networks(told):
    total = eco_of(over_networks([read_sweep(told(roads(*ROADS)))], ["trip_time"])).total
    count = total.counts["collisions"]
    assert (count.arm, count.reference, count.seeds_with_more) == (104, 100, 10)
    assert total.counts["emergency_stops"].seeds_with_more == 0


def test_an_arm_is_ahead_where_it_is_lower_than_every_other_one(told):
    tables = over_networks([read_sweep(told(roads(*ROADS)))], ["co2_hbefa4"])
    (found,) = compare_over_networks(tables)
    ahead = {each.arm: each.ahead["co2_hbefa4"] for each in found.standings}
    assert ahead == {"glosa": 1, "eco": 3}
    lead = {each.arm: each.lead["co2_hbefa4"].effect for each in found.standings}
    assert lead["eco"].mean == pytest.approx(-1.75, abs=0.3)
    assert lead["glosa"].mean == pytest.approx(-lead["eco"].mean)
    assert lead["eco"].low < 0.0 < lead["eco"].high


def test_arms_are_compared_on_the_networks_that_have_them_all(told):
    folder = told(roads(*ROADS))
    summary = json.loads((folder / "summary.json").read_text())
    del summary["points"][0]["summary"]["effects"]["glosa"]
    (folder / "summary.json").write_text(json.dumps(summary))
    tables = over_networks([read_sweep(folder)], ["co2_hbefa4"])
    (found,) = compare_over_networks(tables)
    assert found.left_out == {"arterial": ("glosa",)}
    eco = found.standings[1]
    assert eco.arm == "eco"
    assert eco.means["co2_hbefa4"].effect.n == 3
    assert eco.means["co2_hbefa4"].effect.mean > eco_of(tables).means["co2_hbefa4"].effect.mean
    words = "arterial: left out, nothing is compared there of glosa"
    assert words in run("networks", folder).stdout


def test_files_are_called_without_what_they_share():
    names = network_names(["../nets/a/x.sumocfg", "../nets/b/x.sumocfg", "arterial"])
    assert list(names.values()) == ["a/x", "b/x", "arterial"]
    assert network_names(["/far/away/x.sumocfg"]) == {"/far/away/x.sumocfg": "x"}


def test_the_command_prints_each_network_and_the_mean(told, tmp_path):
    file, markdown = tmp_path / "networks.csv", tmp_path / "networks.md"
    folder = told(roads(*ROADS), missing=[(1, "eco", 3)])
    result = run("networks", folder, "--csv", file, "--markdown", markdown)
    assert result.exit_code == 0
    for words in (
        "eco: change against unadvised, in %, all vehicles",
        "mean of 4 networks: change against unadvised",
        "collisions 104 (unadvised 100, more in 10 of 31 pairs of runs)",
        "grid: 7 of 8 seeds count; one that failed in an arm, or is not done, counts in none",
        "few networks (4): the interval over them is wide",
        "over networks in the mean",
        "1 run failed and counts nowhere",
    ):
        assert words in result.stdout
    rows = list(csv.DictReader(file.read_text().splitlines()))
    last = rows[-1]
    assert (last["collisions"], last["collisions_reference"]) == ("104", "100")
    assert "1 run failed and counts nowhere" in markdown.read_text()
    assert [row["network"] for row in rows if row["arm"] == "eco"] == [
        *ROADS[:2],
        "a",
        "b",
        "(mean)",
    ]
    mean = f"{float(rows[-1]['co2_hbefa4_pct']):+.2f} ± "
    assert mean in result.stdout
    assert f"| mean of 4 | 31 | {mean}" in markdown.read_text()


def test_json_holds_what_is_printed(told):
    folder = told(roads(*ROADS), missing=[(1, "eco", 3)])
    told_json = json.loads(run("networks", folder, "--json").stdout)
    assert "1 run failed and counts nowhere" in told_json["cautions"][-1]
    eco = eco_of_json(told_json["arms"])
    assert eco["networks"]["grid"]["effects"]["co2_hbefa4"]["n"] == 7
    assert [each["arm"] for each in told_json["comparisons"][0]["standings"]] == ["glosa", "eco"]


def eco_of_json(arms):
    return next(each for each in arms if each["arm"] == "eco")


def test_changes_of_the_equipped_are_their_own(told):
    folder = told(roads(*ROADS))
    words = ("networks", folder, "--arm", "eco", "--metric", "trip_time", "--json")
    everybody, equipped = (
        eco_of_json(json.loads(run(*words, *more).stdout)["arms"])["means"]["trip_time"]
        for more in ((), ("--vehicles", "equipped"))
    )
    assert everybody["effect"]["mean"] == pytest.approx(1.0, abs=0.2)
    assert equipped["effect"]["mean"] == pytest.approx(0.0, abs=0.2)
    assert "collisions, all" in run(*words[:-1], "--vehicles", "equipped").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--metric", "speed"), "there is no metric 'speed'; there are co2_hbefa4, "),
        (("--arm", "unadvised"), "arm 'unadvised' is not compared; there are none, glosa, eco"),
        (("--csv", "/no/such/folder/x.csv"), "--csv: there is no folder '/no/such/folder'"),
        (("--markdown", "/tmp"), "--markdown: '/tmp' is a folder; name a file in it"),
    ],
)
def test_a_wrong_wish_is_one_line_and_an_exit_code(told, words, message):
    result = run("networks", told(roads(*ROADS)), *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
