import pytest

from corridor import find_main_road

MAIN, BACK = ("a", "b1", "b2", "c"), ("rc", "rb", "ra")
SIDE = ("s", "b1", "b2", "c")


def test_both_directions_are_found_the_busier_one_first(network):
    roads = find_main_road(network, [MAIN] * 3 + [BACK] * 2 + [SIDE])
    assert [road.edges for road in roads] == [MAIN, BACK]
    roads = find_main_road(network, [MAIN] * 2 + [BACK] * 5)
    assert [road.edges for road in roads] == [BACK, MAIN]


def test_stop_lines_are_measured_along_the_way_over_junctions(network):
    road, back = find_main_road(network, [MAIN] * 2 + [BACK])
    assert road.starts_m == (0.0, 110.0, 192.0, 324.0)
    assert road.length_m == 384.0
    assert [(s.signal, s.link_index, s.position_m) for s in road.stop_lines] == [
        ("J1", 0, 100.0),
        ("J2", 0, 312.0),
    ]
    assert [(s.signal, s.position_m) for s in back.stop_lines] == [("J2", 60.0), ("J1", 274.0)]


def test_the_name_is_that_of_most_edges(network):
    assert find_main_road(network, [MAIN])[0].name == "High Street"


def test_without_traffic_back_there_is_one_direction(network):
    assert len(find_main_road(network, [MAIN, SIDE])) == 1


def test_a_way_over_more_signals_beats_a_busier_one_over_fewer(network):
    # The side road's vehicles use J2 only; they count for the crossing that both have.
    roads = find_main_road(network, [SIDE] * 5 + [MAIN] * 2)
    assert roads[0].edges == MAIN


def test_turns_at_signals_end_the_road(network):
    road = find_main_road(network, [("a", "b1", "b2", "d")] * 3)[0]
    assert road.edges == ("a", "b1")


def test_the_road_begins_some_way_ahead_of_its_first_stop_line(network):
    # Nobody goes straight over J1: the road begins where the vehicles for J2 come from.
    road = find_main_road(network, [SIDE])[0]
    assert road.edges == SIDE
    assert [line.signal for line in road.stop_lines] == ["J1", "J2"]
    assert road.stop_lines[-1].position_m == pytest.approx(50 + 7 + 80 + 2 + 120)


@pytest.mark.parametrize("routes", [[], [("b1", "b2")], [("s", "ra")]])
def test_without_a_straight_way_over_a_signal_there_is_no_main_road(network, routes):
    assert find_main_road(network, routes) == ()


def test_the_order_of_the_routes_does_not_matter(network):
    routes = [MAIN] * 2 + [BACK] * 2 + [SIDE]
    assert find_main_road(network, routes) == find_main_road(network, routes[::-1])
