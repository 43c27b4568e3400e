import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.arrivals import Pledges
from controller.discharge import crossings, discharge
from controller.kinematics import free_arrival_s
from controller.queues import STOP_GAP_M
from controller.wave import Wave, last_on_amber_s

# No sum of lengths and speeds of whole numbers is just this: rounding decides nothing.
TOLERANCE_S, HOPE_S = 1.5 + 1e-4 * np.pi, 1.5
FIELDS = (
    *("cross_s", "window", "slot_s", "place_m", "wait_s", "may_make_earlier"),
    *("green_s", "n_ahead"),
)
HEADWAY_S = 1.0 + 7.5 / 14.0
"""Of a car that crosses at 14 m/s."""


def serve(traffic, **wave):
    return discharge(traffic, Wave(**wave), tolerance_s=TOLERANCE_S, hope_s=HOPE_S)


def standing(n, **changes):
    return [{"distance_m": 1.0 + 7.5 * i, "speed_mps": 0.0, **changes} for i in range(n)]


def from_standing_s(way_m):
    """At 2.6 m/s2 up to 14 m/s."""
    ramp_m = 14.0**2 / 5.2
    if way_m < ramp_m:
        return math.sqrt(2.0 * way_m / 2.6)
    return 14.0 / 2.6 + (way_m - ramp_m) / 14.0


def test_a_slower_wave_that_is_seen_is_planned_with_and_a_faster_one_is_not(traffic_of):
    traffic = traffic_of(standing(3), [[(10.0, 40.0)]])
    slower = serve(replace(traffic, start_step_s=2.0))
    np.testing.assert_allclose(slower.slot_s, [10.0, 12.0, 14.0])
    np.testing.assert_array_less(serve(traffic).cross_s[1:], slower.cross_s[1:])
    np.testing.assert_allclose(
        crossings(replace(traffic, start_step_s=2.0), Wave(), tolerance_s=TOLERANCE_S),
        slower.cross_s,
    )
    faster = serve(replace(traffic, start_step_s=1.1))
    np.testing.assert_array_equal(faster.slot_s, serve(traffic).slot_s)


def pledged(traffic, keeps_place, rolls, wave=None):
    pledges = Pledges(keeps_place=np.array(keeps_place), rolls=np.array(rolls))
    wave = Wave() if wave is None else wave
    return discharge(traffic, wave, tolerance_s=TOLERANCE_S, hope_s=HOPE_S, pledges=pledges)


def test_who_slows_down_for_his_place_in_the_queue_keeps_it(traffic_of):
    slowed = {"distance_m": 110.0, "speed_mps": 5.0}
    traffic = traffic_of([slowed, {"distance_m": 130.0}], [[(10.0, 40.0)]])
    moved_up = serve(traffic)
    assert moved_up.wait_s[0] == 0.0, "he will come just in time by now"
    assert moved_up.n_ahead[1] == 0
    kept = pledged(traffic, [True, False], [False, False])
    assert kept.n_ahead[1] == 1
    assert kept.place_m[1] == pytest.approx(moved_up.place_m[1] + 7.5)
    assert kept.slot_s[1] == pytest.approx(moved_up.slot_s[1] + Wave().step_s)
    np.testing.assert_array_equal(kept.cross_s[0], moved_up.cross_s[0])


@pytest.mark.parametrize(
    ("wave", "rolls", "expected_s"),
    [
        (Wave(), True, 1.0),
        (Wave(), False, 1.2),
        (Wave(follow_s=2.0), True, 1.2),
    ],
)
def test_behind_one_who_rolls_the_next_follows_as_traffic_does(traffic_of, wave, rolls, expected_s):
    traffic = traffic_of([{"distance_m": 90.0}, {"distance_m": 110.0}], [[(20.0, 50.0)]])
    found = pledged(traffic, [True, True], [rolls, False], wave)
    assert found.slot_s[1] == pytest.approx(20.0 + expected_s)


def test_slots_add_up_what_each_ahead_takes(traffic_of):
    cars = [{"distance_m": 80.0 + 20.0 * i} for i in range(4)]
    traffic = replace(traffic_of(cars, [[(20.0, 50.0)]]), start_step_s=1.9)
    found = pledged(traffic, [True] * 4, [False, True, True, False])
    np.testing.assert_allclose(found.slot_s, [20.0, 21.9, 22.9, 23.9])


