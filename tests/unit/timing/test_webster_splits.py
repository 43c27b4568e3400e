"""Cycle and splits by Webster, against worked examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import FlowModel, best_cycle_s, check_timing, webster_timing
from controller.timing.webster import critical_ratios, lost_time_s, split, webster_cycle_s

MODEL = FlowModel()
BOUNDS_S = {"min_green_s": 5.0, "max_green_s": 80.0, "change_s": 3.0}


@pytest.mark.parametrize(
    ("lost_s", "ratios", "cycle_s"),
    [
        (12.0, (1000 / 2500, 900 / 3000), 76.7),  # textbook: 77 s
        (16.0, (500 / 1600, 300 / 1600), 58.0),  # textbook: 58 s
        (6.0, (0.37, 0.40), 60.9),  # textbook: 3 s lost in each of two phases
    ],
)
def test_cycle_of_least_delay_in_textbooks(lost_s, ratios, cycle_s):
    assert webster_cycle_s(lost_s, sum(ratios)) == pytest.approx(cycle_s, abs=0.06)


def test_no_cycle_is_long_enough_near_capacity():
    assert webster_cycle_s(10.0, 0.96) == np.inf


def test_critical_ratio_of_a_stage_is_its_busiest_lane(signal):
    busy = signal((0.2, 0.1))
    assert critical_ratios(busy, MODEL) == pytest.approx([0.4, 0.2])
    assert lost_time_s(busy, MODEL) == 6.0


def test_a_lane_with_green_in_two_stages_is_served_by_both(signal):
    # Link 0 runs in both stages, 1 in the first, 2 in the second.
    overlap = signal(
        (0.25, 0.1, 0.05),
        is_green=np.array([[1, 1, 0], [1, 0, 1]], dtype=bool),
        is_protected=np.array([[1, 1, 0], [1, 0, 1]], dtype=bool),
        **{name: np.full(2, seconds) for name, seconds in BOUNDS_S.items()},
    )
    found = critical_ratios(overlap, MODEL)
    assert found.sum() == pytest.approx(0.5)
    assert found[0] >= 0.2 - 1e-9 and found[1] >= 0.1 - 1e-9


def test_who_must_yield_all_the_time_needs_more_green(signal):
    yields_to = np.array([[False, False], [True, False]])
    both = np.ones((2, 2), dtype=bool)
    own = signal((0.1, 0.1), is_green=both, is_protected=both, yields_to=yields_to)
    yielding = signal(
        (0.1, 0.1), is_green=both, is_protected=np.array([[1, 0]] * 2, bool), yields_to=yields_to
    )
    assert critical_ratios(yielding, MODEL).sum() > critical_ratios(own, MODEL).sum()


def test_greens_are_in_proportion_to_critical_ratios(signal):
    assert webster_timing(signal((0.2, 0.1)), 66.0, MODEL).green_s.tolist() == [40.0, 20.0]


def test_least_greens_come_before_proportion(signal):
    tight = signal((0.2, 0.0), min_green_s=np.array([5.0, 12.0]))
    assert webster_timing(tight, 60.0, MODEL).green_s.tolist() == [42.0, 12.0]


def test_a_signal_that_nobody_comes_to_shares_its_cycle_evenly(signal):
    assert webster_timing(signal((0.0, 0.0)), 66.0, MODEL).green_s.tolist() == [30.0, 30.0]


def test_a_signal_s_cycle_is_webster_s_as_far_as_its_stages_allow(signal):
    # 6 s lost and 0.4 + 0.2 of all time: (9 + 5) / 0.4 s.
    assert best_cycle_s(signal((0.2, 0.1)), MODEL) == 35.0
    long = signal((0.01, 0.01), min_green_s=np.array([30.0, 30.0]))
    assert best_cycle_s(long, MODEL) == 66.0
    assert best_cycle_s(signal((0.3, 0.2)), MODEL) == np.inf


def test_a_cycle_that_the_stages_do_not_fit_is_refused(signal):
    with pytest.raises(ValueError, match=r"signal 'a': its cycle can be 16 to 166 s, got 12 s"):
        split(signal(), 12.0, np.ones(2))


@given(
    least=st.lists(st.integers(0, 20), min_size=2, max_size=5),
    weights=st.lists(st.floats(0, 1), min_size=5, max_size=5),
    more=st.integers(0, 60),
)
def test_any_split_fills_the_cycle_within_bounds(signal, least, weights, more):
    signal = signal([0.1] * len(least), min_green_s=np.array(least, dtype=float))
    cycle_s = min(signal.shortest_cycle_s + more, signal.longest_cycle_s)
    timing = webster_timing(signal, cycle_s, MODEL)
    check_timing(signal, timing)
    green_s = split(signal, cycle_s, np.array(weights[: len(least)]))
    assert green_s.sum() + signal.change_s.sum() == pytest.approx(cycle_s)
    assert (green_s >= signal.min_green_s).all() and (green_s <= signal.max_green_s).all()
    assert green_s == pytest.approx(np.round(green_s))
