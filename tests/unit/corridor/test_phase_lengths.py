import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.phase_lengths import LengthLaw

SHARES = np.array([0.1, 0.5, 0.9])


def law(*, n_keys=1, n_cases=2, n_ages=1, plan_s=10.0, step_s=1.0, groups=None, shares=SHARES):
    groups = np.zeros(n_keys, dtype=np.int64) if groups is None else np.array(groups)
    return LengthLaw(np.full(n_keys, plan_s), groups, n_cases, n_ages, step_s, np.array(shares))


def teach(made, lasted_s, *, key=0, case=0, age=0, limit_s=60.0):
    """Ends after so many seconds each, seen once."""
    lasted_s = np.array(lasted_s, dtype=float)
    same = np.ones(lasted_s.size, dtype=np.int64)
    made.learn(key * same, case * same, age * same, lasted_s, limit_s * same)


def told(made, *, key=0, case=0, age=0, limit_s=60.0):
    one = np.ones(1, dtype=np.int64)
    found = made.quantiles(key * one, case * one, age * one, limit_s * one)
    return found[:, 0].tolist()


def test_before_anything_was_seen_the_plan_is_told():
    # A fifth ends at once; of the others half after ln(1.6) / 0.1054 = 4.5 s: in the fifth second.
    assert told(law(plan_s=10.0, shares=[0.2, 0.5])) == [0, 5]


def test_shares_that_were_seen_often_are_told():
    made = law(shares=[0.25, 0.35, 0.75, 0.9])
    teach(made, [0] * 300 + [4] * 500 + [20] * 200)
    *early_s, late_s = told(made)
    assert early_s == [0, 4, 4]
    # Behind 16 s, five seconds count as one.
    assert 17 <= late_s <= 21


def test_an_end_that_was_forced_teaches_nothing_of_how_long_it_would_have_lasted():
    made = law()
    teach(made, [10] * 200, limit_s=10.0)
    assert told(made, limit_s=10.0) == [10, 10, 10]
    # Nobody ended before; behind 10 s only the plan is known.
    assert min(told(made)) >= 10


def test_what_cannot_end_later_is_not_said_to():
    assert told(law(plan_s=30.0), limit_s=3.0) == [0, 3, 3]
    assert told(law(), limit_s=0.0) == [0, 0, 0]


def test_a_limit_of_nothing_is_not_counted_as_an_end():
    made = law()
    teach(made, [0] * 500, limit_s=0.0)
    assert told(made) == told(law())


def test_cases_are_told_apart():
    made = law()
    teach(made, [1] * 200, case=0)
    teach(made, [25] * 200, case=1)
    assert told(made, case=0)[1] == 1
    assert 22 <= told(made, case=1)[1] <= 29


def test_ages_are_told_apart():
    made = law(n_ages=2)
    teach(made, [1] * 300, age=0)
    teach(made, [25] * 300, age=1)
    assert told(made, age=0)[1] == 1
    assert 22 <= told(made, age=1)[1] <= 29


def test_a_phase_that_was_never_seen_leans_on_others_of_its_group_only():
    made = law(n_keys=3, groups=[0, 0, 1])
    teach(made, [14] * 200, key=0)
    assert told(made, key=1)[1] == pytest.approx(14, abs=2)
    assert told(made, key=2) == told(law())


def test_shorter_steps_tell_the_same_times():
    rng = np.random.default_rng(1)
    seconds = np.ceil(rng.exponential(8.0, 2_000))
    coarse, fine = law(), law(step_s=0.1)
    teach(coarse, seconds)
    teach(fine, seconds - 0.5)
    assert told(fine) == pytest.approx(told(coarse), abs=1.0)


@given(
    st.lists(st.integers(0, 80), max_size=40),
    st.integers(0, 90),
    st.lists(st.floats(0.01, 0.99), min_size=2, max_size=6).map(sorted),
)
def test_quantiles_rise_and_are_whole_steps_within_the_limit(lasted_s, limit_s, shares):
    made = law(shares=shares)
    teach(made, np.minimum(lasted_s, 60.0))
    found = told(made, limit_s=float(limit_s))
    assert found == sorted(found)
    assert all(0 <= each <= limit_s and each == round(each) for each in found)


def test_quantiles_of_a_known_law_hold():
    rng = np.random.default_rng(2)
    made = law(plan_s=5.0)
    teach(made, np.floor(rng.gamma(3.0, 4.0, 4_000)))
    fresh = np.floor(rng.gamma(3.0, 4.0, 20_000))
    low_s, middle_s, high_s = told(made)
    assert np.mean(fresh < low_s) <= 0.1 <= np.mean(fresh <= low_s) + 0.02
    assert np.mean(fresh < middle_s) <= 0.5 <= np.mean(fresh <= middle_s) + 0.02
    assert np.mean(fresh > high_s) == pytest.approx(0.1, abs=0.03)
