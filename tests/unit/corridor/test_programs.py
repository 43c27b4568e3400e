import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.program_files import read_offsets, read_program_switches
from corridor.programs import Control, Phase, Program


@pytest.fixture
def cross(make_program):
    """Green for link 0, then for link 1; a cycle of 60 s."""
    return make_program(("Gr", 27), ("yr", 3), ("rG", 25), ("ry", 5))


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
