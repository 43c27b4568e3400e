import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import Driver, Eco, EcoParameters, Reason
from controller.abilities import RAMPS_MPS2, ramps_by_hand
from controller.plan import (
    DONE,
    GREEN_S,
    HOLD_MPS,
    JOIN_M,
    JOIN_S,
    PLACE_M,
    RAMP_MPS2,
    RAMP_S,
    SLOT_S,
    is_planned,
)
from controller.ramps import row_of, tabulate

RED_40_S = [[(40.0, 70.0), (130.0, 160.0)]]


def standing(n, **changes):
    return [{"distance_m": 1.0 + 7.5 * i, "speed_mps": 0.0, **changes} for i in range(n)]


def reasons(policy, seen):
    return [Reason(number) for number in policy.advise(seen).reason]


def only(policy, seen):
    """Reason and speed of the last row."""
    said = policy.advise(seen)
    return Reason(said.reason[-1]), float(said.speed_mps[-1])


def test_nobody_is_advised_where_all_is_green(eco, seen_of):
    cars = [{"distance_m": d} for d in (30.0, 80.0, 150.0, 300.0)]
    said = eco.advise(seen_of(cars, [[(-5.0, 90.0)]]))
    assert np.isnan(said.speed_mps).all()
    assert set(said.reason) == {Reason.NOT_NEEDED}


def test_nobody_is_advised_who_finds_the_queue_gone(eco, seen_of):
    cars = [*standing(2), {"distance_m": 300.0}]
    assert only(eco, seen_of(cars, [[(2.0, 60.0)]]))[0] is Reason.NOT_NEEDED


def test_no_vehicles_get_no_advice(eco, seen_of):
    for greens in ([], RED_40_S):
        said = eco.advise(seen_of([], greens))
        assert said.speed_mps.shape == said.reason.shape == (0,)


def test_who_comes_to_a_red_has_a_plan_that_meets_the_start_of_the_queue(eco, seen_of):
    said = eco.advise(seen_of([*standing(3), {"distance_m": 300.0}], RED_40_S, equipped=[3]))
    assert said.reason[0] == Reason.ADVISED
    [notes] = said.memory
    assert notes[GREEN_S] == 140.0
    assert notes[SLOT_S] == notes[JOIN_S] == pytest.approx(140.0 + 3 * 1.2)
    assert notes[PLACE_M] == pytest.approx(1.0 + 3 * 7.5)
    assert 0.0 <= notes[HOLD_MPS] < 14.0
    assert notes[JOIN_M] >= notes[PLACE_M]


def test_an_engine_that_cuts_fuel_coasts(rate_maps, seen_of):
    burns = rate_maps["fuel cut"]
    said = Eco(EcoParameters(), (burns,)).advise(seen_of([{"distance_m": 300.0}], RED_40_S))
    ramps, ramp = tabulate((burns,), wavering_mps2=0.0), row_of(said.memory[0, RAMP_MPS2])
    slowing = (ramps.speed_mps > said.memory[0, HOLD_MPS]) & (ramps.speed_mps < 14.0)
    speed_mps, accel_mps2 = ramps.speed_mps[slowing], ramps.accel_mps2[ramp, slowing]
    assert (burns.at(speed_mps, accel_mps2, np.zeros(1)) == 0.0).all()
    assert (accel_mps2 > -0.6).all()


def test_a_plan_is_kept_when_what_was_noted_is_given_back(eco, seen_of):
    cars = [{"distance_m": 300.0}]
    said = eco.advise(seen_of(cars, RED_40_S))
    speed_mps, distance_m = 14.0, 300.0
    for step in range(1, 15):
        if np.isfinite(said.speed_mps[0]):
            speed_mps = float(said.speed_mps[0])
        distance_m -= speed_mps
        greens = [[(start_s - step, end_s - step) for start_s, end_s in RED_40_S[0]]]
        cars = [{"distance_m": distance_m, "speed_mps": speed_mps}]
        again = eco.advise(seen_of(cars, greens, time_s=100.0 + step, memory=said.memory))
        np.testing.assert_array_equal(again.memory, said.memory)
        assert again.reason[0] == Reason.ADVISED
        said = again


