import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from controller.standing import queue_ahead


def queue(lanes, distances_m, stands=None):
    stands = [True] * len(lanes) if stands is None else stands
    return queue_ahead(
        np.array(lanes, dtype=np.int64),
        np.array(distances_m, dtype=float),
        np.array(stands, dtype=bool),
    ).tolist()


def test_the_queue_is_counted_per_lane():
    assert queue([1, 1, 2, 1], [30.0, 10.0, 5.0, 20.0]) == [2, 0, 0, 1]


def test_vehicles_that_roll_do_not_count_but_have_a_queue_of_their_own():
    assert queue([1, 1, 1], [10.0, 20.0, 30.0], [True, False, True]) == [0, 1, 1]


def test_no_vehicles_have_no_queues():
    assert queue([], []) == []


VEHICLES = st.lists(
    st.tuples(st.integers(-1, 3), st.one_of(st.floats(0.1, 50), st.just(7.0)), st.booleans()),
    max_size=25,
)


@given(VEHICLES)
def test_the_queue_is_what_a_plain_count_gives(vehicles):
    lanes, distances_m, stands = ([v[i] for v in vehicles] for i in range(3))
    expected = [
        sum(
            stands[j] and lanes[j] == lanes[i] and (distances_m[j], j) < (distances_m[i], i)
            for j in range(len(vehicles))
        )
        for i in range(len(vehicles))
    ]
    assert queue(lanes, distances_m, stands) == expected
