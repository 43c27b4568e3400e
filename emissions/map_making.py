"""How the map of a class is made of what SUMO says on a grid, and along the line of its drop."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emissions.maps import NEVER_MPS2, STANDING_MPS, FloatArray, IntArray
from emissions.sumo_program import QUANTITIES, Bounds, MapProgram, axis
from emissions.traction import continue_traction, crossing, fill_limits, first_active

FINE_MPS2 = 0.001
"""Step of the acceleration where the drop is looked for."""
BLOCK = 20
"""Speeds whose drop is looked for in one call of SUMO."""
BEYOND_STANDING_MPS = STANDING_MPS + 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The points at which SUMO is asked; the speeds include `STANDING_MPS`."""

    speed_mps: Bounds = (0.0, 60.0, 0.25)
    accel_mps2: Bounds = (-10.0, 6.0, 0.05)

    @property
    def standing(self) -> int:
        """Number of the last speed at which a vehicle counts as standing."""
        return round((STANDING_MPS - self.speed_mps[0]) / self.speed_mps[2])

    @property
    def speeds_mps(self) -> FloatArray:
        """(v,) with `STANDING_MPS` twice: SUMO's models jump there."""
        return np.insert(axis(self.speed_mps), self.standing, STANDING_MPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All quantities of a class on one slope."""

    rate: dict[str, FloatArray]
    """(v, a) of each quantity, traction continued beyond the drop; g/s or W."""
    coasting_mps2: FloatArray
    """(v,) where the class drops to zero."""


def make_sheet(program: MapProgram, grid: Grid, slope_deg: float) -> Sheet:
    """Ask SUMO for a class on one slope."""
    accel = axis(grid.accel_mps2)
    coarse = program.rates(grid.speed_mps, grid.accel_mps2, slope_deg)
    above = program.rates(_only(BEYOND_STANDING_MPS), grid.accel_mps2, slope_deg)
    edge = grid.standing + 1
    rate = {
        name: fill_limits(np.insert(coarse[name], edge, above[name][0], axis=0))
        for name in QUANTITIES
    }
    coasting = _locate_drop(program, grid, slope_deg, first_active(_is_active(rate)))
    return Sheet(
        rate={name: continue_traction(found, accel, coasting) for name, found in rate.items()},
        coasting_mps2=coasting,
    )


def _locate_drop(program: MapProgram, grid: Grid, slope_deg: float, first: IntArray) -> FloatArray:
    """(v,) acceleration of the drop, within a fine step.

    Args:
        program: Is asked, for a block of speeds at a time, for the accelerations around the drop.
        grid: Of the map.
        slope_deg: Of the road.
        first: (v,) the lowest acceleration of the grid that emits, 0 where it does not drop.
    """
    accel, speeds, edge = axis(grid.accel_mps2), axis(grid.speed_mps), grid.standing + 1
    blocks = [(slice(edge, edge + 1), _only(BEYOND_STANDING_MPS))]
    for start in range(edge, speeds.size, BLOCK):
        last = min(start + BLOCK, speeds.size) - 1
        bounds = (float(speeds[start]), float(speeds[last]), grid.speed_mps[2])
        # One further on than in the plain axis, since one speed is there twice.
        blocks.append((slice(start + 1, last + 2), bounds))
    coasting = np.full(first.size, NEVER_MPS2)
    for rows, bounds in blocks:
        dropping = first[rows][first[rows] > 0]
        if dropping.size:
            window = (float(accel[dropping.min() - 1]), float(accel[dropping.max()]), FINE_MPS2)
            is_active = _is_active(program.rates(bounds, window, slope_deg))
            coasting[rows] = crossing(is_active, axis(window))
    return coasting


def _only(value: float) -> Bounds:
    return (value, value, 1.0)


def _is_active(rate: Mapping[str, FloatArray]) -> NDArray[np.bool_]:
    """(v, a) whether anything is emitted or consumed."""
    return np.asarray(np.any([found != 0.0 for found in rate.values()], axis=0))
