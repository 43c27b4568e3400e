"""The textbook's single signal: what the bound is checked by, without SUMO's traffic."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emissions import Account, BoundGrid, EmissionMap, Entries, Gate, Motion, least_emissions
from experiments.bound.maps import level_maps
from experiments.bound.trace import FloatArray
from experiments.measures import unit_of

PUBLISHED_PCT = {"hbefa4": 28.1, "hbefa4_nojump": 10.1, "phemlight5": 22.3, "bev": 6.5}
"""Saving that an independent implementation found for the same signal and driver."""
CEILING_MPS = 50.0 / 3.6
CYCLE_S, GREEN_S = 90, 40
BEFORE_M = BEHIND_M = 300.0
BRAKING_MPS2, ACCEL_MPS2 = 2.0, 1.5
START_LAG_S = 1
CREEP_MPS = 0.05
"""Slower is standing."""
GRID = BoundGrid(quantum_mps=CEILING_MPS / 56)


class Drive(NamedTuple):
    """One uninformed drive, from the entry to the exit."""

    speed_mps: FloatArray
    """(steps + 1,)"""
    exit_m: float
    slot_steps: int
    """From the slot to the exit."""
    red_steps: int | None


def uninformed_drive(entered_s: int) -> Drive:
    """Who sees the colour only: cruises, brakes for red, starts a second late; steps of 1 s.

    Args:
        entered_s: Time since the start of a green.
    """
    place_m, speeds, held = [-BEFORE_M], [CEILING_MPS], [False]
    lag_s, is_committed = 0, False
    while place_m[-1] < BEHIND_M:
        ahead_m, speed_mps = -place_m[-1], speeds[-1]
        since_green_s = (entered_s + len(speeds) - 1) % CYCLE_S
        if since_green_s == GREEN_S:
            is_committed = speed_mps**2 > 2.0 * BRAKING_MPS2 * ahead_m
        is_held = ahead_m >= 0.0 and since_green_s >= GREEN_S and not is_committed
        wish_mps = min(speed_mps + ACCEL_MPS2, CEILING_MPS)
        if is_held:
            lag_s = START_LAG_S
            wish_mps = min(wish_mps, _stopping_mps(ahead_m))
        elif lag_s and speed_mps < CREEP_MPS:
            lag_s, wish_mps = lag_s - 1, 0.0
        held[-1] = is_held
        speeds.append(wish_mps)
        place_m.append(place_m[-1] + wish_mps)
        held.append(False)
    return _seen_from_exit(np.array(place_m), np.array(speeds), np.array(held))


def _stopping_mps(ahead_m: float) -> float:
    """Speed after a step from which a stop in the way ahead is just possible."""
    speed_mps = math.sqrt(BRAKING_MPS2**2 + 2.0 * BRAKING_MPS2 * ahead_m) - BRAKING_MPS2
    return speed_mps if speed_mps >= CREEP_MPS else 0.0


def _seen_from_exit(place_m: FloatArray, speed_mps: FloatArray, held: NDArray[np.bool_]) -> Drive:
    """The slot is the first green after a red that held the driver, else where he crossed."""
    exit_step = place_m.size - 1
    reds = np.flatnonzero(held)
    slot = int(reds[-1]) + 1 if reds.size else int(np.flatnonzero(place_m <= 0.0)[-1])
    return Drive(
        speed_mps=speed_mps,
        exit_m=float(place_m[-1]),
        slot_steps=exit_step - slot,
        red_steps=exit_step - slot + 1 if reds.size else None,
    )


def textbook_bounds() -> dict[str, dict[str, Any]]:
    """By account: emission without advice, and the saving that is possible."""
    drives = [uninformed_drive(entered_s) for entered_s in range(CYCLE_S)]
    return {name: _bound(drives, *found) for name, found in level_maps().items()}


def _bound(drives: list[Drive], account: Account, rates: EmissionMap) -> dict[str, Any]:
    shared: dict[Gate, list[int]] = {}
    for drive in drives:
        gate = Gate(
            ceiling_mps=CEILING_MPS,
            exit_m=drive.exit_m,
            exit_mps=float(drive.speed_mps[-1]),
            slot_steps=drive.slot_steps,
            red_steps=drive.red_steps,
        )
        shared.setdefault(gate, []).append(drive.speed_mps.size - 1)
    least = 0.0
    for gate, steps in shared.items():
        entries = Entries(
            steps=np.array(steps),
            distance_m=np.full(len(steps), BEFORE_M),
            speed_mps=np.full(len(steps), CEILING_MPS),
        )
        least += least_emissions(rates, gate, entries, motion=Motion(), grid=GRID).sum()
    emitted = account.unit_per_rate_s * sum(
        rates.at(drive.speed_mps[1:], np.diff(drive.speed_mps), np.zeros(1)).sum()
        for drive in drives
    )
    driven_m = sum(BEFORE_M + drive.exit_m for drive in drives)
    return {
        "unit": unit_of(account.column),
        "base_per_km": float(1e3 * emitted / driven_m),
        "possible_pct": float(100.0 * (1.0 - least / emitted)),
        "saved_per_vehicle": float((emitted - least) / len(drives)),
    }
