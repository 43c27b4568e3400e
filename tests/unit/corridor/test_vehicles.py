import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.columns import BOOL_COLUMNS, FLOAT_COLUMNS, INT_COLUMNS
from corridor.engine import VehicleFacts
from corridor.links import NO_LINK
from corridor.vehicles import START_ROWS, VehicleTable
from corridor.ways import Entrant

MAIN = ("a", "b1", "b2", "c")
LOOP = ("rb", "ra", "a", "b1", "b2", "c", "rc", "rb", "ra")


def facts(route=MAIN, **changes):
    plain = {
        "vehicle_class": "passenger",
        "speed_factor": 1.1,
        "max_speed_mps": 50.0,
        "accel_mps2": 2.6,
        "decel_mps2": 4.5,
        "length_m": 5.0,
        "min_gap_m": 2.5,
    }
    return VehicleFacts(route=route, **{**plain, **changes})


def entrant(name, **changes):
    plain = {"is_equipped": True, "follows_advice": True, "draw": 0.5, "has_stops": False}
    return Entrant(vehicle_id=name, **{**plain, **changes})


def one(network, route=MAIN, **changes):
    table = VehicleTable(network)
    table.enter(entrant("v"), facts(route, **changes))
    return table


def put(table, *motions):
    """Take over lane, position and speed of each vehicle."""
    lanes, positions_m, speeds_mps = zip(*motions, strict=True)
    rows = np.arange(len(table))
    table.move(rows, np.array(positions_m), np.array(speeds_mps), 1.0)
    table.change_lanes(rows, lanes)


def place(table, lane, position_m=0.0, speed_mps=10.0):
    put(table, (lane, position_m, speed_mps))
    return float(table.distance_m[0])


def link(table):
    """Signal and letter of the link ahead of the first vehicle."""
    row = int(table.ints("link_row")[0])
    if row == NO_LINK:
        return None
    found = table.network.links[row]
    return found.signal, found.index


def test_a_vehicle_that_enters_knows_nothing_yet(network):
    table = one(network)
    assert len(table) == 1
    assert table.floats("heard_s")[0] == table.floats("changed_s")[0] == -math.inf
    for name in ("advised_mps", "shown_mps", "followed_mps", "command"):
        assert math.isnan(table.floats(name)[0])
    assert table.floats("advised_time_s")[0] == 0.0
    assert table.ints("link_row")[0] == NO_LINK
    assert math.isnan(table.distance_m[0])


def test_the_ceiling_is_the_limit_times_the_own_factor_or_what_the_vehicle_can_do(network):
    table = one(network)
    place(table, "a_0")
    assert table.floats("ceiling_mps")[0] == pytest.approx(1.1 * 13.89)
    slow = one(network, max_speed_mps=8.0)
    place(slow, "a_0")
    assert slow.floats("ceiling_mps")[0] == 8.0


def test_the_distance_to_the_line_shrinks_on_the_way_and_leaps_behind_it(network):
    table = one(network)
    assert place(table, "a_0", 30.0) == 70.0
    assert place(table, "a_0", 100.0) == 0.0
    # On the junction it counts to the next line, over the rest of the junction.
    assert place(table, ":J1_0_0", 4.0) == 6.0 + 80 + 2 + 120
    assert place(table, "b1_0", 80.0) == 122.0
    assert place(table, ":K_0_0", 1.0) == 121.0
    assert place(table, "b2_0", 20.0) == 100.0
    assert math.isnan(place(table, ":J2_0_0", 1.0))
    assert math.isnan(place(table, "c_0", 1.0))


def test_the_second_lane_over_a_junction_counts_its_own_rest(network):
    table = one(network, ("s", "ra"))
    place(table, "s_0")
    assert link(table) == ("J1", 2)
    table = one(network, ("rc", "rb", "ra"))
    assert place(table, "rc_0", 0.0) == 60.0
    assert place(table, ":J2_2_0", 5.0) == 7.0 + 202.0


