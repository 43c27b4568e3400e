import numpy as np
import pytest

from controller import MEMORY_WIDTH, Driver
from controller.plan import (
    AHEAD,
    BEHIND_MPS,
    CRUISE_MPS,
    DONE,
    GREEN_S,
    HOLD_MPS,
    JOIN_M,
    JOIN_S,
    MOVED_M,
    NOTE_NAMES,
    PLACE_M,
    RAMP,
    RAMP_S,
    REGULATION_MPS,
    SLOT_S,
    is_done,
    is_invalid,
    is_over,
    is_planned,
    needed_mps,
    noted,
    planned_speed,
    speed_now,
    speed_to_show,
)
from controller.profile import COASTING, COASTING_MPS2, COASTING_PER_M, DOWN_MPS2, Choice, tabulate

DOWN_05 = 1 + DOWN_MPS2.index(0.5)
UP_05 = 1 + len(DOWN_MPS2)


@pytest.fixture(scope="module")
def ramps(rate_maps):
    return tabulate(list(rate_maps.values()), wavering_mps2=0.0)


def plan(**changes):
    """Notes of one plan: at 100 s it cruises; from 104 s on it slows down from 14 to 8 m/s."""
    notes = np.full((1, MEMORY_WIDTH), np.nan)
    content = {
        JOIN_S: 130.0,
        JOIN_M: 16.0,
        HOLD_MPS: 8.0,
        RAMP: DOWN_05,
        RAMP_S: 104.0,
        CRUISE_MPS: 14.0,
        SLOT_S: 130.0,
        PLACE_M: 1.0,
        GREEN_S: 130.0,
        DONE: 0.0,
        AHEAD: 0,
    }
    for column, value in content.items():
        notes[0, column] = value
    for name, value in changes.items():
        notes[0, globals()[name]] = value
    return notes


def invalid(notes, seen, slot_s=30.0, place_m=1.0):
    found = is_invalid(
        notes,
        seen,
        slot_s=np.array([slot_s]),
        place_m=np.array([place_m]),
        tolerance_s=2.0,
        standing_mps=5.0 / 3.6,
    )
    return bool(found[0])


@pytest.fixture
def car_at(seen_of):
    """One car at a time: what is seen of it."""

    def make(time_s=100.0, **changes):
        observed = {
            name: changes.pop(name) for name in ("driver", "previous_advice_mps") if name in changes
        }
        return seen_of([changes], [[(30.0, 60.0)]], time_s=time_s, **observed)

    return make


def test_notes_keep_absolute_times(car_at):
    choice = Choice(
        is_feasible=np.array([True]),
        ramp=np.array([2]),
        hold_mps=np.array([8.0]),
        cruise_s=np.array([4.0]),
        join_s=np.array([30.0]),
        join_m=np.array([16.0]),
    )
    notes = noted(
        choice,
        car_at(),
        slot_s=np.array([30.0]),
        place_m=np.array([8.5]),
        green_s=np.array([28.8]),
        n_ahead=np.array([1]),
        speed_mps=np.array([14.0]),
    )
    expected = plan(PLACE_M=8.5, GREEN_S=128.8, AHEAD=1)
    np.testing.assert_allclose(notes, expected)
    assert is_planned(notes).all()
    assert not is_done(notes).any()
    assert not is_planned(np.full((1, MEMORY_WIDTH), np.nan)).any()
    assert len(NOTE_NAMES) <= MEMORY_WIDTH


def test_a_plan_holds_while_what_it_rests_on_moves_by_little(car_at):
    assert not invalid(plan(), car_at())
    assert not invalid(plan(), car_at(), slot_s=31.9, place_m=6.9)
    # 10 s later the same start is 10 s nearer.
    assert not invalid(plan(), car_at(time_s=110.0), slot_s=20.0)


@pytest.mark.parametrize("slot_s", [27.9, 32.1])
def test_a_plan_is_dropped_when_the_start_of_the_queue_moves(car_at, slot_s):
    assert invalid(plan(), car_at(), slot_s=slot_s)


def test_a_plan_is_dropped_when_a_vehicle_more_or_less_stands_ahead(car_at):
    assert not invalid(plan(), car_at(), place_m=1.0 + MOVED_M)
    assert invalid(plan(), car_at(), place_m=8.5)


