from types import SimpleNamespace

import polars as pl
import pytest

from experiments.crossings import crossing_rows, with_distance

ROUTE = ("a", "b", "c")
LENGTH_M = {"a": 100.0, "b": 5.0, "c": 200.0}


def movement(signal, lanes):
    links = {lane: SimpleNamespace(signal=signal, index=index) for index, lane in enumerate(lanes)}
    return SimpleNamespace(links=links, first_link=next(iter(links.values())))


@pytest.fixture
def network():
    """a with two lanes, then b, then c; signals at the ends of a and b."""
    movements = {("a", "b"): movement("J1", ["a_0", "a_1"]), ("b", "c"): movement("J2", ["b_0"])}
    lanes = ("a_0", "a_1", "b_0", "c_0")
    return SimpleNamespace(
        lane_edge={lane: lane[0] for lane in lanes} | {":J1_0_0": ":J1_0", ":J2_0_0": ":J2_0"},
        edge_length_m=LENGTH_M,
        movement=lambda edge, following: movements.get((edge, following)),
        street_name=lambda edges: {"a": "High Street"}.get(edges[0], ""),
    )


def crossed(network, steps, *, routes=None, main=("a",), step_length_s=1.0):
    """Crossings of a trace given as (vehicle, lane, position, speed), a step each."""
    times: dict[str, float] = {}
    rows = []
    for vehicle_id, lane, position_m, speed_mps in steps:
        is_move = vehicle_id in times
        times[vehicle_id] = times.get(vehicle_id, 9.0) + step_length_s
        rows.append((vehicle_id, times[vehicle_id], lane, position_m, speed_mps, is_move))
    names = ("vehicle_id", "time_s", "lane", "position_m", "speed_mps", "is_move")
    trace = pl.DataFrame(rows, schema=names, orient="row")
    routes = routes or dict.fromkeys(times, ROUTE)
    return crossing_rows(with_distance(trace, step_length_s), network, routes, main)


def test_the_way_counts_from_the_insertion():
    trace = pl.DataFrame(
        {
            "vehicle_id": ["v", "v", "v", "w"],
            "speed_mps": [8.0, 10.0, 12.0, 9.0],
            "is_move": [False, True, True, False],
        }
    )
    assert with_distance(trace, 0.5)["distance_m"].to_list() == [0.0, 5.0, 11.0, 0.0]


def test_a_line_is_crossed_within_the_step_at_its_speed(network):
    # 4 m before the line at 10 s, at 10 m/s in the step that follows.
    found = crossed(network, [("v", "a_1", 96.0, 10.0), ("v", ":J1_0_0", 6.0, 10.0)])
    assert found.rows(named=True) == [
        {
            "vehicle_id": "v",
            "place": 0,
            "signal_id": "J1",
            "link_index": 1,
            "edge_id": "a",
            "street": "High Street",
            "main": True,
            "time_s": pytest.approx(10.4),
            "distance_m": pytest.approx(4.0),
        }
    ]


def test_each_signal_on_the_way_has_a_row(network):
    steps = [
        *[("v", "a_0", 90.0, 10.0), ("v", "a_0", 98.0, 8.0), ("v", ":J1_0_0", 2.0, 4.0)],
        *[("v", "b_0", 1.0, 4.0), ("v", "b_0", 4.0, 3.0), ("v", "c_0", 2.0, 3.0)],
    ]
    found = crossed(network, steps)
    assert found["signal_id"].to_list() == ["J1", "J2"]
    assert found["place"].to_list() == [0, 1]
    assert found["time_s"].to_list() == pytest.approx([11.5, 14 + 1 / 3])
    assert found["main"].to_list() == [True, False]


def test_a_change_of_lane_is_no_crossing(network):
    assert crossed(network, [("v", "a_0", 90.0, 5.0), ("v", "a_1", 95.0, 5.0)]).is_empty()


def test_a_short_road_passed_within_a_step_has_its_crossing_too(network):
    # From 1 m before the first line to 9 m into c, 20 m further: b is 5 m long.
    found = crossed(network, [("v", "a_0", 99.0, 20.0), ("v", "c_0", 9.0, 20.0)])
    assert found["signal_id"].to_list() == ["J1", "J2"]
    assert found["time_s"].to_list() == pytest.approx([10.05, 10.55])


def test_a_road_that_is_passed_twice_is_crossed_twice(network):
    steps = [
        *[("v", "a_0", 99.0, 10.0), ("v", "b_0", 1.0, 10.0)],
        *[("v", "a_0", 99.0, 10.0), ("v", "b_0", 1.0, 10.0)],
    ]
    found = crossed(network, steps, routes={"v": ("a", "b", "a", "b")})
    assert found["place"].to_list() == [0, 2]


def test_vehicles_do_not_mix(network):
    steps = [
        *[("v", "a_0", 90.0, 5.0), ("v", "a_0", 95.0, 5.0)],
        *[("w", "b_0", 1.0, 5.0), ("w", "c_0", 1.0, 5.0)],
    ]
    found = crossed(network, steps)
    assert found.select("vehicle_id", "signal_id").rows() == [("w", "J2")]


def test_a_road_without_signals_has_no_crossing(network):
    found = crossed(network, [("v", "c_0", 1.0, 5.0)], routes={"v": ("c",)})
    assert found.is_empty()
    assert "time_s" in found.columns