def test_a_plan_is_made_anew_when_another_vehicle_joins_the_queue(eco, seen_of):
    own = {"distance_m": 300.0}
    before = eco.advise(seen_of([*standing(1), own], RED_40_S, equipped=[1]))
    after = eco.advise(seen_of([*standing(2), own], RED_40_S, equipped=[2], memory=before.memory))
    assert after.memory[0, PLACE_M] == before.memory[0, PLACE_M] + 7.5


def test_a_plan_is_closed_when_it_joins_and_not_made_again_for_the_same_green(eco, seen_of):
    said = eco.advise(seen_of([{"distance_m": 300.0}], RED_40_S))
    greens = [[(0.0, 30.0), (90.0, 120.0)]]
    near = [{"distance_m": 20.0, "speed_mps": 8.0}]
    over = eco.advise(seen_of(near, greens, time_s=140.0, memory=said.memory))
    assert over.memory[0, DONE] == 1.0
    assert over.reason[0] == Reason.NOT_NEEDED
    assert np.isnan(over.speed_mps[0])


def test_plans_are_made_at_intervals_and_carried_out_in_between(rate_maps, seen_of):
    eco = Eco(EcoParameters(interval_s=5.0), tuple(rate_maps.values()))
    cars = [{"distance_m": 300.0}]
    assert reasons(eco, seen_of(cars, RED_40_S, time_s=101.0)) == [Reason.PENDING]
    made = eco.advise(seen_of(cars, RED_40_S, time_s=100.0))
    assert made.reason[0] == Reason.ADVISED
    # In between nobody looks whether the queue is still the same.
    begun_s = float(made.memory[0, RAMP_S])
    at_s = math.ceil(begun_s) + (math.ceil(begun_s) % 5 == 0)
    later = seen_of([*standing(4), *cars], RED_40_S, equipped=[4], time_s=float(at_s))
    kept = eco.advise(replace(later, memory=made.memory))
    assert kept.reason[0] == Reason.ADVISED
    np.testing.assert_array_equal(kept.memory, made.memory)
    assert kept.speed_mps[0] < 14.0


def test_who_loses_his_plan_between_two_looks_is_not_told_to_be_advised(rate_maps, seen_of):
    eco = Eco(EcoParameters(interval_s=5.0), tuple(rate_maps.values()))
    cars = [{"distance_m": 300.0}]
    made = eco.advise(seen_of(cars, RED_40_S, time_s=100.0))
    changed_lane = seen_of([{**cars[0], "link": 1}], [*RED_40_S, *RED_40_S], time_s=101.0)
    lost = eco.advise(replace(changed_lane, memory=made.memory))
    assert not is_planned(lost.memory).any()
    assert lost.reason[0] == Reason.PENDING


# Why somebody is not advised: each case differs from one with advice in what it is named for.

LEFT_RED = [[(40.0, 70.0)], [(-5.0, 90.0)]]


def test_who_would_be_advised(eco, seen_of):
    """The situation that the cases below change."""
    assert only(eco, seen_of([{"distance_m": 300.0}], RED_40_S))[0] is Reason.ADVISED


@pytest.mark.parametrize("windows", [[(math.nan, math.nan)], [(-30.0, -9.0)], [(-9.0, 4.0)]])
def test_without_a_green_that_is_known_nothing_is_said(eco, seen_of, windows):
    assert only(eco, seen_of([{"distance_m": 300.0}], [windows]))[0] is Reason.NO_GREEN


@pytest.mark.parametrize("flag", ["yields_first", "on_junction"])
def test_who_is_on_a_junction_or_must_yield_first_is_left_alone(eco, seen_of, flag):
    seen = seen_of([{"distance_m": 300.0}], RED_40_S, **{flag: np.array([True])})
    assert only(eco, seen)[0] is Reason.JUNCTION


