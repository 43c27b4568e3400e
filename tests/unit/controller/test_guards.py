import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.guards import LOOKED_BACK, holds_up, keeps_waiting, parts_ways


def held(traffic, cross_s, reach_m=80.0, tolerance_s=2.0):
    found = holds_up(
        traffic, np.array(cross_s, dtype=float), reach_m=reach_m, tolerance_s=tolerance_s
    )
    return found.tolist()


@pytest.fixture
def pair(traffic_of):
    """One bound for lane 1, and 40 m behind it on the same road lane one bound for lane 2."""

    def make(**behind):
        ahead = {"distance_m": 200.0, "lane": 1, "present_lane": 9}
        other = {"distance_m": 240.0, "lane": 2, "present_lane": 9}
        return traffic_of([ahead, {**other, **behind}], [[]])

    return make


@pytest.mark.parametrize(
    ("behind", "parts"),
    [
        ({"lane": 1, "beyond": {"link": 1, "lane": 5}}, False),
        ({"lane": 1, "beyond": {"link": 1, "lane": 6}}, True),
        ({"lane": 2, "beyond": {"link": 1, "lane": 5}}, True),
        ({"lane": 2, "present_lane": 8}, False),
        # Still on another piece of the road, and on the way to the same line.
        ({"lane": 1, "present_lane": 8}, True),
        ({"lane": 2, "distance_m": 300.0}, False),
    ],
)
def test_who_follows_closely_on_another_way_up_to_the_signal_beyond_parts_ways(
    traffic_of, behind, parts
):
    ahead = {"lane": 1, "present_lane": 9, "beyond": {"link": 1, "lane": 5}}
    traffic = traffic_of(
        [{**ahead, "distance_m": 200.0}, {"distance_m": 240.0, "present_lane": 9, **behind}], [[]]
    )
    assert parts_ways(traffic, reach_m=80.0).tolist() == [parts, False]


def test_who_waits_for_his_own_red_holds_up_one_whose_lane_flows(pair):
    assert held(pair(), [40.0, 17.0]) == [True, False]


def test_nobody_is_held_up_who_would_cross_later_anyway(pair):
    assert held(pair(), [14.0, 40.0]) == [False, False]
    assert held(pair(), [20.0, 18.1]) == [False, False]


@pytest.mark.parametrize(("n_between", "is_held"), [(4, True), (5, False)])
def test_of_those_behind_the_five_nearest_are_looked_at(traffic_of, n_between, is_held):
    same = [{"distance_m": 200.0 + 7.5 * i, "lane": 1} for i in range(n_between + 1)]
    flows = {"distance_m": 207.5 + 7.5 * n_between, "lane": 2}
    traffic = traffic_of([{**car, "present_lane": 9} for car in (*same, flows)], [[]])
    assert held(traffic, [*[40.0] * len(same), 17.0])[0] == is_held


def test_who_is_bound_for_the_same_lane_is_not_held_up(pair):
    assert held(pair(lane=1), [40.0, 17.0]) == [False, False]


def test_who_is_on_another_lane_now_is_not_held_up(pair):
    assert held(pair(present_lane=8), [40.0, 17.0]) == [False, False]


def test_who_is_far_behind_does_not_count(pair):
    assert held(pair(distance_m=279.0), [40.0, 17.0]) == [True, False]
    assert held(pair(distance_m=281.0), [40.0, 17.0]) == [False, False]


def test_who_is_behind_is_told_by_the_lane_and_not_by_the_ways_to_different_signals(pair):
    # The one behind turns off to a signal that is nearer.
    assert held(pair(distance_m=120.0, position_m=760.0), [40.0, 10.0]) == [True, False]
    assert held(pair(distance_m=120.0, position_m=700.0), [40.0, 10.0]) == [False, False]


def test_who_is_ahead_is_not_held_up(pair):
    assert held(pair(distance_m=160.0), [40.0, 12.0]) == [False, False]


