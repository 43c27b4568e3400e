"""The YAML of the arterial: mistakes with their places, and the arithmetic of its demand."""

import pytest

from sumo_nets.arterial import BUNDLED_YAML
from sumo_nets.arterial_demand import trips_per_hour
from sumo_nets.arterial_plan import read_arterial
from sumo_nets.arterial_signals import movements
from sumo_nets.scenario import ScenarioError


@pytest.fixture
def changed(tmp_path):
    """Read the bundled file with some text replaced."""

    def read(*changes):
        text = BUNDLED_YAML.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return read_arterial(path)

    return read


def test_every_mistake_is_told_with_its_place_and_a_guess(changed):
    with pytest.raises(ScenarioError) as error:
        changed(("  lanes: 2", "  lanse: 2"), ("bus_stop_s: 20", "bus_stop_s: -1"))
    problems = sorted(error.value.problems)
    assert len(problems) == 3
    assert any("mine.yaml:8:3: main_road.lanse" in p and "mean 'lanes'" in p for p in problems)
    assert any("main_road.lanes: Field required" in p for p in problems)
    assert any("demand.bus_stop_s" in p and "greater than or equal to 0" in p for p in problems)


def test_a_key_in_a_signal_is_placed_and_guessed(changed):
    with pytest.raises(ScenarioError, match=r"mine\.yaml:2\d:\d+: signals\.0\.ofset_s.*'offset_s'"):
        changed(("offset_s: 0", "ofset_s: 0"))


def test_a_key_that_stands_twice_is_a_mistake(changed):
    with pytest.raises(ScenarioError, match="pocket_m: stands twice"):
        changed(("  pocket_m: 60", "  pocket_m: 60\n  pocket_m: 70"))


def test_greens_have_to_fill_the_cycle_and_signals_need_room(changed):
    with pytest.raises(ScenarioError, match=r"signal market: .* add up to 95 s") as error:
        changed(("main_green_s: 40", "main_green_s: 45"), ("position_m: 730", "position_m: 330"))
    assert "signal school: must be at least 100 m behind market, got 20 m" in str(error.value)


def test_a_broken_file_is_told_with_its_place(changed):
    with pytest.raises(ScenarioError, match=r"mine\.yaml:\d+:\d+: "):
        changed(("kind: arterial", "kind: [arterial"))


def test_no_vehicle_is_lost_between_entry_and_exit(changed):
    arterial = changed()
    flows = trips_per_hour(arterial)
    from_west = sum(n for (start, _), n in flows.items() if start == "west_start")
    assert from_west == pytest.approx(arterial.demand.eastbound_veh_per_h)
    sides = sum(s.north_veh_per_h + s.south_veh_per_h for s in arterial.signals)
    main = arterial.demand.eastbound_veh_per_h + arterial.demand.westbound_veh_per_h
    assert sum(flows.values()) == pytest.approx(main + sides)


def test_the_share_that_goes_all_the_way_is_a_power_of_going_straight(changed):
    arterial = changed()
    straight = 1 - arterial.demand.main_left - arterial.demand.main_right
    through = trips_per_hour(arterial)["west_start", "east_end"]
    assert through == pytest.approx(arterial.demand.eastbound_veh_per_h * straight**6)


def test_each_crossing_has_every_movement_once(changed):
    arterial = changed()
    for i in range(len(arterial.signals)):
        ways = movements(arterial, i)
        assert len(ways) == 14
        assert len({(way.from_edge, way.from_lane, way.to_edge, way.to_lane) for way in ways}) == 14
        assert len({(way.from_edge, way.to_edge) for way in ways}) == 12