def test_who_has_a_plan_keeps_it_over_a_junction_but_not_where_he_must_yield(eco, seen_of):
    seen = seen_of([{"distance_m": 300.0}], RED_40_S)
    planned = replace(seen, memory=eco.advise(seen).memory)
    yes = np.array([True])
    assert only(eco, replace(planned, on_junction=yes))[0] is Reason.ADVISED
    assert only(eco, replace(planned, yields_first=yes))[0] is Reason.JUNCTION


def test_who_would_hold_up_those_whose_lane_flows_is_left_alone(eco, seen_of):
    own = {"distance_m": 300.0, "lane": 1, "link": 0, "present_lane": 9}
    behind = {"distance_m": 330.0, "lane": 2, "link": 1, "present_lane": 9}
    assert reasons(eco, seen_of([own, behind], LEFT_RED)) == [Reason.HOLDS_UP, Reason.NOT_NEEDED]
    elsewhere = {**behind, "present_lane": 8}
    assert reasons(eco, seen_of([own, elsewhere], LEFT_RED))[0] is Reason.ADVISED


def test_nobody_is_slowed_down_for_whom_somebody_waits_in_a_side_road(eco, seen_of):
    cars = [{"distance_m": 220.0}, {"distance_m": 150.0, "speed_mps": 0.0, "yields_first": True}]
    assert reasons(eco, seen_of(cars, RED_40_S)) == [Reason.HOLDS_UP, Reason.JUNCTION]
    waits_elsewhere = {**cars[1], "stop_edge": 7}
    assert reasons(eco, seen_of([cars[0], waits_elsewhere], RED_40_S))[0] is Reason.ADVISED


def test_who_must_still_change_lanes_is_left_alone(eco, seen_of):
    cars = [{"distance_m": 300.0}, {"distance_m": 250.0, "lane": 1}]
    seen = seen_of(cars, RED_40_S, must_change=np.array([True, False]))
    assert reasons(eco, seen) == [Reason.WRONG_LANE, Reason.ADVISED]


def test_where_the_queue_fills_the_road_nobody_is_slowed_down(eco, seen_of):
    for storage_m, reason in ((60.0, Reason.SATURATED), (80.0, Reason.ADVISED)):
        cars = [*standing(8, storage_m=storage_m), {"distance_m": 300.0, "storage_m": storage_m}]
        assert only(eco, seen_of(cars, RED_40_S))[0] is reason


def test_where_it_is_too_uncertain_when_green_comes_nothing_is_said(eco, seen_of):
    for spread_s, reason in ((62.0, Reason.UNCERTAIN), (58.0, Reason.ADVISED)):
        width = {"early_s": 1.0, "late_s": spread_s - 1.0}
        assert only(eco, seen_of([{"distance_m": 300.0}], RED_40_S, **width))[0] is reason


def test_where_it_is_less_certain_only_stops_are_planned(eco, seen_of):
    for spread_s, may_hold in ((19.9, True), (20.1, False)):
        said = eco.advise(seen_of([{"distance_m": 300.0}], RED_40_S, late_s=spread_s))
        assert said.reason[0] == Reason.ADVISED
        assert (said.memory[0, HOLD_MPS] > 0.0) == may_hold


def test_a_green_that_runs_is_not_uncertain(eco, seen_of):
    # The queue of eight still has to leave, and everybody knows when.
    cars = [*standing(8), {"distance_m": 80.0}]
    seen = seen_of(cars, [[(-0.5, 60.0)]], equipped=[8], early_s=50.0, late_s=50.0)
    assert only(eco, seen)[0] is not Reason.UNCERTAIN


