import numpy as np
import pytest

from corridor.outlook import LIKELY, MAX, MIN, Outlook, cut_at_switches, exactly, fixed_outlook
from corridor.programs import Control, ProgramSwitch


@pytest.fixture
def cross(make_program):
    """Green for link 0, then for link 1; a cycle of 60 s."""
    return make_program(("Gr", 27), ("yr", 3), ("rG", 25), ("ry", 5))


@pytest.fixture
def late(make_program):
    return make_program(("Gr", 40), ("rG", 40), program_id="late")


def ahead(program, n=12):
    """States of a fixed program of a simulation that began at 0."""
    place, end_s = program.position(0.0, 0.0)
    return fixed_outlook(program, place, end_s - program.phases[place].duration_s, end_s, n)


def told(outlook, first=0, last=None):
    """(state, likely start, likely end) of some states."""
    times_s = outlook.times_s[LIKELY].tolist()
    return list(zip(outlook.states, times_s, times_s[1:], strict=False))[first:last]


def switch(time_s, program_id="late", *, is_immediate=True):
    return ProgramSwitch(time_s=time_s, program_id=program_id, is_immediate=is_immediate)


def cut(outlook, programs, *switches):
    by_id = {program.program_id: program for program in programs}
    return cut_at_switches(outlook, by_id, switches, 0.0, 12)


def times(*rows):
    """Bounds of consecutive switches, as (min, likely, max) each."""
    found = exactly(np.zeros(len(rows)))
    for k, (least_s, likely_s, most_s) in enumerate(rows):
        found[:, k] = least_s, least_s, likely_s, most_s, most_s
    return found


def test_a_fixed_program_is_told_exactly(cross):
    outlook = ahead(cross, 5)
    assert told(outlook) == [
        ("Gr", 0, 27), ("yr", 27, 30), ("rG", 30, 55), ("ry", 55, 60), ("Gr", 60, 87),
    ]  # fmt: skip
    assert (outlook.times_s == outlook.times_s[LIKELY]).all()


def test_a_planned_change_cuts_a_phase_and_the_new_program_keeps_its_own_clock(cross, make_program):
    late = make_program(("Gr", 40), ("rG", 40), program_id="late", offset_s=-10)
    found, goes_on = cut(ahead(cross), (cross, late), switch(100))
    assert told(found, 0, 7) == [
        ("Gr", 0, 27), ("yr", 27, 30), ("rG", 30, 55), ("ry", 55, 60), ("Gr", 60, 87),
        ("yr", 87, 90), ("rG", 90, 100),
    ]  # fmt: skip
    # 110 s into the cycle of 80 s: 30 s, so that the first phase lasts 10 s more.
    assert told(found, 7, 9) == [("Gr", 100, 110), ("rG", 110, 150)]
    assert goes_on


def test_a_phase_is_cut_however_little_of_it_was_left(cross, late):
    found, _ = cut(ahead(cross), (cross, late), switch(114))
    assert told(found, 6, 8) == [("rG", 90, 114), ("Gr", 114, 120)]


def test_a_change_at_the_very_end_of_a_phase_leaves_nothing_of_the_next_one(cross, late):
    found, _ = cut(ahead(cross), (cross, late), switch(90))
    assert told(found, 5, 7) == [("yr", 87, 90), ("Gr", 90, 120)]


def test_a_change_back_is_followed_too(cross, late):
    found, _ = cut(ahead(cross), (cross, late), switch(60), switch(120, "0"))
    assert told(found, 4, 8) == [
        ("rG", 60, 80), ("Gr", 80, 120), ("Gr", 120, 147), ("yr", 147, 150),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "control"),
    [
        (switch(100, is_immediate=False), Control.STATIC),
        (switch(100, "unheard-of"), Control.STATIC),
        (switch(100), Control.ACTUATED),
    ],
)
def test_nothing_is_told_behind_a_change_whose_outcome_is_open(cross, make_program, plan, control):
    late = make_program(("Gr", 40), ("rG", 40), program_id="late", control=control)
    found, goes_on = cut(ahead(cross), (cross, late), plan)
    assert found.times_s[LIKELY, -1] == 100
    assert not goes_on


def test_a_phase_that_may_end_before_a_change_is_not_said_to_last_until_it(cross, late):
    outlook = Outlook(
        states=("Gr", "yr"), times_s=times((50, 50, 50), (70, 90, 130), (73, 93, 133))
    )
    found, goes_on = cut(outlook, (cross, late), switch(100))
    assert found.states == ("Gr",)
    assert found.times_s[[MIN, LIKELY, MAX], 1].tolist() == [70, 90, 100]
    assert not goes_on
    assert outlook.times_s[MAX, 1] == 130  # What was told before stays as it was.


def test_a_phase_that_may_begin_only_after_a_change_is_not_told(cross, late):
    outlook = Outlook(states=("rG",), times_s=times((95, 98, 105), (115, 118, 125)))
    found, goes_on = cut(outlook, (cross, late), switch(100))
    assert found.states == ()
    assert not goes_on


def test_a_change_behind_the_horizon_changes_nothing(cross):
    plain = ahead(cross)
    assert cut(plain, (cross,), switch(1e5)) == (plain, True)
