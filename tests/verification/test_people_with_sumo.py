"""People on foot and buses on a road of two signals with crossings, under signals of all sorts."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import polars as pl
import pytest

import experiments
from sumo_nets import load_scenario, own_programs, sumo_home, write_actuated_plan

pytestmark = pytest.mark.sumo

ARMS = ("unadvised", "actuated", "actuated+glosa")
NODES = {
    "w": (-250, 0), "A": (0, 0), "B": (300, 0), "e": (550, 0),
    "An": (0, 200), "As": (0, -200), "Bn": (300, 200), "Bs": (300, -200),
}  # fmt: skip
ROADS = [("w", "A", 2), ("A", "B", 2), ("B", "e", 2), ("An", "A", 1), ("As", "A", 1),
         ("Bn", "B", 1), ("Bs", "B", 1)]  # fmt: skip
TRAFFIC = """<routes>
  <vType id="bus" vClass="bus"/>
  <flow id="along" begin="0" end="420" period="9" from="wA" to="Be" departLane="best"/>
  <flow id="across" begin="0" end="420" period="20" from="AnA" to="AAs"/>
  <person id="rider" depart="0"><walk from="AB" busStop="stop"/><ride to="Be" lines="ANY"/></person>
  <person id="one" depart="20"><walk from="AnA" to="AAs"/></person>
  <person id="two" depart="40"><walk from="BnB" to="BBs"/></person>
  <person id="far" depart="60"><walk from="wA" to="Be"/></person>
  <vehicle id="bus.0" type="bus" depart="60">
    <route edges="wA AB Be"/><stop busStop="stop" duration="20"/></vehicle>
  <vehicle id="bus.1" type="bus" depart="200">
    <route edges="wA AB Be"/><stop busStop="stop" duration="20"/></vehicle>
</routes>"""
STOPS = """<additional><busStop id="stop" lane="AB_1" startPos="150" endPos="170"/></additional>"""
CONFIGURATION = """<configuration><input><net-file value="street.net.xml"/>
  <route-files value="street.rou.xml"/><additional-files value="street.add.xml"/></input>
  <time><begin value="0"/><end value="420"/></time></configuration>"""


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """The configuration of the road."""
    folder = tmp_path_factory.mktemp("street")
    nodes = [
        f'<node id="{name}" x="{x}" y="{y}"'
        + (' type="traffic_light"/>' if name in ("A", "B") else "/>")
        for name, (x, y) in NODES.items()
    ]
    edges = [
        f'<edge id="{start}{end}" from="{start}" to="{end}" numLanes="{lanes}" speed="13.89"/>'
        for one, other, lanes in ROADS
        for start, end in ((one, other), (other, one))
    ]
    (folder / "street.nod.xml").write_text(f"<nodes>{''.join(nodes)}</nodes>")
    (folder / "street.edg.xml").write_text(f"<edges>{''.join(edges)}</edges>")
    words = "-n street.nod.xml -e street.edg.xml -o street.net.xml --no-turnarounds"
    more = "--sidewalks.guess --crossings.guess --tls.cycle.time 90"
    program = sumo_home() / "bin" / "netconvert"
    subprocess.run(
        [program, *words.split(), *more.split()], cwd=folder, check=True, capture_output=True
    )
    (folder / "street.rou.xml").write_text(TRAFFIC)
    (folder / "street.add.xml").write_text(STOPS)
    (folder / "street.sumocfg").write_text(CONFIGURATION)
    return folder / "street.sumocfg"


@pytest.fixture(scope="module")
def results(door, street, tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    words = ("--arms", ",".join(ARMS), "--seeds", "1", "--jobs", "1", "--keep-raw", "--out", "out")
    done = door.call("run", str(street), *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def test_the_columns_of_persons_are_those_of_the_catalogue(results, check_columns):
    check_columns("persons", results)


def test_people_on_foot_are_told_of_in_each_arm(results):
    persons = pl.read_parquet(results / "persons.parquet")
    summary = json.loads((results / "summary.json").read_text())
    schema = Path(experiments.__file__).parent / "data" / "summary.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(summary)
    assert set(summary["persons"]) == set(ARMS)
    for arm, told in summary["persons"].items():
        rows = persons.filter(arm=arm)
        assert rows.height == told["persons"] == 4
        assert told["crossings"] == rows["crossings"].sum() >= 3
        assert told["longest_wait_s"] == rows["longest_wait_s"].max() > 0
        assert rows.filter(person_id="rider")["ride_wait_s"].item() > 0
        # SUMO's own count of what is lost on foot holds the wait at the crossing.
        arrived = rows.filter("finished")
        assert {"one", "two"} <= set(arrived["person_id"])
        assert (arrived["longest_wait_s"] <= arrived["walk_lost_s"] + 3.0).all()


def test_buses_serve_their_stop_for_as_long_as_planned_in_each_arm(results):
    for arm in ARMS:
        path = results / "raw" / arm / "seed-1" / "stops.xml"
        told = list(ElementTree.parse(path).getroot().iter("stopinfo"))
        assert sorted((e.get("id"), e.get("busStop")) for e in told) == [
            ("bus.0", "stop"),
            ("bus.1", "stop"),
        ]
        assert all(float(e.get("ended")) - float(e.get("started")) >= 20.0 for e in told)


def test_a_wait_of_a_bus_is_without_its_stop_and_its_delay_weighs_by_its_persons(results):
    table = pl.read_parquet(results / "vehicles.parquet")
    buses = table.filter(vehicle_class="bus")
    assert (buses["delay_s"] >= 20.0).all()
    # A wait holds the way up to the line, which takes some time without signals too.
    assert (buses["longest_wait_s"] <= buses["delay_s"] - 20.0 + 5.0).all()
    assert buses["person_delay_s"].to_list() == pytest.approx((11.0 * buses["delay_s"]).to_list())
    assert (table["delay_s"] > -1.0).all()


def test_signals_that_traffic_decides_leave_people_on_foot_the_green_that_they_need(
    street, tmp_path
):
    scenario = load_scenario(str(street), cache_dir=tmp_path)
    path = tmp_path / "actuated.add.xml"
    write_actuated_plan(scenario, path, control="actuated")
    decided = {e.get("id"): e for e in ElementTree.parse(path).getroot().iter("tlLogic")}
    # 5 s to set out. Crossings of 12.8 m take 10.7 s at 1.2 m/s, of which 5 s and 3 s follow;
    # those of 6.4 m, beside the first green, take less than what follows.
    least_s = (5.0, 5.0, 3.0, 7.67, 5.0, 3.0)
    for signal in own_programs(scenario):
        given_s = [
            float(phase.get("minDur", phase.get("duration")))
            for phase in decided[signal].iter("phase")
        ]
        assert all(given >= least for given, least in zip(given_s, least_s, strict=True))