def test_who_has_not_been_told_of_a_green_cannot_aim_at_it(eco, seen_of):
    seen = seen_of([{"distance_m": 300.0}], RED_40_S)
    nothing = np.full_like(seen.start_q90_s, np.nan)
    deaf = replace(seen, likely_start_s=nothing, start_q10_s=nothing, start_q90_s=nothing)
    assert only(eco, seen)[0] is Reason.ADVISED
    assert only(eco, deaf)[0] is Reason.NO_GREEN
    planned = eco.advise(seen).memory
    assert only(eco, replace(deaf, memory=planned))[0] is Reason.ADVISED


def test_who_may_still_make_a_green_is_not_slowed_down(eco, seen_of):
    def case(end_s, **longer):
        greens = [[(-5.0, end_s), (50.0, 80.0)]]
        return only(eco, seen_of([{"distance_m": 280.0}], greens, **longer))[0]

    # At the line in 20 s: 1.06 s of amber and 0.5 s of hope, or a green that may last longer.
    assert case(18.5) is Reason.LATE_GREEN
    assert case(18.4) is Reason.ADVISED
    assert case(12.0, longer_s=7.0) is Reason.LATE_GREEN


@pytest.mark.parametrize(
    "own",
    [{"speed_mps": 1.9}, {"distance_m": 4.9, "speed_mps": 3.0}, {"distance_m": 20.0}],
    ids=["slow", "near", "nothing is left to be chosen"],
)
def test_who_is_in_the_queue_already_is_left_alone(eco, seen_of, own):
    assert only(eco, seen_of([{"distance_m": 300.0, **own}], RED_40_S))[0] is Reason.TOO_SLOW


def test_where_only_leaders_are_advised_others_follow_them(rate_maps, seen_of):
    cars = [{"distance_m": 250.0}, {"distance_m": 300.0}]
    rates = tuple(rate_maps.values())
    all_of_them = Eco(EcoParameters(), rates)
    leaders = Eco(EcoParameters(leaders_only=True), rates)
    assert reasons(all_of_them, seen_of(cars, RED_40_S)) == [Reason.ADVISED] * 2
    assert reasons(leaders, seen_of(cars, RED_40_S)) == [Reason.ADVISED, Reason.NOT_NEEDED]


def test_a_driver_is_shown_nothing_before_the_ramp_and_then_steps_down(eco, seen_of):
    driver = Driver()
    said = eco.advise(seen_of([{"distance_m": 300.0}], RED_40_S, driver=driver))
    assert said.reason[0] == Reason.ADVISED
    assert said.memory[0, RAMP_S] >= 100.0 + driver.lag_s
    assert said.memory[0, HOLD_MPS] in driver.driven_mps(driver.shown_speeds_mps, 1.0)


@pytest.mark.parametrize(
    ("driver", "accel_mps2", "creeps"),
    [
        (None, 0.75, True),
        (None, 0.9, False),
        (None, 2.6, False),
        (Driver(), 0.75, True),
        (Driver(), 1.4, True),
        (Driver(), 1.5, False),
        (Driver(weak_mps2=0.7), 0.75, False),
    ],
)
def test_only_who_accelerates_weakly_is_to_creep(rate_maps, seen_of, driver, accel_mps2, creeps):
    car = {"distance_m": 140.0, "speed_mps": 9.0, "accel_mps2": accel_mps2}
    strong = {**car, "accel_mps2": 2.6, "lane": 1}
    # Ahead of them one for whom nothing is planned.
    free = {**strong, "lane": 2, "link": 1}
    cars, greens = [free, car, strong], [[(25.0, 65.0)], [(-5.0, 90.0)]]
    seen = seen_of(cars, greens, driver=driver)
    said = Eco(EcoParameters(), tuple(rate_maps.values())).advise(seen)
    assert said.reason[0] == Reason.NOT_NEEDED
    said = replace(said, reason=said.reason[1:], memory=said.memory[1:])
    assert (said.reason == Reason.ADVISED).all()
    assert (0.0 < said.memory[0, HOLD_MPS] < 3.2) == creeps
    assert said.memory[1, HOLD_MPS] > 3.2


