"""Arms differ in the advice and in nothing else."""

import json
import re
from xml.etree import ElementTree

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sumo_nets import AUTOMATED

pytestmark = pytest.mark.sumo

BEGIN_S = 25200.0


def vehicles(folder):
    """The table of vehicles, without what says of them that they are equipped."""
    return pl.read_parquet(folder / "vehicles.parquet").drop("equipped")


def trace(folder):
    return pl.read_parquet(folder / "fcd.parquet")


def assert_same_run(one, two):
    assert_frame_equal(trace(one), trace(two))
    assert_frame_equal(vehicles(one), vehicles(two), check_exact=True)


def reasons(folder):
    return json.loads((folder / "run.json").read_text())["advice_reasons"]


@pytest.fixture(scope="module")
def city(load):
    """Four minutes of eight signals."""
    return load("resco:cologne8", end_s=BEGIN_S + 240)


@pytest.fixture(scope="module")
def driven(city, run_arms, tmp_path_factory):
    return run_arms(city, ["none", "unadvised", "glosa"], tmp_path_factory.mktemp("driven"))


@pytest.fixture(scope="module")
def automated(city, run_arms, tmp_path_factory):
    folder = tmp_path_factory.mktemp("automated")
    return run_arms(city, ["none", "unadvised"], folder, execution="automated")


def test_equipment_without_advice_changes_nothing_when_people_drive(driven):
    assert_same_run(driven["none"], driven["unadvised"])
    assert trace(driven["none"]).height > 5000


def test_advice_is_given_and_changes_something(driven):
    assert reasons(driven["glosa"])["advised"] > 100
    assert not vehicles(driven["glosa"]).equals(vehicles(driven["unadvised"]))
    assert vehicles(driven["glosa"])["advised_s"].sum() > 100
    assert vehicles(driven["unadvised"])["advised_s"].sum() == 0
    assert vehicles(driven["glosa"])["advice_changes"].sum() > 100
    assert vehicles(driven["unadvised"])["advice_changes"].sum() == 0


@pytest.mark.parametrize("execution", ["driver", "automated"])
def test_advice_that_nobody_hears_is_no_advice(city, run_arms, driven, tmp_path, execution):
    arms = ["unadvised", "glosa", "glosa-sumo:300/2/1.0"]
    runs = run_arms(city, arms, tmp_path, execution=execution, penetration=0.0)
    for arm in arms:
        assert_frame_equal(trace(runs[arm]), trace(driven["none"]))
        left_out = ["advised_s", "advice_changes"]  # SUMO's own device does not tell them
        assert_frame_equal(
            vehicles(runs[arm]).drop(left_out),
            vehicles(driven["none"]).drop(left_out),
            check_exact=True,
        )


def test_nobody_is_automated_in_the_arm_that_is_the_road_of_today(driven, automated):
    assert_same_run(automated["none"], driven["none"])


def test_automated_vehicles_differ_in_imperfection_only(automated):
    assert not trace(automated["unadvised"]).equals(trace(automated["none"]))
    depart = ["vehicle_id", "vehicle_class", "depart_s", "speed_factor"]
    assert_frame_equal(
        vehicles(automated["unadvised"]).select(depart), vehicles(automated["none"]).select(depart)
    )
    types = {
        element.get("id"): dict(element.attrib)
        for element in ElementTree.parse(automated["unadvised"] / "demand.rou.xml").iter("vType")
    }
    copies = [name for name in types if name.endswith(AUTOMATED)]
    assert copies
    for name in copies:
        of = types.get(name.removesuffix(AUTOMATED), {"vClass": "passenger"})
        kept = {key: value for key, value in types[name].items() if key not in ("id", "sigma")}
        assert kept == {key: value for key, value in of.items() if key not in ("id", "sigma")}
        assert types[name]["sigma"] == "0"


def test_a_smaller_equipped_share_is_part_of_a_larger_one(city, run_arms, tmp_path):
    sets = []
    for share in (0.2, 0.5):
        runs = run_arms(city, ["unadvised"], tmp_path / str(share), penetration=share)
        table = pl.read_parquet(runs["unadvised"] / "vehicles.parquet")
        sets.append(set(table.filter("equipped")["vehicle_id"]))
        assert len(sets[-1]) / table.height == pytest.approx(share, abs=0.1)
    assert sets[0] < sets[1]


def test_advice_is_heeded_by_those_who_hear_it_only(city, run_arms, tmp_path):
    runs = run_arms(city, ["none", "glosa"], tmp_path, penetration=0.5)
    table = pl.read_parquet(runs["glosa"] / "vehicles.parquet")
    assert table.filter("equipped")["advised_s"].sum() > 0
    assert table.filter(~pl.col("equipped"))["advised_s"].sum() == 0


@pytest.mark.parametrize("execution", ["driver", "automated"])
def test_all_lights_green_leave_nothing_to_advise(city, run_arms, tmp_path, execution):
    path = tmp_path / "green.net.xml"
    text, n_states = re.subn(
        r'(<phase [^>]*state=")(\w+)"',
        lambda found: found[1] + "g" * len(found[2]) + '"',
        city.net_file.read_text(),
    )
    assert n_states > 8
    path.write_text(text)
    green = city.model_copy(update={"net_file": path})
    runs = run_arms(green, ["unadvised", "glosa"], tmp_path, execution=execution)
    told = reasons(runs["glosa"])
    assert told["not_needed"] > 1000
    assert not {"advised", "no_green", "no_spat"} & set(told)
    assert_same_run(runs["unadvised"], runs["glosa"])


@pytest.mark.parametrize("execution", ["driver", "automated"])
def test_a_free_road_leaves_nothing_to_advise(crossings, load, run_arms, tmp_path, execution):
    text = crossings.read_text()
    n_links = {name: len(re.search(f'tlLogic id="{name}".*?state="(\\w+)"', text, re.DOTALL)[1])
               for name in ("A0", "B0")}  # fmt: skip
    programs = "".join(
        f'<tlLogic id="{name}" programID="long" type="static" offset="0">'
        f'<phase duration="300" state="{"G" * n}"/><phase duration="60" state="{"r" * n}"/>'
        "</tlLogic>"
        for name, n in n_links.items()
    )
    (tmp_path / "long.add.xml").write_text(f"<additional>{programs}</additional>")
    # Each car is alone, and is through before the lights change.
    (tmp_path / "few.rou.xml").write_text(
        "<routes>"
        + "".join(
            f'<trip id="{n}" depart="{n * 20}" from="left0A0" to="B0right0"/>' for n in range(10)
        )
        + "</routes>"
    )
    (tmp_path / "free.sumocfg").write_text(
        f'<c><net-file value="{crossings}"/><route-files value="few.rou.xml"/>'
        '<additional-files value="long.add.xml"/></c>'
    )
    runs = run_arms(
        load(str(tmp_path / "free.sumocfg")),
        ["unadvised", "glosa"],
        tmp_path / "runs",
        execution=execution,
    )
    assert_same_run(runs["unadvised"], runs["glosa"])
    assert reasons(runs["glosa"])["not_needed"] > 100
    assert "advised" not in reasons(runs["glosa"])