@given(st.permutations(range(6)))
def test_the_order_of_the_rows_does_not_matter(traffic_of, order):
    cars = [
        {"distance_m": 60.0 + 25.0 * i, "speed_mps": 6.0, "lane": i % 2, "link": i % 2}
        for i in range(6)
    ]
    keeps = np.array([True, False, True, True, False, False])
    rolls = np.array([True, False, False, True, False, False])
    greens = [[(15.0, 40.0)], [(15.0, 40.0)]]
    straight = pledged(traffic_of(cars, greens), keeps, rolls)
    mixed = pledged(traffic_of([cars[i] for i in order], greens), keeps[order], rolls[order])
    for field in FIELDS:
        expected = getattr(straight, field)[np.array(order)]
        np.testing.assert_allclose(getattr(mixed, field), expected, err_msg=field)


def test_one_who_comes_in_green_crosses_as_if_there_were_no_signal(traffic_of):
    served = serve(traffic_of([{"distance_m": 140.0}], [[(-5.0, 30.0)]]))
    assert served.cross_s[0] == pytest.approx(10.0)
    assert served.wait_s[0] == 0.0
    assert served.window[0] == 0


def test_the_first_at_a_red_has_the_place_at_the_line_when_green_starts(traffic_of):
    served = serve(traffic_of([{"distance_m": 280.0}], [[(40.0, 70.0)]]))
    assert served.slot_s[0] == served.green_s[0] == 40.0
    assert served.place_m[0] == STOP_GAP_M
    assert served.cross_s[0] == pytest.approx(40.0 + math.sqrt(2.0 * 1.0 / 2.6))
    assert served.wait_s[0] == pytest.approx(40.0 - 279.0 / 14.0)


def test_a_queue_starts_one_by_one_from_the_places_where_it_stands(traffic_of):
    served = serve(traffic_of(standing(3), [[(10.0, 40.0)]]))
    np.testing.assert_allclose(served.place_m, [1.0, 8.5, 16.0])
    np.testing.assert_allclose(served.slot_s, [10.0, 11.2, 12.4])
    np.testing.assert_array_equal(served.n_ahead, [0, 1, 2])
    expected_s = [10.0 + 1.2 * i + from_standing_s(1.0 + 7.5 * i) for i in range(3)]
    np.testing.assert_allclose(served.cross_s, expected_s, atol=1e-6)


def test_the_first_starts_by_the_lag_after_green_and_others_step_by_step(traffic_of):
    served = serve(traffic_of(standing(3), [[(10.0, 40.0)]]), start_lag_s=0.7, step_s=1.5)
    np.testing.assert_allclose(served.slot_s, [10.7, 12.2, 13.7])


def test_in_a_running_green_a_standing_queue_begins_now(traffic_of):
    served = serve(traffic_of(standing(2), [[(-8.0, 40.0)]]), start_lag_s=0.7)
    np.testing.assert_allclose(served.slot_s, [0.0, 1.2])


def test_who_arrives_behind_a_queue_closes_up_to_it(traffic_of):
    cars = [*standing(2, space_m=9.0), {"distance_m": 200.0}]
    served = serve(traffic_of(cars, [[(30.0, 60.0)]]))
    # Cars keep the places where they stand; the newcomer's is behind the last one's length.
    np.testing.assert_allclose(served.place_m, [1.0, 10.0, 19.0])
    assert served.slot_s[2] == pytest.approx(30.0 + 2 * 1.2)


def test_a_vehicle_that_stands_back_from_the_line_keeps_its_place(traffic_of):
    cars = [{"distance_m": 20.0, "speed_mps": 0.0}, {"distance_m": 200.0}]
    served = serve(traffic_of(cars, [[(30.0, 60.0)]]))
    np.testing.assert_allclose(served.place_m, [20.0, 27.5])


def test_vehicles_cross_a_headway_apart(traffic_of):
    cars = [{"distance_m": 140.0}, {"distance_m": 148.0}, {"distance_m": 400.0}]
    served = serve(traffic_of(cars, [[(-5.0, 60.0)]]))
    np.testing.assert_allclose(served.cross_s, [10.0, 10.0 + HEADWAY_S, 400.0 / 14.0], atol=1e-6)


def test_who_turns_slowly_takes_a_longer_headway(traffic_of):
    cars = [{"distance_m": 140.0}, {"distance_m": 148.0, "crossing_mps": 5.0}]
    served = serve(traffic_of(cars, [[(-5.0, 60.0)]]))
    assert served.cross_s[1] - served.cross_s[0] >= 1.0 + 7.5 / 5.0 - 1e-6


