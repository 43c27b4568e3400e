"""Where each vehicle's next signal is, against what SUMO says of it (`getNextTLS`)."""

import math
from dataclasses import dataclass, field

import libsumo
import numpy as np
import pytest

from corridor import RoadNetwork, SumoEngine
from corridor.reading import Reader
from corridor.vehicles import VehicleTable
from corridor.ways import Entrant
from sumo_nets import freeze_routes, sumo_arguments, sumo_home

pytestmark = pytest.mark.sumo

TOLERANCE_M = 1e-6


@dataclass
class Comparison:
    """What SUMO and we say, over all vehicle-steps."""

    n_compared: int = 0
    n_at_line: int = 0
    """On the lane that ends at the stop line."""
    wrong: list[str] = field(default_factory=list)
    errors_m: list[float] = field(default_factory=list)


def compare(scenario, cache_dir, duration_s):
    demand = freeze_routes(scenario, seed=1, cache_dir=cache_dir)
    network = RoadNetwork(scenario.net_file)
    table = VehicleTable(network)
    engine = SumoEngine(sumo_home())
    reader = Reader(engine, math.inf, scenario.step_length_s)
    arguments = sumo_arguments(scenario, demand.route_file, demand.additional_files)
    engine.start([*arguments, "--seed", "1", "--time-to-teleport", "-1", "--no-step-log"])
    found = Comparison()
    try:
        for _ in range(round(duration_s / scenario.step_length_s)):
            engine.step()
            for vehicle_id in engine.departed():
                table.enter(entrant(vehicle_id), engine.facts(vehicle_id))
            table.leave(engine.arrived())
            reader.read(table, engine.time_s())
            link_rows, vehicle_ids = table.ints("link_row"), table.vehicle_ids()
            rows = zip(vehicle_ids, table.lanes, table.distance_m, link_rows, strict=True)
            for vehicle_id, lane, distance_m, link_row in rows:
                link = network.links[link_row] if link_row >= 0 else None
                compare_one(found, vehicle_id, lane, link, distance_m)
    finally:
        engine.close()
    return found


def compare_one(found, vehicle_id, lane, link, distance_m):
    ahead = libsumo.vehicle.getNextTLS(vehicle_id)
    found.n_compared += 1
    what = f"{vehicle_id} on {lane}: {ahead[:1]}, but {link} in {distance_m} m"
    if not ahead or link is None:
        if ahead or link is not None or np.isfinite(distance_m):
            found.wrong.append(what)
        return
    signal, _, sumo_m, letter = ahead[0]
    found.errors_m.append(abs(distance_m - sumo_m))
    if link.signal != signal:
        found.wrong.append(what)
    elif link.lane == lane:
        found.n_at_line += 1
        # Several links may lead from a lane to one edge; what matters is what they show.
        shown = libsumo.trafficlight.getRedYellowGreenState(signal)[link.index]
        if shown != letter:
            found.wrong.append(f"{what}, which shows {shown}")


def entrant(vehicle_id):
    return Entrant(
        vehicle_id=vehicle_id, is_equipped=True, follows_advice=True, draw=0.0, has_stops=False
    )


@pytest.mark.parametrize(
    ("name", "step_length_s"),
    [("resco:cologne8", 1.0), ("resco:grid4x4", 1.0), ("arterial", 0.5)],
)
def test_next_signal_link_and_distance_are_those_of_sumo(name, step_length_s, load, cache_dir):
    scenario = load(name, end_s=load(name).begin_s + 400, step_length_s=step_length_s)
    found = compare(scenario, cache_dir, 400)
    assert found.wrong == []
    assert max(found.errors_m) <= TOLERANCE_M
    assert found.n_compared > 10_000
    assert found.n_at_line > 1000


@pytest.mark.parametrize("name", ["resco:cologne3", "resco:ingolstadt21"])
def test_ways_over_wide_junctions_differ_by_lane_and_seldom(name, load, cache_dir):
    # We measure an edge and a junction ahead by their first lane, SUMO by the lane to be taken.
    found = compare(load(name, end_s=load(name).begin_s + 400), cache_dir, 400)
    assert found.wrong == []
    assert max(found.errors_m) < 15.0
    assert np.mean(np.array(found.errors_m) > TOLERANCE_M) < 0.02
    assert found.n_at_line > 1000
