import pytest

from corridor.engine import SignalState
from corridor.greens import GreenTable
from corridor.mean_lengths import MEMORY, MeanLengths
from corridor.programs import Control


@pytest.fixture
def plain(make_program):
    program = make_program(
        ("Gr", 20, 10, 50), ("yr", 3), ("rG", 15, 5, 30), program_id="p", control=Control.ACTUATED
    )
    return MeanLengths({"p": GreenTable(program, [0, 1], 3)})


def show(plain, greens_s):
    """Cycles with these greens and 15 s for the other; the time after all."""
    time_s = 0.0
    for green_s in greens_s:
        for phase, length_s in enumerate((green_s, 3.0, 15.0)):
            for spent_s in range(int(length_s)):
                plain.update(SignalState("p", phase, float(spent_s), 0.0), time_s + spent_s)
            time_s += length_s
    return time_s


def green(plain, time_s, spent_s=0.0):
    """End of the present green, and (start, end) of the other one, from the green's start."""
    state = SignalState("p", 0, spent_s, time_s + spent_s + 1.0)
    plain.update(state, time_s + spent_s)
    starts, ends = plain.windows(state, time_s + spent_s) - time_s
    return ends[0, 0], (starts[1, 0], ends[1, 0])


def test_at_first_the_planned_lengths_are_expected(plain):
    assert green(plain, 0.0) == (20, (23, 38))


def test_the_mean_of_executed_lengths_is_expected(plain):
    assert green(plain, show(plain, [30.0, 40.0])) == (35, (38, 53))


def test_of_the_present_phase_only_longer_lengths_count(plain):
    assert green(plain, show(plain, [30.0, 40.0]), spent_s=31.0)[0] == 40


def test_only_so_many_lengths_are_remembered(plain):
    assert green(plain, show(plain, [50.0] * 5 + [12.0] * MEMORY))[0] == 12


def test_what_the_controller_guarantees_is_kept(plain):
    assert green(plain, 0.0, spent_s=48.0)[0] == 49