def test_who_misses_a_green_waits_for_the_next(traffic_of):
    served = serve(traffic_of([{"distance_m": 280.0}], [[(-5.0, 6.0), (50.0, 80.0)]]))
    assert served.window[0] == 1
    assert served.slot_s[0] == served.green_s[0] == 50.0


def test_who_misses_all_known_greens_crosses_nobody_knows_when(traffic_of):
    served = serve(traffic_of([{"distance_m": 280.0}], [[(-5.0, 6.0), (8.0, 10.0)]]))
    assert served.window[0] == 2
    assert served.cross_s[0] == math.inf


def test_a_queue_too_long_for_a_green_forms_again_at_the_line(traffic_of):
    served = serve(traffic_of(standing(12), [[(5.0, 12.0), (60.0, 90.0)]]))
    n_first = int((served.window == 0).sum())
    # Amber of 1.06 s included, it takes until 13.06 s: by hand.
    crossings_s = [5.0 + 1.2 * i + from_standing_s(1.0 + 7.5 * i) for i in range(12)]
    assert n_first == sum(s <= 12.0 + 14.0 / 9.0 - 0.5 for s in crossings_s) > 1
    left = slice(n_first, None)
    np.testing.assert_array_equal(served.window[left], 1)
    np.testing.assert_array_equal(served.n_ahead[left], np.arange(12 - n_first))
    np.testing.assert_allclose(served.place_m[left], 1.0 + 7.5 * np.arange(12 - n_first))
    np.testing.assert_allclose(served.slot_s[left], 60.0 + 1.2 * np.arange(12 - n_first))


def test_two_links_of_one_lane_are_one_queue(traffic_of):
    # The first turns left and has red; the one behind it would have green at once.
    cars = [{"distance_m": 1.0, "speed_mps": 0.0, "link": 1}, {"distance_m": 140.0, "link": 0}]
    greens = [[(-5.0, 90.0)], [(40.0, 60.0)]]
    served = serve(traffic_of(cars, greens))
    assert served.cross_s[1] >= served.cross_s[0] + HEADWAY_S - 1e-6 >= 40.0
    alone = serve(traffic_of(cars[1:], greens))
    assert alone.cross_s[0] == pytest.approx(10.0)


def test_who_cannot_stop_any_more_crosses_on_amber(traffic_of):
    # 14 / (2 * 4.5) = 1.556 s of braking, less half a step.
    for step_s, end_s, window in ((1.0, 9.0, 0), (1.0, 8.9, 1), (0.5, 8.7, 0), (0.5, 8.6, 1)):
        traffic = traffic_of([{"distance_m": 140.0}], [[(-5.0, end_s), (40.0, 60.0)]])
        assert serve(replace(traffic, step_length_s=step_s)).window[0] == window


def test_who_brakes_gently_stops_at_amber_all_the_same(traffic_of):
    # SUMO demands 3 m/s2 of everybody: 14 / (2 * 3) = 2.333 s, less half a step.
    cars = [{"distance_m": 140.0, "decel_mps2": 1.0}]
    for end_s, window in ((8.2, 0), (8.1, 1)):
        assert serve(traffic_of(cars, [[(-5.0, end_s), (40.0, 60.0)]])).window[0] == window


def test_nobody_crosses_later_than_the_greatest_amber(traffic_of):
    for end_s, window in ((9.1, 0), (8.9, 1)):
        traffic = traffic_of([{"distance_m": 140.0}], [[(-5.0, end_s), (40.0, 60.0)]])
        assert serve(traffic, most_amber_s=1.0).window[0] == window


@pytest.mark.parametrize(
    ("end_s", "longer_s", "hopes"),
    [(7.5, 0.0, True), (7.4, 0.0, False), (5.5, 2.0, True), (5.5, 1.9, False), (9.0, 5.0, False)],
)
def test_who_misses_a_green_by_little_or_unless_it_lasts_long_may_still_make_it(
    traffic_of, end_s, longer_s, hopes
):
    greens = [[(-5.0, end_s), (40.0, 60.0)]]
    served = serve(traffic_of([{"distance_m": 140.0}], greens, longer_s=longer_s))
    assert served.may_make_earlier[0] == hopes