def test_the_link_is_that_of_the_lane_and_changes_with_it(network):
    table = one(network)
    place(table, "a_0")
    assert link(table) == ("J1", 0)
    assert table.flags("is_new_signal")[0]
    place(table, "a_1")
    assert link(table) == ("J1", 1)
    assert not table.flags("is_new_signal")[0]
    place(table, ":J1_1_0")
    assert link(table) == ("J2", 0)
    assert table.flags("is_new_signal")[0]


def test_a_lane_that_leads_elsewhere_counts_for_the_lane_the_vehicle_must_take(network):
    table = one(network)
    place(table, "b2_1", 20.0)
    assert link(table) == ("J2", 0)


def stop_lane(table):
    return int(table.ints("stop_lane")[0])


def test_the_lane_at_the_line_is_told_beside_the_present_one(network):
    number, table = network.lane_number, one(network)
    place(table, "b1_1")
    assert table.ints("present_lane")[0] == number["b1_1"]
    assert stop_lane(table) == number["b2_0"]
    # On a junction it is the lane behind it that leads on.
    turning = one(network, ("b1", "b2", "d"))
    place(turning, ":K_0_1")
    assert turning.ints("present_lane")[0] == number[":K_0_1"]
    assert stop_lane(turning) == number["b2_1"]
    assert turning.ints("stop_edge")[0] == number["b2_0"]
    place(turning, "d_0")
    assert stop_lane(turning) == NO_LINK
    assert turning.ints("present_lane")[0] == number["d_0"]


def test_who_is_on_an_earlier_junction_is_known(network):
    table = one(network)
    found = []
    for lane in ("a_0", ":J1_0_0", "b1_0", ":K_0_0", "b2_0"):
        place(table, lane)
        found.append(bool(table.flags("on_junction")[0]))
    assert found == [False, True, False, True, False]


def test_the_way_over_the_next_junction_and_the_room_before_it_are_known(network):
    table = one(network, ("a", "b1", "b2", "d"))
    place(table, "a_0")
    assert table.floats("crossing_mps")[0] == pytest.approx(1.1 * 13.89)
    assert table.floats("storage_m")[0] == 100.0
    place(table, "b1_1")
    assert table.floats("crossing_mps")[0] == pytest.approx(1.1 * 8.0)
    assert table.floats("storage_m")[0] == 202.0


def test_the_space_in_a_queue_is_the_own_length_and_the_gap(network):
    assert one(network, length_m=12.0, min_gap_m=1.5).floats("space_m")[0] == 13.5


def test_the_news_of_a_new_signal_last_one_step(network):
    table = one(network)
    place(table, "a_0", 1.0)
    place(table, "a_0", 2.0)
    assert not table.flags("is_new_signal")[0]


def test_limits_are_those_of_the_lane(network):
    table = one(network)
    place(table, "b2_0")
    assert table.floats("limit_mps")[0] == 16.67


def test_short_edges_may_be_passed_within_a_step(network):
    table = one(network)
    place(table, "a_0", 90.0)
    assert place(table, ":K_0_0", 1.0) == 1.0 + 120.0  # b1 was never seen
    table = one(network)
    place(table, "b1_0", 70.0)
    # b2 was never seen: the signal at its end is behind the vehicle.
    assert math.isnan(place(table, ":J2_0_0", 3.0))
    assert link(table) is None
    table = one(network)
    place(table, "a_0", 90.0)
    assert place(table, "b2_0", 1.0) == 119.0


def test_a_route_may_come_along_an_edge_twice(network):
    table = one(network, LOOP)
    assert place(table, "rb_0", 2.0) == 200.0
    place(table, "ra_0")
    place(table, "a_0")
    assert link(table) == ("J1", 0)
    for lane in (":J1_0_0", "b1_0", "b2_0", ":J2_0_0", "c_0"):
        place(table, lane)
    assert table.distance_m[0] == 60.0 + 60.0  # c, then rc up to J2
    place(table, "rc_0")
    place(table, ":J2_2_0")
    assert place(table, "rb_0", 2.0) == 200.0
    place(table, ":J1_5_0")
    assert link(table) is None


