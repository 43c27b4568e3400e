import time

import pytest

from corridor import FallBack, SteeringTally
from experiments.control_counts import control_counters, control_warnings
from experiments.guarded import Guarded
from experiments.study import Run


class Session:
    """Notes what reaches it."""

    layouts = ("a layout",)

    def __init__(self):
        self.plans, self.reasons = [], []

    def steer(self, plans):
        self.plans.append(plans)

    def fall_back(self, reason):
        self.reasons.append(reason)


class Frame:
    signals = "seen"


class Controller:
    promise_s = 0.0
    wait_s = 0.0

    def __init__(self, error=None, at_reset=None):
        self.error, self.at_reset, self.n_asked = error, at_reset, 0

    def reset(self, layouts):
        assert layouts == ("a layout",)
        if self.at_reset:
            raise self.at_reset

    def plan(self, seen):
        assert seen == "seen"
        self.n_asked += 1
        time.sleep(self.wait_s)
        if self.error:
            raise self.error
        return {0: "plan"}


@pytest.fixture
def session():
    return Session()


def test_plans_are_handed_on(session):
    Guarded(Controller(), session, 5.0).steer(Frame())
    assert session.plans == [{0: "plan"}]
    assert session.reasons == []


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("of nothing"), MemoryError(), KeyError("x\ny")]
)
def test_a_controller_that_raises_is_not_asked_again(session, error):
    controller = Controller(error)
    guarded = Guarded(controller, session, 5.0)
    for _ in range(3):
        guarded.steer(Frame())
    assert controller.n_asked == 1
    (reason,) = session.reasons
    assert reason.startswith(type(error).__name__)
    assert "\n" not in reason
    assert session.plans == []


def test_one_that_raises_at_the_start_is_never_asked(session):
    controller = Controller(at_reset=ValueError("no layout pleases me"))
    Guarded(controller, session, 5.0).steer(Frame())
    assert controller.n_asked == 0
    assert session.reasons == ["ValueError: no layout pleases me"]


def test_one_that_sleeps_is_not_asked_again_and_its_late_plan_not_used(session):
    controller = Controller()
    controller.wait_s = 0.05
    guarded = Guarded(controller, session, 0.02)
    for _ in range(2):
        guarded.steer(Frame())
    assert controller.n_asked == 1
    assert session.plans == []
    assert session.reasons[0].startswith("the plan came after 0.1 s, later than 0.02 s")


def test_nobody_is_asked_where_no_signal_can_be_controlled(session):
    session.layouts = ()
    controller = Controller(at_reset=ValueError("no signals"))
    Guarded(controller, session, 5.0).steer(Frame())
    assert session.plans == session.reasons == []
    assert controller.n_asked == 0


def warnings_of(tally):
    counters = {"signal_control": control_counters(tally)}
    return control_warnings(
        Run(arm="mine", seed=3, vehicles=None, approaches=None, counters=counters)
    )


def test_a_run_without_trouble_warns_of_nothing():
    assert warnings_of(SteeringTally()) == []
    assert (
        control_warnings(Run(arm="eco", seed=1, vehicles=None, approaches=None, counters={})) == []
    )


def test_signals_that_keep_their_own_program_are_told():
    assert warnings_of(SteeringTally(n_controlled=17, n_signals=51)) == [
        "mine: 34 of 51 signals have no program that can be controlled, and keep the scenario's own"
    ]


def test_what_went_wrong_is_told():
    tally = SteeringTally()
    tally.fallbacks += [
        FallBack(time_s=40.0, signal="", reason="KeyError: 3"),
        FallBack(time_s=90.0, signal="J1", reason="link 2 has no yellow"),
    ]
    tally.n_invalid = 2
    tally.invalid.update(["signal 1: ends_s must be times"] * 2)
    assert warnings_of(tally) == [
        "mine, seed 3: all signals fell back to the scenario's own plan at 40 s, since: "
        "KeyError: 3 (1 more such)",
        "mine, seed 3: 2 plans of signals were not used: signal 1: ends_s must be times",
    ]
