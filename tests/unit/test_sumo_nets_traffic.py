"""Cutting demand to a window, and copies of elements that write nothing."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from sumo_nets import AUTOMATED
from sumo_nets.demand import automated_type
from sumo_nets.sanitise import for_routing, for_runs
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.traffic import collect, within_window
from sumo_nets.xml_source import Piece, read_pieces, seconds


def scenario(end_s=100.0, routes=()):
    return Scenario(name="s", net_file=Path("/n"), route_files=tuple(routes), end_s=end_s)


def cut(xml, end_s=100.0):
    element = within_window(fromstring(xml), scenario(end_s))
    return None if element is None else dict(element.attrib)


def test_a_vehicle_departs_within_the_window_or_is_no_part_of_it():
    assert cut('<trip id="a" depart="99.9"/>') is not None
    assert cut('<trip id="a" depart="100"/>') is None
    assert cut('<person id="a" depart="0:01:40"/>') is None
    assert cut('<vehicle id="a" depart="triggered"/>') is not None
    assert cut('<trip id="a" depart="1e9"/>', end_s=None) is not None


def test_a_flow_with_a_rate_keeps_it_and_ends_earlier():
    flow = cut('<flow id="a" begin="10" end="500" vehsPerHour="60"/>')
    assert flow == {"id": "a", "begin": "10", "end": "100", "vehsPerHour": "60"}
    assert cut('<flow id="a" begin="10" probability="0.1"/>')["end"] == "100"
    assert cut('<personFlow id="a" begin="10" end="500" period="5"/>')["end"] == "100"
    assert cut('<flow id="a" begin="100" end="500" period="5"/>') is None


def test_a_flow_of_a_number_of_vehicles_keeps_their_distance():
    flow = cut('<flow id="a" begin="20" end="220" number="10"/>')  # one each 20 s: 20, 40, 60, 80
    assert (flow["number"], float(flow["end"])) == ("4", 100.0)
    flow = cut('<flow id="a" begin="0" end="300" number="10"/>')  # 0, 30, 60, 90
    assert (flow["number"], float(flow["end"])) == ("4", 120.0)


def test_a_flow_without_any_end_is_a_mistake_with_a_place(tmp_path):
    path = tmp_path / "r.rou.xml"
    path.write_text('<routes>\n <flow id="f" begin="0" period="5"/></routes>')
    with pytest.raises(ScenarioError, match=r"r\.rou\.xml:2:2: flow 'f' has no end"):
        collect(scenario(None, [path]))
    assert len(collect(scenario(100.0, [path])).elements) == 1


def test_distributions_know_their_routes_and_types(tmp_path):
    path = tmp_path / "r.rou.xml"
    path.write_text(
        '<routes><route id="a" edges="x y"/><vTypeDistribution id="d"><vType id="t"/>'
        '<vType id="u"/></vTypeDistribution><routeDistribution id="r" routes="a">'
        '<route id="b" edges="y"/></routeDistribution></routes>'
    )
    traffic = collect(scenario(100.0, [path]))
    assert set(traffic.types) == {"t", "u"}
    assert sorted(route.get("edges") for route in traffic.routes["r"]) == ["x y", "y"]


def piece(xml):
    return Piece(element=fromstring(xml), file=Path("/town/files/a.add.xml"), line=1, column=1)


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("inductionLoop", "file"),
        ("laneAreaDetector", "file"),
        ("entryExitDetector", "file"),
        ("instantInductionLoop", "file"),
        ("edgeData", "file"),
        ("routeProbe", "file"),
        ("timedEvent", "dest"),
        ("calibrator", "output"),
    ],
)
def test_no_element_writes_a_file(tag, key):
    source = piece(f'<{tag} id="a" {key}="out.xml"/>')
    assert for_runs(source).get(key) == "NUL"
    assert for_routing(source).get(key) == "NUL"
    assert source.element.get(key) == "out.xml"


def test_what_is_read_gets_its_whole_name():
    sign = for_runs(piece('<variableSpeedSign id="a" file="../speeds.xml"/>'))
    assert sign.get("file") == "/town/speeds.xml"


def test_detectors_inside_a_signal_program_write_nothing():
    logic = for_runs(piece('<tlLogic id="a"><param key="file" value="o.xml"/></tlLogic>'))
    assert logic[0].get("value") == "NUL"


def test_devices_that_measure_or_route_are_taken_off_but_others_stay():
    kind = (
        '<vType id="a" scale="2"><param key="has.rerouting.device" value="true"/>'
        '<param key="device.ssm.file" value="o"/><param key="has.battery.device" value="true"/>'
        "</vType>"
    )
    runs, routing = for_runs(piece(kind)), for_routing(piece(kind))
    assert [param.get("key") for param in runs] == ["has.battery.device"]
    assert runs.get("scale") is None
    assert {p.get("key") for p in routing} == {"has.rerouting.device", "has.battery.device"}
    assert routing.get("scale") == "2"


@pytest.mark.parametrize(
    ("model", "noise"),
    [("", ["sigma"]), ("EIDM", ["sigmaerror", "sigmaleader", "sigmagap"]), ("IDM", [])],
)
def test_an_automated_type_is_a_copy_without_noise(model, noise):
    attribute = f'carFollowModel="{model}" ' if model else ""
    kind = fromstring(automated_type("t", f'<vType id="t" {attribute}vClass="truck" tau="1.2"/>'))
    assert kind.get("id") == f"t{AUTOMATED}"
    assert (kind.get("vClass"), kind.get("tau")) == ("truck", "1.2")
    assert [key for key in kind.attrib if key.startswith("sigma")] == noise
    assert all(kind.get(key) == "0" for key in noise)


def test_an_automated_copy_of_a_type_of_sumo_keeps_its_class():
    assert fromstring(automated_type("DEFAULT_TAXITYPE", None)).get("vClass") == "taxi"
    assert fromstring(automated_type("DEFAULT_VEHTYPE", None)).get("vClass") == "passenger"


def test_includes_are_read_in_their_place(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.xml").write_text('<r><x id="1"/><include href="sub/b.xml"/><x id="3"/></r>')
    (tmp_path / "sub" / "b.xml").write_text('<r>\n\n  <x id="2"/></r>')
    pieces = list(read_pieces(tmp_path / "a.xml"))
    assert [each.element.get("id") for each in pieces] == ["1", "2", "3"]
    assert pieces[1].place == f"{tmp_path / 'sub' / 'b.xml'}:3:3"


@pytest.mark.parametrize(
    ("text", "value_s"), [("12.5", 12.5), ("1:00:01", 3601.0), ("1:0:0:0", 86400.0)]
)
def test_times_of_sumo_are_seconds(text, value_s):
    assert seconds(text) == value_s


def test_minutes_and_seconds_alone_are_no_time_of_sumo():
    with pytest.raises(ValueError, match="7:30"):
        seconds("7:30")
