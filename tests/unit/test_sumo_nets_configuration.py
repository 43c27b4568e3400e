"""Reading a configuration: what is taken over, what is left out, and all mistakes at once."""

import gzip

import pytest

from sumo_nets.configuration import read_configuration
from sumo_nets.loading import scenario_of_files, scenario_of_network, with_window
from sumo_nets.options import Use, judge, known_options
from sumo_nets.scenario import Scenario, ScenarioError

NET = '<net><edge id="a"><lane id="a_0" length="100" speed="10"/></edge></net>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "x.net.xml").write_text(NET)
    (tmp_path / "x.rou.xml").write_text("<routes/>")
    return tmp_path


def configuration(folder, text):
    path = folder / "x.sumocfg"
    path.write_text(text)
    return read_configuration(path)


def test_files_are_relative_to_the_configuration_and_times_may_be_clock_times(folder):
    found = configuration(
        folder,
        '<configuration><net-file value="x.net.xml"/><route-files value="x.rou.xml, x.rou.xml"/>'
        '<begin value="7:30:00"/><end v="28800"/><step-length value=".5"/></configuration>',
    )
    assert not found.problems
    assert found.net_files == [folder / "x.net.xml"]
    assert found.route_files == [folder / "x.rou.xml"] * 2
    assert (found.begin_s, found.end_s, found.step_length_s) == (27000.0, 28800.0, 0.5)


def test_an_end_of_minus_one_is_no_end(folder):
    assert configuration(folder, '<c><end value="-1"/></c>').end_s is None


def test_all_mistakes_are_told_at_once_with_their_places(folder):
    found = configuration(
        folder,
        '<configuration>\n  <input><net-file value="x.nett.xml"/></input>\n'
        '  <time><step-lenght value="1"/>\n    <begin value="soon"/></time>\n</configuration>',
    )
    path = folder / "x.sumocfg"
    assert len(found.problems) == 3
    assert found.problems[0].startswith(f"{path}:2:10: net-file: {folder / 'x.nett.xml'} does not")
    assert "did you mean 'x.net.xml'?" in found.problems[0]
    assert found.problems[1] == (
        f"{path}:3:9: step-lenght: no such option of SUMO; did you mean 'step-length'?"
    )
    assert found.problems[2].startswith(f"{path}:4:5: begin: ")


def test_broken_xml_is_told_with_its_place(folder):
    (problem,) = configuration(folder, "<configuration>\n  <input>\n</configuration>").problems
    assert problem == f"{folder / 'x.sumocfg'}:3:3: mismatched tag"


def test_outputs_and_the_like_are_left_out_with_a_reason_and_processing_is_kept(folder):
    (folder / "w.xml").write_text("<w/>")
    found = configuration(
        folder,
        '<c><fcd-output value="a"/><summary value="b"/><verbose value="true"/><seed value="1"/>'
        '<collision.action value="remove"/><lateral-resolution value="0.8"/><scale value="1.5"/>'
        '<weight-files value="w.xml"/><device.rerouting.period value="60"/></c>',
    )
    assert found.options == [("lateral-resolution", "0.8"), ("weight-files", str(folder / "w.xml"))]
    assert found.routing_options == [("scale", "1.5"), ("device.rerouting.period", "60")]
    told = "; ".join(found.left_out)
    assert "fcd-output, summary-output: every run writes its own results" in told
    assert "verbose" not in told
    for name in ("seed", "collision.action", "scale", "device.rerouting.period"):
        assert name in told


def test_variables_of_the_environment_are_filled_in(folder, monkeypatch):
    monkeypatch.setenv("TOWN", "x")
    found = configuration(folder, '<c><net-file value="${TOWN}.net.xml"/></c>')
    assert found.net_files == [folder / "x.net.xml"]


@pytest.mark.parametrize(
    "topic", ["output", "report", "gui_only", "random_number", "ssm_device", "glosa_device"]
)
def test_no_option_of_these_topics_reaches_a_compared_run(topic):
    options = [option for option in known_options().values() if option.topic == topic]
    assert options
    assert all(judge(option, "true")[0] is not Use.TAKEN for option in options)


def test_no_option_that_is_taken_over_writes_a_file():
    taken = [o.name for o in known_options().values() if judge(o, "true")[0] is Use.TAKEN]
    assert "lateral-resolution" in taken
    assert not [name for name in taken if "output" in name or name.endswith((".file", "dump"))]


def test_routes_are_found_beside_a_network(folder):
    (folder / "x_more.rou.xml.gz").write_bytes(gzip.compress(b"<routes/>"))
    scenario = scenario_of_network(folder / "x.net.xml")
    assert [path.name for path in scenario.route_files] == ["x.rou.xml", "x_more.rou.xml.gz"]


def test_a_network_without_routes_beside_it_says_what_to_do(folder):
    (folder / "x.rou.xml").unlink()
    with pytest.raises(ScenarioError, match=r"'x\.net\.xml,ROUTES'"):
        scenario_of_network(folder / "x.net.xml")


def test_every_broken_file_is_told(folder):
    (folder / "b.rou.xml").write_text("<routes>")
    (folder / "c.rou.xml.gz").write_bytes(gzip.compress(b"<routes/>")[:-9])
    names = ("x.rou.xml", "b.rou.xml", "c.rou.xml.gz", "d.rou.xml")
    with pytest.raises(ScenarioError) as error:
        scenario_of_files([folder / name for name in names])
    text = "\n".join(error.value.problems)
    assert len(error.value.problems) == 4
    assert f"{folder / 'x.rou.xml'}: is no network" in text
    assert "b.rou.xml:1:9: no element found" in text
    assert "c.rou.xml.gz: broken gzip" in text
    assert "d.rou.xml does not exist" in text


def test_times_that_make_no_sense_are_refused_together(folder):
    scenario = scenario_of_network(folder / "x.net.xml")
    with pytest.raises(ScenarioError) as error:
        with_window(scenario, begin_s=50.0, end_s=50.0, step_length_s=0.0)
    assert len(error.value.problems) == 2


def test_an_end_before_the_own_begin_says_whose_begin_that_is(folder):
    scenario = scenario_of_network(folder / "x.net.xml").model_copy(update={"begin_s": 25200.0})
    with pytest.raises(ScenarioError, match=r"25200 to 900; the scenario's own begin is meant"):
        with_window(scenario, begin_s=None, end_s=900.0, step_length_s=None)


@pytest.mark.parametrize(
    ("name", "slug"), [("resco:cologne8", "resco-cologne8"), ("../a b", "a-b"), ("::", "scenario")]
)
def test_a_slug_is_a_safe_name_of_a_folder(tmp_path, name, slug):
    scenario = Scenario(name=name, net_file=tmp_path / "n", route_files=())
    assert scenario.slug == slug
