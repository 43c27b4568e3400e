"""The attainable bound against trajectories that can be counted, and against laws it must keep."""

import functools
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emissions import BoundGrid, EmissionMap, Entries, Gate, Motion, Zone, least_emissions

GRID = BoundGrid(step_s=1.0, quantum_mps=1.0)
MOTION = Motion(accel_mps2=2.0, braking_mps2=2.0)
SPEEDS_MPS, ACCELS_MPS2 = np.arange(0.0, 31.0), np.arange(-5.0, 6.0)


def rates_of(rule):
    v, a = np.meshgrid(SPEEDS_MPS, ACCELS_MPS2, indexing="ij")
    return EmissionMap(
        emission_class="X/y",
        quantity="CO2",
        slope_deg=np.zeros(1),
        speed_mps=SPEEDS_MPS,
        accel_mps2=ACCELS_MPS2,
        rate=np.asarray(rule(v, a), dtype=float)[np.newaxis],
    )


def traction(v, a):
    """Idling, drag, and power for acceleration; nothing when braking."""
    return np.where(a < 0, 0.0, 0.3 + 0.02 * v + 0.001 * v**3 + 0.2 * v * a)


def gate(**wishes):
    return Gate(**{"ceiling_mps": 6.0, "exit_m": 6.0, "exit_mps": 6.0, "slot_steps": 1} | wishes)


def least(rates, the_gate, steps, distance_m, speed_mps, *, motion=MOTION, grid=GRID):
    entries = Entries(
        steps=np.array([steps]),
        distance_m=np.array([float(distance_m)]),
        speed_mps=np.array([float(speed_mps)]),
    )
    return least_emissions(rates, the_gate, entries, motion=motion, grid=grid)[0]


def cost(rates, start_mps, speeds):
    speeds = np.array([start_mps, *speeds], dtype=float)
    return rates.at(speeds[1:], np.diff(speeds), np.zeros(1)).sum()


def is_one_valley(start_mps, speeds):
    """Whether the speed may rise, then falls, then rises."""
    changes = np.diff([start_mps, *speeds])
    signs = [key for key, _ in itertools.groupby(np.sign(changes[changes != 0]))]
    return "".join("+" if sign > 0 else "-" for sign in signs) in {"", "+", "-", "-+", "+-", "+-+"}


@functools.cache
def all_drives(start_mps, steps, ceiling_mps):
    """All sequences of speeds of one valley; the slow and sure way."""
    drives = [()]
    for _ in range(steps):
        drives = [
            (*drive, speed)
            for drive in drives
            for speed in range(ceiling_mps + 1)
            if abs(speed - (drive[-1] if drive else start_mps)) <= 2
            and is_one_valley(start_mps, (*drive, speed))
        ]
    return np.array(drives)


def by_trying_all(rates, the_gate, steps, distance_m, start_mps):
    """The least cost of all drives that keep the rules; NaN without any."""
    speeds = all_drives(start_mps, steps, int(the_gate.ceiling_mps))
    place = np.cumsum(speeds, axis=1) - distance_m
    to_exit = np.arange(steps - 1, -1, -1)
    is_allowed = (place[:, -1] >= the_gate.exit_m) & (speeds[:, -1] >= the_gate.exit_mps)
    is_allowed &= (place[:, to_exit >= the_gate.slot_steps] <= 0).all(axis=1)
    if the_gate.red_steps is not None:
        held = to_exit >= the_gate.red_steps
        room = -2 * the_gate.stopping_mps2 * place[:, held]
        is_allowed &= (np.square(speeds[:, held]) <= room).all(axis=1)
    ceiling = np.array([the_gate.ceiling_mps])
    per_m = rates.at(ceiling, np.zeros(1), np.zeros(1))[0] / ceiling[0]
    costs = [
        cost(rates, start_mps, drive) - (places[-1] - the_gate.exit_m) * per_m
        for drive, places in zip(speeds[is_allowed], place[is_allowed], strict=True)
    ]
    return min(costs, default=np.nan)


