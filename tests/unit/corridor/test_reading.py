import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.reading import LONGEST_S, MARGIN_M, Reader
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant

MAIN = ("a", "b1", "b2", "c")
RANGE_M = 20.0


class Road:
    """Vehicles on the main way, and two tables of them: one read by the reader, one in full."""

    def __init__(self, engine, network):
        self.engine = engine
        self.read, self.full = VehicleTable(network), VehicleTable(network)
        self.reader = Reader(engine, RANGE_M, engine.step_length_s)

    def step(self):
        engine = self.engine
        engine.step()
        for vehicle_id in engine.departed():
            entrant = Entrant(
                vehicle_id=vehicle_id,
                is_equipped=True,
                follows_advice=True,
                draw=0.5,
                has_stops=False,
            )
            for table in (self.read, self.full):
                table.enter(entrant, engine.facts(vehicle_id))
        for table in (self.read, self.full):
            table.leave(engine.arrived())
        rows, names = np.arange(len(self.full)), self.full.vehicle_ids()
        motions = engine.positions_m(names), engine.speeds_mps(names)
        self.full.move(rows, *motions, engine.step_length_s)
        self.full.change_lanes(rows, engine.lanes(names))
        engine.n_read.clear()
        self.reader.read(self.read, engine.now_s)

    def drive(self):
        while self.engine.n_expected():
            self.step()
            yield self


VEHICLES = st.lists(
    st.tuples(st.floats(0.0, 40.0), st.floats(1.0, 30.0), st.floats(1.0, 2.0)),
    min_size=1,
    max_size=4,
)


@given(VEHICLES, st.sampled_from([0.5, 1.0, 2.0]))
@settings(max_examples=30, deadline=None)
def test_nobody_in_range_is_read_late(make_engine, network, main_way, vehicles, step_length_s):
    """Whoever is in range is known as exactly as if all were read in each step."""
    engine = make_engine(step_length_s=step_length_s)
    for number, (depart_s, speed_mps, reserve) in enumerate(vehicles):
        engine.add_vehicle(
            f"v{number}",
            route=MAIN,
            way=main_way,
            depart_s=depart_s,
            speed_mps=speed_mps,
            max_speed_mps=reserve * speed_mps,
        )
    for road in Road(engine, network).drive():
        exact_m = road.full.distance_m
        in_range = exact_m <= RANGE_M
        np.testing.assert_array_equal(road.read.distance_m <= RANGE_M, in_range)
        for name in ("distance_m", "speed_mps", "position_m", "ceiling_mps", "crossing_mps"):
            known, exact = road.read.floats(name), road.full.floats(name)
            np.testing.assert_array_equal(known[in_range], exact[in_range], err_msg=name)
        for name in ("link_row", "stop_lane", "stop_edge", "present_lane"):
            known, exact = road.read.ints(name), road.full.ints(name)
            np.testing.assert_array_equal(known[in_range], exact[in_range], err_msg=name)
        # Nor is anybody taken for one with a signal ahead, or without.
        is_known, is_there = np.isnan(road.read.distance_m), np.isnan(exact_m)
        np.testing.assert_array_equal(is_known, is_there)


@pytest.fixture
def road(make_engine, network, main_way):
    """One vehicle at 2 m/s, which can do no more."""
    engine = make_engine()
    engine.add_vehicle("v", route=MAIN, way=main_way, speed_mps=2.0, max_speed_mps=2.0)
    return Road(engine, network)


def steps_read(road):
    """For each step whether the vehicle was read, and its distance to the line."""
    found = [(bool(road.engine.n_read), float(road.full.distance_m[0])) for road in road.drive()
             if len(road.full)]  # fmt: skip
    return np.array(found).T


def test_the_far_are_read_less_often_than_the_near(road):
    is_read, distance_m = steps_read(road)
    beyond_m = RANGE_M + MARGIN_M
    assert is_read[distance_m <= RANGE_M].all()
    # From 200 m it needs 65 s to come near at its best.
    is_far = distance_m > beyond_m
    assert 0 < is_read[is_far].sum() < 0.5 * is_far.sum()


def test_behind_its_last_signal_a_vehicle_is_looked_at_once_a_minute(make_engine, network):
    engine = make_engine()
    engine.add_vehicle("v", route=("c",), way=(("c_0", 600.0),), speed_mps=2.0)
    is_read, _ = steps_read(Road(engine, network))
    assert is_read.size == 300
    assert is_read.sum() == pytest.approx(is_read.size / LONGEST_S, abs=1)


@pytest.mark.parametrize("name", ["advised_mps", "followed_mps", "command"])
def test_whoever_still_does_what_was_advised_is_read_in_each_step(road, name):
    n_far = 0
    for _ in road.drive():
        if len(road.read) and road.full.distance_m[0] <= RANGE_M:
            road.read.floats(name)[:] = 1.0
        if len(road.read) and road.read.floats(name)[0] == 1.0:
            n_far += road.full.distance_m[0] > RANGE_M + MARGIN_M
            assert road.engine.n_read
    assert n_far > 10


def test_a_route_that_comes_along_an_edge_twice_is_followed_step_by_step(make_engine, network):
    engine = make_engine()
    way = (("c_0", 60.0), ("rc_0", 60.0), ("c_0", 60.0))
    engine.add_vehicle("v", route=("c", "rc", "c"), way=way, speed_mps=2.0, max_speed_mps=2.0)
    is_read, _ = steps_read(Road(engine, network))
    assert is_read.all()


def test_after_a_rest_a_vehicle_is_asked_for_its_lane_wherever_it_seems_to_be(make_engine, network):
    # A minute later it is 2 m farther on, as after a step, but on the next lane.
    engine = make_engine()
    way = (("c_0", 2.0 * (LONGEST_S - 1.0)), ("d_0", 200.0))
    engine.add_vehicle("v", route=("c", "d"), way=way, speed_mps=2.0)
    road = Road(engine, network)
    lanes = [road.read.lanes[0] for _ in road.drive() if len(road.read)]
    assert set(lanes) == {"c_0", "d_0"}
    assert len(lanes) - lanes.index("d_0") > 90
