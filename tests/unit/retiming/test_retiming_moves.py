import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.retiming.moves import (
    CycleRange,
    Move,
    Steps,
    cycle_moves,
    groups_of,
    moved,
    signal_moves,
    whole_greens,
    with_cycle,
    with_green,
)
from experiments.retiming.stages import FixedSignal, Times

STATES = ("GGrr", "yyrr", "rrGG", "rryy")


def signal(name="a", greens_s=(30.0, 20.0), min_s=(5.0, 5.0), offset_s=0.0):
    return FixedSignal(
        id=name,
        states=STATES,
        durations_s=(greens_s[0], 5.0, greens_s[1], 5.0),
        greens=(0, 2),
        min_s=min_s,
        own=Times(greens_s=greens_s, offset_s=offset_s),
    )


ANY = CycleRange(low_s=20.0, high_s=200.0)
STEPS = Steps(cycle_s=10, split_s=4, offset_s=6)


def test_another_cycle_keeps_the_shares_of_the_greens_and_all_fixed_phases():
    a = signal()
    times = with_cycle(a, a.own, 110.0)
    assert times.greens_s == (60.0, 40.0)
    assert a.cycle_s(times) == 110.0


def test_no_cycle_is_shorter_than_least_greens_and_fixed_phases():
    a = signal()
    assert a.min_cycle_s == 20.0
    assert with_cycle(a, a.own, 19.0) is None
    assert with_cycle(a, a.own, 20.0).greens_s == (5.0, 5.0)


def test_a_longer_green_is_paid_for_by_the_others():
    a = signal()
    assert with_green(a, a.own, 0, 36.0).greens_s == (36.0, 14.0)
    assert with_green(a, a.own, 0, 46.0) is None  # leaves the other one 4 s
    assert with_green(a, a.own, 0, 4.0) is None


@given(
    wanted=st.lists(st.floats(0.0, 80.0), min_size=1, max_size=6),
    least=st.lists(st.integers(1, 15), min_size=6, max_size=6),
    over=st.integers(0, 120),
)
def test_whole_greens_add_up_and_none_is_below_its_least(wanted, least, over):
    least_s = [float(each) for each in least[: len(wanted)]]
    total_s = sum(least_s) + over
    greens_s = whole_greens(total_s, wanted, least_s)
    assert sum(greens_s) == pytest.approx(total_s)
    assert all(green >= low for green, low in zip(greens_s, least_s, strict=True))
    assert all(green == int(green) for green in greens_s)


def test_signals_of_one_cycle_change_it_together_and_one_with_another_alone():
    signals = {"a": signal("a"), "b": signal("b"), "c": signal("c", greens_s=(40.0, 40.0))}
    own = {name: each.own for name, each in signals.items()}
    assert groups_of(signals, own) == [("a", "b"), ("c",)]
    moves = [*cycle_moves(signals, own, STEPS)]
    assert {move.signals for move in moves} == {("a", "b"), ("c",)}
    changed = moved(signals, own, moves[1], ANY)
    assert [signals[name].cycle_s(changed[name]) for name in ("a", "b", "c")] == [70, 70, 90]


def test_a_signal_that_stands_alone_has_no_offset_to_change():
    signals = {"a": signal("a"), "c": signal("c", greens_s=(40.0, 40.0))}
    own = {name: each.own for name, each in signals.items()}
    assert {move.kind for move in signal_moves(signals, own, STEPS, "a")} == {"green"}


def test_a_cycle_beyond_the_range_is_not_allowed():
    signals = {"a": signal()}
    own = {"a": signals["a"].own}
    move = Move(kind="cycle", signals=("a",), change_s=10.0)
    assert moved(signals, own, move, CycleRange(low_s=40.0, high_s=65.0)) is None


def test_a_range_of_cycles_must_rise():
    with pytest.raises(ValueError, match="MIN:MAX"):
        CycleRange(low_s=90.0, high_s=60.0)