@pytest.mark.parametrize(
    "windows",
    [
        [],
        [(math.nan, math.nan)] * 2,
        [(-20.0, -2.0)],
        [(-20.0, -2.0), (math.nan, math.nan)],
        [(math.nan, 30.0)],
    ],
    ids=["none", "unknown", "over", "over and unknown", "half known"],
)
@pytest.mark.parametrize("odd_lane", [0, 1, 2])
def test_a_green_that_is_over_or_unknown_on_one_lane_changes_nothing_on_others(
    traffic_of, windows, odd_lane
):
    plain = [(20.0, 40.0), (80.0, 99.0)]
    greens = [windows if lane == odd_lane else plain for lane in range(3)]
    cars = [
        {**car, "lane": lane, "link": lane}
        for lane in range(3)
        for car in (*standing(2), {"distance_m": 250.0})
    ]
    served = serve(traffic_of(cars, greens))
    alone = serve(traffic_of([car for car in cars if car["lane"] == 0], [plain]))
    for lane in {0, 1, 2} - {odd_lane}:
        rows = slice(3 * lane, 3 * lane + 3)
        for name in FIELDS:
            expected = getattr(alone, name)
            np.testing.assert_allclose(getattr(served, name)[rows], expected, atol=1e-5)


def test_nobody_is_served_on_an_empty_road(traffic_of):
    for greens in ([], [[(0.0, 10.0)]]):
        served = serve(traffic_of([], greens))
        for name in FIELDS:
            assert getattr(served, name).shape == (0,)


def test_the_free_arrival_is_that_of_a_vehicle_that_speeds_up_and_drives_on(traffic_of):
    cars = [
        {"distance_m": 200.0, "speed_mps": 4.0},
        {"distance_m": 10.0, "speed_mps": 4.0},
        {"distance_m": 50.0, "speed_mps": 20.0},
    ]
    found_s = free_arrival_s(traffic_of(cars, [[(0.0, 9.0)]]))
    for car, arrival_s in zip(cars, found_s, strict=True):
        way_m, speed_mps, spent_s = 0.0, min(car["speed_mps"], 14.0), 0.0
        while way_m < car["distance_m"]:
            speed_mps = min(speed_mps + 2.6 * 1e-3, 14.0)
            way_m += speed_mps * 1e-3
            spent_s += 1e-3
        assert arrival_s == pytest.approx(spent_s, abs=0.01)


def test_a_turn_costs_the_time_of_braking_for_it(traffic_of):
    straight_s, turn_s = free_arrival_s(traffic_of([{}, {"crossing_mps": 5.0}], [[(0.0, 9.0)]]))
    # From 14 to 5 m/s at 4.5 m/s2 takes 2 s over 19 m, which the ceiling takes 1.357 s for.
    assert turn_s - straight_s == pytest.approx(2.0 - 19.0 / 14.0)


@given(
    st.floats(1.0, 200.0), st.floats(0.0, 14.0), st.floats(2.0, 14.0), st.sampled_from([2.0, 4.5])
)
def test_who_turns_near_the_line_brakes_for_it_as_one_far_away_does(
    traffic_of, distance_m, speed_mps, crossing_mps, decel_mps2
):
    car = {"distance_m": distance_m, "speed_mps": speed_mps, "crossing_mps": crossing_mps}
    found_s = free_arrival_s(traffic_of([{**car, "decel_mps2": decel_mps2}], [[(0.0, 9.0)]]))[0]
    way_m, now_mps, spent_s, step_s = 0.0, speed_mps, 0.0, 2e-3
    while way_m < distance_m:
        left_m = distance_m - way_m
        braking_m = (now_mps**2 - crossing_mps**2) / (2.0 * decel_mps2)
        if braking_m < left_m:
            now_mps = min(now_mps + 2.6 * step_s, 14.0)
        else:
            needed_mps2 = (now_mps**2 - crossing_mps**2) / (2.0 * left_m)
            now_mps = max(now_mps - needed_mps2 * step_s, crossing_mps)
        way_m += now_mps * step_s
        spent_s += step_s
    assert found_s == pytest.approx(spent_s, abs=0.05)


@pytest.mark.parametrize("name", ["follow_s", "start_lag_s", "step_s", "most_amber_s"])
def test_impossible_waves_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must not be negative, got -1.0"):
        Wave(**{name: -1.0})


@pytest.mark.parametrize("braking_mps2", [0.0, -1.0, np.nan])
def test_whoever_decides_on_amber_can_brake(braking_mps2):
    with pytest.raises(ValueError, match=f"amber_decel_mps2 must be positive, got {braking_mps2}"):
        Wave(amber_decel_mps2=braking_mps2)


