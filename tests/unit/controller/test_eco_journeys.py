"""A closed loop: one vehicle that obeys, behind a queue that leaves as queues do."""

import math
from dataclasses import replace

import numpy as np
import pytest

CEILING_MPS, ACCEL_MPS2, LENGTH_M = 14.0, 2.6, 7.5


def queue_at(n, since_green_s):
    """Distance and speed of n queued vehicles; each starts 1.2 s after the one ahead."""
    found = []
    for i in range(n):
        run_s = max(since_green_s - 1.2 * i, 0.0)
        ramp_s = min(run_s, CEILING_MPS / ACCEL_MPS2)
        way_m = 0.5 * ACCEL_MPS2 * ramp_s**2 + CEILING_MPS * (run_s - ramp_s)
        found.append((1.0 + 7.5 * i - way_m, ACCEL_MPS2 * ramp_s))
    return found


def safe_mps(gap_m, ahead_mps, decel_mps2=4.5):
    """Krauss: fast enough to stop behind one who brakes now, after 1 s."""
    return -decel_mps2 + math.sqrt(decel_mps2**2 + ahead_mps**2 + 2 * decel_mps2 * max(gap_m, 0))


def journey(policy, seen_of, *, n_ahead, distance_m=300.0, green_s=40.0, step_s=1.0, mps=14.0):
    """Speeds at each step until 400 m behind the line, and when the line was crossed."""
    speeds, time_s, crossed_s = [mps], 0.0, math.inf
    memory = None
    while distance_m > -400.0:
        ahead = queue_at(n_ahead, time_s - green_s)
        advised_mps = math.nan
        if policy is not None and distance_m > 0.0:
            cars = [{"distance_m": d, "speed_mps": v} for d, v in ahead if d > 0.0]
            own = {"distance_m": distance_m, "speed_mps": speeds[-1]}
            greens = [[(green_s - time_s, green_s + 40.0 - time_s), (200.0, 230.0)]]
            seen = seen_of(
                [*cars, own], greens, equipped=[len(cars)], time_s=time_s, step_length_s=step_s
            )
            said = policy.advise(seen if memory is None else replace(seen, memory=memory))
            memory, advised_mps = said.memory, float(said.speed_mps[0])
        next_mps = min(speeds[-1] + ACCEL_MPS2 * step_s, CEILING_MPS)
        if not math.isnan(advised_mps):
            assert advised_mps <= CEILING_MPS
            next_mps = min(next_mps, max(advised_mps, speeds[-1] - 1.5 * step_s))
        if ahead:
            next_mps = min(next_mps, safe_mps(distance_m - ahead[-1][0] - LENGTH_M, ahead[-1][1]))
        if time_s < green_s:
            next_mps = min(next_mps, safe_mps(distance_m - 1.0, 0.0))
        distance_m -= next_mps * step_s
        time_s += step_s
        speeds.append(next_mps)
        crossed_s = min(crossed_s, time_s if distance_m <= 0.0 else math.inf)
    return np.array(speeds), crossed_s


def burnt(rate, speeds_mps, step_s=1.0):
    middle_mps = 0.5 * (speeds_mps[1:] + speeds_mps[:-1])
    return rate.at(middle_mps, np.diff(speeds_mps) / step_s, np.zeros(1)).sum() * step_s


@pytest.mark.parametrize("step_s", [0.5, 1.0])
@pytest.mark.parametrize(
    "way",
    [
        {"n_ahead": 0, "distance_m": 300.0, "green_s": 40.0},
        {"n_ahead": 3, "distance_m": 300.0, "green_s": 32.0},
        {"n_ahead": 2, "distance_m": 300.0, "green_s": 38.0},
        {"n_ahead": 6, "distance_m": 400.0, "green_s": 42.0},
        {"n_ahead": 1, "distance_m": 220.0, "green_s": 26.0},
    ],
)
def test_who_obeys_meets_the_start_of_the_queue_without_standing_in_time_and_burns_less(
    eco, seen_of, rate_maps, way, step_s
):
    way = {**way, "step_s": step_s}
    alone_mps, alone_s = journey(None, seen_of, **way)
    advised_mps, advised_s = journey(eco, seen_of, **way)
    assert alone_mps.min() < 0.1
    assert advised_mps.min() > 2.0
    assert advised_s <= alone_s + eco.parameters.later_s + step_s
    assert np.diff(advised_mps).min() / step_s >= -1.5 - 1e-9
    for name, rate in rate_maps.items():
        assert burnt(rate, advised_mps, step_s) < 0.97 * burnt(rate, alone_mps, step_s), name


def test_advice_costs_those_behind_no_time(eco, seen_of):
    # Whoever obeys crosses faster than from standing: he is at full speed sooner.
    for n_ahead in (0, 2, 5):
        alone_mps, _ = journey(None, seen_of, n_ahead=n_ahead)
        advised_mps, _ = journey(eco, seen_of, n_ahead=n_ahead)
        # Each journey ends 400 m behind the line.
        assert advised_mps.size <= alone_mps.size + 2


def test_the_vehicle_slows_down_gently_and_early(eco, seen_of):
    speeds_mps, _ = journey(eco, seen_of, n_ahead=0)
    assert np.diff(speeds_mps)[:10].min() < 0.0
    assert np.diff(speeds_mps).min() > -0.8