def test_a_lane_off_the_route_or_unknown_has_no_signal_ahead(network):
    table = one(network)
    place(table, "a_0")
    for lane in ("d_0", "", "nowhere_0"):
        assert math.isnan(place(table, lane))
        assert link(table) is None
    assert math.isnan(table.floats("ceiling_mps")[0])
    # A teleport puts it back somewhere ahead.
    assert place(table, "b2_0", 20.0) == 100.0


def test_the_one_that_leaves_takes_no_other_along(network):
    table = VehicleTable(network)
    for number in range(5):
        table.enter(entrant(f"v{number}", draw=number / 10), facts(speed_factor=1 + number / 10))
    table.floats("advised_time_s")[:] = np.arange(5)
    assert table.leave(["v1", "v4"]) == [("v1", 1.0, 0), ("v4", 4.0, 0)]
    assert sorted(table.vehicle_ids()) == ["v0", "v2", "v3"]
    for row, name in enumerate(table.vehicle_ids()):
        number = int(name[1])
        assert table.floats("draw")[row] == pytest.approx(number / 10)
        assert table.floats("speed_factor")[row] == pytest.approx(1 + number / 10)
        assert table.floats("advised_time_s")[row] == number
    table.leave(table.vehicle_ids())
    assert len(table) == 0


def test_notes_stay_with_their_vehicle_when_another_leaves(network):
    table = VehicleTable(network)
    for number in range(4):
        table.enter(entrant(f"v{number}"), facts())
    table.memory[:] = np.arange(4)[:, np.newaxis]
    table.leave(["v1"])
    for row, name in enumerate(table.vehicle_ids()):
        assert (table.memory[row] == int(name[1])).all()
    # Whoever comes next has none of what was noted of those who left.
    table.enter(entrant("w"), facts())
    assert np.isnan(table.memory[-1]).all()


def test_notes_survive_the_growth_of_the_table(network):
    table = one(network)
    table.memory[:] = 7.0
    for number in range(START_ROWS):
        table.enter(entrant(f"w{number}"), facts())
    assert (table.memory[0] == 7.0).all()
    assert np.isnan(table.memory[1:]).all()


def test_whoever_is_not_equipped_or_not_there_is_not_told_of(network):
    table = VehicleTable(network)
    table.enter(entrant("v", is_equipped=False), facts())
    assert table.leave(["v", "ghost"]) == []
    assert len(table) == 0


def test_a_row_that_is_used_again_has_no_memory(network):
    table = one(network)
    place(table, "a_0")
    for name in ("advised_mps", "command", "heard_s", "advised_time_s"):
        table.floats(name)[:] = 7.0
    table.leave(["v"])
    table.enter(entrant("w"), facts())
    assert math.isnan(table.floats("command")[0])
    assert table.floats("heard_s")[0] == -math.inf
    assert table.leave(["w"]) == [("w", 0.0, 0)]


def test_the_table_grows(network):
    table = VehicleTable(network)
    n = 2 * START_ROWS + 3
    for number in range(n):
        table.enter(entrant(f"v{number}", draw=number / n), facts())
    np.testing.assert_allclose(table.floats("draw"), np.arange(n) / n)
    put(table, *(("a_0", float(number % 100), 1.0) for number in range(n)))
    np.testing.assert_allclose(table.distance_m, 100.0 - np.arange(n) % 100)


def test_each_row_wants_its_lane(network):
    with pytest.raises(ValueError, match="argument"):
        one(network).change_lanes(np.array([0]), [])


def suspects(table, position_m, speed_mps, step_length_s=1.0):
    """Rows whose lanes must be asked for after a step."""
    found = table.move(
        np.arange(len(table)), np.array([position_m]), np.array([speed_mps]), step_length_s
    )
    return found.tolist()


