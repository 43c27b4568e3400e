import numpy as np
import pytest

from corridor.switch_history import MEMORY, SwitchHistory

N_AHEAD = 4
PLANS_S = np.array([[0.0, 5, 15, 20], [0, 20, 23, 43], [0, 40, 43, 83]])[:, np.newaxis]
ONE = np.zeros(1, dtype=np.int64)


def history(n_signals=1):
    return SwitchHistory(n_signals, 2, N_AHEAD)


def show(made, lengths_s, *, signal=0, phase=0, time_s=0.0):
    """Phases 0 and 1 take turns, with these lengths; the end of the last one."""
    for length_s in lengths_s:
        time_s += length_s
        made.note(np.array([signal]), np.array([phase]), np.array([time_s]))
        phase = 1 - phase
    return time_s


def behind(made, phase, *, n_until=0, signal=0):
    """(3, K) quantiles of the times from the end of a phase to what is behind it."""
    found = made.quantiles(
        np.array([signal]), np.array([phase]), np.array([n_until]), np.array([2]), PLANS_S
    )
    return found[:, 0]


def test_at_first_the_plan_is_told():
    assert behind(history(), 0).tolist() == PLANS_S[:, 0].tolist()


def test_what_was_seen_often_replaces_the_plan():
    made = history()
    show(made, [30.0, 12.0] * 8)
    # From the end of phase 0: itself, 12 s of phase 1, 30 s of phase 0, 12 s.
    assert behind(made, 0).tolist() == [[0, 12, 42, 54]] * 3
    assert behind(made, 1, n_until=1).tolist() == [[0, 30, 42, 72]] * 3


def test_quantiles_are_those_of_the_next_one_to_come():
    made = history()
    show(made, [x for length_s in range(1, MEMORY) for x in (30.0, float(length_s))])
    low_s, middle_s, high_s = behind(made, 0)[:, 1]
    # 19 lengths of 1 to 19 s: the next is below the k-th of them with probability k / 20.
    assert (low_s, middle_s, high_s) == (2, 10, 18)


def test_only_the_last_occurrences_count():
    made = history()
    time_s = show(made, [30.0, 12.0] * 40)
    show(made, [30.0, 17.0] * MEMORY, time_s=time_s)
    assert behind(made, 0)[:, 1].tolist() == [17] * 3


def test_long_runs_need_no_more_room():
    made = history()
    show(made, [30.0, 12.0] * 500)
    assert behind(made, 0).tolist() == [[0, 12, 42, 54]] * 3


def test_what_was_before_a_break_is_forgotten():
    made = history()
    show(made, [30.0, 12.0] * 8)
    made.forget(ONE)
    assert behind(made, 0).tolist() == PLANS_S[:, 0].tolist()


def test_signals_do_not_mix():
    made = history(2)
    show(made, [30.0, 12.0] * 8, signal=0)
    show(made, [50.0, 25.0] * 8, signal=1)
    assert behind(made, 0, signal=0)[1].tolist() == [0, 12, 42, 54]
    assert behind(made, 0, signal=1)[1].tolist() == [0, 25, 75, 100]


def test_independent_lengths_are_told_with_their_shares():
    rng = np.random.default_rng(3)
    n_below, n_above, n_rounds = 0, 0, 400
    for _ in range(n_rounds):
        made = history()
        show(made, np.column_stack([np.full(20, 30.0), rng.exponential(10.0, 20)]).ravel())
        low_s, _, high_s = behind(made, 0)[:, 1]
        fresh_s = rng.exponential(10.0)
        n_below, n_above = n_below + (fresh_s < low_s), n_above + (fresh_s > high_s)
    assert n_below / n_rounds == pytest.approx(0.1, abs=0.04)
    assert n_above / n_rounds == pytest.approx(0.1, abs=0.04)
