"""Names, descriptions and checks of scenarios, with SUMO where it takes part."""

import pytest

from sumo_nets import (
    ScenarioError,
    check_scenario,
    describe,
    freeze_routes,
    list_scenarios,
    load_scenario,
)
from sumo_nets.arterial import BUNDLED_YAML
from sumo_nets.binaries import run_program
from sumo_nets.check import base_run

pytestmark = pytest.mark.sumo

TRIPS = "".join(
    f'<trip id="t{n}" depart="{n * 3}" from="left0A0" to="A0right0"/>' for n in range(120)
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def crossing(tmp_path_factory):
    """A folder with one crossing: `lit` with a signal, `dark` without."""
    folder = tmp_path_factory.mktemp("crossing")
    grid = (
        "--grid --grid.number 1 --grid.attach-length 200 --default.lanenumber 2 --no-turnarounds -o"
    ).split()
    for name, more in (("lit", ["--tls.guess", "--tls.guess.threshold", "1"]), ("dark", [])):
        done = run_program("netgenerate", [*grid, f"{name}.net.xml", *more], folder=folder)
        assert done.returncode == 0, done.stderr
        (folder / f"{name}.rou.xml").write_text(f"<routes>{TRIPS}</routes>")
    return folder


def program(state, kind="static", more=""):
    return (
        f'<additional><tlLogic id="A0" programID="own" type="{kind}">{more}'
        f'<phase duration="30" state="{state}"/></tlLogic></additional>'
    )


def with_additional(folder, name, text):
    (folder / f"{name}.add.xml").write_text(text)
    (folder / f"{name}.sumocfg").write_text(
        '<c><net-file value="lit.net.xml"/><route-files value="lit.rou.xml"/>'
        f'<additional-files value="{name}.add.xml"/><end value="360"/></c>'
    )
    return load_scenario(f"{name}.sumocfg", base=folder)


def test_a_network_without_signals_is_refused_unless_asked_for(crossing, cache):
    with pytest.raises(ScenarioError, match="no signal for motor traffic"):
        load_scenario("dark.net.xml", base=crossing)
    dark = load_scenario("dark.net.xml", base=crossing, require_signals=False)
    findings = check_scenario(dark, cache_dir=cache)
    assert findings[0].level == "error"
    assert "no signal" in findings[0].text


def test_a_sound_scenario_has_no_findings(crossing, cache):
    lit = load_scenario("lit.net.xml", base=crossing)
    assert check_scenario(lit, cache_dir=cache) == ()
    shown = describe(lit)
    (signal,) = shown.signals
    assert (signal.id, signal.control, signal.program_ids) == ("A0", "static", ("0",))
    assert (signal.n_vehicle_links, signal.n_crossing_links) == (16, 0)
    assert signal.never_green == ()
    assert signal.works_by_itself
    assert shown.demand == {"trip": 120}
    assert (shown.n_edges, shown.n_lanes) == (8, 16)
    assert shown.length_km == pytest.approx(1.6, rel=0.1)


def test_vehicles_at_a_light_that_never_gets_green_are_an_error(crossing, cache):
    red = with_additional(crossing, "red", program("r" * 16))
    (signal,) = describe(red).signals
    assert signal.program_ids == ("0", "own")
    assert signal.cycle_s == 30
    assert signal.never_green == tuple(range(16))
    texts = {finding.text: finding.level for finding in check_scenario(red, cache_dir=cache)}
    assert texts["never green from left0A0 to A0right0: 120 vehicles stand"] == "error"
    assert any("gridlock" in text and level == "error" for text, level in texts.items())
    assert any("teleports" in text and level == "warning" for text, level in texts.items())


def test_the_program_of_an_additional_file_tells_the_control(crossing):
    smart = with_additional(crossing, "smart", program("G" * 16, "actuated"))
    assert describe(smart).signals[0].control == "actuated"


def test_signals_that_are_switched_off_are_an_error(crossing, cache):
    (crossing / "off.sumocfg").write_text(
        '<c><net-file value="lit.net.xml"/><route-files value="lit.rou.xml"/>'
        '<tls.all-off value="true"/></c>'
    )
    off = load_scenario("off.sumocfg", base=crossing)
    assert describe(off).signals[0].control == "off"
    assert check_scenario(off, cache_dir=cache)[0].text == "all signals are switched off"


def test_demand_that_meets_no_signal_is_told_as_a_share_or_as_an_error(crossing, cache):
    def findings(*trips):
        (crossing / "few.rou.xml").write_text(f"<routes>{''.join(trips)}</routes>")
        few = load_scenario("lit.net.xml,few.rou.xml", base=crossing)
        return {f.text: f.level for f in check_scenario(few, cache_dir=cache)}

    away = '<trip id="a" depart="0" from="A0right0" to="A0right0"/>'
    across = '<trip id="b" depart="1" from="left0A0" to="A0top0"/>'
    both = findings(away, across)
    assert both["50.0 % of the motor vehicles (1) pass no signal"] == "warning"
    assert both["only 2 motor vehicles: expect wide intervals"] == "warning"
    assert findings(away)["no vehicle's route passes a signal"] == "error"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("cologne8", "did you mean 'resco:cologne8'"),
        ("sumo:cross_dem", "did you mean 'sumo:cross_demo'"),
        ("arterail", "did you mean 'arterial'"),
        ("lit.sumcfg", "no such file or scenario"),
        ("holiday", "no such file or scenario; 'ecocorridor nets list' tells which"),
        ("", "is a folder"),
        ("lit.net.xml,nothing.rou.xml", "does not exist"),
    ],
)
def test_a_name_that_is_none_gets_an_answer_that_helps(crossing, name, answer):
    with pytest.raises(ScenarioError, match=answer):
        load_scenario(name, base=crossing)


