import numpy as np
import pytest

from controller import MEMORY_WIDTH, Driver
from controller.guidance import (
    REGULATION_MPS,
    decel_to_ask,
    needed_mps,
    speed_now,
    speed_to_show,
)
from controller.ramps import COASTING, COASTING_MPS2, COASTING_PER_M, row_of, tabulate


@pytest.fixture(scope="module")
def ramps(rate_maps):
    return tabulate(list(rate_maps.values()), wavering_mps2=0.0)


def test_before_its_ramp_a_vehicle_keeps_its_speed(ramps, car_at, plan_of):
    for time_s in (100.0, 103.0):
        assert speed_now(plan_of(), car_at(time_s=time_s, speed_mps=13.7), ramps)[0] == 14.0


@pytest.mark.parametrize(
    ("changes", "speed_mps", "expected_mps"),
    [
        ({}, 14.0, 13.5),
        ({}, 8.4, 8.0),
        ({"RAMP_MPS2": COASTING}, 10.0, 10.0 - COASTING_MPS2 - 100.0 * COASTING_PER_M),
        ({"RAMP_MPS2": 0.5, "HOLD_MPS": 13.0, "CRUISE_MPS": 8.0}, 9.0, 9.5),
        ({"RAMP_MPS2": 0.5, "HOLD_MPS": 13.0, "CRUISE_MPS": 8.0}, 12.6, 13.0),
    ],
)
def test_on_its_ramp_the_speed_of_the_next_step_follows_it_and_ends_at_the_hold(
    ramps, car_at, changes, speed_mps, expected_mps, plan_of
):
    seen = car_at(time_s=110.0, speed_mps=speed_mps)
    assert speed_now(plan_of(**changes), seen, ramps)[0] == pytest.approx(expected_mps, abs=1e-3)


def test_who_holds_a_speed_arrives_in_time_by_small_deviations(ramps, car_at, plan_of):
    # 20 s and 8 m/s to go, from 16 m before the line.
    for more_m, needed in ((0.0, 8.0), (10.0, 8.5), (-10.0, 7.5)):
        seen = car_at(time_s=110.0, speed_mps=8.0, distance_m=16.0 + 160.0 + more_m)
        assert speed_now(plan_of(), seen, ramps)[0] == pytest.approx(needed)
    for more_m, sign in ((100.0, 1.0), (-100.0, -1.0)):
        seen = car_at(time_s=110.0, speed_mps=8.0, distance_m=16.0 + 160.0 + more_m)
        # At most 1 m/s2 of change, and 1.5 m/s of deviation.
        assert speed_now(plan_of(), seen, ramps)[0] == pytest.approx(8.0 + sign)
        assert needed_mps(plan_of(), seen)[0] == pytest.approx(8.0 + sign * REGULATION_MPS)


@pytest.mark.parametrize(
    ("hold_mps", "slowest_mps"), [(8.0, 6.5), (4.0, 2.5), (3.25, 2.25), (2.25, 2.25), (2.0, 2.0)]
)
def test_nobody_is_slowed_down_to_standing_to_arrive_later(car_at, plan_of, hold_mps, slowest_mps):
    seen = car_at(time_s=129.6, speed_mps=hold_mps, distance_m=16.5)
    assert needed_mps(plan_of(HOLD_MPS=hold_mps), seen)[0] == slowest_mps


@pytest.mark.parametrize(("sign", "other"), [(1.0, {}), (-1.0, {}), (1.0, {"RAMP_MPS2": 0.5})])
def test_who_must_make_up_for_time_does_so_steadily(ramps, car_at, sign, other, plan_of):
    # 20 s to go; 1.2 m/s faster or slower than planned is needed all the while.
    notes = plan_of(JOIN_S=140.0, **other, **({"CRUISE_MPS": 6.0} if other else {}))
    speed_mps, distance_m = 8.0, 16.0 + 20.0 * (8.0 + 1.2 * sign)
    for time_s in range(120, 140):
        seen = car_at(time_s=float(time_s), speed_mps=speed_mps, distance_m=distance_m)
        next_mps = float(speed_now(notes, seen, ramps)[0])
        assert abs(next_mps - speed_mps) <= (1.0 if time_s < 122 else 0.1)
        speed_mps = next_mps
        distance_m -= speed_mps
    assert distance_m == pytest.approx(16.0, abs=0.5)


