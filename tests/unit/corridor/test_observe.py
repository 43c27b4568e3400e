import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import Reason
from corridor.engine import Motion, VehicleFacts
from corridor.observe import observe, queue_ahead, reasons_without_advice
from corridor.vehicles import Entrant, VehicleTable


@pytest.fixture
def table(network):
    """One vehicle, 70 m before the line of J1."""
    made = VehicleTable(network)
    entrant = Entrant(
        vehicle_id="v", is_equipped=True, follows_advice=True, draw=0.5, has_stops=False
    )
    facts = VehicleFacts(
        route=("a", "b1", "b2", "c"),
        vehicle_class="passenger",
        speed_factor=1.0,
        max_speed_mps=50.0,
        accel_mps2=2.6,
        decel_mps2=4.5,
        length_m=5.0,
    )
    made.enter(entrant, facts)
    made.move([Motion("a_0", 30.0, 12.0)])
    return made


def reason(table, *, range_m=300.0, age_s=0.5, told=True, at_stop=False):
    found = reasons_without_advice(
        table,
        range_m=range_m,
        stale_s=3.0,
        age_s=np.array([age_s]),
        is_told=np.full(len(table.network.links), told),
        is_at_stop=np.array([at_stop]),
    )
    return Reason(found[0])


def test_a_vehicle_in_range_with_a_fresh_message_can_be_advised(table):
    assert reason(table) is Reason.ADVISED


# From the first to the last that is asked; each hides all behind it.
TROUBLES = (
    ("signal", Reason.NO_SIGNAL),
    ("range_m", Reason.OUT_OF_RANGE),
    ("refuses", Reason.REFUSED),
    ("at_stop", Reason.AT_STOP),
    ("deaf", Reason.NOT_HEARD),
    ("stale", Reason.STALE),
    ("told", Reason.NO_SPAT),
)


@pytest.mark.parametrize("first", range(len(TROUBLES)))
def test_the_first_trouble_is_the_reason_whatever_else_is_wrong(table, first):
    troubles = [name for name, _ in TROUBLES[first:]]
    arguments = {}
    if "signal" in troubles:
        table.move([Motion("c_0", 30.0, 12.0)])
    if "refuses" in troubles:
        table.flags("follows_advice")[:] = False
    if "range_m" in troubles:
        arguments["range_m"] = 69.0
    if "at_stop" in troubles:
        arguments["at_stop"] = True
    if "stale" in troubles:
        arguments["age_s"] = 3.5
    if "deaf" in troubles:
        arguments["age_s"] = math.inf
    if "told" in troubles:
        arguments["told"] = False
    assert reason(table, **arguments) is TROUBLES[first][1]


def test_bounds_belong_to_what_they_bound(table):
    assert reason(table, range_m=70.0) is Reason.ADVISED
    assert reason(table, age_s=3.0) is Reason.ADVISED


def test_a_vehicle_on_the_line_has_no_signal_ahead(table):
    table.move([Motion("a_0", 100.0, 12.0)])
    assert reason(table) is Reason.NO_SIGNAL


def test_each_link_is_told_or_not_by_itself(table):
    told = np.ones(len(table.network.links), dtype=bool)
    told[table.ints("link_row")[0]] = False
    arguments = {"range_m": 300.0, "stale_s": 3.0, "age_s": np.zeros(1)}
    found = reasons_without_advice(
        table, is_told=told, is_at_stop=np.zeros(1, dtype=bool), **arguments
    )
    assert found[0] == Reason.NO_SPAT
    found = reasons_without_advice(
        table, is_told=~told, is_at_stop=np.zeros(1, dtype=bool), **arguments
    )
    assert found[0] == Reason.ADVISED


def queue(lanes, distances_m, known=None):
    known = [True] * len(lanes) if known is None else known
    return queue_ahead(
        np.array(lanes, dtype=np.int64),
        np.array(distances_m, dtype=float),
        np.array(known, dtype=bool),
    ).tolist()


def test_the_queue_is_counted_per_lane():
    assert queue([1, 1, 2, 1], [30.0, 10.0, 5.0, 20.0]) == [2, 0, 0, 1]


def test_vehicles_that_are_not_known_do_not_count_but_have_a_queue_of_their_own():
    assert queue([1, 1, 1], [10.0, 20.0, 30.0], [True, False, True]) == [0, 1, 1]


def test_no_vehicles_have_no_queues():
    assert queue([], []) == []


VEHICLES = st.lists(
    st.tuples(st.integers(-1, 3), st.one_of(st.floats(0.1, 50), st.just(7.0)), st.booleans()),
    max_size=25,
)


@given(VEHICLES)
def test_the_queue_is_what_a_plain_count_gives(vehicles):
    lanes, distances_m, known = ([v[i] for v in vehicles] for i in range(3))
    expected = [
        sum(
            known[j] and lanes[j] == lanes[i] and (distances_m[j], j) < (distances_m[i], i)
            for j in range(len(vehicles))
        )
        for i in range(len(vehicles))
    ]
    assert queue(lanes, distances_m, known) == expected


def test_what_is_seen_are_the_chosen_rows_in_times_from_now(table):
    windows = np.array([110.0, 112.0, 115.0, 120.0, 125.0, 130.0]).reshape(6, 1, 1)
    table.floats("advised_mps")[:] = 9.0
    seen = observe(
        table,
        np.array([0]),
        windows,
        time_s=100.0,
        step_length_s=0.5,
        age_s=np.array([0.7]),
        n_queued=np.array([4]),
    )
    assert (seen.time_s, seen.step_length_s) == (100.0, 0.5)
    expected = {
        "distance_m": 70.0,
        "speed_mps": 12.0,
        "ceiling_mps": 13.89,
        "accel_mps2": 2.6,
        "decel_mps2": 4.5,
        "spat_age_s": 0.7,
        "n_queued": 4,
        "previous_advice_mps": 9.0,
        # Only what is sure counts as green; likely is told beside it.
        "green_start_s": 15.0,
        "green_end_s": 20.0,
        "likely_start_s": 12.0,
        "likely_end_s": 25.0,
    }
    for name, value in expected.items():
        assert np.ravel(getattr(seen, name)).tolist() == pytest.approx([value]), name
    assert windows[0, 0, 0] == 110.0


def test_without_chosen_rows_nothing_is_seen(table):
    seen = observe(
        table,
        np.zeros(0, dtype=np.int64),
        np.zeros((6, 0, 3)),
        time_s=0.0,
        step_length_s=1.0,
        age_s=np.array([0.7]),
        n_queued=np.array([0]),
    )
    assert seen.distance_m.shape == (0,)
    assert seen.green_start_s.shape == (0, 3)
