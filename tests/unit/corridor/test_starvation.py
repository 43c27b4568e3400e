import numpy as np
import pytest

from corridor.signal_control.stages import stages_of
from corridor.signal_control.starvation import StarvationGuard

J1 = (("GGrrr", 20), ("yyrrr", 3), ("rrrrr", 2), ("rrGGr", 10), ("rryyr", 3), ("rrrrr", 2))
J1 += (("rrrrG", 8), ("rrrry", 3), ("rrrrr", 1))


@pytest.fixture
def make_guard(make_program, network):
    def make(on_foot=()):
        stages = stages_of("J1", make_program(*J1), (), {}, 1.0)
        guard = StarvationGuard([stages], network.links, {"J1": on_foot})
        guard.show(0, "GGrrr")
        return guard

    return make


def row_of(network, index):
    return next(x.row for x in network.links if (x.signal, x.index) == ("J1", index))


def test_whoever_is_new_at_a_look_may_have_waited_since_the_last_one(make_guard, network):
    guard, rows = make_guard(), np.array([row_of(network, 3)])
    assert guard.owed(rows, 7.0, 10.0) == {}
    assert guard.owed(rows, 76.0, 76.0) == {}
    assert guard.owed(rows, 77.0, 77.0) == {0: 3}


def test_nobody_has_waited_at_red_since_before_his_green_ended(make_guard, network):
    guard, nobody, rows = make_guard(), np.zeros(0, dtype=int), np.array([row_of(network, 0)])
    assert guard.owed(nobody, 10.0, 10.0) == {}
    guard.show(0, "rrGGr")
    assert guard.owed(rows, 7.0, 11.0) == {}
    assert guard.owed(rows, 80.0, 80.0) == {}
    assert guard.owed(rows, 81.0, 81.0) == {0: 0}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("on_foot", [(), (4,)])
def test_what_has_not_changed_is_not_worked_out_again(make_guard, network, seed, on_foot):
    rng = np.random.default_rng(seed)
    quick, thorough = make_guard(on_foot), make_guard(on_foot)
    shown = [letters for letters, _ in J1]
    found = []
    for second in range(600):
        if second % 4 == 0:
            rows = rng.choice([row_of(network, 0), row_of(network, 3)], size=second % 3)
        if rng.random() < 0.02:
            letters = shown[rng.integers(len(shown))]
            quick.show(0, letters)
            thorough.show(0, letters)
        came_s = second - 3.0 if second % 4 == 0 else second
        found.append(quick.owed(rows, came_s, second))
        # Other rows, though the same, are looked at anew.
        assert found[-1] == thorough.owed(rows.copy(), came_s, second)
    assert any(found) or not on_foot