def test_those_who_creep_or_brake_hard_hardly_cross_on_amber():
    speed_mps, decel_mps2 = np.array([1.0, 14.0]), np.full(2, 4.5)
    found_s = last_on_amber_s(Wave(), speed_mps, decel_mps2, step_length_s=1.0)
    np.testing.assert_allclose(found_s, [0.0, 14.0 / 9.0 - 0.5])
    firm_s = last_on_amber_s(Wave(amber_decel_mps2=7.0), speed_mps, decel_mps2, step_length_s=1.0)
    np.testing.assert_allclose(firm_s, [0.0, 0.5])


@st.composite
def roads(draw, n_lanes=3):
    """Cars on up to three lanes with two links each, and their greens."""
    distances_m = draw(st.lists(st.integers(2, 600), max_size=14, unique=True))
    cars = []
    for distance_m in distances_m:
        lane = draw(st.integers(0, n_lanes - 1))
        cars.append(
            {
                "distance_m": float(distance_m),
                "lane": lane,
                "link": 2 * lane + draw(st.integers(0, 1)),
                "speed_mps": draw(st.sampled_from([0.0, 3.0, 9.0, 14.0])),
                "ceiling_mps": draw(st.sampled_from([9.0, 14.0, 16.0])),
                "crossing_mps": draw(st.sampled_from([5.0, 14.0])),
                "space_m": draw(st.sampled_from([6.0, 7.5, 14.5])),
            }
        )
    greens = []
    for _ in range(2 * n_lanes):
        at_s, windows = draw(st.floats(-30.0, 40.0)), []
        for _ in range(draw(st.integers(0, 3))):
            end_s = at_s + draw(st.floats(4.0, 40.0))
            windows.append((at_s, end_s))
            at_s = end_s + draw(st.floats(5.0, 60.0))
        greens.append(windows)
    return cars, greens


