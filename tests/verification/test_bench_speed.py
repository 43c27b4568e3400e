"""The benchmark of speed on small traffic: what it tells, not how fast anything is."""

import json

import numpy as np
import pytest

from experiments.stopwatch import PARTS
from sumo_nets import freeze_routes, grid_scenario
from sumo_nets.describe import describe

pytestmark = pytest.mark.sumo


def test_the_benchmark_tells_times_ratios_and_where_the_time_goes(door, tmp_path):
    words = "bench speed --networks arterial --repeat 1 --quick --no-growth --json"
    done = door.call(*words.split(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    network = found["networks"]["arterial"]
    assert list(network["arms"]) == ["none", "glosa-sumo", "eco"]
    none, eco = network["arms"]["none"], network["arms"]["eco"]
    assert network["eco_over_none"] == pytest.approx(eco["simulate_s"] / none["simulate_s"])
    assert none["run_s"] > none["simulate_s"] > 0
    assert none["vehicle_steps"] > 1000
    assert set(network["us_per_vehicle_step"]) == set(PARTS)
    assert all(us > 0 for us in network["us_per_vehicle_step"].values())
    assert found["growth"] == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("networks", "why"),
    [("nowhere", "no such file or scenario"), ("arterial,arterial", "'arterial' is named twice")],
)
def test_networks_that_cannot_be_timed_are_told_before_anything_is(door, tmp_path, networks, why):
    done = door.call("bench", "speed", "--networks", networks, cwd=tmp_path)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert why in line


def test_a_made_up_town_has_a_signal_at_each_crossing_and_lets_everybody_through(
    tmp_path, cache_dir
):
    scenario = grid_scenario(
        tmp_path, n_streets=5, n_vehicles=60, entry_s=30.0, rng=np.random.default_rng(1)
    )
    description = describe(scenario)
    assert len(description.signals) == 25
    assert {signal.control for signal in description.signals} == {"static"}
    demand = freeze_routes(scenario, seed=1, cache_dir=cache_dir)
    assert len(demand.vehicle_ids) == 60
    assert demand.warnings == ()
    assert all(4 <= len(route) <= 10 for route in demand.routes)
    assert float(np.max(demand.departs_s)) < 30.0


@pytest.mark.parametrize("n_streets", [4, 27])
def test_a_town_that_cannot_be_is_refused(tmp_path, n_streets):
    with pytest.raises(ValueError, match=f"n_streets must be 5 to 26, got {n_streets}"):
        grid_scenario(
            tmp_path, n_streets=n_streets, n_vehicles=1, entry_s=1.0, rng=np.random.default_rng(1)
        )
