import math

import numpy as np
import pytest

from corridor.columns import Columns
from corridor.start_wave import ENOUGH, FEWEST, LONGEST_S, MARGIN_S, ROOM_M, StartWave

STEP_S = 0.5
SPACE_M = 7.5


def bound(mean_s, n):
    return pytest.approx(mean_s - MARGIN_S / math.sqrt(n))


class Lane:
    """A queue of vehicles that drove there; row 0 is the first of it, unless they are shuffled."""

    def __init__(self, n, *, order=None, gap_m=0.0):
        self.columns = Columns.unknown(n)
        self.wave = StartWave()
        self.rows = np.arange(n) if order is None else np.array(order)
        self.place_m = 5000.0 - (SPACE_M + gap_m) * np.arange(n)
        self.columns.floats("space_m")[:] = SPACE_M
        self.is_seen = np.ones(n, dtype=np.bool_)
        self.show(-20.0, np.full(n, 10.0))

    def show(self, time_s, speeds_mps):
        self.place_m = self.place_m + speeds_mps * STEP_S * (time_s > -10.0)
        self.columns.floats("position_m")[self.rows] = self.place_m
        self.columns.floats("speed_mps")[self.rows] = speeds_mps
        self.wave.look(self.columns, self.is_seen, time_s)

    def start(self, starts_s):
        """All stand, then each drives from its own time on; what is learned."""
        starts_s = np.array(starts_s)
        for time_s in np.arange(-5.0, max(starts_s) + 10.0, STEP_S):
            self.show(time_s, np.clip(time_s - starts_s + STEP_S, 0.0, 3.0) * 2.0)
        return self.wave.step_s


def test_the_wave_is_the_mean_time_from_start_to_start_as_far_as_it_is_sure():
    n = FEWEST + 1
    assert Lane(n).start(2.0 * np.arange(n)) == bound(2.0, FEWEST)
    starts_s = np.cumsum(np.where(np.arange(n) % 2 == 0, 1.5, 2.0))
    assert Lane(n).start(starts_s) == bound(1.75, FEWEST)


def test_a_few_starts_say_nothing():
    assert math.isnan(Lane(FEWEST).start(2.0 * np.arange(FEWEST)))


def test_the_vehicle_ahead_is_told_by_place_and_lane_whatever_the_rows():
    n = FEWEST + 1
    order = np.random.default_rng(1).permutation(n)
    assert Lane(n, order=order).start(1.5 * np.arange(n)) == bound(1.5, FEWEST)
    each_alone = Lane(n)
    each_alone.columns.ints("present_lane")[:] = np.arange(n)
    assert math.isnan(each_alone.start(1.5 * np.arange(n)))


def test_who_starts_long_after_the_vehicle_ahead_waited_for_something_else():
    n = 2 * FEWEST + 2
    # Every other one: a new queue.
    starts_s = np.cumsum(np.where(np.arange(n) % 2 == 0, LONGEST_S + STEP_S, 1.0))
    assert Lane(n).start(starts_s) == bound(1.0, FEWEST + 1)


def test_who_starts_with_the_vehicle_ahead_did_not_wait_for_it():
    assert math.isnan(Lane(2 * FEWEST).start(np.zeros(2 * FEWEST)))


def test_who_follows_somebody_that_never_stood_says_nothing():
    starts_s = 2.0 * np.arange(FEWEST + 1)
    starts_s[0] = -20.0
    assert math.isnan(Lane(FEWEST + 1).start(starts_s))


def test_where_an_unseen_car_may_stand_between_two_nothing_is_learned():
    n = FEWEST + 1
    assert math.isnan(Lane(n, gap_m=ROOM_M).start(1.0 * np.arange(n)))
    assert Lane(n, gap_m=1.0).start(1.0 * np.arange(n)) == bound(1.0, FEWEST)


def test_who_is_not_seen_says_nothing():
    n = FEWEST + 1
    lane = Lane(n)
    lane.is_seen[:5] = False
    assert math.isnan(lane.start(2.0 * np.arange(n)))


def test_who_enters_the_road_standing_did_not_queue():
    lane = Lane(FEWEST + 1)
    lane.columns.flags("has_moved")[:] = False
    assert math.isnan(lane.start(2.0 * np.arange(FEWEST + 1)))


@pytest.mark.parametrize(("slow_mps", "is_start"), [(0.6, False), (0.4, True)])
def test_rolling_on_a_little_is_no_stand_and_no_start(slow_mps, is_start):
    # Each in turn slows down and drives on, a second after the one ahead.
    n = FEWEST + 2
    lane = Lane(n)
    for step in range(2 * n + 6):
        speeds_mps = np.full(n, 1.0)
        speeds_mps[np.abs(step - 2 * np.arange(n) - 1) <= 1] = slow_mps
        lane.show(step * STEP_S, speeds_mps)
    assert (not math.isnan(lane.wave.step_s)) is is_start


@pytest.mark.parametrize(("again_mps", "says"), [(0.0, False), (1.0, True)])
def test_who_stands_again_is_followed_by_nobody(again_mps, says):
    # Every other one drives on, and stands again or not when the one behind it starts.
    lane = Lane(2 * FEWEST)
    even = np.arange(lane.rows.size) % 2 == 0
    for time_s, mps in enumerate([(0.0, 0.0), (1.0, 0.0), (again_mps, 0.0), (again_mps, 1.0)]):
        lane.show(float(time_s), np.where(even, *mps))
    assert (lane.wave.step_s == bound(2.0, FEWEST)) is says


def test_behind_enough_starts_nothing_is_learned_any_more():
    n = ENOUGH + 1
    lane = Lane(n)
    assert lane.start(2.0 * np.arange(n)) == bound(2.0, ENOUGH)
    lane.show(-20.0, np.full(n, 10.0))
    assert lane.start(5.0 * np.arange(n)) == bound(2.0, ENOUGH)