@pytest.mark.parametrize(
    ("ease_off_mps2", "planned_mps2"),
    [
        (0.1, [0.35, 0.5, 0.7, 1.0, 1.5]),
        (0.6, [0.7, 1.0, 1.5]),
        (0.7, [0.7, 1.0, 1.5]),
        (2.0, [1.5]),
    ],
)
def test_a_driver_can_be_planned_to_slow_down_as_he_eases_off_or_more(ease_off_mps2, planned_mps2):
    *down, up = ramps_by_hand(Driver(ease_off_mps2=ease_off_mps2))
    assert [-mps2 for mps2 in down] == planned_mps2
    assert up > 0.0


@pytest.mark.parametrize("ease_off_mps2", [0.1, 0.35, 0.6, 1.5, 2.0])
def test_no_driver_is_planned_to_slow_down_more_gently_than_he_does(eco, seen_of, ease_off_mps2):
    cars = [{"distance_m": 60.0 + 40.0 * place, "lane": place} for place in range(8)]
    said = eco.advise(seen_of(cars, RED_40_S, driver=Driver(ease_off_mps2=ease_off_mps2)))
    planned = said.reason == Reason.ADVISED
    assert planned.any()
    assert (-said.memory[planned, RAMP_MPS2] >= min(ease_off_mps2, 1.5)).all()


def test_a_cruise_control_may_slow_down_by_any_ramp_and_a_driver_by_his_own(eco, seen_of):
    cars = [{"distance_m": 60.0 + 40.0 * place, "lane": place} for place in range(8)]

    def planned(driver):
        rates = eco.advise(seen_of(cars, RED_40_S, driver=driver)).memory[:, RAMP_MPS2]
        return set(rates[np.isfinite(rates)])

    assert planned(None).difference(RAMPS_MPS2)
    assert planned(Driver()) and planned(Driver()).issubset(ramps_by_hand(Driver()))


@pytest.mark.parametrize(("late_s", "ahead_s"), [(30.0, 4.0), (10.0, 4.0), (0.0, 0.0)])
def test_who_stops_for_an_uncertain_green_is_there_before_it_may_begin(
    eco, seen_of, late_s, ahead_s
):
    cars = [*standing(2), {"distance_m": 300.0}]
    seen = seen_of(cars, [[(60.0, 90.0)]], equipped=[2], late_s=late_s)
    [notes] = eco.advise(seen).memory
    assert notes[HOLD_MPS] == 0.0
    assert notes[JOIN_S] == pytest.approx(notes[SLOT_S] - ahead_s)


def test_plans_aim_at_a_green_as_early_as_one_in_ten(eco, seen_of):
    cars = [*standing(2), {"distance_m": 300.0}]
    [early], [likely] = (
        eco.advise(
            seen_of(cars, [[(60.0, 90.0)]], equipped=[2], late_s=1.0, early_s=early_s)
        ).memory
        for early_s in (25.0, 0.0)
    )
    assert early[GREEN_S] == likely[GREEN_S] - 25.0
    assert early[SLOT_S] == likely[SLOT_S] - 25.0


def test_a_driver_who_comes_late_is_asked_to_brake_gently(eco, seen_of):
    far, near = {"distance_m": 160.0}, {"distance_m": 90.0, "lane": 1}
    said = eco.advise(seen_of([far, near], RED_40_S, driver=Driver(ease_off_mps2=0.7)))
    assert (said.reason == Reason.ADVISED).all()
    assert np.isnan(said.decel_mps2[0]) and 0.7 < said.decel_mps2[1] <= 1.5
    assert eco.advise(seen_of([far, near], RED_40_S)).decel_mps2 is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interval_s": 0.0}, "interval_s must be positive, got 0.0"),
        ({"braking_mps2": -1.0}, "braking_mps2 must be positive, got -1.0"),
        ({"hope_s": -1.0}, "hope_s must not be negative, got -1.0"),
        ({"weak_mps2": -0.5}, "weak_mps2 must not be negative, got -0.5"),
        ({"rise_share": 1.1}, "rise_share must be between 0 and 1, got 1.1"),
        ({"later_s": float("nan")}, "later_s must not be negative, got nan"),
    ],
)
def test_impossible_parameters_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        EcoParameters(**changes)


