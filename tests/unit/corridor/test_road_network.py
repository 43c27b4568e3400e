import pytest

from corridor import RoadNetwork

MAIN = ("a", "b1", "b2", "c")


def changed(folder, text):
    """A network of another text."""
    path = folder / "changed.net.xml"
    path.write_text(text, encoding="utf-8")
    return RoadNetwork(path)


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
    assert {lane: link.index for lane, link in movement.links.items()} == {"a_0": 0, "a_1": 1}
    assert movement.first_link.lane == "a_0"
    assert network.movement("s", "ra").first_link.index == 2
    assert network.movement("s", "b1").first_link.index == 3


def test_a_link_knows_its_way_over_the_junction_and_where_drivers_wait_on_it(network):
    ways = {(link.signal, link.index): (link.crossing_m, link.waiting_m) for link in network.links}
    # The left turn from s waits at the end of the first of its two lanes.
    assert ways["J1", 2] == (10.0, 6.0)
    assert ways["J1", 3] == (7.0, 0.0)
    assert ways["J2", 0] == (12.0, 0.0)


def test_the_link_ahead_is_found_from_lane_to_lane(network):
    on_b1, on_b2 = network.approaches(("b1", "b2", "d"))[:2]
    assert network.link_ahead("b1_1", on_b1).lane == "b2_1"
    assert network.link_ahead("b2_1", on_b2).lane == "b2_1"
    [on_a, *_] = network.approaches(MAIN)
    assert network.link_ahead("a_0", on_a).index == 0
    assert network.link_ahead("a_1", on_a).index == 1


def test_who_is_on_a_lane_that_does_not_lead_on_will_change_to_the_nearest_that_does(network):
    on_b1, on_b2 = network.approaches(MAIN)[1:3]
    assert network.link_ahead("b2_1", on_b2).lane == "b2_0"
    assert network.link_ahead("b1_1", on_b1).lane == "b2_0"
    # The answer is the same when it is asked again, and another for another way.
    assert network.link_ahead("b2_1", on_b2).lane == "b2_0"
    elsewhere = network.approaches(("b2", "d"))[0]
    assert network.link_ahead("b2_1", elsewhere).lane == "b2_1"
    assert network.link_ahead("b2_0", elsewhere).lane == "b2_1"


def test_who_must_change_lanes_is_known(network):
    [on_a, on_b1, on_b2, *_] = network.approaches(MAIN)
    assert not network.must_change("a_1", on_a)
    assert network.must_change("b1_1", on_b1)
    assert not network.must_change("b1_0", on_b1)
    assert network.must_change("b2_1", on_b2)


def test_the_signal_behind_the_next_one_is_known(network):
    [on_a, on_b1, *_] = network.approaches(MAIN)
    beyond = on_a.beyond
    assert beyond.movement is on_b1.movement
    assert (beyond.distance_m, on_a.crossing_m) == (on_b1.distance_m, 10.0)
    link = network.link_ahead("a_0", on_a)
    assert network.way_beyond(link, beyond) == ("b1_0", network.link_ahead("b1_0", on_b1))
    # No other signal is behind J2 on this way.
    assert on_b1.beyond is None


def test_routes_that_meet_the_same_two_signals_share_what_is_ahead(network):
    # Behind J2 one of them turns back and meets both signals again.
    short, long = (("a", "b1", "b2", "c"), ("a", "b1", "b2", "c", "rc", "rb", "ra"))
    assert network.approaches(short)[0] is network.approaches(long)[0]


def test_a_lane_that_ends_before_a_junction_leads_to_the_lane_beside(tmp_path, net_file):
    # b1_1 has no connection any more.
    text = "".join(
        line
        for line in net_file.read_text().splitlines(keepends=True)
        if 'via=":K_0_1"' not in line
    )
    network = changed(tmp_path, text)
    [on_b1, *_] = network.approaches(("b1", "b2", "c"))
    assert network.link_ahead("b1_1", on_b1).lane == "b2_0"


