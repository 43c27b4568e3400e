import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller import StagePlan
from corridor.signal_control.schedule import Schedule
from corridor.signal_control.stages import stages_of

J1 = (("GGrrr", 20), ("yyrrr", 3), ("rrrrr", 2), ("rrGGr", 10), ("rryyr", 3), ("rrrrr", 2))
J1 += (("rrrrG", 8), ("rrrry", 3), ("rrrrr", 1))
BEGIN_S = 57_600.0
STEPS_S = [0.1, 0.5, 1.0]
PROMISES_S = [0.0, 0.25, 3.7, 10.0]


@pytest.fixture
def make_schedule(make_program):
    program = make_program(*J1)

    def make(step_s, promise_s):
        stages = stages_of("J1", program, (), dict.fromkeys(range(5), 0.0), step_s)
        return Schedule.taken_over(
            stages, program, (0, BEGIN_S), BEGIN_S, step_length_s=step_s, promise_s=promise_s
        )

    return make


def act_on(schedule, plans, n_steps, *, never_rests=False):
    """What it says in each step, with plans by step.

    A plan is how much farther on in the program each green is than the one before it, and how long
    they are, the present one first.
    """
    said = []
    for step in range(n_steps):
        time_s = BEGIN_S + step * schedule.step_length_s
        if step in plans:
            farther, lengths_s = plans[step]
            stages = np.cumsum([schedule.stage, *farther]) % 3
            ends_s = time_s + np.cumsum(lengths_s)
            schedule.take(StagePlan(stages=stages, ends_s=ends_s))
        elif never_rests:
            schedule.take(schedule.plan)
        said.append(schedule.act(time_s))
    return said


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    step_s=st.sampled_from(STEPS_S),
    promise_s=st.sampled_from(PROMISES_S),
)
def test_nothing_is_slept_through(make_schedule, seed, step_s, promise_s):
    rng = np.random.default_rng(seed)
    plans = {}
    for step in rng.integers(0, 300, 6).tolist():
        n = int(rng.integers(0, 4))
        lengths_s = rng.uniform(0.0, 20.0, n + 1)
        if rng.random() < 0.5:
            lengths_s = np.rint(lengths_s / step_s) * step_s
        if rng.random() < 0.5:
            lengths_s[-1] = math.inf
        plans[step] = rng.integers(1, 3, n).tolist(), lengths_s
    rests = act_on(make_schedule(step_s, promise_s), plans, 400)
    wakes = act_on(make_schedule(step_s, promise_s), plans, 400, never_rests=True)
    assert rests == wakes


@pytest.mark.parametrize("step_s", STEPS_S)
@pytest.mark.parametrize("promise_s", PROMISES_S)
def test_a_switch_is_committed_in_the_last_step_that_keeps_the_promise(
    make_schedule, step_s, promise_s
):
    schedule = make_schedule(step_s, promise_s)
    said = act_on(schedule, {0: ([1], [30.0, math.inf])}, round(60.0 / step_s))
    ends, starts = next(promises for promises, _ in said if promises)
    assert (ends.stage, starts.stage) == (0, 1)
    assert (ends.promised_s, starts.promised_s) == (BEGIN_S + 30.0, BEGIN_S + 35.0)
    early_s = ends.promised_s - ends.announced_s
    assert promise_s - 1e-6 <= early_s < promise_s + step_s - 1e-6
    shown = {round(step * step_s, 3): letters for step, (_, letters) in enumerate(said) if letters}
    assert shown == {30.0: "yyrrr", 33.0: "rrrrr", 35.0: "rrGGr"}


def test_a_plan_that_comes_into_a_long_rest_is_heard(make_schedule):
    schedule = make_schedule(1.0, 0.0)
    said = act_on(schedule, {1: ([], [math.inf]), 50: ([2], [0.0, math.inf])}, 60)
    assert not any(promises or letters for promises, letters in said[:50])
    assert said[50][1] == "yyrrr"


@pytest.mark.parametrize("step_s", STEPS_S)
def test_no_green_ends_off_the_steps(make_schedule, step_s):
    schedule = make_schedule(step_s, 0.25)
    for step in range(100):
        steps = (schedule.free_s(BEGIN_S + step * step_s) - BEGIN_S) / step_s
        assert steps == pytest.approx(round(steps), abs=1e-6)
