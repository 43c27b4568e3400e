import gzip
from xml.etree import ElementTree

import pytest

from sumo_nets import Scenario, ScenarioError
from sumo_nets.actuate import ActuationBounds, actuate_scenario
from sumo_nets.loading import scenario_of_configuration

NET = """<net version="1.20">
    <!-- made by hand -->
    <edge id="a" from="n" to="J"><lane id="a_0" index="0" speed="13.9" length="90"/></edge>
    <tlLogic id="J" type="static" programID="0" offset="7">
        <phase duration="30" state="GGr"/>
        <!-- <phase duration="25" state="rGr"/> -->
        <phase duration="3" state="yyr"/>
        <phase duration="12" state="rrG" next="0"/>
        <phase duration="4" state="Grr" name="short"/>
        <phase duration="20" state="gGr" minDur="8" maxDur="22"/>
        <phase duration="2" state="rrr"/>
    </tlLogic>
    <tlLogic id='K' programID='0'><phase duration='40' state='G'/></tlLogic>
    <tlLogic id="L" type="actuated" programID="0"><phase duration="9" state="G"/></tlLogic>
    <connection from="a" to="b" fromLane="0" toLane="0" tl="J" linkIndex="0" dir="s" state="o"/>
    <connection from=":J_w0" to=":J_c0" fromLane="0" toLane="0" tl="J" linkIndex="2" dir="s"/>
</net>
"""
ADDITIONAL = """<additional>
    <tlLogic id="J" type="static" programID="night" offset="0"><phase duration="50" state="Grr"/>
    </tlLogic>
    <inductionLoop id="e1" lane="a_0" pos="20" period="60" file="e1.xml"/>
</additional>
"""


@pytest.fixture
def scenario(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "town.net.xml").write_text(NET)
    (home / "town.rou.xml").write_text("<routes/>")
    (home / "night.add.xml").write_text(ADDITIONAL)
    (home / "stops.add.xml").write_text("<additional/>")
    return Scenario(
        name="town",
        net_file=home / "town.net.xml",
        route_files=(home / "town.rou.xml",),
        additional_files=(home / "night.add.xml", home / "stops.add.xml"),
        options=(("lateral-resolution", "0.8"),),
        begin_s=25200.25,
        end_s=28800.0,
        step_length_s=0.5,
    )


def phases(path, signal, program="0"):
    """(duration, least, greatest) of each phase; None where a bound is not given."""
    logic = next(
        logic
        for logic in ElementTree.parse(path).iter("tlLogic")
        if (logic.get("id"), logic.get("programID")) == (signal, program)
    )
    bounds = [(p.get("duration"), p.get("minDur"), p.get("maxDur")) for p in logic]
    return logic.get("type"), bounds


def test_greens_get_bounds_and_all_other_phases_stay_fixed(scenario, tmp_path):
    actuate_scenario(scenario, tmp_path / "new", control="actuated")
    kind, bounds = phases(tmp_path / "new" / "actuated.net.xml", "J")
    assert kind == "actuated"
    assert bounds == [
        ("30", "5", "60"),
        ("3", None, None),
        # People on foot have green here: they need the time that was planned for them.
        ("12", "12", "24"),
        # Never longer at least than it was planned.
        ("4", "4", "8"),
        # Its own bounds stay.
        ("20", "8", "22"),
        ("2", None, None),
    ]


def test_programs_are_found_however_they_are_written(scenario, tmp_path):
    bounds = ActuationBounds(min_green_s=10, max_share=1.5)
    actuate_scenario(scenario, tmp_path / "new", control="delay_based", bounds=bounds)
    net = tmp_path / "new" / "actuated.net.xml"
    assert phases(net, "K") == ("delay_based", [("40", "10", "60")])
    assert phases(net, "L") == ("actuated", [("9", None, None)])


def test_all_else_of_the_network_stays_to_the_letter(scenario, tmp_path):
    actuate_scenario(scenario, tmp_path / "new", control="actuated")
    text = (tmp_path / "new" / "actuated.net.xml").read_text()
    first, last = NET.index("<tlLogic"), NET.rindex("</tlLogic>")
    assert text.startswith(NET[:first])
    assert text.endswith(NET[last:])
    assert scenario.net_file.read_text() == NET
    assert 'offset="7"' in text
    assert 'name="short"' in text
    assert 'next="0"' in text


def test_a_packed_network_is_read_too(scenario, tmp_path):
    packed = tmp_path / "home" / "packed.net.xml.gz"
    packed.write_bytes(gzip.compress(NET.encode()))
    actuate_scenario(
        scenario.model_copy(update={"net_file": packed}), tmp_path / "new", control="actuated"
    )
    assert phases(tmp_path / "new" / "actuated.net.xml", "K")[0] == "actuated"


def test_programs_of_additional_files_change_and_other_files_are_referred_to(scenario, tmp_path):
    path = actuate_scenario(scenario, tmp_path / "new", control="actuated")
    found = scenario_of_configuration(path, name="new", origin="")
    night, stops = found.additional_files
    assert stops == scenario.additional_files[1]
    assert night.parent == tmp_path / "new"
    assert phases(night, "J", "night") == ("actuated", [("50", "5", "100")])


def test_the_configuration_holds_demand_window_and_options_of_the_scenario(scenario, tmp_path):
    path = actuate_scenario(scenario, tmp_path / "new", control="actuated")
    assert path.name == "town-actuated.sumocfg"
    found = scenario_of_configuration(path, name="new", origin="")
    assert found.net_file == tmp_path / "new" / "actuated.net.xml"
    for name in ("route_files", "begin_s", "end_s", "step_length_s", "options"):
        assert getattr(found, name) == getattr(scenario, name), name


def test_nothing_is_written_over(scenario, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "mine.txt").write_text("dear")
    with pytest.raises(ScenarioError, match="holds something already"):
        actuate_scenario(scenario, folder, control="actuated")
    assert [entry.name for entry in folder.iterdir()] == ["mine.txt"]


def test_a_scenario_without_fixed_programs_is_refused(scenario, tmp_path):
    first = actuate_scenario(scenario, tmp_path / "new", control="actuated")
    again = scenario_of_configuration(first, name="new", origin="")
    with pytest.raises(ScenarioError, match="has no fixed program"):
        actuate_scenario(again, tmp_path / "newer", control="actuated")
    assert not (tmp_path / "newer").exists()


@pytest.mark.parametrize(
    ("bounds", "message"),
    [({"min_green_s": 0}, "min_green_s must be positive"), ({"max_share": 0.9}, "at least 1")],
)
def test_bounds_that_make_no_sense_are_refused(bounds, message):
    with pytest.raises(ValueError, match=message):
        ActuationBounds(**bounds)
