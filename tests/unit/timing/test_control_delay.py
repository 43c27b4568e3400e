"""Delay by formula, against examples worked by hand."""

import numpy as np
import pytest

from controller.timing.control_delay import (
    chance_delay_s,
    gap_saturation_vps,
    incremental_delay_s,
    uniform_delay_s,
)

PER_HOUR = 1.0 / 3600.0


def test_uniform_delay_is_the_area_of_the_queue_over_the_flow():
    # 2400 veh/h leave in 24 of 80 s, 500 veh/h arrive: a queue grows for 56 s to 7.78 vehicles
    # and is gone 14.74 s later: 275 vehicle seconds in each cycle of 11.1 vehicles.
    saturation = (500 * 80) / (2400 * 24)
    found = uniform_delay_s(np.array(80.0), np.array(24 / 80), np.array(saturation))
    assert found == pytest.approx(56**2 / (2 * 80 * (1 - 500 / 2400)))
    assert found == pytest.approx(24.76, abs=0.01)


def test_control_delay_beyond_capacity_by_the_highway_capacity_manual():
    # 800 veh/h against a capacity of 775, g/C 0.4, C 90 s, a quarter of an hour:
    # d1 = 45 * 0.36 / 0.6 = 27.0 s; d2 = 225 * (0.0323 + sqrt(0.00104 + 0.02131)) = 40.9 s.
    saturation, capacity_vps = np.array(800 / 775), np.array(775 * PER_HOUR)
    assert uniform_delay_s(np.array(90.0), np.array(0.4), saturation) == pytest.approx(27.0)
    assert incremental_delay_s(saturation, capacity_vps, 900.0) == pytest.approx(40.9, abs=0.1)


def test_green_all_the_time_makes_no_uniform_delay():
    assert uniform_delay_s(np.array(90.0), np.array(1.0), np.array(1.0)) == 0.0


def test_chance_and_steady_growth_together_are_the_incremental_delay():
    saturation, capacity_vps = np.array([0.5, 0.95, 1.0, 1.3]), np.full(4, 0.2)
    growing_s = np.array([0.0, 0.0, 0.0, 0.3 * 450.0])
    found = chance_delay_s(saturation, capacity_vps, 900.0) + growing_s
    assert found == pytest.approx(incremental_delay_s(saturation, capacity_vps, 900.0))
    assert (np.diff(chance_delay_s(saturation[:3], capacity_vps[:3], 900.0)) > 0).all()


def test_with_nobody_to_yield_to_one_leaves_per_follow_up_time():
    found = gap_saturation_vps(np.array([0.0, 0.3, 1.0]), 4.5, 2.5)
    assert found[0] == pytest.approx(1 / 2.5)
    assert found[1] == pytest.approx(0.3 * np.exp(-1.35) / (1 - np.exp(-0.75)))
    assert (np.diff(found) < 0).all()
