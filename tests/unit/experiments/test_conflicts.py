import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.conflicts import (
    NOBODY,
    conflict_rows,
    follow,
    needed_deceleration,
    time_to_collision,
)

LENGTH_M = 5.0


def trace(**vehicles):
    """Rows (time, lane, position, speed) of each vehicle, sorted as SUMO's trace is read."""
    rows = [
        (name, float(time_s), lane, float(position_m), float(speed_mps))
        for name, steps in vehicles.items()
        for time_s, lane, position_m, speed_mps in steps
    ]
    names = ["vehicle_id", "time_s", "lane", "position_m", "speed_mps"]
    schema = dict(
        zip(names, (pl.String, pl.Float64, pl.String, pl.Float64, pl.Float64), strict=True)
    )
    return pl.DataFrame(rows, schema=schema, orient="row").sort("vehicle_id", "time_s")


def lengths(table):
    return dict.fromkeys(table["vehicle_id"], LENGTH_M)


def pairs(table, step_length_s=1.0, length_m=None):
    """(follower, time) → (leader, gap, closing speed)."""
    found = follow(table, lengths(table) if length_m is None else length_m, step_length_s)
    ids, times_s = table["vehicle_id"].to_list(), table["time_s"].to_list()
    return {
        (ids[row], times_s[row]): (ids[leader], found.gap_m[row], found.closing_mps[row])
        for row, leader in enumerate(found.leader)
        if leader != NOBODY
    }


def conflicts(table, step_length_s=1.0, *, is_sublane=False):
    rows = conflict_rows(table, lengths(table), step_length_s, is_sublane=is_sublane)
    return {row.pop("vehicle_id"): row for row in rows.to_dicts()}


def ttc(gap_m, closing_mps):
    return float(time_to_collision(np.array([gap_m]), np.array([closing_mps]))[0])


def drac(gap_m, closing_mps):
    return float(needed_deceleration(np.array([gap_m]), np.array([closing_mps]))[0])


def test_a_gap_of_12_m_closed_at_8_mps_is_1_and_a_half_seconds():
    assert ttc(12.0, 8.0) == 1.5
    assert drac(12.0, 8.0) == pytest.approx(64 / 24)


@pytest.mark.parametrize("closing_mps", [0.0, -3.0])
def test_who_is_not_closing_in_will_not_collide(closing_mps):
    assert math.isnan(ttc(1.0, closing_mps))
    assert math.isnan(drac(1.0, closing_mps))


@pytest.mark.parametrize("closing_mps", [3.0, 0.0, -3.0])
def test_who_overlaps_has_no_time_left_and_cannot_brake_any_more(closing_mps):
    assert ttc(0.0, closing_mps) == ttc(-1.0, closing_mps) == 0.0
    assert math.isnan(drac(0.0, closing_mps))
    assert math.isnan(drac(-1.0, closing_mps))


@given(gap_m=st.floats(0.01, 500), closing_mps=st.floats(0.01, 50))
def test_braking_as_hard_as_needed_ends_just_behind_the_leader(gap_m, closing_mps):
    needed_mps2 = drac(gap_m, closing_mps)
    time_s = closing_mps / needed_mps2
    assert closing_mps * time_s - needed_mps2 * time_s**2 / 2 == pytest.approx(gap_m)
    assert time_s == pytest.approx(2 * ttc(gap_m, closing_mps))


def test_the_leader_is_the_next_one_ahead_on_the_lane_in_the_same_step():
    table = trace(
        back=[(0, "a_0", 10, 12), (1, "a_0", 22, 12)],
        front=[(0, "a_0", 60, 8), (1, "a_0", 68, 8)],
        middle=[(0, "a_0", 40, 9)],
        beside=[(0, "a_1", 20, 5), (1, "a_1", 25, 5)],
    )
    assert pairs(table) == {
        ("back", 0.0): ("middle", 25.0, 3.0),
        ("middle", 0.0): ("front", 15.0, 1.0),
        ("back", 1.0): ("front", 41.0, 4.0),
    }


def test_the_gap_ends_at_the_back_of_the_leader_however_long_it_is():
    table = trace(bus=[(0, "a_0", 60, 8)], car=[(0, "a_0", 10, 8)])
    assert pairs(table, length_m={"bus": 18.0, "car": 5.0})["car", 0.0] == ("bus", 32.0, 0.0)


def test_of_who_is_unknown_nothing_is_said():
    table = trace(ghost=[(0, "a_0", 12, 0)], v=[(0, "a_0", 10, 8)])
    found = conflict_rows(table, {"v": LENGTH_M}, 1.0, is_sublane=False)
    assert found["low_ttc_events"].to_list() == [0, 0]


def test_the_first_on_a_lane_follows_the_last_on_the_lane_where_it_drives_next():
    table = trace(
        # The lane a_0 is 100 m long: from 95 m, 10 m in a step lead to 5 m on b_0.
        v=[(0, "a_0", 85, 10), (1, "a_0", 95, 10), (2, "b_0", 5, 10)],
        first=[(0, "b_0", 20, 4), (1, "b_0", 24, 4), (2, "b_0", 28, 4)],
        second=[(0, "b_0", 40, 4), (1, "b_0", 44, 4), (2, "b_0", 48, 4)],
    )
    found = pairs(table)
    assert found["v", 0.0] == ("first", 30.0, 6.0)
    assert found["v", 1.0] == ("first", 24.0, 6.0)
    assert found["v", 2.0] == ("first", 18.0, 6.0)


