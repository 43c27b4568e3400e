import numpy as np
import pytest

from corridor.programs import Control
from corridor.signal_control.stages import stages_of

FOUR = (
    ("rrGGg", 29, 5, 50),
    ("rryyg", 4),
    ("rrrrG", 6),
    ("rrrry", 3),
    ("rrrrr", 2),
    ("GGrrr", 30),
    ("yyrrr", 3),
    ("rrrrr", 1),
)
"""A main road, its left turn that goes on, and a side road."""


@pytest.fixture
def stages(make_program):
    def make(*rows, on_foot=(), leaving_s=None, step_length_s=1.0, **others):
        return stages_of(
            "J", make_program(*rows, **others), on_foot, leaving_s or {}, step_length_s
        )

    return make


def test_stages_are_the_green_phases_of_the_program(stages):
    found = stages(*FOUR)
    assert found.letters == ("rrGGg", "rrrrG", "GGrrr")
    assert found.phases == (0, 2, 5)
    assert found.following.tolist() == [1, 2, 0]
    assert found.planned_s.tolist() == [29, 6, 30]
    assert found.begins_s.tolist() == [0, 33, 44]
    assert found.cycle_s == 78


def test_stated_bounds_of_a_green_hold_and_others_follow_from_its_planned_length(stages):
    found = stages(*FOUR)
    assert found.min_s.tolist() == [5, 5, 5]
    assert found.max_s.tolist() == [50, 20, 60]


def test_who_walks_has_green_for_as_long_as_planned(stages):
    found = stages(*FOUR, on_foot={1})
    assert found.min_s.tolist() == [5, 5, 30]


def test_between_stages_that_follow_each_other_the_program_itself_is_shown(stages):
    change = stages(*FOUR).changes[0, 1]
    assert (change.letters, change.starts_s, change.length_s) == (("rryyg",), (0.0,), 4.0)
    change = stages(*FOUR).changes[1, 2]
    assert (change.letters, change.starts_s, change.length_s) == (("rrrry", "rrrrr"), (0.0, 3.0), 5)


def test_who_waits_inside_for_a_gap_has_time_to_leave_before_others_start(stages):
    change = stages(*FOUR, leaving_s={4: 7.4}).changes[0, 2]
    # Those whom he yields to are stopped as early as he is.
    assert change.letters == ("rryyy", "rryyr", "rrrrr")
    assert (change.starts_s, change.length_s) == ((0.0, 3.0, 4.0), 8.0)


def test_who_waits_inside_needs_no_time_where_nobody_who_starts_crosses_his_way(stages):
    rows = (("Ggrr", 20), ("yyrr", 3), ("rrGr", 20), ("rryr", 3), ("rrrG", 20), ("rrry", 3))
    plain, waiting = stages(*rows), stages(*rows, leaving_s={0: 9.0, 2: 9.0})
    # Links 0 and 2 have protected greens: they wait for nobody.
    assert waiting.change_s.tolist() == plain.change_s.tolist()
    # Link 1 waits, and has green on; link 2 may go together with it.
    rows = (("Ggr", 20), ("ygr", 3), ("rgG", 20), ("ryy", 3), ("rrr", 2), ("rGr", 9), ("ryr", 3))
    plain, waiting = stages(*rows), stages(*rows, leaving_s={1: 9.0})
    assert waiting.changes[0, 2] == plain.changes[0, 2]


def test_the_programs_own_changes_stay_as_they_are_whoever_waits_inside(stages):
    plain, waiting = stages(*FOUR), stages(*FOUR, leaving_s={4: 9.0})
    for pair in ((0, 1), (1, 2), (2, 0)):
        assert waiting.changes[pair] == plain.changes[pair]
    # Behind a protected green nobody waits any more.
    assert waiting.changes[1, 0] == plain.changes[1, 0]


def test_between_others_yellow_and_all_red_are_as_long_as_in_the_program(stages):
    change = stages(*FOUR).changes[0, 2]
    # Links 2 and 3 have 4 s of yellow, link 4 has 3 s of it; behind them 2 s of red.
    assert change.letters == ("rryyg", "rryyy", "rrrrr")
    assert (change.starts_s, change.length_s) == ((0.0, 1.0, 4.0), 6.0)


def test_whoever_has_green_before_and_after_keeps_it(stages):
    change = stages(*FOUR).changes[2, 1]
    assert change.letters[0] == "yyrrr"
    kept = stages(*FOUR).changes[1, 0]
    assert (kept.letters, kept.length_s) == ((), 0.0)


def test_changes_take_whole_steps(stages):
    found = stages(("Gr", 10), ("yr", 2.3), ("rG", 10), ("ry", 2.3), step_length_s=0.5)
    assert found.change_s[0, 1] == 2.5


def test_people_on_foot_are_cleared_while_cars_keep_their_green(stages):
    rows = (("GGrr", 30), ("Grrr", 6), ("yrrr", 3), ("rrGG", 20), ("rrGr", 5), ("rryr", 3))
    found = stages(*rows, on_foot={1, 3})
    # Letters 1 and 3 walk: red long before the next conflicting green, while the car goes on.
    assert found.clearance.clear_s.tolist() == [3, 9, 3, 8]
    change = found.changes[0, 2]
    assert (change.letters, change.starts_s, change.length_s) == (("Grrr", "yrrr"), (0.0, 6.0), 9)


def test_a_program_of_one_green_or_of_odd_letters_is_left_alone(stages):
    assert stages(("Gr", 10), ("yr", 3), ("rr", 3)) is None
    assert stages(("GO", 10), ("yO", 3), ("rO", 5), ("GO", 5)) is None
    assert stages(*[(f"{'Gr' if k % 2 else 'rG'}", 10) for k in range(40)]) is None


def test_equal_phases_on_both_sides_of_the_cycles_end_are_one_stage(stages):
    found = stages(("Gr", 10), ("yr", 3), ("rG", 20), ("ry", 3), ("Gr", 5), offset_s=7.0)
    assert found.letters == ("Gr", "rG")
    assert found.planned_s.tolist() == [15, 20]
    assert found.offset_s == pytest.approx((7.0 - 5.0) % 41)


def test_a_choice_of_successors_is_no_order(stages):
    rows = (("Gr", 10, 5, 20, (1, 2)), ("yr", 3), ("rG", 20), ("ry", 3))
    assert stages(*rows, control=Control.ACTUATED) is None


def test_what_the_program_shows_together_may_meet(stages):
    clearance = stages(*FOUR).clearance
    assert clearance.may_meet[2, 4]
    assert not clearance.may_meet[0, 2]
    # Link 4 is protected only when the others have red.
    assert not clearance.may_meet_protected[4, 2]
    assert clearance.may_meet_protected[2, 4]
    assert np.array_equal(clearance.yellow_s, [3, 3, 4, 4, 3])
    assert clearance.needed_s[4, 0] == 5