@given(roads(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(traffic_of, road, random):
    cars, greens = road
    order = list(range(len(cars)))
    random.shuffle(order)
    straight = serve(traffic_of(cars, greens))
    mixed = serve(traffic_of([cars[i] for i in order], greens))
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(mixed, name), getattr(straight, name)[order])


@given(roads())
def test_lanes_do_not_influence_one_another(traffic_of, road):
    cars, greens = road
    together = serve(traffic_of(cars, greens))
    for lane in range(3):
        rows = [i for i, car in enumerate(cars) if car["lane"] == lane]
        alone = serve(traffic_of([cars[i] for i in rows], greens))
        for name in FIELDS:
            expected = getattr(alone, name)
            np.testing.assert_allclose(getattr(together, name)[rows], expected, atol=1e-5)


@given(roads())
def test_all_cross_in_their_own_green_in_the_order_of_their_lane_and_a_headway_apart(
    traffic_of, road
):
    cars, greens = road
    traffic = traffic_of(cars, greens)
    served, free_s = serve(traffic), free_arrival_s(traffic)
    for i, car in enumerate(cars):
        assert served.cross_s[i] >= free_s[i] - 1e-5
        if math.isfinite(served.cross_s[i]):
            start_s, end_s = greens[car["link"]][served.window[i]]
            assert start_s - 1e-5 <= served.cross_s[i] <= end_s + 3.0 + 1e-5
            assert served.green_s[i] == pytest.approx(start_s)
    for lane in range(3):
        rows = [i for i, car in enumerate(cars) if car["lane"] == lane]
        rows.sort(key=lambda i: cars[i]["distance_m"])
        for ahead, behind in pairwise(rows):
            if math.isfinite(served.cross_s[behind]):
                space_m, crossing_mps = cars[behind]["space_m"], cars[behind]["crossing_mps"]
                headway_s = 1.0 + space_m / min(crossing_mps, cars[behind]["ceiling_mps"])
                gap_s = served.cross_s[behind] - served.cross_s[ahead]
                assert gap_s >= headway_s - 1e-5


@given(roads())
def test_places_in_a_queue_do_not_overlap_and_start_in_order(traffic_of, road):
    cars, greens = road
    served = serve(traffic_of(cars, greens))
    for lane in range(3):
        rows = [i for i, car in enumerate(cars) if car["lane"] == lane]
        rows.sort(key=lambda i: cars[i]["distance_m"])
        for ahead, behind in pairwise(rows):
            begin_s = max(served.green_s[behind], 0.0)
            is_one_queue = begin_s <= served.cross_s[ahead] + 1.0 < math.inf
            if is_one_queue and served.wait_s[ahead] > 0.0:
                assert (
                    served.place_m[behind] >= served.place_m[ahead] + cars[ahead]["space_m"] - 1e-5
                )
                assert served.n_ahead[behind] == served.n_ahead[ahead] + 1
                assert served.slot_s[behind] >= served.slot_s[ahead] + 1.2 - 1e-5


@given(roads())
def test_nobody_who_waits_crosses_sooner_than_from_his_place(traffic_of, road):
    cars, greens = road
    served = serve(traffic_of(cars, greens))
    for i in np.flatnonzero(served.wait_s > 0.0):
        ramp_m = cars[i]["ceiling_mps"] ** 2 / 5.2
        assert (
            served.cross_s[i]
            >= served.slot_s[i] + math.sqrt(2.0 * min(served.place_m[i], ramp_m) / 2.6) - 1e-5
        )


def test_behind_one_who_waits_for_another_green_ones_own_is_worth_nothing(traffic_of):
    # The first turns left and has red; those behind it have green already, or sooner than he.
    cars = [{**car, "link": link} for car, link in zip(standing(3), (1, 0, 1), strict=True)]
    for begin_s in (-5.0, 10.0, 40.5):
        served = serve(traffic_of(cars, [[(begin_s, 90.0)], [(40.0, 60.0)]]))
        np.testing.assert_allclose(served.slot_s, [40.0, 41.2, 42.4])
        np.testing.assert_array_equal(served.n_ahead, [0, 1, 2])
        np.testing.assert_allclose(served.place_m, [1.0, 8.5, 16.0])


def test_queues_settle_however_many_greens_are_too_short_for_them(traffic_of):
    standing_m = [1.0, 8.5, 16.0, 23.5, 31.0, 38.5]
    rolling = [(262.76, 3.34), (271.85, 12.48), (293.9, 5.0)]
    places = [*((distance_m, 0.0) for distance_m in standing_m), *rolling]
    links = [1, 0, 0, 1, 0, 1, 1, 1, 0]
    crossings_mps = [14.0, 5.0, 5.0, 5.0, 14.0, 14.0, 5.0, 14.0, 14.0]
    cars = [
        {"distance_m": distance_m, "speed_mps": speed_mps, "link": link, "crossing_mps": mps}
        for (distance_m, speed_mps), link, mps in zip(places, links, crossings_mps, strict=True)
    ]
    greens = [
        [(7.81, 17.58), (27.81, 37.58), (47.81, 57.58)],
        [(6.55, 12.41), (26.55, 32.41), (46.55, 52.41)],
    ]
    served = serve(traffic_of(cars, greens))
    np.testing.assert_allclose(served.slot_s[6:], [46.55, 47.75, 48.95])
    np.testing.assert_allclose(served.place_m[6:], [1.0, 8.5, 16.0])
    assert (served.slot_s >= served.green_s - 1e-5).all()


def test_who_cannot_turn_at_all_does_not_keep_those_of_other_lanes(traffic_of):
    cars = [{"crossing_mps": 0.0}, {"lane": 1}]
    served = serve(traffic_of(cars, [[(-5.0, 99.0)]]))
    alone = serve(traffic_of(cars[1:], [[(-5.0, 99.0)]]))
    assert served.cross_s[1] == pytest.approx(alone.cross_s[0])


def test_who_gets_green_when_the_one_ahead_has_gone_is_first_in_a_new_queue(traffic_of):
    cars = [{"distance_m": 1.0, "speed_mps": 0.0, "link": 1}, {"distance_m": 300.0, "link": 0}]
    served = serve(traffic_of(cars, [[(50.0, 90.0)], [(20.0, 40.0)]]))
    assert (served.n_ahead[1], served.place_m[1], served.slot_s[1]) == (0, 1.0, 50.0)


def test_the_crossings_alone_are_those_of_the_whole(traffic_of):
    traffic = traffic_of(
        [*standing(6), {"distance_m": 70.0}, {"distance_m": 90.0, "speed_mps": 3.0}],
        [[(10.0, 22.0), (60.0, 66.0)]],
    )
    served = serve(traffic)
    assert np.unique(served.window).size > 1
    alone_s = crossings(traffic, Wave(), tolerance_s=TOLERANCE_S)
    np.testing.assert_array_equal(alone_s, served.cross_s)