def test_who_joined_too_far_away_does_not_divide_by_no_time(car_at, plan_of):
    assert needed_mps(plan_of(), car_at(time_s=130.0, distance_m=20.0))[0] == pytest.approx(6.5)


def test_without_a_plan_nothing_is_wanted(ramps, car_at):
    nothing = np.full((1, MEMORY_WIDTH), np.nan)
    assert np.isnan(speed_now(nothing, car_at(), ramps)[0])
    assert np.isnan(speed_to_show(nothing, car_at(), Driver(), ramps)[0])


@pytest.mark.parametrize("ramp", [COASTING, -0.5, -1.0])
@pytest.mark.parametrize("too_near", [0.0, 0.2, -0.2])
@pytest.mark.parametrize("step_s", [0.5, 1.0])
def test_a_ramp_to_a_stop_ends_at_the_very_place(ramps, car_at, ramp, too_near, step_s, plan_of):
    notes = plan_of(HOLD_MPS=0.0, RAMP_MPS2=ramp, PLACE_M=8.5)
    way_m = float(ramps.at(ramps.way_m, np.array([10.0]))[row_of(ramp), 0])
    speed_mps, distance_m = 10.0, 8.5 + abs(way_m) * (1.0 - too_near)
    for _ in range(200):
        seen = car_at(
            time_s=110.0, speed_mps=speed_mps, distance_m=distance_m, step_length_s=step_s
        )
        next_mps = float(speed_now(notes, seen, ramps)[0])
        assert speed_mps - next_mps <= 1.5 * step_s + 1e-9
        speed_mps = next_mps
        # As SUMO moves vehicles: a whole step at the new speed.
        distance_m -= speed_mps * step_s
    assert speed_mps < 0.1
    assert distance_m == pytest.approx(8.5, abs=1.0)


@pytest.mark.parametrize("step_s", [0.5, 1.0])
@pytest.mark.parametrize(
    ("room", "slows_mps2"),
    [(4.0, 0.25), (2.1, 0.25), (1.25, 0.4), (0.625, 0.8), (0.48, 1.0), (0.2, 1.0)],
)
def test_a_ramp_to_a_stop_is_driven_between_half_and_twice_as_firmly_as_planned(
    ramps, car_at, room, slows_mps2, step_s, plan_of
):
    # At 0.5 m/s2 it takes 100 m from 10 m/s; the last half of a step is not driven.
    distance_m = 1.0 + room * (100.0 - 0.5 * 10.0 * step_s)
    seen = car_at(time_s=110.0, speed_mps=10.0, distance_m=distance_m, step_length_s=step_s)
    next_mps = float(speed_now(plan_of(HOLD_MPS=0.0, RAMP_MPS2=-0.5), seen, ramps)[0])
    assert (10.0 - next_mps) / step_s == pytest.approx(slows_mps2)


@pytest.mark.parametrize("step_s", [0.5, 1.0])
@pytest.mark.parametrize("ramp", [-1.0, -1.5])
@pytest.mark.parametrize("left_m", [5.0, 20.0])
def test_no_ramp_to_a_stop_brakes_harder_than_is_comfortable(
    ramps, car_at, ramp, left_m, step_s, plan_of
):
    seen = car_at(time_s=110.0, speed_mps=10.0, distance_m=1.0 + left_m, step_length_s=step_s)
    next_mps = float(speed_now(plan_of(HOLD_MPS=0.0, RAMP_MPS2=ramp), seen, ramps)[0])
    assert (10.0 - next_mps) / step_s == pytest.approx(1.5)


def show(notes, seen, ramps, **driver):
    plain = {"dawdling_mps2": 0.0, "step_mps": 0.5}
    return float(speed_to_show(notes, seen, Driver(**{**plain, **driver}), ramps)[0])


def test_a_driver_is_shown_at_once_what_to_hold_in_steps_of_his_display(ramps, car_at, plan_of):
    # It takes him 1 s to react, and his ramp begins at 104 s.
    assert np.isnan(show(plan_of(), car_at(time_s=102.0), ramps))
    assert show(plan_of(), car_at(time_s=103.0), ramps) == pytest.approx(8.0)
    assert np.isnan(show(plan_of(), car_at(time_s=101.0), ramps))
    assert show(plan_of(), car_at(time_s=101.0), ramps, lag_s=3.0) == pytest.approx(8.0)
    for step_mps, shown_mps in ((5.0 / 3.6, 30.0 / 3.6), (3.0, 9.0)):
        seen = car_at(time_s=103.0)
        assert show(plan_of(), seen, ramps, step_mps=step_mps) == pytest.approx(shown_mps)


