import pytest

from corridor import RoadNetwork

MAIN = ("a", "b1", "b2", "c")


def test_lengths_and_limits_are_those_of_the_file(network):
    assert network.edge_length_m["b2"] == 120.0
    assert network.lane_limit_mps["b2_1"] == 16.67
    assert network.lane_limit_mps[":J1_2_0"] == 5.0
    assert network.lane_edge["b1_1"] == "b1"
    assert network.lane_edge[":K_0_1"] == ":K_0"


def test_every_controlled_way_over_a_junction_is_a_link(network):
    found = {(link.signal, link.index, link.lane) for link in network.links}
    assert found == {
        ("J1", 0, "a_0"), ("J1", 1, "a_1"), ("J1", 2, "s_0"), ("J1", 3, "s_0"), ("J1", 4, "rb_0"),
        ("J2", 0, "b2_0"), ("J2", 1, "b2_1"), ("J2", 2, "rc_0"),
    }  # fmt: skip
    assert [link.row for link in network.links] == list(range(8))


def test_a_movement_knows_the_link_of_each_lane(network):
    movement = network.movement("a", "b1")
    assert movement.from_lane("a_0").index == 0
    assert movement.from_lane("a_1").index == 1
    assert network.movement("s", "ra").from_lane("s_0").index == 2
    assert network.movement("s", "b1").from_lane("s_0").index == 3


def test_a_lane_without_a_link_stands_for_the_first_lane_of_the_movement(network):
    assert network.movement("b2", "c").from_lane("b2_1").lane == "b2_0"


def test_a_junction_without_a_signal_has_no_movement(network):
    assert network.movement("b1", "b2") is None
    assert network.movement("a", "c") is None


def test_the_way_over_a_junction_is_as_long_as_all_its_lanes(network):
    assert network.crossing_m("a", "b1") == 10.0
    assert network.crossing_m("s", "ra") == 10.0  # 6 m and then 4 m
    assert network.crossing_m("a", "d") == 0.0
    assert network.rest_of_crossing_m(":J1_2_0") == 10.0
    assert network.rest_of_crossing_m(":J1_4_0") == 4.0


def test_a_lane_over_a_junction_tells_where_it_leads(network):
    assert network.leads_to(":J1_0_0") == "b1"
    assert network.leads_to(":J1_2_0") == network.leads_to(":J1_4_0") == "ra"
    assert network.leads_to("a_0") is None


def test_approaches_lead_over_junctions_without_signals(network):
    found = network.approaches(MAIN)
    assert [a and a.edge for a in found] == ["a", "b2", "b2", None]
    assert [a and a.distance_m for a in found] == [100.0, 80.0 + 2.0 + 120.0, 120.0, None]
    assert found[1].movement is found[2].movement


def test_no_signal_is_ahead_on_the_last_edge_or_behind_the_last_signal(network):
    assert network.approaches(("rb", "ra"))[-1] is None
    assert network.approaches(("c",)) == (None,)
    assert network.approaches(("b1", "b2")) == (None, None)


def test_straight_means_straight_and_controlled(network):
    assert network.is_straight_over_signal("a", "b1")
    assert network.is_straight_over_signal("rc", "rb")
    assert not network.is_straight_over_signal("b1", "b2")
    assert not network.is_straight_over_signal("s", "ra")


def test_a_street_is_called_what_most_of_its_edges_are_called(network):
    assert network.street_name(("s", "b1", "b2", "c", "d")) == "High Street"
    assert network.street_name(("c", "d")) == ""


def test_slopes_come_from_heights(network):
    least_deg, greatest_deg = network.slope_range_deg()
    assert least_deg == 0.0
    assert greatest_deg == pytest.approx(0.573, abs=1e-3)  # 1 m over 100 m


def test_signals_stand_amid_their_stop_lines(network):
    x, y = network.signal_positions()["J2"]
    assert x == pytest.approx((312 + 312 + 324) / 3)
    assert y == pytest.approx((0 + 3 + 8) / 3)


def test_shapes_leave_the_inside_of_junctions_out(network):
    shapes = network.shapes()
    assert "a" in shapes
    assert not any(edge.startswith(":") for edge in shapes)
    assert shapes["a"][1] == 2


def test_a_network_without_signals_has_no_links(tmp_path, net_file):
    text = net_file.read_text()
    for signal in ("J1", "J2"):
        text = text.replace(f' tl="{signal}"', "")
    plain = tmp_path / "plain.net.xml"
    plain.write_text(text)
    network = RoadNetwork(plain)
    assert network.links == []
    assert network.approaches(MAIN) == (None, None, None, None)
