import gzip
import math
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.program_files import read_offsets, read_program_switches
from corridor.programs import (
    Bounds,
    Control,
    Phase,
    Program,
    ProgramSwitch,
    Segment,
    cut_at_switches,
    green_windows,
    phases_ahead,
)
from corridor.spat import END_LIKELY, END_MAX, END_MIN, START_LIKELY, START_MAX, START_MIN, from_now


@pytest.fixture
def cross(make_program):
    """Green for link 0, then for link 1; a cycle of 60 s."""
    return make_program(("Gr", 27), ("yr", 3), ("rG", 25), ("ry", 5))


def ahead(program, time_s=0.0, n=12):
    """States of a fixed program from a time on, of a simulation that began at 0."""
    place, end_s = program.position(0.0, time_s)
    start = Bounds.exactly(end_s - program.phases[place].duration_s)
    return islice(phases_ahead(program, place, start, Bounds.exactly(end_s), {}), n)


def segment(state, start_s, end_s):
    return Segment(state=state, start=Bounds.exactly(start_s), end=Bounds.exactly(end_s))


def greens(windows, row=0):
    """Likely (start, end) of the known greens of a link."""
    return [
        (float(a), float(b))
        for a, b in zip(windows[START_LIKELY, row], windows[END_LIKELY, row], strict=True)
        if not math.isnan(a)
    ]


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [(0, (0, 27)), (26.999, (0, 27)), (27, (1, 30)), (30, (2, 55)), (59, (3, 60)), (60, (0, 87))],
)
def test_a_fixed_program_follows_its_list(cross, time_s, expected):
    assert cross.position(0.0, time_s) == expected


def test_an_offset_delays_the_first_phase(make_program):
    rows = (("G", 40), ("r", 20))
    assert make_program(*rows, offset_s=10).position(0.0, 0.0) == (1, 10)
    assert make_program(*rows, offset_s=-10).position(0.0, 0.0) == (0, 30)
    assert make_program(*rows, offset_s=130).position(0.0, 0.0) == (1, 10)


def test_a_program_is_placed_in_its_cycle_by_the_clock_and_not_by_the_begin(cross):
    assert cross.position(3615.0, 3615.0) == (0, 3627)


def test_next_is_followed_from_the_phase_of_the_begin_on(make_program):
    program = make_program(("G", 10), ("y", 5, 5, 5, (0,)), ("r", 20))
    # In the order of the list the third phase would come; by `next` it is never seen again.
    assert program.position(0.0, 16.0) == (0, 25)
    assert program.position(20.0, 20.0) == (2, 35)


def test_a_choice_of_successors_is_no_choice_for_a_fixed_program(make_program):
    rows = (("G", 10, 10, 10, (1, 0)), ("r", 5))
    assert make_program(*rows).position(0.0, 11.0) == (1, 15)
    actuated = make_program(*rows, control=Control.ACTUATED)
    assert actuated.after(0) is None
    with pytest.raises(ValueError, match="'0' has phases with several successors"):
        actuated.position(0.0, 11.0)


MILLISECONDS = st.integers(1, 60_000).map(lambda ms: ms / 1000)


@given(st.lists(MILLISECONDS, min_size=1, max_size=6), st.integers(0, 9), st.integers(0, 9))
def test_after_whole_cycles_a_program_is_where_it_was(durations_s, n_cycles, n_more):
    phases = tuple(
        Phase(state="G", duration_s=d, min_s=d, max_s=d, following=()) for d in durations_s
    )
    program = Program(program_id="0", control=Control.STATIC, offset_s=0.0, phases=phases)
    begin_s = round(n_cycles * sum(durations_s), 3)
    time_s = round((n_cycles + n_more) * sum(durations_s), 3)
    place, end_s = program.position(begin_s, time_s)
    assert place == 0
    assert end_s == pytest.approx(time_s + durations_s[0])


def test_what_is_ahead_of_an_actuated_program_lies_between_bounds(make_program):
    program = make_program(("G", 20, 10, 50), ("y", 3), ("r", 15, 5, 30), control=Control.ACTUATED)
    end = Bounds(min_s=10, likely_s=20, max_s=50)
    found = list(islice(phases_ahead(program, 0, Bounds.exactly(0), end, {2: 25.0}), 4))
    assert [s.state for s in found] == ["G", "y", "r", "G"]
    assert found[1].end == Bounds(min_s=13, likely_s=23, max_s=53)
    assert found[2].end == Bounds(min_s=18, likely_s=48, max_s=83)
    assert found[3].start == found[2].end
    assert found[3].end == Bounds(min_s=28, likely_s=68, max_s=133)


def test_a_learned_length_stays_within_what_the_controller_allows(make_program):
    program = make_program(("G", 20, 10, 50), ("r", 15, 5, 30), control=Control.ACTUATED)
    for learned_s, likely_s in ((1.0, 25.0), (99.0, 50.0)):
        found = phases_ahead(program, 0, Bounds.exactly(0), Bounds.exactly(20), {1: learned_s})
        assert list(islice(found, 2))[1].end.likely_s == likely_s