@pytest.mark.parametrize("step_length_s", [0.5, 1.0])
def test_who_stays_below_what_he_is_shown_is_shown_so_much_more(
    ramps, car_at, step_length_s, plan_of
):
    seen = car_at(time_s=103.0, step_length_s=step_length_s)
    shown_mps = show(plan_of(), seen, ramps, dawdling_mps2=2.0)
    assert shown_mps == pytest.approx(8.0 + 2.0 * step_length_s)


def test_a_slow_driver_is_told_not_to_speed_up_before_his_ramp(ramps, car_at, plan_of):
    slow = plan_of(CRUISE_MPS=9.0, RAMP_S=115.0)
    assert show(slow, car_at(time_s=101.0, speed_mps=9.0), ramps) == 9.0
    # One who is about as fast as he likes to be is told nothing.
    nearly = plan_of(CRUISE_MPS=12.5, RAMP_S=115.0)
    assert np.isnan(show(nearly, car_at(time_s=101.0, speed_mps=12.5), ramps))


def test_nobody_is_asked_to_creep_and_slower_only_near_the_line(ramps, car_at, plan_of):
    far, near = ({"time_s": 125.0, "speed_mps": 4.0, "distance_m": d} for d in (101.0, 99.0))
    stopping = plan_of(HOLD_MPS=0.0, JOIN_S=150.0)
    rolling = plan_of(HOLD_MPS=2.0, JOIN_S=150.0)
    for step_mps, floors_mps in (
        (5.0 / 3.6, (20.0 / 3.6, 15.0 / 3.6)),
        (0.5, (6.0, 4.5)),
        (3.0, (6.0, 6.0)),
    ):
        for place, floor_mps in zip((far, near), floors_mps, strict=True):
            for plan in (stopping, rolling):
                shown_mps = show(plan, car_at(**place), ramps, step_mps=step_mps)
                assert shown_mps == pytest.approx(floor_mps)
    assert show(stopping, car_at(**far), ramps, floor_mps=7.0) == 7.0
    creeping = plan_of(CRUISE_MPS=3.0, RAMP_S=115.0)
    assert show(creeping, car_at(time_s=101.0, speed_mps=3.0), ramps) == 6.0


def test_the_display_of_who_holds_a_speed_does_not_flicker(ramps, car_at, plan_of):
    holding = {"time_s": 120.0, "speed_mps": 8.0, "distance_m": 16.0 + 10.0 * 8.5}
    for before_mps, shown_mps in ((8.1, 8.1), (np.nan, 8.5), (10.5, 8.5)):
        seen = car_at(**holding, previous_advice_mps=np.array([before_mps]))
        assert show(plan_of(), seen, ramps) == pytest.approx(shown_mps)


@pytest.mark.parametrize(("ramp", "cruise_mps"), [(-0.5, 11.0), (0.5, 5.0)])
def test_a_speed_is_held_when_the_ramp_to_it_ends_within_what_a_display_stays(
    ramps, car_at, plan_of, ramp, cruise_mps
):
    # The ramp lasts from 104 to 110 s. He reacts after 1 s, and the display stays for 5 s: at
    # 106.5 s the middle of that time comes. He is late, and to hold 9 m/s in place of 8.
    notes = plan_of(RAMP_MPS2=ramp, CRUISE_MPS=cruise_mps)
    for time_s, shown_mps in ((103.0, 8.0), (106.0, 8.0), (107.0, 9.0)):
        late = {"time_s": time_s, "distance_m": 16.0 + 9.0 * (130.0 - time_s)}
        assert show(notes, car_at(speed_mps=9.0, **late), ramps) == pytest.approx(shown_mps)


def test_only_who_must_slow_down_more_than_by_easing_off_is_asked_to_brake(plan_of):
    driver = Driver(ease_off_mps2=0.5)
    firm = decel_to_ask(plan_of(RAMP_MPS2=-1.0), driver)
    assert firm[0] == pytest.approx(1.0)
    for ramp in (-0.5, COASTING, 0.5):
        assert np.isnan(decel_to_ask(plan_of(RAMP_MPS2=ramp), driver)[0])
    assert np.isnan(decel_to_ask(np.full((1, MEMORY_WIDTH), np.nan), driver)[0])
