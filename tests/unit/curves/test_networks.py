"""Effects network by network, and their mean over networks."""

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from experiments.cli import app
from experiments.curves import compare_over_networks, estimate, over_networks, read_sweep
from experiments.curves.networks import network_names

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
    with pytest.raises(ValueError, match="on 'grid' is there twice; give it once"):
        over_networks(sweeps, ["trip_time"])


def test_each_setting_of_the_other_keys_has_its_own_mean(told):
    points = [{"scenario": r, "penetration": p} for r in ("arterial", "grid") for p in (0.1, 1.0)]
    found = over_networks([read_sweep(told(points))], ["co2_hbefa4"], arms=["eco"])
    means = {each.setting: each.means["co2_hbefa4"].effect.mean for each in found}
    assert means == {
        "penetration 0.1": pytest.approx(-0.5, abs=0.3),
        "penetration 1": pytest.approx(-5.0, abs=0.3),
    }


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
    best = {each.arm: each.best_other_pct["co2_hbefa4"] for each in found.standings}
    assert best == {"glosa": pytest.approx(-4.75, abs=0.3), "eco": pytest.approx(-3.0, abs=0.3)}


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
    assert "arterial: left out, there is no glosa" in run("networks", folder).stdout


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
        "collisions: 104, unadvised 100; more in 10 of 31 runs",
        "over networks in the mean",
        "1 run failed and counts nowhere",
    ):
        assert words in result.stdout
    rows = list(csv.DictReader(file.read_text().splitlines()))
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
    told_json = json.loads(run("networks", told(roads(*ROADS)), "--json").stdout)
    eco = eco_of_json(told_json["arms"])
    assert eco["networks"]["grid"]["effects"]["co2_hbefa4"]["n"] == 8
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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--metric", "speed"), "there is no metric 'speed'; there are co2_hbefa4, "),
        (("--arm", "unadvised"), "arm 'unadvised' is not compared; there are none, glosa, eco"),
        (("--csv", "/no/such/folder/x.csv"), "No such file"),
    ],
)
def test_a_wrong_wish_is_one_line_and_an_exit_code(told, words, message):
    result = run("networks", told(roads(*ROADS)), *words)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.output
