import math

import numpy as np
import pytest

from corridor.columns import Columns
from corridor.start_wave import ENOUGH, FEWEST, LONGEST_S, StartWave

STEP_S = 0.5


class Lane:
    """A queue of vehicles; row 0 is the first of it, unless they are shuffled."""

    def __init__(self, n, *, wave=None, order=None):
        self.columns = Columns.unknown(n)
        self.wave = wave or StartWave(STEP_S)
        self.rows = np.arange(n) if order is None else np.array(order)
        self.columns.floats("position_m")[self.rows] = 500.0 - 7.5 * np.arange(n)
        self.is_seen = np.ones(n, dtype=np.bool_)

    def start(self, starts_s, *, stand_s=-5.0):
        """All stand, then each drives from its own time on."""
        starts_s = np.array(starts_s)
        speeds_mps = self.columns.floats("speed_mps")
        for time_s in np.arange(stand_s, max(starts_s) + 10.0, STEP_S):
            speeds_mps[self.rows] = np.maximum(time_s - starts_s + STEP_S, 0.0) * 1.5
            self.wave.look(self.columns, self.is_seen, time_s)
        return self.wave


def test_the_wave_is_the_mean_time_from_start_to_start_in_whole_steps():
    n = FEWEST + 1
    assert Lane(n).start(2.0 * np.arange(n)).step_s == 2.0
    starts_s = np.cumsum(np.where(np.arange(n) % 4 == 0, 2.5, 2.0))
    assert Lane(n).start(starts_s).step_s == 2.0


def test_a_few_starts_say_nothing():
    assert math.isnan(Lane(FEWEST).start(2.0 * np.arange(FEWEST)).step_s)


def test_the_vehicle_ahead_is_told_by_place_and_lane_whatever_the_rows():
    n = FEWEST + 1
    order = np.random.default_rng(1).permutation(n)
    assert Lane(n, order=order).start(1.5 * np.arange(n)).step_s == 1.5
    each_alone = Lane(n)
    each_alone.columns.ints("present_lane")[:] = np.arange(n)
    assert math.isnan(each_alone.start(1.5 * np.arange(n)).step_s)


def test_who_starts_long_after_the_vehicle_ahead_waited_for_something_else():
    n = 2 * FEWEST + 2
    # Every other one: a new queue.
    starts_s = np.cumsum(np.where(np.arange(n) % 2 == 0, LONGEST_S + STEP_S, 1.0))
    assert Lane(n).start(starts_s).step_s == 1.0


def test_who_follows_somebody_that_never_stood_says_nothing():
    lane = Lane(FEWEST + 1)
    starts_s = 2.0 * np.arange(FEWEST + 1)
    starts_s[0] = -20.0
    assert math.isnan(lane.start(starts_s).step_s)


def test_who_is_not_seen_says_nothing():
    n = FEWEST + 1
    lane = Lane(n)
    lane.is_seen[:5] = False
    assert math.isnan(lane.start(2.0 * np.arange(n)).step_s)


def test_rolling_on_a_little_is_no_start():
    lane = Lane(FEWEST + 1)
    speeds_mps = lane.columns.floats("speed_mps")
    for turn in range(100):
        speeds_mps[:] = 0.7 * (turn % 2)
        lane.wave.look(lane.columns, lane.is_seen, turn * STEP_S)
    assert math.isnan(lane.wave.step_s)


def test_behind_enough_starts_nothing_is_learned_any_more():
    n = ENOUGH + 1
    wave = Lane(n).start(2.0 * np.arange(n))
    assert wave.step_s == 2.0
    assert Lane(n, wave=wave).start(5.0 * np.arange(n)).step_s == 2.0


@pytest.mark.parametrize("step_s", [0.1, 1.0])
def test_starts_seen_at_steps_cannot_tell_less_than_a_step(step_s):
    wave = StartWave(step_s)
    wave._sum_s, wave._count = 1.23 * FEWEST, FEWEST
    assert wave.step_s == pytest.approx(round(1.23 / step_s) * step_s)
