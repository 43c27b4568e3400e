import numpy as np
import pytest

from corridor.lane_demand import (
    ARRIVAL,
    GAP_S,
    HEADWAY_S,
    NEAR,
    NOBODY,
    NOBODY_S,
    PLATOON,
    SEEN,
    STANDING,
    LaneWatch,
    Sensed,
)
from corridor.links import Link

LIMIT_MPS = 10.0
LINKS = [
    Link(signal="S", index=index, lane=lane, row=row, crossing_limit_mps=10.0)
    for row, (index, lane) in enumerate([(0, "x"), (1, "x"), (2, "y")])
]


def look(*vehicles):
    """Demand of (row, distance[, speed]) each."""
    rows = [(row, at, *(rest or (LIMIT_MPS,))) for row, at, *rest in vehicles]
    row, distance_m, speed_mps = np.array(rows, dtype=float).reshape(-1, 3).T
    sensed = Sensed(
        link_row=row.astype(np.int64),
        distance_m=distance_m,
        speed_mps=speed_mps,
        limit_mps=np.full(row.size, LIMIT_MPS),
    )
    return LaneWatch(LINKS, 4).look(sensed)


def test_an_empty_road_has_no_demand():
    demand = LaneWatch(LINKS, 4).look(NOBODY)
    assert (demand[:ARRIVAL] == 0).all()
    assert demand[ARRIVAL].tolist() == [-NOBODY_S] * 3


def test_links_of_one_lane_share_its_vehicles():
    demand = look((0, 20.0), (1, 30.0), (2, 70.0))
    assert demand[NEAR].tolist() == [2, 0, 0]
    assert demand[SEEN].tolist() == [2, 1, 0]
    assert demand[ARRIVAL].tolist() == [-2, -7, -NOBODY_S]


def test_vehicles_on_their_way_to_no_link_or_to_another_signal_do_not_count():
    demand = look((-1, 20.0), (3, 20.0))
    assert demand[SEEN].sum() == 0


def test_a_platoon_ends_with_its_last_vehicle_before_a_gap():
    # 1 s: not sooner than a headway; 4 s; 6 s; then a gap to 12 s.
    assert look((2, 10.0), (2, 40.0), (2, 60.0), (2, 120.0))[PLATOON, 1] == 6.0


def test_a_queue_leaves_by_the_headway():
    demand = look(*((0, 1.0 + 7.5 * k, 0.0) for k in range(6)))
    assert demand[PLATOON, 0] == pytest.approx(6 * HEADWAY_S)
    assert demand[STANDING, 0] == 6


def test_nobody_near_the_line_is_no_platoon_whoever_comes_later():
    far_m = LIMIT_MPS * (GAP_S + 0.5)
    assert look((0, far_m), (0, far_m + 10.0))[PLATOON, 0] == 0.0


def test_a_gap_on_one_lane_is_none_on_another():
    demand = look((0, 90.0), (2, 10.0), (2, 30.0))
    assert demand[PLATOON].tolist() == pytest.approx([0.0, 3.6, 0.0])


def test_the_order_in_which_vehicles_are_told_does_not_matter():
    rows = [(2, 10.0), (0, 35.0), (2, 40.0), (0, 5.0), (2, 60.0)]
    np.testing.assert_array_equal(look(*rows), look(*rows[::-1]))