def test_whoever_is_where_its_speed_brings_it_has_not_left_its_lane(network):
    table = one(network, ("s", "ra"))
    assert suspects(table, 3.0, 8.0) == [0]  # Where it entered, nobody knows.
    table.change_lanes(np.array([0]), ["s_0"])
    assert suspects(table, 11.0, 8.0) == []
    assert suspects(table, 14.5, 7.0, 0.5) == []
    assert suspects(table, 14.5, 0.0) == []
    # Behind the end of the lane, farther on as it may look.
    assert suspects(table, 16.0, 40.0) == [0]


def test_a_vehicle_beside_another_lane_may_change_to_it_at_any_time(network):
    table = one(network)
    place(table, "a_0", 0.0)
    assert suspects(table, 10.0, 10.0) == [0]


@given(
    st.floats(0.0, 60.0),
    st.floats(0.1, 60.0),
    st.lists(st.floats(0.1, 30.0), min_size=1, max_size=5),
)
def test_nobody_leaves_a_lane_unnoticed(network, start_m, speed_mps, lengths_m):
    """However short the lanes are that it passes within a step."""
    table = one(network, ("s", "ra"))
    place(table, "s_0", start_m)
    along_m = start_m + speed_mps - sum(lengths_m)
    assert suspects(table, along_m, speed_mps) == [0]


class Emptyland:
    """A network without roads: enough for who comes and who goes."""

    def approaches(self, route):
        return (None,) * len(route)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=60))
def test_columns_stay_with_their_vehicles_whoever_comes_and_goes(events):
    table, there = VehicleTable(Emptyland()), {}
    for step, (comes, number) in enumerate(events):
        name = f"v{number}"
        if comes and name not in there:
            table.enter(entrant(name, draw=step / 100), facts())
            there[name] = step / 100
        elif not comes:
            table.leave([name])
            there.pop(name, None)
        found = dict(zip(table.vehicle_ids(), table.floats("draw").tolist(), strict=True))
        assert found == there


def test_who_takes_over_a_row_keeps_his_lane_and_all_that_is_known_of_him(network):
    table = VehicleTable(network)
    for name in ("first", "second"):
        table.enter(entrant(name), facts())
    put(table, ("a_0", 10.0, 5.0), ("b1_0", 20.0, 5.0))
    for kind in ("floats", "ints", "flags"):
        names = {"floats": FLOAT_COLUMNS, "ints": INT_COLUMNS, "flags": BOOL_COLUMNS}[kind]
        for number, name in enumerate(names):
            getattr(table, kind)(name)[1] = number + 1
    known = table.columns.at(np.array([1]))
    table.leave(["first"])
    assert (table.vehicle_ids(), table.lanes) == (["second"], ["b1_0"])
    np.testing.assert_array_equal(table.columns.numbers, known.numbers)
    np.testing.assert_array_equal(table.columns.counts, known.counts)
    np.testing.assert_array_equal(table.columns.truths, known.truths)


def test_nothing_is_known_of_who_enters_whoever_had_his_row(network):
    table = one(network)
    place(table, "a_0", 10.0)
    fresh = VehicleTable(network)
    fresh.enter(entrant("v"), facts())
    table.columns.numbers[:], table.columns.counts[:], table.columns.truths[:] = 7.0, 7, True
    table.leave(["v"])
    table.enter(entrant("v"), facts())
    assert table.lanes == [""]
    np.testing.assert_array_equal(table.columns.numbers, fresh.columns.numbers)
    np.testing.assert_array_equal(table.columns.counts, fresh.columns.counts)
    np.testing.assert_array_equal(table.columns.truths, fresh.columns.truths)


def test_lanes_are_taken_over_only_where_they_are_others(network):
    table = one(network)
    place(table, "a_0", 10.0)
    table.ints("stop_lane")[:] = -7
    place(table, "a_0", 20.0)
    assert table.ints("stop_lane").tolist() == [-7]
    place(table, "b1_0", 1.0)
    assert table.ints("stop_lane")[0] != -7
