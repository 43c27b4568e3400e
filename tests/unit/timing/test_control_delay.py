"""Delay by formula, against examples worked by hand."""

import numpy as np
import pytest

from controller.timing.control_delay import (
    chance_delay_s,
    gap_saturation_vps,
    incremental_delay_s,
)

PER_HOUR = 1.0 / 3600.0


def test_delay_beyond_capacity_by_the_highway_capacity_manual():
    # 800 veh/h against a capacity of 775, a quarter of an hour:
    # d2 = 225 * (0.0323 + sqrt(0.00104 + 0.02131)) = 40.9 s.
    saturation, capacity_vps = np.array(800 / 775), np.array(775 * PER_HOUR)
    assert incremental_delay_s(saturation, capacity_vps, 900.0) == pytest.approx(40.9, abs=0.1)


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