def test_who_is_held_up_by_somebody_needs_another_plan(car_at):
    assert not invalid(plan(), car_at(speed_mps=8.0 - BEHIND_MPS))
    assert invalid(plan(), car_at(speed_mps=8.0 - BEHIND_MPS - 0.1))
    # A plan that speeds up begins at the cruising speed.
    rising = plan(HOLD_MPS=13.0, CRUISE_MPS=8.0, RAMP=UP_05)
    assert not invalid(rising, car_at(speed_mps=6.1))
    assert invalid(rising, car_at(speed_mps=5.9))


def test_a_plan_to_stop_ends_when_the_vehicle_stands(car_at):
    stopping = plan(HOLD_MPS=0.0)
    assert not invalid(stopping, car_at(speed_mps=1.5))
    assert invalid(stopping, car_at(speed_mps=1.3))


def test_no_plan_is_never_invalid(car_at):
    assert not invalid(np.full((1, MEMORY_WIDTH), np.nan), car_at())


def test_a_plan_is_over_in_the_step_of_its_joining_or_a_reaction_time_before(car_at):
    assert [bool(is_over(plan(), car_at(time_s=t), 0.0)[0]) for t in (129.0, 129.6, 130.0)] == [
        False,
        True,
        True,
    ]
    assert bool(is_over(plan(), car_at(time_s=129.0), 1.0)[0])
    assert not is_over(np.full((1, MEMORY_WIDTH), np.nan), car_at(time_s=500.0), 0.0)[0]


def test_before_its_ramp_a_vehicle_keeps_its_speed(ramps, car_at):
    for time_s in (100.0, 103.0):
        assert speed_now(plan(), car_at(time_s=time_s, speed_mps=13.7), ramps)[0] == 14.0


@pytest.mark.parametrize(
    ("changes", "speed_mps", "expected_mps"),
    [
        ({}, 14.0, 13.5),
        ({}, 8.4, 8.0),
        ({"RAMP": COASTING}, 10.0, 10.0 - COASTING_MPS2 - 100.0 * COASTING_PER_M),
        ({"RAMP": UP_05, "HOLD_MPS": 13.0, "CRUISE_MPS": 8.0}, 9.0, 9.5),
        ({"RAMP": UP_05, "HOLD_MPS": 13.0, "CRUISE_MPS": 8.0}, 12.6, 13.0),
        # It does not stand still far from the queue because a step of 1 s would be too long.
        ({"HOLD_MPS": 0.0}, 0.4, 0.0),
    ],
)
def test_on_its_ramp_the_speed_of_the_next_step_follows_it_and_ends_at_the_hold(
    ramps, car_at, changes, speed_mps, expected_mps
):
    seen = car_at(time_s=110.0, speed_mps=speed_mps)
    assert speed_now(plan(**changes), seen, ramps)[0] == pytest.approx(expected_mps, abs=1e-3)


def test_who_holds_a_speed_arrives_in_time_by_small_deviations(ramps, car_at):
    # 20 s and 8 m/s to go, from 16 m before the line.
    for more_m, needed in ((0.0, 8.0), (10.0, 8.5), (-10.0, 7.5)):
        seen = car_at(time_s=110.0, speed_mps=8.0, distance_m=16.0 + 160.0 + more_m)
        assert speed_now(plan(), seen, ramps)[0] == pytest.approx(needed)
    for more_m, sign in ((100.0, 1.0), (-100.0, -1.0)):
        seen = car_at(time_s=110.0, speed_mps=8.0, distance_m=16.0 + 160.0 + more_m)
        # At most 1 m/s2 of change, and 1.5 m/s of deviation.
        assert speed_now(plan(), seen, ramps)[0] == pytest.approx(8.0 + sign)
        assert needed_mps(plan(), seen)[0] == pytest.approx(8.0 + sign * REGULATION_MPS)


@pytest.mark.parametrize(("sign", "other"), [(1.0, {}), (-1.0, {}), (1.0, {"RAMP": UP_05})])
def test_who_must_make_up_for_time_does_so_steadily(ramps, car_at, sign, other):
    # 20 s to go; 1.2 m/s faster or slower than planned is needed all the while.
    notes = plan(JOIN_S=140.0, **other, **({"CRUISE_MPS": 6.0} if other else {}))
    speed_mps, distance_m = 8.0, 16.0 + 20.0 * (8.0 + 1.2 * sign)
    for time_s in range(120, 140):
        seen = car_at(time_s=float(time_s), speed_mps=speed_mps, distance_m=distance_m)
        next_mps = float(speed_now(notes, seen, ramps)[0])
        assert abs(next_mps - speed_mps) <= (1.0 if time_s < 122 else 0.1)
        speed_mps = next_mps
        distance_m -= speed_mps
    assert distance_m == pytest.approx(16.0, abs=0.5)