def test_a_lane_that_is_passed_within_a_step_counts_in_the_gap():
    # Over 8 m of junction between a_0 (100 m) and b_0, which leave no trace.
    table = trace(
        v=[(0, "a_0", 98, 15), (1, "b_0", 5, 15)], w=[(0, "b_0", 20, 3), (1, "b_0", 23, 3)]
    )
    assert pairs(table)["v", 0.0] == ("w", 25.0, 12.0)


def test_who_stands_across_the_end_of_the_lane_is_followed():
    table = trace(
        v=[(0, "a_0", 80, 10), (1, "a_0", 90, 10), (2, "b_0", 0.5, 10.5)],
        w=[(0, "b_0", 2, 0), (1, "b_0", 2, 0), (2, "b_0", 12, 10)],
    )
    assert pairs(table)["v", 1.0] == ("w", 7.0, 10.0)


def test_a_change_of_lane_leads_to_nobody_ahead():
    table = trace(
        v=[(0, "a_0", 80, 10), (1, "a_1", 90, 10)], w=[(0, "a_1", 85, 0), (1, "a_1", 99, 0)]
    )
    assert pairs(table) == {("v", 1.0): ("w", 4.0, 10.0)}


def test_who_reaches_back_over_the_lanes_start_from_another_lane_is_no_leader():
    table = trace(
        v=[(0, "a_0", 99, 10), (1, "b_0", 9, 10)],
        w=[(0, "b_0", 1, 2), (1, "b_0", 30, 2)],
    )
    assert ("v", 0.0) not in pairs(table)


def test_who_leaves_the_road_follows_nobody():
    table = trace(v=[(0, "a_0", 80, 10), (1, "a_0", 90, 10)], w=[(0, "b_0", 9, 2)])
    assert pairs(table) == {}


def closing_in(*gaps_m, leader="w", start_s=0):
    """A vehicle behind one that stands at 100 m: its rows, and those of the leader."""
    rows = [(start_s + t, "a_0", 95.0 - gap, 10.0) for t, gap in enumerate(gaps_m)]
    return {
        "v": rows,
        leader: [(start_s + t, "a_0", 100.0, 0.0) for t in range(len(gaps_m))],
    }


def test_time_below_the_thresholds_is_that_of_the_follower():
    # At 10 m/s: TTC is below 1.5 s nearer than 15 m, DRAC above 3 m/s² nearer than 16.67 m.
    found = conflicts(trace(**closing_in(30, 16, 15, 14, 10, 40)))
    assert found["v"] == {
        "low_ttc_s": 2.0, "low_ttc_events": 1, "high_drac_s": 4.0, "high_drac_events": 1,
    }  # fmt: skip
    assert set(found["w"].values()) == {0}


def test_time_is_counted_in_steps_of_their_length():
    rows = closing_in(14, 13, 12)
    halved = {name: [(t / 2, *rest) for t, *rest in steps] for name, steps in rows.items()}
    assert conflicts(trace(**halved), 0.5)["v"]["low_ttc_s"] == 1.5


def test_an_event_ends_when_the_gap_is_safe_again():
    assert conflicts(trace(**closing_in(10, 40, 10, 9)))["v"]["low_ttc_events"] == 2


def test_another_leader_is_another_event():
    steps = closing_in(10, 9)
    steps["w"][1] = (1, "b_0", 50, 0)
    steps["x"] = [(1, "a_0", 100, 0)]
    assert conflicts(trace(**steps))["v"] == {
        "low_ttc_s": 2.0, "low_ttc_events": 2, "high_drac_s": 2.0, "high_drac_events": 2,
    }  # fmt: skip


def test_the_events_of_one_vehicle_do_not_run_on_into_the_next():
    table = trace(
        u=[(0, "a_0", 85, 10)], v=[(1, "a_0", 85, 10)],
        w=[(0, "a_0", 100, 0), (1, "a_0", 100, 0)],
    )  # fmt: skip
    found = conflicts(table)
    assert [found[name]["low_ttc_events"] for name in "uvw"] == [1, 1, 0]


def test_side_by_side_is_a_conflict_only_where_a_lane_has_room_for_one():
    table = trace(v=[(0, "a_0", 50, 10)], w=[(0, "a_0", 52, 9)])
    assert conflicts(table)["v"]["low_ttc_s"] == 1.0
    assert conflicts(table, is_sublane=True)["v"]["low_ttc_s"] == 0.0


def test_a_run_without_a_vehicle_has_no_conflict():
    assert conflict_rows(trace(), {}, 1.0, is_sublane=False).rows() == []


@given(
    positions_m=st.lists(st.floats(0, 1_000), min_size=2, max_size=12, unique=True),
    data=st.data(),
)
def test_nobody_is_between_a_vehicle_and_its_leader(positions_m, data):
    speed = st.floats(0, 30)
    cars = {f"v{i}": [(0, "a_0", x, data.draw(speed))] for i, x in enumerate(positions_m)}
    for (name, _), (leader, gap_m, _) in pairs(trace(**cars)).items():
        own_m, ahead_m = cars[name][0][2], cars[leader][0][2]
        assert gap_m == pytest.approx(ahead_m - LENGTH_M - own_m)
        # Positions are told apart by the centimetre.
        assert not any(own_m + 0.01 < x < ahead_m - 0.01 for x in positions_m)
