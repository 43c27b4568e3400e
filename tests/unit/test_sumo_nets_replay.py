import pytest

from sumo_nets import Scenario, ScenarioError, signals_to_replay

NET = """<net version="1.20">
    <edge id="a" from="n" to="J"><lane id="a_0" index="0" speed="13.9" length="90"/></edge>
    {programs}
    <connection from="a" to="b" fromLane="0" toLane="0" tl="J" linkIndex="0" dir="s" state="o"/>
    <connection from="a" to="c" fromLane="0" toLane="0" tl="K" linkIndex="0" dir="l" state="o"/>
</net>
"""


def program(signal, kind, program_id="0"):
    return (
        f'<tlLogic id="{signal}" type="{kind}" programID="{program_id}" offset="0">'
        '<phase duration="30" state="G"/><phase duration="3" state="r"/></tlLogic>'
    )


@pytest.fixture
def scenario(tmp_path):
    def make(*programs, additional=""):
        (tmp_path / "town.net.xml").write_text(NET.format(programs="".join(programs)))
        (tmp_path / "more.add.xml").write_text(f"<additional>{additional}</additional>")
        return Scenario(
            name="town",
            net_file=tmp_path / "town.net.xml",
            route_files=(),
            additional_files=(tmp_path / "more.add.xml",),
        )

    return make


def test_fixed_programs_need_no_recording(scenario):
    assert signals_to_replay(scenario(program("J", "static"), program("K", "static"))) == ()


@pytest.mark.parametrize("kind", ["actuated", "delay_based", "NEMA"])
def test_signals_that_traffic_decides_are_replayed(scenario, kind):
    assert signals_to_replay(scenario(program("J", kind), program("K", "static"))) == ("J",)


def test_the_program_that_is_loaded_last_counts(scenario):
    found = scenario(
        program("J", "static"), program("K", "static"), additional=program("K", "actuated", "1")
    )
    assert signals_to_replay(found) == ("K",)


WAUT = (
    '<WAUT id="w" startProg="0"><wautSwitch time="60" to="1"/></WAUT>'
    '<wautJunction wautID="w" junctionID="J"/>'
)


def test_planned_changes_between_fixed_programs_are_no_hindrance(scenario):
    found = scenario(
        program("J", "static"), program("K", "actuated"),
        additional=program("J", "static", "1") + WAUT,
    )  # fmt: skip
    assert signals_to_replay(found) == ("K",)


def test_a_planned_change_of_a_program_that_traffic_decides_is_refused(scenario):
    found = scenario(
        program("J", "static"), program("K", "actuated"),
        additional=program("J", "actuated", "1") + WAUT,
    )  # fmt: skip
    with pytest.raises(ScenarioError, match="signal 'J' is decided by traffic and changes"):
        signals_to_replay(found)