def test_who_joined_too_far_away_does_not_divide_by_no_time(car_at):
    assert needed_mps(plan(), car_at(time_s=130.0, distance_m=20.0))[0] == pytest.approx(6.5)


def test_without_a_plan_nothing_is_wanted(ramps, car_at):
    nothing = np.full((1, MEMORY_WIDTH), np.nan)
    assert np.isnan(speed_now(nothing, car_at(), ramps)[0])
    assert np.isnan(speed_to_show(nothing, car_at(), Driver(), ramps)[0])
    assert np.isnan(planned_speed(nothing, 100.0, ramps)[0])


def test_the_speed_that_a_plan_foresees_is_that_of_its_ramp_at_the_time(ramps):
    for time_s, expected_mps in ((104.0, 14.0), (108.0, 12.0), (116.0, 8.0), (125.0, 8.0)):
        assert planned_speed(plan(), time_s, ramps)[0] == pytest.approx(expected_mps)
    rising = plan(RAMP=UP_05, HOLD_MPS=13.0, CRUISE_MPS=8.0)
    for time_s, expected_mps in ((100.0, 8.0), (106.0, 9.0), (120.0, 13.0)):
        assert planned_speed(rising, time_s, ramps)[0] == pytest.approx(expected_mps)
    speed_mps, time_s = 14.0, 104.0
    while time_s < 112.0:
        speed_mps -= (COASTING_MPS2 + COASTING_PER_M * speed_mps**2) * 0.01
        time_s += 0.01
    coasting = plan(RAMP=COASTING)
    assert planned_speed(coasting, 112.0, ramps)[0] == pytest.approx(speed_mps, abs=0.02)


def show(notes, seen, ramps, **driver):
    return float(speed_to_show(notes, seen, Driver(**driver), ramps)[0])


def test_a_driver_is_shown_what_will_be_right_in_the_middle_of_the_display_time(ramps, car_at):
    # 1 s to react and half of 5 s: at 107.5 s the ramp has led from 14 to 12.25 m/s.
    assert show(plan(), car_at(time_s=104.0), ramps) == pytest.approx(12.25)
    assert show(plan(), car_at(time_s=104.0), ramps, lag_s=2.0, hold_s=6.0) == pytest.approx(11.5)


def test_a_driver_at_full_speed_is_shown_nothing_until_his_ramp(ramps, car_at):
    assert np.isnan(show(plan(), car_at(time_s=100.0), ramps))
    assert np.isfinite(show(plan(), car_at(time_s=101.0), ramps))


def test_a_slow_driver_is_told_not_to_speed_up_before_his_ramp(ramps, car_at):
    slow = plan(CRUISE_MPS=9.0, RAMP_S=115.0)
    assert show(slow, car_at(time_s=101.0, speed_mps=9.0), ramps) == 9.0
    # One who is about as fast as he likes to be is told nothing.
    nearly = plan(CRUISE_MPS=12.5, RAMP_S=115.0)
    assert np.isnan(show(nearly, car_at(time_s=101.0, speed_mps=12.5), ramps))


def test_nobody_is_asked_to_creep(ramps, car_at):
    stopping = plan(HOLD_MPS=0.0, JOIN_S=150.0)
    assert show(stopping, car_at(time_s=125.0, speed_mps=4.0), ramps) == 20.0 / 3.6
    assert show(stopping, car_at(time_s=125.0), ramps, floor_mps=7.0) == 7.0
    creeping = plan(CRUISE_MPS=3.0, RAMP_S=115.0)
    assert show(creeping, car_at(time_s=101.0, speed_mps=3.0), ramps) == 20.0 / 3.6


def test_the_display_of_who_holds_a_speed_does_not_flicker(ramps, car_at):
    holding = {"time_s": 120.0, "speed_mps": 8.0}
    needed = 16.0 + 10.0 * 8.5
    keeps = car_at(**holding, distance_m=needed, previous_advice_mps=np.array([8.0]))
    assert show(plan(), keeps, ramps) == 8.0
    anew = car_at(**holding, distance_m=needed, previous_advice_mps=np.array([np.nan]))
    assert show(plan(), anew, ramps) == pytest.approx(8.5)
    far = car_at(**holding, distance_m=needed, previous_advice_mps=np.array([10.5]))
    assert show(plan(), far, ramps) == pytest.approx(8.5)