def test_nothing_is_told_behind_a_choice(make_program):
    rows = (("G", 9), ("y", 3, 3, 3, (0, 2)), ("r", 9))
    program = make_program(*rows, control=Control.ACTUATED)
    found = list(phases_ahead(program, 0, Bounds.exactly(0), Bounds.exactly(9), {}))
    assert [s.state for s in found] == ["G", "y"]


def test_windows_of_a_fixed_program_by_hand(cross):
    windows = green_windows(list(ahead(cross)), [0, 1], 3, goes_on=True)
    assert greens(windows, 0) == [(0, 27), (60, 87), (120, 147)]
    assert greens(windows, 1) == [(30, 55), (90, 115), (150, 175)]
    np.testing.assert_array_equal(windows[:3], windows[[START_LIKELY] * 3])
    np.testing.assert_array_equal(windows[3:], windows[[END_LIKELY] * 3])


def test_a_green_over_several_phases_is_one_green():
    states = [segment("G", 0, 10), segment("g", 10, 25), segment("r", 25, 30)]
    assert greens(green_windows(states, [0], 2, goes_on=False)) == [(0, 25)]


def test_bounds_of_a_green_are_those_of_its_first_and_its_last_state():
    states = [
        Segment(state="r", start=Bounds.exactly(0), end=Bounds(min_s=5, likely_s=6, max_s=9)),
        Segment(
            state="G",
            start=Bounds(min_s=5, likely_s=6, max_s=9),
            end=Bounds(min_s=15, likely_s=21, max_s=40),
        ),
        Segment(state="y", start=Bounds(min_s=15, likely_s=21, max_s=40), end=Bounds.exactly(50)),
    ]
    windows = green_windows(states, [0], 1, goes_on=False)
    for place, value in (
        (START_MIN, 5), (START_LIKELY, 6), (START_MAX, 9),
        (END_MIN, 15), (END_LIKELY, 21), (END_MAX, 40),
    ):  # fmt: skip
        assert windows[place, 0, 0] == value


def test_a_link_that_is_always_green_has_one_green_without_end():
    states = [segment("Gr", 5, 10), segment("gG", 10, 20)]
    windows = green_windows(states, [0], 3, goes_on=True)
    assert greens(windows) == [(5, math.inf)]


def test_a_green_that_is_followed_by_the_unknown_is_not_told():
    # One phase, then a choice: nobody knows when this green ends, and it will end.
    assert greens(green_windows([segment("G", 0, 10)], [0], 3, goes_on=False)) == []
    states = [segment("G", 0, 10), segment("r", 10, 20), segment("G", 20, 30)]
    assert greens(green_windows(states, [0], 3, goes_on=False)) == [(0, 10)]


def test_a_link_that_is_never_green_has_no_windows(cross):
    states = [segment("r", 0, 10), segment("y", 10, 12), segment("s", 12, 20)]
    assert np.isnan(green_windows(states, [0], 3, goes_on=True)).all()
    assert np.isnan(green_windows([], [0, 0], 3, goes_on=True)).all()


def switch(time_s, program_id="late", *, is_immediate=True):
    return ProgramSwitch(time_s=time_s, program_id=program_id, is_immediate=is_immediate)


def test_a_planned_change_cuts_a_phase_and_the_new_program_keeps_its_own_clock(cross, make_program):
    late = make_program(("Gr", 40), ("rG", 40), program_id="late", offset_s=-10)
    programs = {"0": cross, "late": late}
    found = cut_at_switches(ahead(cross), programs, [switch(100)], 0.0)
    states = [(s.state, s.start.likely_s, s.end.likely_s) for s in islice(found, 7)]
    assert states == [
        ("Gr", 0, 27), ("yr", 27, 30), ("rG", 30, 55), ("ry", 55, 60), ("Gr", 60, 87),
        ("yr", 87, 90), ("rG", 90, 100),
    ]  # fmt: skip
    # 110 s into the cycle of 80 s: 30 s, so that the first phase lasts 10 s more.
    found = cut_at_switches(ahead(cross), programs, [switch(100)], 0.0)
    behind = [(s.state, s.start.likely_s, s.end.likely_s) for s in islice(found, 7, 9)]
    assert behind == [("Gr", 100, 110), ("rG", 110, 150)]


def test_a_phase_is_cut_however_little_of_it_was_left(cross, make_program):
    late = make_program(("Gr", 40), ("rG", 40), program_id="late")
    found = cut_at_switches(ahead(cross), {"0": cross, "late": late}, [switch(114)], 0.0)
    states = [(s.state, s.start.likely_s, s.end.likely_s) for s in islice(found, 6, 8)]
    assert states == [("rG", 90, 114), ("Gr", 114, 120)]


