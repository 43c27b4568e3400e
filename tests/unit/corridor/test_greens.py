import math

import numpy as np
import pytest

from corridor.greens import ENDLESS, UNKNOWN, GreenTable, find_greens, is_green
from corridor.outlook import exactly
from corridor.programs import Control


@pytest.fixture
def cross(make_program):
    """Green for link 0, then for link 1; a cycle of 60 s."""
    return make_program(("Gr", 27), ("yr", 3), ("rG", 25), ("ry", 5))


def greens(states, link=0, n_windows=2, *, goes_on=False):
    """(start, end) of the greens of a link, as numbers of switches; only those that are told."""
    found = find_greens(is_green(states, [link]), n_windows, goes_on=goes_on)
    pairs = zip(found.start[0].tolist(), found.end[0].tolist(), strict=True)
    return [pair for pair in pairs if pair[0] != UNKNOWN]


def ahead(program, place, link, n_windows=3):
    """The same of a program, from one of its phases on."""
    found = GreenTable(program, [link], n_windows).at(place).greens
    pairs = zip(found.start[0].tolist(), found.end[0].tolist(), strict=True)
    return [pair for pair in pairs if pair[0] != UNKNOWN]


def test_greens_of_a_program_by_hand(cross):
    assert ahead(cross, 0, 0) == [(0, 1), (4, 5), (8, 9)]
    assert ahead(cross, 0, 1) == [(2, 3), (6, 7), (10, 11)]
    assert ahead(cross, 3, 0) == [(1, 2), (5, 6), (9, 10)]


def test_a_green_over_several_phases_is_one_green():
    assert greens(["G", "g", "r"]) == [(0, 2)]


def test_a_green_around_the_end_of_the_list_is_one_green(make_program):
    program = make_program(("Gr", 10), ("rG", 10), ("Gr", 10))
    assert ahead(program, 1, 0) == [(1, 3), (4, 6), (7, 9)]


def test_a_link_that_is_always_green_has_one_green_without_end():
    assert greens(["Gr", "gG"], goes_on=True) == [(0, ENDLESS)]


def test_a_green_that_is_followed_by_the_unknown_is_not_told():
    # One phase, then a choice: nobody knows when this green ends, and it will end.
    assert greens(["G"]) == []
    assert greens(["G", "r", "G"]) == [(0, 1)]


def test_a_link_that_is_never_green_has_no_greens():
    assert greens(["r", "y", "s"], goes_on=True) == []


def test_nothing_is_told_behind_a_choice(make_program):
    rows = (("G", 9), ("y", 3, 3, 3, (0, 2)), ("r", 9))
    program = make_program(*rows, control=Control.ACTUATED)
    assert ahead(program, 0, 0) == [(0, 1)]
    assert GreenTable(program, [0], 3).at(0).places.tolist() == [0, 1]


def test_named_successors_are_followed(make_program):
    program = make_program(("G", 8, 8, 8, (2,)), ("y", 50), ("r", 12))
    assert GreenTable(program, [0], 1).at(0).places.tolist() == [0, 2, 0, 2, 0, 2]
    assert ahead(program, 1, 0, n_windows=2) == [(2, 3), (4, 5)]


def test_a_long_program_with_rare_greens_is_looked_through_to_the_end(make_program):
    rows = [("Grg", 5), *[("rGg", 5), ("ryg", 3)] * 60]
    program = make_program(*rows)
    assert ahead(program, 1, 0) == [(120, 121), (241, 242), (362, 363)]
    assert ahead(program, 1, 1) == [(0, 1), (2, 3), (4, 5)]
    assert ahead(program, 1, 2) == [(0, ENDLESS)]


def test_windows_hold_the_times_of_the_switches():
    found = find_greens(is_green(["Ggr", "rgr"], [0, 1, 2]), 2, goes_on=True)
    windows = found.windows(exactly(np.array([10.0, 22.0, 30.0])))
    assert windows.shape == (10, 3, 2)
    assert (windows[:5, 0, 0] == 10.0).all()
    assert (windows[5:, 0, 0] == 22.0).all()
    assert windows[[0, 5], 1, 0].tolist() == [10.0, math.inf]
    assert np.isnan(windows[:, 0, 1]).all()
    assert np.isnan(windows[:, 2]).all()


def test_so_many_switches_are_needed_as_the_greens_speak_of(cross):
    assert GreenTable(cross, [0, 1], 3).at(0).greens.n_switches == 12