def test_listed_scenes_of_sumo_have_signals_that_work(cache):
    names = {entry.name for entry in list_scenarios() if entry.available}
    assert "arterial" in names
    assert "sumo:cross_demo" in names
    assert "sumo:highway" not in names  # no configuration
    assert "sumo:rail" not in names  # signals for trains
    assert "sumo:cross" not in names  # its lights wait for a player
    signals = describe(load_scenario("sumo:cross_demo", cache_dir=cache)).signals
    assert signals[0].control == "actuated"


def test_every_available_resco_network_loads():
    entries = [entry for entry in list_scenarios() if entry.name.startswith("resco:")]
    assert len(entries) == 8
    if not all(entry.available for entry in entries):
        pytest.skip("needs the extra 'scenarios'")
    for entry in entries:
        assert describe(load_scenario(entry.name)).signals


def test_the_bundled_arterial_flows(cache):
    arterial = load_scenario("arterial", cache_dir=cache)
    shown = describe(arterial)
    assert len(shown.signals) == 6
    assert {(s.control, s.cycle_s) for s in shown.signals} == {("static", 90.0)}
    assert all(signal.works_by_itself for signal in shown.signals)
    demand = freeze_routes(arterial, seed=1, cache_dir=cache)
    assert 1900 < len(demand.vehicle_ids) < 2500
    assert demand.n_unrouted == 0
    assert {"passenger", "delivery", "truck", "bus"} == set(demand.vehicle_classes)
    assert demand.has_stops.sum() == 12
    result = base_run(arterial, demand, seed=1, teleport_s=-1.0)
    assert (result.n_left, result.n_teleports, result.n_collisions) == (0, 0, 0)


def test_the_arterial_is_built_the_same_every_time(tmp_path):
    first = load_scenario("arterial", cache_dir=tmp_path / "a")
    again = load_scenario("arterial", cache_dir=tmp_path / "b")
    assert first.net_file != again.net_file
    for one, two in zip(
        (first.net_file, *first.route_files, *first.additional_files),
        (again.net_file, *again.route_files, *again.additional_files),
        strict=True,
    ):
        assert one.read_bytes() == two.read_bytes()


def test_a_changed_copy_of_the_arterial_is_another_scenario(tmp_path):
    text = BUNDLED_YAML.read_text().replace("  lanes: 2", "  lanes: 3", 1)
    (tmp_path / "wide.yaml").write_text(text)
    wide = load_scenario("wide.yaml", base=tmp_path, cache_dir=tmp_path / "cache")
    assert wide.name == "wide"
    bundled = load_scenario("arterial", cache_dir=tmp_path / "cache")
    assert describe(wide).n_lanes > describe(bundled).n_lanes
