import numpy as np
import polars as pl
import pytest

from corridor import MainRoad
from emissions import ACCOUNTS, EmissionMap
from experiments.places import road_rows
from experiments.trace import (
    TRIP_SCHEMA,
    add_accounts,
    add_arrivals,
    add_roads,
    count_blockers,
    read_trace,
    read_trips,
    vehicle_rows,
)
from experiments.trajectories import AdvisedSteps, trajectory_rows


class Net:
    """Two roads of 100 m and 60 m over a junction of 10 m."""

    lane_edge = {"a_0": "a", ":j_0_0": ":j_0", "b_0": "b"}  # noqa: RUF012
    lane_limit_mps = {"a_0": 10.0, ":j_0_0": 10.0, "b_0": 20.0}  # noqa: RUF012
    edge_length_m = {"a": 100.0, ":j_0": 10.0, "b": 60.0}  # noqa: RUF012


def growing():
    """A map that emits 1 g (or W) per second, and 1 more per m/s."""
    return EmissionMap(
        emission_class="",
        quantity="CO2",
        slope_deg=np.zeros(1),
        speed_mps=np.array([0.0, 64.0]),
        accel_mps2=np.array([-64.0, 64.0]),
        rate=np.array([[[1.0, 1.0], [65.0, 65.0]]]),
    )


def trips(**arrivals):
    """One finished trip per keyword: vehicle=speed of arrival; None: never arrived."""
    rows = [
        dict.fromkeys(TRIP_SCHEMA)
        | {"vehicle_id": v, "arrival_speed_mps": speed, "finished": speed is not None}
        for v, speed in arrivals.items()
    ]
    return pl.DataFrame(rows, schema=TRIP_SCHEMA)


def write_fcd(path, rows):
    """Rows (time, vehicle, speed[, lane, position]) as SUMO writes them, accelerations by them."""
    table, last = [], {}
    for time_s, vehicle, speed_mps, *where in rows:
        lane, position_m = where or ("a_0", 0.0)
        table.append(
            {
                "timestep_time": float(time_s),
                "vehicle_id": vehicle,
                "vehicle_lane": lane,
                "vehicle_pos": position_m,
                "vehicle_speed": float(speed_mps),
                "vehicle_acceleration": float(speed_mps - last.get(vehicle, 0.0)),
                "vehicle_slope": 0.0,
            }
        )
        last[vehicle] = speed_mps
    pl.DataFrame(table).write_parquet(path)
    return path


def whole(path, trips, step_length_s=1.0):
    """The trace of a file with the steps of arrival."""
    return add_arrivals(read_trace(path), trips, step_length_s)


@pytest.fixture
def trace_of(tmp_path):
    """The trace of one vehicle's speeds, a step apart, with its roads and accounts."""

    def make(speeds_mps, *, step_length_s=1.0, accels_mps2=None, arrival_mps=None, lanes=None):
        n = len(speeds_mps)
        times_s = np.round(np.arange(n) * step_length_s, 6).tolist()
        lanes = lanes or [("a_0", 0.0)] * n
        rows = [(t, "v", v, *lane) for t, v, lane in zip(times_s, speeds_mps, lanes, strict=True)]
        path = write_fcd(tmp_path / "fcd.parquet", rows)
        if accels_mps2 is not None:
            table = pl.read_parquet(path)
            table.with_columns(
                vehicle_acceleration=pl.Series(accels_mps2, dtype=pl.Float64)
            ).write_parquet(path)
        trace = whole(path, trips(v=arrival_mps), step_length_s)
        maps = {account: growing() for account in ACCOUNTS}
        roads = add_roads(trace, Net()).with_columns(equipped=pl.lit(value=True))
        return add_accounts(roads, maps, step_length_s)

    return make


def figures(trace, step_length_s=1.0, speed_factor=1.0):
    return vehicle_rows(trace, {"v": speed_factor}, step_length_s).row(0, named=True)


def stops(trace_of, speeds_mps, step_length_s=1.0):
    return figures(trace_of(speeds_mps, step_length_s=step_length_s), step_length_s)["stops"]


def test_two_seconds_below_5_kmh_are_a_stop_and_one_is_none(trace_of):
    assert stops(trace_of, [9, 9, 0, 9, 9]) == 0
    assert stops(trace_of, [9, 9, 0, 0, 9]) == 1
    assert stops(trace_of, [9, 9, 0, 0, 0, 0, 9]) == 1


def test_creeping_below_5_kmh_within_a_stop_does_not_end_it(trace_of):
    assert stops(trace_of, [9, 0, 0, 1.38, 0, 0, 9]) == 1
    assert stops(trace_of, [9, 0, 0, 1.39, 0, 0, 9]) == 2


