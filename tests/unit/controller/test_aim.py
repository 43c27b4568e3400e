from dataclasses import replace

import numpy as np
import pytest

from controller import EcoParameters
from controller.aim import aim

PARAMETERS = EcoParameters()
SLOWED = {"distance_m": 110.0, "speed_mps": 5.0}
"""Who has slowed down so far that he will come just in time for a green in 10 s."""


@pytest.fixture
def target_of(seen_of, plan_of):
    """What the second of two vehicles is to meet, with a plan of the first."""

    def target(first=SLOWED, **changes):
        seen = seen_of([first, {"distance_m": 130.0}], [[(10.0, 40.0)]], time_s=100.0)
        seen.memory[0] = plan_of(**{"JOIN_S": 110.0, "HOLD_MPS": 5.0, **changes})[0]
        return aim(seen, PARAMETERS)

    return target


def test_who_keeps_to_a_plan_has_his_place_in_the_queue(target_of):
    under_way, done = target_of(), target_of(DONE=1.0)
    assert (under_way.n_ahead[1], done.n_ahead[1]) == (1, 0)
    assert under_way.place_m[1] == pytest.approx(done.place_m[1] + 7.5)


def test_behind_one_who_rolls_the_place_moves_sooner_than_behind_one_who_stops(target_of):
    wave = PARAMETERS.wave
    assert target_of().slot_s[1] == pytest.approx(10.0 + wave.follow_s)
    assert target_of(HOLD_MPS=0.0).slot_s[1] == pytest.approx(10.0 + wave.step_s)


def test_a_plan_for_another_line_keeps_no_place(seen_of, plan_of):
    seen = seen_of([SLOWED, {"distance_m": 130.0}], [[(10.0, 40.0)]], time_s=100.0)
    seen.memory[0] = plan_of(JOIN_S=110.0, HOLD_MPS=5.0, LINK=3.0)[0]
    np.testing.assert_array_equal(aim(seen, PARAMETERS).n_ahead, [0, 0])


def test_only_who_keeps_to_a_plan_does_so_whoever_else_is_on_the_road(seen_of, plan_of):
    # Unequipped ones come first in the rows of the traffic; the two lanes are mixed.
    unequipped = {"distance_m": 90.0, "lane": 1, "link": 1}
    behind = {"distance_m": 130.0}
    rolling = {"distance_m": 112.0, "speed_mps": 5.0}
    red = [(10.0, 40.0)]
    cars = [unequipped, behind, {**behind, "lane": 1, "link": 1}, rolling]
    seen = seen_of(cars, [red, red], equipped=[3, 1], time_s=137.0)
    seen.memory[0] = plan_of(JOIN_S=147.0, HOLD_MPS=5.0)[0]
    target = aim(seen, PARAMETERS)
    wave = PARAMETERS.wave
    np.testing.assert_array_equal(target.n_ahead, [0, 1])
    assert target.slot_s[1] == pytest.approx(10.0 + wave.follow_s)
    other = aim(seen_of(cars, [red, red], equipped=[3, 2], time_s=137.0), PARAMETERS)
    assert other.slot_s[1] == pytest.approx(10.0 + wave.step_s), "who waits there has no plan"


def test_who_has_joined_is_no_longer_followed_as_one_who_rolls(target_of):
    near = {"distance_m": 60.0, "speed_mps": 5.0}
    done, under_way = target_of(near, DONE=1.0), target_of(near)
    assert done.slot_s[1] == pytest.approx(10.0 + PARAMETERS.wave.step_s)
    assert under_way.slot_s[1] == pytest.approx(10.0 + PARAMETERS.wave.follow_s)


def test_the_green_that_a_vehicle_was_told_of_is_found_by_its_time(seen_of):
    """The roadside has dropped a green that is over, or knows of one that no message told of."""
    cars, times = [{"distance_m": 300.0}], {"time_s": 100.0}
    now = seen_of(cars, [[(30.0, 60.0), (120.0, 150.0)]], early_s=1.0, late_s=2.0, **times)
    told_s = {
        "older": [[-60.0, 33.0, 120.0]],
        "nothing": [[np.nan] * 3],
        "others": [[-60.0, 120.0, np.nan]],
    }

    def spread(starts_s):
        starts_s = np.array(starts_s, dtype=float)
        message = {"start_q10_s": starts_s - 4.0, "start_q90_s": starts_s + 5.0}
        return aim(replace(now, likely_start_s=starts_s, **message), PARAMETERS)

    assert aim(now, PARAMETERS).spread_s[0] == pytest.approx(3.0)
    assert spread(told_s["older"]).spread_s[0] == pytest.approx(9.0)
    assert spread(told_s["older"]).slot_s[0] == pytest.approx(29.0)
    for nothing in ("nothing", "others"):
        assert np.isnan(spread(told_s[nothing]).slot_s[0])


def test_a_green_that_had_begun_when_the_message_was_made_is_not_the_one_to_come(seen_of):
    now = seen_of([{"distance_m": 300.0}], [[(5.0, 35.0)]], spat_age_s=np.array([2.0]))
    told_s = np.array([[-10.0, 24.0, np.inf]])
    older = replace(now, likely_start_s=told_s, start_q10_s=told_s - 4.0, start_q90_s=told_s + 30.0)
    assert aim(older, PARAMETERS).spread_s[0] == pytest.approx(34.0)


def test_a_green_that_never_comes_is_none_that_a_vehicle_was_told_of(seen_of):
    seen = seen_of([{"distance_m": 300.0}], [[(-20.0, -9.0)]])
    never_s = np.full((1, 3), np.inf)
    target = aim(
        replace(seen, likely_start_s=never_s, start_q10_s=never_s, start_q90_s=never_s), PARAMETERS
    )
    assert not target.is_known[0] and np.isnan(target.slot_s[0])
