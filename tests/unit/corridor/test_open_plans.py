import numpy as np
import pytest

from corridor.lane_demand import ARRIVAL, NEAR, PLATOON, SEEN, STANDING, LaneWatch
from corridor.links import Link
from corridor.open_plans import NONE, open_plans
from corridor.programs import Control

LINKS = [
    Link(signal="S", index=index, lane=lane, row=index, crossing_limit_mps=10.0)
    for index, lane in enumerate(("x", "x", "y"))
]


@pytest.fixture
def plans(make_program):
    """A fixed program, whose phases do not count, and one of two open phases and two yellows."""
    fixed = make_program(("GGr", 30), ("rrG", 30), program_id="fixed")
    own = make_program(
        ("GGr", 20, 10, 50), ("Gyr", 3), ("rrG", 40, 5, 30), ("rry", 4), program_id="own",
        control=Control.ACTUATED,
    )  # fmt: skip
    programs = {"S": {"fixed": fixed, "own": own}}
    return open_plans(programs, LINKS, LaneWatch(LINKS, 3), n_ahead=5)


def test_phases_that_traffic_decides_are_numbered_through(plans):
    assert plans.first == {("S", "own"): 0}
    assert plans.n_phases == 4
    assert plans.is_open.tolist() == [True, False, True, False]
    assert plans.following.tolist() == [1, 2, 3, 0]
    assert plans.period.tolist() == [4] * 4


def test_a_planned_length_lies_within_the_bounds(plans):
    assert plans.planned_s.tolist() == [20, 3, 30, 4]


def test_the_next_open_phase_is_found_behind_those_that_are_fixed(plans):
    assert plans.next_open.tolist() == [2, 2, 0, 0]
    assert plans.n_between.tolist() == [1, 0, 1, 0]


def test_times_ahead_add_up_from_the_end_of_a_phase(plans):
    assert plans.least_ahead_s[0].tolist() == [0, 3, 8, 12, 22]
    assert plans.usual_ahead_s[:, 0].tolist() == [
        [0, 3, 8, 12, 22], [0, 3, 33, 37, 57], [0, 3, 33, 37, 87],
    ]  # fmt: skip
    assert plans.most_ahead_s[0].tolist() == [0, 3, 33, 37, 87]


def test_lanes_with_any_green_count_for_a_phase_and_the_others_against_it(plans):
    nowhere = 2
    lanes = plans.demand_lanes - 3 * np.arange(5)[:, np.newaxis]
    by_sort = [[set(row.tolist()) - {nowhere} for row in lanes[:, sort]] for sort in range(5)]
    assert by_sort[PLATOON] == by_sort[STANDING] == by_sort[NEAR] == [{0}, {0}, {1}, set()]
    assert by_sort[ARRIVAL] == [{1}, {1}, {0}, {0, 1}]
    # What waits for the next open phase.
    assert by_sort[SEEN] == [{1}, {1}, {0}, {0}]


def test_nothing_follows_for_certain_where_the_controller_chooses(make_program):
    own = make_program(
        ("Grr", 20, 10, 50), ("yrr", 3, 3, 3, (0, 2)), ("rrG", 9, 5, 9), program_id="own",
        control=Control.ACTUATED,
    )  # fmt: skip
    found = open_plans({"S": {"own": own}}, LINKS, LaneWatch(LINKS, 3), n_ahead=3)
    assert found.following.tolist() == [1, NONE, 0]
    assert found.next_open.tolist() == [NONE, NONE, 0]
    assert found.period.tolist() == [0, 0, 0]


def test_without_any_such_program_the_tables_are_empty(make_program):
    fixed = make_program(("GGr", 30), ("rrG", 30))
    found = open_plans({"S": {"0": fixed}}, LINKS, LaneWatch(LINKS, 3), n_ahead=3)
    assert found.n_phases == 0
    assert found.least_ahead_s.shape == (0, 3)
    assert found.demand_lanes.shape[0] == 0