def test_a_link_knows_how_fast_its_way_over_the_junction_may_be_driven(network):
    limits_mps = {(link.signal, link.index): link.crossing_limit_mps for link in network.links}
    assert limits_mps["J1", 0] == 13.89
    assert limits_mps["J1", 2] == limits_mps["J1", 3] == 5.0
    assert limits_mps["J2", 1] == 8.0


def test_the_slowest_part_of_a_way_over_a_junction_counts(tmp_path, net_file):
    # The left turn from s has two parts; its second one is slower now.
    slower = net_file.read_text().replace(
        'id=":J1_4_0" index="0" speed="5.0"', 'id=":J1_4_0" index="0" speed="3.0"'
    )
    network = changed(tmp_path, slower)
    assert network.movement("s", "ra").first_link.crossing_limit_mps == 3.0
    assert network.movement("s", "b1").first_link.crossing_limit_mps == 5.0


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
    assert network.leads_to(":J1_0_0") == "b1_0"
    assert network.leads_to(":J1_1_0") == "b1_1"
    assert network.leads_to(":J1_2_0") == network.leads_to(":J1_4_0") == "ra_0"
    assert network.leads_to("a_0") is None


def test_approaches_lead_over_junctions_without_signals(network):
    found = network.approaches(MAIN)
    assert [a and a.way for a in found] == [("a",), ("b1", "b2"), ("b2",), None]
    assert [a and a.way[-1] for a in found] == ["a", "b2", "b2", None]
    assert [a and a.distance_m for a in found] == [100.0, 80.0 + 2.0 + 120.0, 120.0, None]
    assert found[1].movement is found[2].movement


def test_a_queue_has_room_up_to_the_last_signal_or_to_where_the_route_begins(network):
    found = network.approaches(MAIN)
    assert [a and a.storage_m for a in found] == [100.0, 202.0, 202.0, None]
    # Whoever starts on b2 knows only that.
    assert network.approaches(("b2", "c"))[0].storage_m == 120.0


def test_the_same_signal_met_twice_has_room_of_its_own_each_time(network):
    found = network.approaches(("rb", "ra", "a", "b1", "b2", "c", "rc", "rb", "ra"))
    assert [a and a.storage_m for a in found] == [
        202.0, 200.0, 200.0, 202.0, 202.0, 120.0, 120.0, 202.0, None,
    ]  # fmt: skip


def test_nobody_yields_where_no_connection_says_so(network):
    assert [a and a.yields_first for a in network.approaches(MAIN)] == [False] * 3 + [None]


@pytest.mark.parametrize(("state", "yields"), [("m", True), ("=", True), ("s", True), ("M", False)])
def test_who_must_yield_before_the_stop_line_is_known_up_to_there(
    tmp_path, net_file, state, yields
):
    text = net_file.read_text()
    for lane in (":K_0_0", ":K_0_1"):
        old = f'via="{lane}" dir="s" state="o"'
        assert old in text
        text = text.replace(old, old.replace('"o"', f'"{state}"'))
    found = changed(tmp_path, text).approaches(MAIN)
    # Behind K, and before J1, there is nobody to yield to.
    assert [a and a.yields_first for a in found] == [False, yields, False, None]


def test_routes_that_go_the_same_way_share_what_is_ahead(network):
    short, long = network.approaches(("b1", "b2", "c")), network.approaches(MAIN)
    assert short[0] is long[1]
    assert short[1] is long[2]
    assert network.approaches(("b2", "c"))[0] is not long[2]  # Less room for a queue.


def test_there_are_lanes_to_change_to_where_the_edge_has_others_for_the_same_vehicles(
    tmp_path, net_file
):
    text = net_file.read_text()
    for lane, allowed in (("b2_0", "bicycle"), ("b2_1", "passenger")):
        text = text.replace(f'id="{lane}"', f'id="{lane}" allow="{allowed}"')
    network = changed(tmp_path, text)
    assert network.has_other_lanes("a_0")
    assert network.has_other_lanes(":K_0_1")
    assert not network.has_other_lanes("s_0")
    assert not network.has_other_lanes("b2_0")


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
    network = changed(tmp_path, text)
    assert network.links == []
    assert network.approaches(MAIN) == (None, None, None, None)
