"""Freezing a configuration that holds about everything, against what SUMO itself does with it."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from sumo_nets import (
    AUTOMATED,
    ScenarioError,
    freeze_routes,
    load_scenario,
    sumo_arguments,
    write_demand,
)
from sumo_nets.binaries import run_program, sumo_home

pytestmark = pytest.mark.sumo


@pytest.fixture(scope="module")
def scenario(town):
    return load_scenario("town.sumocfg", base=town)


@pytest.fixture(scope="module")
def frozen(scenario, tmp_path_factory):
    return freeze_routes(scenario, seed=5, cache_dir=tmp_path_factory.mktemp("cache"))


def run(arguments, folder):
    """Run SUMO and return what each vehicle did: (type, intended departure, route)."""
    done = run_program(
        "sumo",
        [
            *arguments,
            *"--vehroute-output out.xml --vehroute-output.intended-depart --no-step-log".split(),
            *"--vehroute-output.last-route --vehroute-output.write-unfinished".split(),
            *"--precision 6 --end 3000".split(),
        ],
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    found = {}
    for vehicle in ElementTree.parse(folder / "out.xml").iter("vehicle"):
        edges = vehicle.find("route").get("edges")
        found[vehicle.get("id")] = (vehicle.get("type"), vehicle.get("depart"), edges)
    return found


def test_the_frozen_demand_drives_as_sumo_first_did(scenario, frozen, town, tmp_path):
    original = run(
        [
            *sumo_arguments(scenario, scenario.route_files, scenario.additional_files),
            *("--seed", "5", "--device.rerouting.probability", "0.3"),
        ],
        tmp_path,
    )
    arguments = sumo_arguments(scenario, frozen.route_file, frozen.additional_files)
    again = run([*arguments, "--seed", "6"], tmp_path)
    assert again == original
    assert set(frozen.vehicle_ids) == set(original) - {"owner_0"}  # SUMO makes it for a person
    assert len(original) > 60


def test_an_earlier_end_leaves_the_vehicles_before_it_as_they_were(town, frozen, tmp_path):
    short = load_scenario("town.sumocfg", base=town, end_s=220.0)
    cut = freeze_routes(short, seed=5, cache_dir=tmp_path)
    assert np.nanmax(cut.departs_s) < 220
    regular = ("steady.", "counted.", "halting.", "early.", "via", "plain", "zipped", "inner")

    def departures(demand, until_s):
        pairs = zip(demand.vehicle_ids, demand.departs_s, strict=True)
        return {name: at for name, at in pairs if name.startswith(regular) and at < until_s}

    assert departures(cut, 220) == departures(frozen, 220)
    assert len(departures(cut, 220)) > 20


def test_every_row_of_the_demand_says_what_the_route_file_says(frozen):
    vehicles = {
        v.get("id"): v for v in ElementTree.parse(frozen.route_file).getroot().iter("vehicle")
    }
    assert tuple(vehicles) == frozen.vehicle_ids
    for i, vehicle in enumerate(vehicles.values()):
        assert vehicle.get("type", "DEFAULT_VEHTYPE") == frozen.type_ids[i]
        assert tuple(vehicle.find("route").get("edges").split()) == frozen.routes[i]
        assert (vehicle.find("stop") is not None) == frozen.has_stops[i]
    known = frozen.departs_s[np.isfinite(frozen.departs_s)]
    assert (np.diff(known) >= 0).all()
    assert known.min() >= 100
    assert known.max() < 300
    assert np.isnan(frozen.departs_s[frozen.vehicle_ids.index("waiting")])


def test_elements_keep_what_is_not_about_routes(frozen):
    root = ElementTree.parse(frozen.route_file).getroot()
    vehicles = {v.get("id"): v for v in root.iter("vehicle")}
    assert vehicles["drawn"].get("departLane") == "best"
    assert vehicles["drawn"].get("type") in ("car", "lorry")
    assert vehicles["steady.3"].get("departLane") == "free"
    line = vehicles["line"]
    assert line.get("line") == "77"
    assert [p.get("key") for p in line.iter("param")] == ["colour.of.door"]
    assert frozen.vehicle_classes[frozen.vehicle_ids.index("line")] == "bus"
    assert {p.get("id") for p in root.iter("person")} == {"driver", "rider", "owner"}
    assert root.find("personFlow") is not None
    assert not list(root.iter("flow")) + list(root.iter("trip"))


def test_stops_of_routes_and_flows_move_with_the_vehicle(frozen):
    root = ElementTree.parse(frozen.route_file).getroot()
    second = next(v for v in root.iter("vehicle") if v.get("id") == "halting.1")
    assert [(s.get("lane"), s.get("until")) for s in second.iter("stop")] == [
        ("A0B0_2", "250.000"),
        ("B0right0_2", "240.000"),
    ]


def test_the_stops_of_the_frozen_demand_happen_when_they_did(scenario, frozen, tmp_path):
    def stops(arguments):
        done = run_program(
            "sumo",
            [*arguments, *"--stop-output stops.xml --precision 6 --end 3000 --seed 5".split()],
            folder=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        return {
            (stop.get("id"), stop.get("lane"), stop.get("until", ""))
            for stop in ElementTree.parse(tmp_path / "stops.xml").iter("stopinfo")
            if stop.get("id") in frozen.vehicle_ids
        }

    first = stops(sumo_arguments(scenario, scenario.route_files, scenario.additional_files))
    again = stops(sumo_arguments(scenario, frozen.route_file, frozen.additional_files))
    assert len(first) >= 8
    assert again == first


def test_nothing_is_written_beside_the_files_of_the_user(town, scenario, frozen, tmp_path):
    before = {p.relative_to(town): p.stat().st_mtime_ns for p in town.rglob("*")}
    arguments = sumo_arguments(scenario, frozen.route_file, frozen.additional_files)
    run([*arguments, "--seed", "1"], tmp_path)
    assert {p.relative_to(town): p.stat().st_mtime_ns for p in town.rglob("*")} == before
    assert {p.name for p in tmp_path.iterdir()} == {"out.xml"}
    assert {p.name for p in frozen.route_file.parent.iterdir()} == {
        "additional-0.add.xml",
        "demand.json",
        "demand.rou.xml",
    }


def test_what_is_left_out_is_told_with_a_reason(scenario, frozen):
    told = "\n".join(scenario.left_out)
    for option in ("tripinfo-output", "fcd-output", "time-to-teleport", "max-depart-delay", "seed"):
        assert option in told
    assert dict(scenario.options) == {"lateral-resolution": "0.8"}
    assert dict(scenario.routing_options) == {"device.rerouting.probability": "0.3"}
    warnings = "\n".join(frozen.warnings)
    assert "before the begin" in warnings
    assert "1 vehicles are made by SUMO in every run" in warnings
    assert "owner_0" in warnings


def test_two_at_once_make_one_result(scenario, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(freeze_routes, scenario, seed=3, cache_dir=tmp_path) for _ in "ab"]
        one, two = (job.result() for job in jobs)
    assert one.route_file == two.route_file
    assert [path.name for path in (tmp_path / "routes").iterdir()] == [one.route_file.parent.name]


def test_a_flow_that_begins_before_the_window_is_as_in_sumo(town, tmp_path):
    path = tmp_path / "long.rou.xml"
    path.write_text(
        '<routes><flow id="f" begin="0" end="400" period="15" from="left0A0" to="B0right0"/>'
        '<flow id="g" begin="0" end="400" number="20" from="top0A0" to="A0bottom0"/></routes>'
    )
    late = load_scenario(f"{town / 'town.net.xml'},{path}", begin_s=100.0, end_s=400.0)
    demand = freeze_routes(late, seed=1, cache_dir=tmp_path)
    original = run([*sumo_arguments(late, path, []), "--seed", "1"], tmp_path)
    departures = {name: float(did[1]) for name, did in original.items()}
    assert dict(zip(demand.vehicle_ids, demand.departs_s, strict=True)) == departures
    assert demand.departs_s.min() >= 100


def test_a_kept_result_is_used_again_and_seeds_differ(scenario, tmp_path):
    first = freeze_routes(scenario, seed=1, cache_dir=tmp_path)
    stamp = first.route_file.stat().st_mtime_ns
    again = freeze_routes(scenario, seed=1, cache_dir=tmp_path)
    assert again.route_file == first.route_file
    assert again.route_file.stat().st_mtime_ns == stamp
    other = freeze_routes(scenario, seed=2, cache_dir=tmp_path)
    assert other.route_file != first.route_file
    assert other.vehicle_ids != first.vehicle_ids
    elsewhere = freeze_routes(scenario, seed=1, cache_dir=tmp_path / "elsewhere")
    assert elsewhere.route_file.read_bytes() == first.route_file.read_bytes()


def test_a_scaled_demand_has_more_vehicles_once_only(scenario, frozen, tmp_path):
    double = freeze_routes(scenario, seed=5, demand_scale=2.0, cache_dir=tmp_path)
    assert 1.7 < len(double.vehicle_ids) / len(frozen.vehicle_ids) < 2.2
    arguments = sumo_arguments(scenario, double.route_file, double.additional_files)
    ids = set(run([*arguments, "--seed", "1"], tmp_path)) - {"owner_0"}
    assert ids == set(double.vehicle_ids)


def test_automated_and_equipped_vehicles_differ_in_nothing_else(scenario, frozen, tmp_path):
    cars = [n for n, kind in zip(frozen.vehicle_ids, frozen.type_ids, strict=True) if kind == "car"]
    path = write_demand(
        frozen, tmp_path / "arm.rou.xml", automated_ids=[*cars[:3], "line"], device_ids=cars[2:4]
    )
    before = {v.get("id"): v for v in ElementTree.parse(frozen.route_file).iter("vehicle")}
    after = {v.get("id"): v for v in ElementTree.parse(path).iter("vehicle")}
    assert list(before) == list(after)
    changed = {n for n in before if before[n].get("type") != after[n].get("type")}
    assert changed == {*cars[:3], "line"}
    assert after["line"].get("type") == f"bus{AUTOMATED}"
    equipped = {n for n, v in after.items() if any(p.get("key") == "has.glosa.device" for p in v)}
    assert equipped == set(cars[2:4])
    arguments = sumo_arguments(scenario, path, frozen.additional_files)
    did = run([*arguments, "--seed", "5"], tmp_path)
    assert {n: d[1:] for n, d in did.items()} == {
        n: d[1:]
        for n, d in run(
            [*sumo_arguments(scenario, frozen.route_file, frozen.additional_files), "--seed", "5"],
            tmp_path,
        ).items()
    }
    assert write_demand(frozen, tmp_path / "same.rou.xml") == frozen.route_file


def test_a_route_off_the_network_is_refused_in_the_words_of_sumo(town, tmp_path):
    path = tmp_path / "off.rou.xml"
    path.write_text(
        '<routes><vehicle id="a" depart="0"><route edges="left0A0 nowhere"/></vehicle></routes>'
    )
    lost = load_scenario(f"{town / 'town.net.xml'},{path}")
    with pytest.raises(ScenarioError, match="nowhere"):
        freeze_routes(lost, seed=1, cache_dir=tmp_path)
    assert not list((tmp_path / "routes").iterdir())


def test_a_stale_sumo_home_is_not_asked(scenario, tmp_path, monkeypatch):
    monkeypatch.setenv("SUMO_HOME", str(tmp_path / "gone"))
    assert freeze_routes(scenario, seed=9, cache_dir=tmp_path).vehicle_ids
    program = sumo_home() / "bin" / "sumo"
    assert subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    assert Path(program).is_file()