def test_a_stop_in_shorter_steps_lasts_as_long(trace_of):
    assert stops(trace_of, [9] + [0] * 19 + [9], 0.1) == 0
    assert stops(trace_of, [9] + [0] * 20 + [9], 0.1) == 1
    assert stops(trace_of, [9] + [0] * 3 + [9], 0.75) == 1
    assert stops(trace_of, [9] + [0] * 2 + [9], 0.75) == 0


def test_the_moment_of_insertion_is_no_part_of_a_stop(trace_of):
    assert stops(trace_of, [0, 0, 9]) == 0
    assert stops(trace_of, [0, 0, 0, 9]) == 1


def test_the_stops_of_one_vehicle_do_not_run_on_into_the_next(tmp_path):
    rows = [(0, "v", 9), (1, "v", 9), (2, "v", 0), (0, "w", 0), (1, "w", 0), (2, "w", 9)]
    trace = add_roads(whole(write_fcd(tmp_path / "f.parquet", rows), trips()), Net())
    trace = trace.with_columns(**{account.column: pl.lit(0.0) for account in ACCOUNTS})
    found = vehicle_rows(trace, {"v": 1.0, "w": 1.0}, 1.0)
    assert found["stops"].to_list() == [0, 0]


def test_creeping_is_slow_but_not_standing(trace_of):
    found = figures(trace_of([9, 0.05, 0.1, 1.0, 3.0, 3.1]))
    assert found["creep_time_s"] == 3.0
    assert figures(trace_of([9, 1, 1, 1], step_length_s=0.5), 0.5)["creep_time_s"] == 1.5
    assert figures(trace_of([1, 9, 9]))["creep_time_s"] == 0.0


def test_harsh_braking_is_one_event_however_long_it_lasts(trace_of):
    accels = [0, -3.1, -4.0, -1.0, -3.1, -3.0]
    assert figures(trace_of([9] * 6, accels_mps2=accels))["harsh_brakings"] == 2
    assert figures(trace_of([9] * 3, accels_mps2=[-5.0, 0.0, -3.0]))["harsh_brakings"] == 0


def test_time_above_the_own_ceiling_allows_for_a_tolerance(trace_of):
    speeds = [9, 11.0, 11.09, 11.2, 15.0]
    assert figures(trace_of(speeds), speed_factor=1.1)["over_ceiling_s"] == 2.0
    assert figures(trace_of([99, 9]))["over_ceiling_s"] == 0.0
    lanes = [("a_0", 0.0), ("b_0", 0.0), ("b_0", 15.0)]
    assert figures(trace_of([9, 15, 15], lanes=lanes))["over_ceiling_s"] == 0.0


def test_the_first_row_is_no_move_and_costs_nothing(trace_of):
    trace = trace_of([5, 5, 5])
    assert trace["is_move"].to_list() == [False, True, True]
    assert trace["co2_hbefa4_g"].to_list() == [0.0, 6.0, 6.0]
    assert figures(trace)["co2_hbefa4_g"] == 12.0


def test_the_step_of_arrival_is_added_from_the_speed_of_arrival(trace_of):
    trace = trace_of([5, 6, 7], arrival_mps=9.0)
    last = trace.row(-1, named=True)
    assert (last["time_s"], last["speed_mps"], last["accel_mps2"]) == (3.0, 9.0, 2.0)
    assert last["is_move"]
    assert last["edge_id"] == "a"
    assert figures(trace)["co2_hbefa4_g"] == 7.0 + 8.0 + 10.0


def test_the_acceleration_of_arrival_is_per_second(trace_of):
    trace = trace_of([5, 6, 7], arrival_mps=7.4, step_length_s=0.2)
    assert trace["accel_mps2"][-1] == pytest.approx(2.0)
    assert trace["time_s"][-1] == pytest.approx(0.6)


def test_whoever_has_not_arrived_has_no_step_of_arrival(trace_of):
    assert trace_of([5, 6, 7]).height == 3


def test_a_vehicle_that_arrives_in_its_first_step_moved_once(trace_of):
    trace = trace_of([5], arrival_mps=6.0)
    assert trace["is_move"].to_list() == [False, True]
    assert figures(trace)["co2_hbefa4_g"] == 7.0


def test_rows_are_sorted_and_steps_without_vehicles_left_out(tmp_path):
    path = write_fcd(
        tmp_path / "f.parquet", [(0, "w", 1), (1, "w", 1), (1, "v", 2), (2, "v", 2), (0, None, 0)]
    )
    trace = read_trace(path)
    assert trace.select("vehicle_id", "time_s").rows() == [
        ("v", 1.0), ("v", 2.0), ("w", 0.0), ("w", 1.0)
    ]  # fmt: skip
    assert trace["is_move"].to_list() == [False, True, False, True]