@pytest.mark.parametrize("start_mps", [0, 2, 4])
@pytest.mark.parametrize("distance_m", [6, 9, 13])
@pytest.mark.parametrize("slot_steps", [1, 3])
@pytest.mark.parametrize("red_steps", [None, 3])
def test_it_is_the_least_of_all_trajectories_that_can_be_tried(
    start_mps, distance_m, slot_steps, red_steps
):
    rates = rates_of(traction)
    the_gate = gate(
        ceiling_mps=4.0, exit_m=4.0, exit_mps=3.0, slot_steps=slot_steps, red_steps=red_steps
    )
    expected = by_trying_all(rates, the_gate, 7, distance_m, start_mps)
    found = least(rates, the_gate, 7, distance_m, start_mps)
    assert found == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_who_has_no_time_to_lose_cruises():
    rates = rates_of(traction)
    assert least(rates, gate(), 11, 60, 6) == pytest.approx(cost(rates, 6, [6] * 11), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 6]), min_size=1, max_size=10),
    st.integers(0, 8),
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 6]), min_size=4, max_size=12),
    st.integers(20, 48),
    st.integers(0, 2**31),
)
def test_no_drive_of_one_valley_is_below_it(falls, n_holds, rises, start, seed):
    grid, motion = BoundGrid(quantum_mps=0.25), Motion(accel_mps2=2.0, braking_mps2=3.0)
    quanta = [start]
    for change in [*(-fall for fall in falls), *[0] * n_holds, *rises]:
        quanta.append(int(np.clip(quanta[-1] + change, 0, 56)))
    if set(np.diff(quanta)) - set(motion.changes(grid).tolist()) or quanta[-1] == 0:
        return
    speeds = np.array(quanta) * 0.25
    way = np.cumsum(speeds[1:])
    slot = len(way) * 2 // 3
    line_m = way[slot - 1] if slot else 0.0
    if way[-1] <= line_m:
        return
    rng = np.random.default_rng(seed)
    rates = rates_of(lambda v, a: traction(v, a) * rng.uniform(0.8, 1.2, v.shape))
    the_gate = gate(
        ceiling_mps=14.0,
        exit_m=float(way[-1] - line_m),
        exit_mps=float(speeds[-1]),
        slot_steps=len(way) - slot,
    )
    found = least(rates, the_gate, len(way), line_m, speeds[0], motion=motion, grid=grid)
    assert found <= cost(rates, speeds[0], speeds[1:]) + 1e-3


def test_a_line_that_is_closed_for_longer_costs_no_less():
    rates = rates_of(traction)
    costs = [least(rates, gate(exit_m=30.0, slot_steps=n), 20, 40, 6) for n in (6, 8, 10)]
    assert costs[0] >= costs[1] >= costs[2]
    assert costs[0] > costs[2]


def test_red_that_must_be_stopped_at_costs_no_less():
    rates = rates_of(traction)
    free, red = (
        least(rates, gate(exit_m=30.0, slot_steps=6, red_steps=n, stopping_mps2=1.0), 20, 40, 6)
        for n in (None, 7)
    )
    assert red > free


def test_a_slow_turn_costs_more():
    rates = rates_of(traction)
    turn = Zone(start_m=0.0, end_m=6.0, limit_mps=2.0)
    wide, narrow = (
        least(rates, gate(exit_m=40.0, slot_steps=12, zones=zones), 24, 60, 6)
        for zones in ((), (turn,))
    )
    assert narrow > wide


def test_between_the_states_of_the_grid_it_is_linear():
    rates = rates_of(traction)
    low, middle, high = (least(rates, gate(), 14, d, 5) for d in (50.0, 50.5, 51.0))
    assert middle == pytest.approx((low + high) / 2, rel=1e-5)


def test_one_pass_serves_entries_of_all_times_and_places():
    rates = rates_of(traction)
    entries = Entries(
        steps=np.array([14, 9, 30]),
        distance_m=np.array([50.0, 20.0, 80.0]),
        speed_mps=np.array([5.0, 6.0, 3.0]),
    )
    together = least_emissions(rates, gate(), entries, motion=MOTION, grid=GRID)
    alone = [
        least(rates, gate(), *each)
        for each in zip(entries.steps, entries.distance_m, entries.speed_mps, strict=True)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_without_a_way_to_the_exit_there_is_no_bound():
    assert np.isnan(least(rates_of(traction), gate(), 5, 60, 6))


def test_an_entry_behind_the_line_is_refused():
    with pytest.raises(ValueError, match=r"not behind the stop line, got 5 steps and -1\.0 m"):
        least(rates_of(traction), gate(), 5, -1, 6)


def test_a_slot_behind_the_exit_is_refused():
    with pytest.raises(ValueError, match=r"slot must be before the exit, .* got 0"):
        gate(slot_steps=0)


def test_actions_are_fine_where_it_matters_and_reach_the_limits():
    changes = Motion(accel_mps2=2.75, braking_mps2=4.5).changes(BoundGrid(quantum_mps=0.25))
    assert changes.min() == -18
    assert changes.max() == 11
    assert set(range(-4, 5)) <= set(changes.tolist())
