import math

import numpy as np
import pytest

from controller import MEMORY_WIDTH, Driver, Reason
from corridor.engine import VehicleFacts
from corridor.observe import (
    Moment,
    nothing_seen,
    observe,
    reasons_without_advice,
    see_traffic,
)
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant


def put(table, *motions):
    """Take over lane, position and speed of each vehicle."""
    lanes, positions_m, speeds_mps = zip(*motions, strict=True)
    rows = np.arange(len(table))
    table.move(rows, np.array(positions_m), np.array(speeds_mps), 1.0)
    table.change_lanes(rows, lanes)


@pytest.fixture
def make_table(network):
    """One vehicle, 70 m before the line of J1."""

    def make(*, max_speed_mps=50.0):
        made = VehicleTable(network)
        entrant = Entrant(
            vehicle_id="v", is_equipped=True, follows_advice=True, draw=0.5, has_stops=False
        )
        facts = VehicleFacts(
            route=("a", "b1", "b2", "c"),
            vehicle_class="passenger",
            speed_factor=1.0,
            max_speed_mps=max_speed_mps,
            accel_mps2=2.6,
            decel_mps2=4.5,
            length_m=5.0,
            min_gap_m=2.5,
        )
        made.enter(entrant, facts)
        put(made, ("a_0", 30.0, 12.0))
        return made

    return make


@pytest.fixture
def table(make_table):
    return make_table()


def reason(table, *, range_m=300.0, age_s=0.5, told=True, at_stop=False):
    found = reasons_without_advice(
        table.columns,
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
        put(table, ("c_0", 30.0, 12.0))
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
    put(table, ("a_0", 100.0, 12.0))
    assert reason(table) is Reason.NO_SIGNAL


def test_each_link_is_told_or_not_by_itself(table):
    told = np.ones(len(table.network.links), dtype=bool)
    told[table.ints("link_row")[0]] = False
    arguments = {"range_m": 300.0, "stale_s": 3.0, "age_s": np.zeros(1)}
    found = reasons_without_advice(
        table.columns, is_told=told, is_at_stop=np.zeros(1, dtype=bool), **arguments
    )
    assert found[0] == Reason.NO_SPAT
    found = reasons_without_advice(
        table.columns, is_told=~told, is_at_stop=np.zeros(1, dtype=bool), **arguments
    )
    assert found[0] == Reason.ADVISED


def test_what_is_seen_are_the_chosen_rows_in_times_from_now(table):
    starts, ends = [110.0, 111.0, 112.0, 114.0, 115.0], [120.0, 123.0, 125.0, 128.0, 130.0]
    windows = np.array(starts + ends).reshape(10, 1, 1)
    table.floats("advised_mps")[:] = 9.0
    table.memory[:] = np.arange(MEMORY_WIDTH)
    table.floats("heard_s")[:] = 99.3
    near = table.columns.at(np.array([0]))
    traffic = see_traffic(near, windows, 100.0, step_length_s=1.0)
    seen = observe(
        near,
        windows,
        Moment(time_s=100.0, step_length_s=0.5, driver=Driver()),
        traffic=traffic,
        traffic_row=np.array([0]),
    )
    assert seen.driver == Driver()
    assert seen.traffic is traffic
    assert seen.memory.tolist() == [list(range(MEMORY_WIDTH))]
    assert not seen.yields_first[0] and not seen.on_junction[0]
    assert (seen.time_s, seen.step_length_s) == (100.0, 0.5)
    expected = {
        "distance_m": 70.0,
        "speed_mps": 12.0,
        "ceiling_mps": 13.89,
        "accel_mps2": 2.6,
        "decel_mps2": 4.5,
        "spat_age_s": 0.7,
        "previous_advice_mps": 9.0,
        # Only what is sure counts as green; likely is told beside it.
        "green_start_s": 15.0,
        "green_end_s": 20.0,
        "likely_start_s": 12.0,
        "likely_end_s": 25.0,
        "start_q10_s": 11.0,
        "start_q90_s": 14.0,
        "end_q10_s": 23.0,
        "end_q90_s": 28.0,
    }
    for name, value in expected.items():
        assert np.ravel(getattr(seen, name)).tolist() == pytest.approx([value]), name
    assert windows[0, 0, 0] == 110.0


def test_what_is_seen_stays_when_the_table_moves_on(table):
    near = table.columns.at(np.array([0]))
    seen = see_traffic(near, np.zeros((10, len(table.network.links), 3)), 0.0, step_length_s=1.0)
    put(table, ("a_0", 60.0, 5.0))
    assert (seen.distance_m[0], seen.speed_mps[0]) == (70.0, 12.0)


def test_where_nobody_looks_nothing_is_seen():
    seen = nothing_seen(Moment(time_s=30.0, step_length_s=0.5, driver=None))
    assert (seen.time_s, seen.step_length_s) == (30.0, 0.5)
    assert seen.distance_m.shape == seen.traffic.distance_m.shape == (0,)


def test_the_roadside_sees_where_the_chosen_rows_go_and_how_fast_they_may(table, network):
    other = VehicleFacts(("s", "ra"), "passenger", 0.9, 50.0, 2.0, 3.0, 12.0, 2.5)
    name = Entrant(
        vehicle_id="w", is_equipped=False, follows_advice=True, draw=0.5, has_stops=False
    )
    table.enter(name, other)
    put(table, ("a_0", 30.0, 12.0), ("s_0", 10.0, 4.0))
    n_links = len(network.links)
    windows = 100.0 + np.arange(10.0 * n_links).reshape(10, n_links, 1)
    traffic = see_traffic(table.columns.at(np.array([1])), windows, 100.0, step_length_s=0.5)
    expected = {
        "lane": network.lane_number["s_0"],
        "present_lane": network.lane_number["s_0"],
        "link": 2,
        "position_m": 10.0,
        "distance_m": 40.0,
        "speed_mps": 4.0,
        "ceiling_mps": 0.9 * 8.33,
        # The left turn is driven at 5 m/s at the most, by a driver who keeps 10 % below limits.
        "crossing_mps": 0.9 * 5.0,
        "accel_mps2": 2.0,
        "decel_mps2": 3.0,
        "storage_m": 50.0,
        "space_m": 14.5,
    }
    for column, value in expected.items():
        assert getattr(traffic, column).tolist() == pytest.approx([value]), column
    assert traffic.step_length_s == 0.5
    # The rows of greens are those of all links.
    assert traffic.likely_start_s[:, 0].tolist() == list(range(2 * n_links, 3 * n_links))
    assert traffic.green_start_s.shape == traffic.end_q90_s.shape == (n_links, 1)


def test_a_slow_vehicle_is_not_expected_to_turn_faster_than_it_can(make_table):
    table = make_table(max_speed_mps=6.0)
    windows = np.zeros((10, len(table.network.links), 1))
    assert see_traffic(table.columns, windows, 0.0, step_length_s=1.0).crossing_mps[0] == 6.0