def test_a_run_without_a_vehicle_has_an_empty_trace(tmp_path):
    pl.DataFrame().write_parquet(tmp_path / "f.parquet")
    trace = add_roads(whole(tmp_path / "f.parquet", trips()), Net())
    trace = add_accounts(trace, {account: growing() for account in ACCOUNTS}, 1.0)
    trace = trace.with_columns(equipped=pl.lit(value=True))
    assert vehicle_rows(trace, {}, 1.0).height == 0
    assert road_rows(trace, (), 1.0).height == 0


def test_a_junction_counts_for_the_road_that_leads_to_it(trace_of):
    lanes = [("a_0", 80.0), ("a_0", 95.0), (":j_0_0", 5.0), ("b_0", 5.0), ("b_0", 20.0)]
    trace = trace_of([15, 15, 20, 10, 15], lanes=lanes, arrival_mps=15.0)
    assert trace["edge_id"].to_list() == ["a", "a", "a", "b", "b", "b"]
    roads = {row["edge_id"]: row for row in road_rows(trace, {"b"}, 1.0).to_dicts()}
    assert roads["a"]["vehicle_s"] == 2.0
    assert roads["a"]["distance_m"] == 35.0
    assert roads["b"]["vehicle_s"] == 3.0
    assert roads["b"]["distance_m"] == 40.0
    assert (roads["a"]["main"], roads["b"]["main"]) == (False, True)
    assert roads["a"]["co2_hbefa4_g"] == 16.0 + 21.0


def test_roads_and_vehicles_account_for_the_same_grams(trace_of):
    lanes = [("a_0", 90.0), (":j_0_0", 5.0), ("b_0", 5.0)]
    trace = trace_of([15, 20, 10], lanes=lanes, arrival_mps=15.0)
    for account in ACCOUNTS:
        whole = road_rows(trace, (), 1.0)[account.column].sum()
        assert whole == pytest.approx(figures(trace)[account.column])


def test_positions_count_along_the_main_road(trace_of):
    road = MainRoad(name="", edges=("a", "b"), starts_m=(0.0, 110.0), length_m=170.0, stop_lines=())
    lanes = [("a_0", 80.0), ("a_0", 95.0), (":j_0_0", 5.0), ("b_0", 5.0)]
    trace = trace_of([15, 15, 10, 10], lanes=lanes)
    found = trajectory_rows(trace, [road], AdvisedSteps(time_s=[1.0], vehicle_id=["v"]))
    assert found["position_m"].to_list() == [80.0, 95.0, 105.0, 115.0]
    assert found["advised"].to_list() == [False, True, False, False]
    assert found["direction"].to_list() == [0] * 4


def test_off_the_main_road_nothing_is_recorded(trace_of):
    road = MainRoad(name="", edges=("b",), starts_m=(0.0,), length_m=60.0, stop_lines=())
    lanes = [("a_0", 80.0), (":j_0_0", 5.0), ("b_0", 5.0)]
    found = trajectory_rows(
        trace_of([15, 10, 10], lanes=lanes), [road], AdvisedSteps(time_s=[], vehicle_id=[])
    )
    assert found["position_m"].to_list() == [5.0]


TRIPINFO = """<tripinfos>
  <tripinfo id="v" depart="12.5" departDelay="2.5" duration="60.0" routeLength="345.6"
            arrival="72.5" arrivalSpeed="13.5"><emissions CO2_abs="150000"/></tripinfo>
  <tripinfo id="w" depart="30.0" departDelay="0.0" duration="5.0" routeLength="20.0"
            arrival="-1.00" arrivalSpeed="-1.00"/>
  <tripinfo id="x" depart="-1.00" departDelay="7.0" duration="0.0" arrival="-1.00"/>
</tripinfos>"""


def test_trips_are_read_with_the_departure_that_was_intended(tmp_path):
    path = tmp_path / "tripinfo.xml"
    path.write_text(TRIPINFO)
    v, w, x = read_trips(path).rows(named=True)
    assert (v["depart_s"], v["depart_delay_s"], v["duration_s"]) == (10.0, 2.5, 60.0)
    assert (v["distance_m"], v["co2_own_g"], v["arrival_speed_mps"]) == (345.6, 150.0, 13.5)
    assert [t["finished"] for t in (v, w, x)] == [True, False, False]
    assert [t["departed"] for t in (v, w, x)] == [True, True, False]
    assert np.isnan(w["co2_own_g"])


def test_vehicles_that_stand_in_a_junction_for_long_are_counted():
    lanes = [":j_0", ":j_0", ":j_0", "a_0", ":j_0", ":j_0"]
    trace = pl.DataFrame(
        {"vehicle_id": ["v"] * 6, "lane": lanes, "speed_mps": [0.0, 0.0, 0.0, 0.0, 0.0, 5.0]}
    )
    assert count_blockers(trace, 3.0, 1.0) == 1
    assert count_blockers(trace, 1.0, 1.0) == 2
    assert count_blockers(trace, 4.0, 1.0) == 0
    assert count_blockers(trace, 1.5, 0.5) == 1