def test_without_a_map_the_planner_says_so(seen_of):
    with pytest.raises(ValueError, match="at least one emission map"):
        Eco(EcoParameters(), ()).advise(seen_of([{}], RED_40_S))


@st.composite
def situations(draw):
    """Cars on two lanes with lights that change, some of them equipped."""
    distances_m = draw(st.lists(st.integers(3, 500), min_size=1, max_size=10, unique=True))
    cars = [
        {
            "distance_m": float(distance_m),
            "lane": lane,
            "link": lane,
            "present_lane": draw(st.integers(0, 1)),
            "speed_mps": draw(st.sampled_from([0.0, 2.5, 7.5, 11.0, 14.0, 15.5])),
            "ceiling_mps": draw(st.sampled_from([11.0, 14.0])),
            "crossing_mps": draw(st.sampled_from([5.0, 14.0])),
        }
        for distance_m in distances_m
        for lane in [draw(st.integers(0, 1))]
    ]
    greens = []
    for _ in range(2):
        start_s = draw(st.floats(-20.0, 60.0))
        greens.append([(start_s, start_s + 25.0), (start_s + 80.0, start_s + 105.0)])
    equipped = [i for i in range(len(cars)) if draw(st.booleans())]
    driver = draw(st.sampled_from([None, Driver()]))
    return cars, greens, {"equipped": equipped, "driver": driver}


@given(situations(), st.floats(0.0, 8.0))
def test_no_advice_is_above_the_ceiling_nor_a_hard_braking(eco, seen_of, situation, late_s):
    cars, greens, who = situation
    seen = seen_of(cars, greens, late_s=late_s, **who)
    said = eco.advise(seen)
    is_told = np.isfinite(said.speed_mps)
    assert (said.speed_mps[is_told] < seen.ceiling_mps[is_told]).all()
    assert (said.reason[is_told] == Reason.ADVISED).all()
    assert (is_planned(said.memory) == (said.reason == Reason.ADVISED)).all()
    if who["driver"] is None:
        own_mps = np.minimum(seen.speed_mps, seen.ceiling_mps)
        assert (said.speed_mps[is_told] >= own_mps[is_told] - 1.5 - 1e-9).all()
    else:
        floor_mps = who["driver"].floor_at_mps(seen.distance_m)
        assert (said.speed_mps[is_told] >= floor_mps[is_told]).all()


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(eco, seen_of, situation, random):
    cars, greens, who = situation
    seen = seen_of(cars, greens, **who)
    said = eco.advise(seen)
    # The traffic in another order, and those who are equipped in yet another one.
    place = list(range(len(cars)))
    random.shuffle(place)
    equipped = list(who["equipped"])
    random.shuffle(equipped)
    mixed = seen_of(
        [cars[i] for i in place],
        greens,
        driver=who["driver"],
        equipped=[place.index(i) for i in equipped],
    )
    other = eco.advise(mixed)
    rows = [who["equipped"].index(i) for i in equipped]
    for name in ("speed_mps", "reason", "memory"):
        np.testing.assert_array_equal(getattr(other, name), getattr(said, name)[rows])


def test_what_is_seen_is_not_written_to(eco, seen_of):
    seen = seen_of([*standing(2), {"distance_m": 300.0}], RED_40_S)
    before = {
        f.name: np.copy(getattr(seen, f.name))
        for f in fields(seen)
        if isinstance(getattr(seen, f.name), np.ndarray)
    }
    eco.advise(seen)
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(seen, name), values)
