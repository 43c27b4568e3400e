import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.crossings import CROSSING_SCHEMA
from experiments.places import (
    AT_M,
    BEFORE_M,
    BEHIND_M,
    ZONES,
    approach_rows,
    minute_rows,
    place_steps,
    road_rows,
)


def drive(end_m, step_m=10.0, vehicle="v", equipped=True):
    """A vehicle that drives so far in steps of a second, 2 g each."""
    n = int(end_m / step_m) + 1
    return pl.DataFrame(
        {
            "vehicle_id": [vehicle] * n,
            "equipped": [equipped] * n,
            "time_s": [float(i) for i in range(n)],
            "is_move": [i > 0 for i in range(n)],
            "edge_id": ["road"] * n,
            "speed_mps": [step_m] * n,
            "distance_m": [i * step_m for i in range(n)],
            "co2_x_g": [2.0 if i else 0.0 for i in range(n)],
            "energy_x_wh": [1.0 if i else 0.0 for i in range(n)],
        }
    )


def lines(*places_m, vehicle="v"):
    """Stop lines of the signals A, B, ... on the way."""
    rows = [
        {"vehicle_id": vehicle, "place": i, "signal_id": "ABCDE"[i], "link_index": 0}
        | {"edge_id": f"to{'ABCDE'[i]}", "street": "", "main": True, "time_s": 0.0}
        | {"distance_m": float(place_m)}
        for i, place_m in enumerate(places_m)
    ]
    return pl.DataFrame(rows, schema=CROSSING_SCHEMA)


def zones_of(end_m, *places_m):
    placed = place_steps(drive(end_m), lines(*places_m))
    where = zip(placed["signal_id"], placed["zone"], strict=True)
    return dict(zip(placed["distance_m"], where, strict=True))


def test_the_way_to_a_signal_has_a_part_before_at_and_behind_it():
    found = zones_of(1200.0, 800.0)
    assert found[800.0 - BEFORE_M - 10.0] == (None, "elsewhere")
    assert found[800.0 - BEFORE_M] == ("A", "before")
    assert found[800.0 - AT_M - 10.0] == ("A", "before")
    assert found[800.0 - AT_M] == ("A", "at")
    assert found[790.0] == ("A", "at")
    assert found[810.0] == ("A", "behind")
    assert found[800.0 + BEHIND_M - 10.0] == ("A", "behind")
    assert found[800.0 + BEHIND_M] == (None, "elsewhere")


def test_between_two_signals_that_are_near_each_has_half_of_the_way():
    found = zones_of(500.0, 200.0, 400.0)
    assert found[290.0] == ("A", "behind")
    assert found[300.0] == ("B", "before")
    assert found[350.0] == ("B", "at")
    assert found[410.0] == ("B", "behind")


def test_a_road_without_signals_is_elsewhere():
    assert {zone for _, zone in zones_of(300.0).values()} == {"elsewhere"}


def test_each_passage_is_counted_once_and_by_kind_of_vehicle():
    trace = pl.concat([drive(300.0), drive(300.0, vehicle="w", equipped=False)])
    crossings = pl.concat([lines(100.0), lines(100.0, vehicle="w")])
    found = approach_rows(place_steps(trace, crossings), crossings, 1.0)
    passed = found.filter(pl.col("signal_id") == "A")
    assert set(passed["passages"]) == {1}
    assert sorted(passed["equipped"].unique()) == [False, True]
    assert passed.filter(pl.col("zone") == "at")["edge_id"].to_list() == ["toA", "toA"]
    assert found.filter(pl.col("signal_id").is_null())["passages"].sum() == 0


@given(st.lists(st.floats(0.0, 2000.0), max_size=4, unique=True))
def test_all_that_is_emitted_is_in_one_row_of_each_table(places_m):
    trace, crossings = drive(1500.0), lines(*sorted(places_m))
    approaches = approach_rows(place_steps(trace, crossings), crossings, 1.0)
    assert set(approaches["zone"]) <= set(ZONES)
    for table in (approaches, minute_rows(trace, 1.0), road_rows(trace, (), 1.0)):
        assert table["co2_x_g"].sum() == pytest.approx(trace["co2_x_g"].sum())
        assert table["vehicle_s"].sum() == 150.0
        assert table["distance_m"].sum() == pytest.approx(1500.0)


def test_minutes_are_told_by_when_they_begin():
    found = minute_rows(drive(1000.0), 1.0)
    assert found["minute_s"].to_list() == [0.0, 60.0]
    assert found["vehicle_s"].to_list() == [59.0, 41.0]