def test_some_vehicles_back_are_looked_at(traffic_of):
    def column(n_between):
        """The last one's lane flows; those between wait as the first one does."""
        n = n_between + 2
        cars = [
            {"distance_m": 100.0 + 10.0 * i, "lane": 2 if i == n - 1 else 1, "present_lane": 9}
            for i in range(n)
        ]
        return held(traffic_of(cars, [[]]), [40.0] * (n - 1) + [12.0])

    assert column(LOOKED_BACK - 1)[0]
    assert not column(LOOKED_BACK)[0]


def test_nobody_alone_holds_anybody_up(traffic_of):
    assert held(traffic_of([], [[]]), []) == []
    assert held(traffic_of([{}], [[]]), [40.0]) == [False]


CARS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 2),
        st.integers(5, 400),
        st.sampled_from([5.0, 30.0, 60.0]),
    ),
    max_size=10,
    unique_by=lambda car: car[2],
)


@given(CARS)
def test_who_holds_up_somebody_is_what_a_plain_search_finds(traffic_of, cars):
    rows = [{"present_lane": a, "lane": b, "distance_m": float(d)} for a, b, d, _ in cars]
    found = held(traffic_of(rows, [[]]), [cross_s for *_, cross_s in cars])
    for i, (here, lane, distance_m, cross_s) in enumerate(cars):
        behind = sorted((c for c in cars if c[0] == here and c[2] > distance_m), key=lambda c: c[2])
        assert found[i] == any(
            c[1] != lane and c[2] - distance_m < 80 and c[3] < cross_s - 2.0
            for c in behind[:LOOKED_BACK]
        )


def kept_waiting(traffic):
    return keeps_waiting(traffic, reach_m=80.0, standing_mps=1.4).tolist()


@pytest.fixture
def side_road(traffic_of):
    """One on the road before the mouth of a side road, one behind it; one stands in its mouth."""

    def make(**changes):
        before = {"distance_m": 200.0, "lane": 1, "stop_edge": 4}
        behind = {"distance_m": 90.0, "lane": 1, "stop_edge": 4}
        side = {"distance_m": 130.0, "lane": 2, "stop_edge": 4, "speed_mps": 0.0}
        return traffic_of([before, behind, {**side, "yields_first": True, **changes}], [[]])

    return make


def test_who_comes_to_the_mouth_of_a_side_road_keeps_waiting_who_stands_in_it(side_road):
    assert kept_waiting(side_road()) == [True, False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"speed_mps": 2.0},
        {"stop_edge": 5},
        {"yields_first": False},
        {"distance_m": 210.0},
        {"distance_m": 119.0},
    ],
)
def test_who_rolls_or_goes_elsewhere_or_is_far_from_the_other_is_not_kept_waiting(
    side_road, changes
):
    assert kept_waiting(side_road(**changes)) == [False, False, False]


def test_of_several_side_roads_each_counts_for_who_comes_to_it(traffic_of):
    side = {"yields_first": True, "speed_mps": 0.0}
    mouths = [{**side, "distance_m": 130.0}, {**side, "distance_m": 300.0}]
    between = [{"distance_m": 150.0}, {"distance_m": 250.0}]
    # Who stands in the farther one must yield himself: it is not he who keeps the other waiting.
    found = kept_waiting(traffic_of([*mouths, *between, {"distance_m": 310.0}], [[]]))
    assert found == [False, False, True, False, True]


def test_where_nobody_is_nobody_waits(traffic_of):
    assert kept_waiting(traffic_of([], [[]])) == []


ROADS = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(5, 400), st.sampled_from([0.0, 1.3, 1.5]), st.booleans()
    ),
    max_size=10,
    unique_by=lambda car: car[1],
)


@given(ROADS)
def test_who_keeps_somebody_waiting_is_what_a_plain_search_finds(traffic_of, cars):
    names = ("stop_edge", "distance_m", "speed_mps", "yields_first")
    found = kept_waiting(traffic_of([dict(zip(names, car, strict=True)) for car in cars], [[]]))
    waiting = [
        (edge, distance_m)
        for edge, distance_m, speed_mps, yields in cars
        if yields and speed_mps < 1.4
    ]
    for is_found, (edge, distance_m, _, yields) in zip(found, cars, strict=True):
        ways_m = [distance_m - mouth_m for other, mouth_m in waiting if other == edge]
        assert is_found == (not yields and any(0 < way_m < 80 for way_m in ways_m))