def test_a_change_back_is_followed_too(cross, make_program):
    late = make_program(("Gr", 40), ("rG", 40), program_id="late")
    plan = [switch(60), switch(120, "0")]
    found = cut_at_switches(ahead(cross), {"0": cross, "late": late}, plan, 0.0)
    states = [(s.state, s.start.likely_s, s.end.likely_s) for s in islice(found, 4, 8)]
    assert states == [("rG", 60, 80), ("Gr", 80, 120), ("Gr", 120, 147), ("yr", 147, 150)]


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
    found = list(cut_at_switches(ahead(cross), {"0": cross, "late": late}, [plan], 0.0))
    assert found[-1].end.likely_s == 100


def test_a_phase_that_may_end_before_a_change_is_not_said_to_last_until_it(make_program):
    programs = {"late": make_program(("Gr", 40), ("rG", 40), program_id="late")}
    open_phase = Bounds(min_s=70, likely_s=90, max_s=130)
    states = [
        Segment(state="Gr", start=Bounds.exactly(50), end=open_phase),
        Segment(state="yr", start=open_phase, end=open_phase.later(3, 3, 3)),
    ]
    (only,) = cut_at_switches(states, programs, [switch(100)], 0.0)
    assert only.end == Bounds(min_s=70, likely_s=90, max_s=100)


def test_a_phase_that_may_begin_only_after_a_change_is_not_told(make_program):
    programs = {"late": make_program(("Gr", 40), ("rG", 40), program_id="late")}
    begins = Bounds(min_s=95, likely_s=98, max_s=105)
    states = [Segment(state="rG", start=begins, end=begins.later(20, 20, 20))]
    assert list(cut_at_switches(states, programs, [switch(100)], 0.0)) == []


def test_a_change_behind_the_horizon_changes_nothing(cross):
    plain = list(ahead(cross))
    assert list(cut_at_switches(iter(plain), {"0": cross}, [switch(1e5)], 0.0)) == plain


def test_windows_from_now_forget_greens_that_are_over(cross):
    windows = green_windows(list(ahead(cross)), [0, 1], 3, goes_on=True)
    relative = from_now(windows, 27.0)
    assert greens(relative, 0) == [(33, 60), (93, 120)]
    assert greens(relative, 1) == [(3, 28), (63, 88), (123, 148)]
    assert greens(windows, 0)[0] == (0, 27)  # What was told stays as it was told.


def test_what_has_not_happened_yet_cannot_lie_in_the_past():
    windows = np.array([0.0, 0.0, 0.0, 10.0, 12.0, 30.0]).reshape(6, 1, 1)
    relative = from_now(windows, 20.0)[:, 0, 0]
    np.testing.assert_array_equal(relative, [-20, -20, -20, 0, 0, 10])


ADDITIONAL = """<additional>
  <tlLogic id="J1" programID="0" offset="12" type="static"/>
  <tlLogic id="J1" programID="late" type="static"/>
  <WAUT id="w" refTime="100" startProg="0">
    <wautSwitch time="500" to="0"/>
    <wautSwitch time="0:05:00" to="late"/>
    <wautSwitch time="0" to="late"/>
  </WAUT>
  <wautJunction wautID="w" junctionID="J1"/>
  <wautJunction wautID="w" junctionID="J2" procedure="GSP"/>
</additional>"""


def test_planned_changes_are_read_in_order_from_the_begin_on(tmp_path):
    file = tmp_path / "a.add.xml"
    file.write_text(ADDITIONAL)
    found = read_program_switches([file], 100.0)
    assert [(s.time_s, s.program_id) for s in found["J1"]] == [(400, "late"), (600, "0")]
    assert all(s.is_immediate for s in found["J1"])
    assert not any(s.is_immediate for s in found["J2"])


def test_compressed_files_are_read_and_files_without_plans_are_not_parsed(tmp_path):
    packed, broken = tmp_path / "a.add.xml.gz", tmp_path / "b.add.xml"
    packed.write_bytes(gzip.compress(ADDITIONAL.encode()))
    broken.write_text("<additional><poi></additional>")
    assert set(read_program_switches([packed, broken], 0.0)) == {"J1", "J2"}
    assert read_offsets([packed, broken]) == {("J1", "0"): 12.0, ("J1", "late"): 0.0}


def test_a_plan_with_a_period_is_repeated(tmp_path):
    file = tmp_path / "day.add.xml"
    file.write_text(
        """<additional>
          <WAUT id="w" refTime="0" startProg="0" period="3600">
            <wautSwitch time="600" to="1"/>
            <wautSwitch time="1200" to="0"/>
          </WAUT>
          <wautJunction wautID="w" junctionID="J"/>
        </additional>""",
        encoding="utf-8",
    )
    switches = read_program_switches([file], 700.0)["J"]
    told = [(each.time_s, each.program_id) for each in switches[:3]]
    assert told == [(1200, "0"), (4200, "1"), (4800, "0")]
