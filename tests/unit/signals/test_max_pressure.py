import numpy as np
import pytest

from controller import (
    MaxPressure,
    MaxPressureCyclic,
    MaxPressureParameters,
    SignalLayout,
    SignalsSeen,
)
from controller.signals.max_pressure import split
from controller.signals.pressure import StagePressure


def layout(**changes):
    """Two stages: links 0 and 1 (the second yields), then link 2."""
    values = {
        "signal_id": "J",
        "links": np.array([0, 1, 2]),
        "lanes": np.array([0, 0, 1]),
        "lanes_behind": np.array([10, 11, 12]),
        "room_m": np.full(3, 200.0),
        "saturation_flow_vps": np.full(3, 0.5),
        "is_green": np.array([[True, True, False], [False, False, True]]),
        "is_protected": np.array([[True, False, False], [False, False, True]]),
        "yields_to": np.zeros((3, 3), dtype=np.bool_),
        "n_inside": np.zeros(3, dtype=np.int64),
        "min_green_s": np.array([5.0, 5.0]),
        "max_green_s": np.array([50.0, 50.0]),
        "planned_green_s": np.array([30.0, 20.0]),
        "change_s": np.array([[0.0, 5.0], [5.0, 0.0]]),
        "following": np.array([1, 0]),
        "offset_s": 0.0,
        "cycle_s": 60.0,
    }
    return SignalLayout(**values | changes)


class Traffic:
    """As much of it as pressure looks at."""

    def __init__(self, link=(), distance_m=None, present_lane=None):
        self.link = np.array(link, dtype=np.int64)
        n = self.link.size
        self.distance_m = np.full(n, 20.0) if distance_m is None else np.array(distance_m)
        self.present_lane = (
            np.zeros(n, dtype=np.int64) if present_lane is None else np.array(present_lane)
        )


def seen(time_s, traffic, stage=0, green_start_s=0.0, free_s=None):
    return SignalsSeen(
        time_s=time_s,
        step_length_s=1.0,
        traffic=traffic,
        stage=np.array([stage]),
        green_start_s=np.array([green_start_s]),
        free_s=np.array([green_start_s + 5.0 if free_s is None else free_s]),
    )


def pressure_of(traffic, reach_m=150.0):
    return StagePressure([layout()], reach_m).of(traffic)[0].tolist()


def test_pressure_is_flow_times_those_who_wait():
    assert pressure_of(Traffic([0, 0, 2])) == [1.0, 0.5]


def test_whoever_yields_counts_for_half():
    assert pressure_of(Traffic([1, 1])) == [0.5, 0.0]


def test_vehicles_behind_the_junction_count_against():
    assert pressure_of(Traffic([0, 0, 7, 7, 7], present_lane=[0, 0, 10, 10, 10])) == [-0.5, 0.0]


def test_nobody_farther_than_the_reach_counts():
    assert pressure_of(Traffic([0, 2], distance_m=[10.0, 160.0])) == [0.5, 0.0]


def test_a_lane_behind_that_is_not_known_is_empty():
    known = StagePressure([layout(lanes_behind=np.array([-1, -1, -1]))], 150.0)
    assert known.of(Traffic([0], present_lane=[3]))[0].tolist() == [0.5, 0.0]


@pytest.fixture
def max_pressure():
    made = MaxPressure(MaxPressureParameters(decision_s=5.0))
    made.reset((layout(),))
    return made


def test_green_goes_to_the_stage_with_the_greatest_pressure(max_pressure):
    plan = max_pressure.plan(seen(8.0, Traffic([2, 2, 0])))[0]
    assert (plan.stages.tolist(), plan.ends_s.tolist()) == ([0, 1], [8.0, np.inf])


def test_of_equal_pressures_the_present_green_goes_on(max_pressure):
    plan = max_pressure.plan(seen(8.0, Traffic([2, 0])))[0]
    assert (plan.stages.tolist(), plan.ends_s.tolist()) == ([0], [np.inf])


def test_nothing_is_decided_before_the_least_green_is_over_nor_too_often(max_pressure):
    crowd = Traffic([2, 2])
    assert max_pressure.plan(seen(4.0, crowd)) == {}
    assert 0 in max_pressure.plan(seen(5.0, Traffic([0])))
    assert max_pressure.plan(seen(6.0, crowd)) == {}
    assert 0 in max_pressure.plan(seen(10.0, crowd))


def test_a_new_green_is_judged_when_it_has_lasted_as_long_as_lies_between_two_decisions():
    made = MaxPressure(MaxPressureParameters(decision_s=10.0))
    made.reset((layout(),))
    others = Traffic([0, 0])
    assert made.plan(seen(29.0, others, stage=1, green_start_s=20.0)) == {}
    assert 0 in made.plan(seen(30.0, others, stage=1, green_start_s=20.0))


def test_greens_by_pressure_fill_the_cycle():
    greens_s = split(layout(), np.array([3.0, 1.0]), 0.5)
    assert greens_s.sum() == pytest.approx(60 - 10)
    assert greens_s[0] > greens_s[1] >= 5.0
    assert split(layout(), np.array([3.0, 1.0]), 0.0).tolist() == [25.0, 25.0]


def test_a_cycle_is_planned_when_it_begins_and_not_again():
    cyclic = MaxPressureCyclic(MaxPressureParameters(sharpness=0.0))
    cyclic.reset((layout(),))
    plan = cyclic.plan(seen(1.0, Traffic([0])))[0]
    assert plan.stages.tolist() == [0, 1, 0]
    assert plan.ends_s.tolist() == [25.0, 55.0, np.inf]
    assert cyclic.plan(seen(2.0, Traffic([2]))) == {}
    assert cyclic.plan(seen(26.0, Traffic([2]), stage=1, green_start_s=30.0)) == {}
    again = cyclic.plan(seen(60.0, Traffic([2]), stage=0, green_start_s=60.0))[0]
    assert again.ends_s.tolist() == [85.0, 115.0, np.inf]


def test_a_green_that_was_not_planned_begins_a_plan_of_its_own():
    cyclic = MaxPressureCyclic(MaxPressureParameters(sharpness=0.0))
    cyclic.reset((layout(),))
    plan = cyclic.plan(seen(1.0, Traffic([0]), stage=1))[0]
    assert plan.stages.tolist() == [1, 0]


@pytest.mark.parametrize("wrong", [{"decision_s": 0.0}, {"reach_m": -1.0}, {"sharpness": -0.1}])
def test_parameters_check_themselves(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MaxPressureParameters(**wrong)
