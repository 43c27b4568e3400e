"""Waits at signals, of small drives; worked by hand."""

import polars as pl
import pytest

from experiments.crossings import CROSSING_SCHEMA
from experiments.waits import DWELL_SCHEMA, longest_rows, read_dwells, wait_rows


def drive(speeds_mps, vehicle_id="v"):
    """A drive in steps of 1 s; the first row is the moment of insertion, at 0 s."""
    table = pl.DataFrame({"speed_mps": [float(speed) for speed in speeds_mps]})
    is_move = pl.int_range(pl.len()) > 0
    return table.with_columns(
        vehicle_id=pl.lit(vehicle_id),
        time_s=pl.int_range(pl.len()).cast(pl.Float64),
        is_move=is_move,
        distance_m=pl.when(is_move).then("speed_mps").otherwise(0.0).cum_sum(),
    )


def lines(*crossed, vehicle_id="v"):
    """Stop lines as (time, distance), of the signals J0, J1 and so on."""
    rows = [
        (vehicle_id, place, f"J{place}", 0, "a", "", True, float(time_s), float(way_m))
        for place, (time_s, way_m) in enumerate(crossed)
    ]
    return pl.DataFrame(rows, schema=CROSSING_SCHEMA, orient="row")


def waits(speeds_mps, *crossed, dwells=()):
    table = pl.DataFrame(list(dwells), schema=DWELL_SCHEMA, orient="row")
    return wait_rows(drive(speeds_mps), lines(*crossed), table, 1.0)["wait_s"].to_list()


def test_a_wait_lasts_from_standing_until_the_line_is_crossed():
    assert waits([10, 10, 0, 0, 0, 5, 10], (5.5, 12.5)) == [3.5]


def test_moving_up_in_a_queue_ends_no_wait():
    assert waits([10, 10, 0, 0, 0, 8, 8, 0, 0, 0, 10], (10, 36)) == [8.0]


def test_who_never_stands_never_waits():
    assert waits([10, 10, 4, 1, 4, 10], (5, 29)) == [0.0]


def test_each_signal_has_a_wait_of_its_own():
    assert waits([10, 0, 0, 0, 10, 10, 0, 0, 10], (4, 9), (8, 29)) == [3.0, 2.0]


def test_standing_far_before_a_signal_is_no_wait_at_it():
    assert waits([10, 0, 0, 0, *[10] * 70], (64, 605)) == [0.0]


def test_a_scheduled_stop_is_no_wait_and_standing_at_red_behind_it_is():
    speeds = [10, 10, 0, 0, 0, 0, 8, 8, 0, 0, 0, 10]
    assert waits(speeds, (11, 36)) == [9.0]
    assert waits(speeds, (11, 36), dwells=[("v", 1.0, 5.0)]) == [3.0]


def test_a_stop_within_a_queue_is_taken_off_its_wait():
    speeds = [10, 0, 0, 0, 5, 0, 0, 0, 0, 5, 0, 0, 10]
    assert waits(speeds, (12, 20), dwells=[("v", 4.0, 8.0)]) == [11.0 - 4.0]


def test_the_longest_wait_of_a_vehicle_names_its_signal():
    table = wait_rows(
        drive([10, 0, 0, 0, 10, 10, 0, 0, 10]),
        lines((4, 9), (8, 29)),
        pl.DataFrame(schema=DWELL_SCHEMA),
        1.0,
    )
    assert longest_rows(table).row(0) == ("v", 3.0, "J0")
    free = table.with_columns(wait_s=pl.lit(0.0))
    assert longest_rows(free).row(0) == ("v", 0.0, None)


def test_the_waits_of_one_vehicle_are_not_those_of_the_next():
    two = pl.concat([drive([10, 10, 0, 0], "a"), drive([0, 0, 10, 10, 10], "b")])
    crossed = pl.concat([lines((4, 11), vehicle_id="a"), lines((4, 25), vehicle_id="b")])
    found = wait_rows(two, crossed, pl.DataFrame(schema=DWELL_SCHEMA), 1.0)
    assert found["wait_s"].to_list() == [2.0, 0.0]


def test_stops_are_read_as_sumo_writes_them(tmp_path):
    assert read_dwells(tmp_path / "none.xml").is_empty()
    path = tmp_path / "stops.xml"
    path.write_text('<stops><stopinfo id="bus" started="54.00" ended="74.00"/></stops>')
    assert read_dwells(path).rows() == [("bus", pytest.approx(54.0), pytest.approx(74.0))]
