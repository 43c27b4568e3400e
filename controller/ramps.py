"""Ramps between speeds, and what driving them costs on the mean of several emission maps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.interface import COMFORT_DECEL_MPS2, RateMap

REFERENCE_MPS = 50.0 / 3.6
"""Each map counts relative to what it charges for cruising at this speed."""
SPEED_STEP_MPS = 0.25
"""Between the speeds of a table."""
TOP_SPEED_MPS = 60.0
"""The last of them."""
LEVEL_DEG = np.zeros(1)
"""Slope of the road that is planned on."""
STEPS_PER_MPS2 = 100
"""Rates of change of the speed are whole hundredths of m/s2."""
GENTLEST_MPS2 = 0.1
"""The gentlest deceleration that is tabulated."""
DOWN_MPS2 = tuple(
    step / STEPS_PER_MPS2
    for step in range(
        round(COMFORT_DECEL_MPS2 * STEPS_PER_MPS2), round(GENTLEST_MPS2 * STEPS_PER_MPS2) - 1, -1
    )
)
"""Steady decelerations that an approach may use, from what is comfortable to the gentlest."""
UP_MPS2 = (0.5, 1.0)
"""Steady accelerations that an approach may use."""
REJOIN_MPS2 = 2.0
"""Acceleration by which what follows the approach is costed."""
COASTING = 0.0
"""Stands for the rate of a coasting vehicle, which depends on its speed."""
COASTING_MPS2, COASTING_PER_M = 0.23, 0.0004
"""Its deceleration: a constant and a share of the speed squared. A little more than where the last
of SUMO's maps HBEFA4 and PHEMlight5 of a petrol car drops to no traction (0.22 at 4 m/s, 0.25 at
30 km/h, 0.29 at 50 and 0.36 at 70 km/h): a test holds it to that."""
RATES_MPS2 = np.array([*(-down_mps2 for down_mps2 in DOWN_MPS2), COASTING, *UP_MPS2, REJOIN_MPS2])
"""(r,) rate of change of the speed on each ramp, rising."""
WAVERING = ((-2 / 3, 1 / 9), (-1 / 3, 2 / 9), (0.0, 3 / 9), (1 / 3, 2 / 9), (2 / 3, 1 / 9))
"""Departures from the wanted acceleration as shares of the greatest, and how frequent they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramps:
    """Ramps between standing and each speed, and what driving them costs.

    Costs are in seconds of cruising at 50 km/h. Rows: those of `RATES_MPS2`.
    """

    speed_mps: FloatArray
    """(s,) rising from 0, regular."""
    accel_mps2: FloatArray
    """(r, s) acceleration on the ramp at each speed; negative slows down."""
    time_s: FloatArray
    """(r, s) from standing to each speed (or back)."""
    way_m: FloatArray
    """(r, s)."""
    cost_s: FloatArray
    """(r, s)."""
    steady: FloatArray
    """(s,) cost per second at a steady speed."""

    def at(self, table: FloatArray, speed_mps: FloatArray) -> FloatArray:
        """Columns of a table, (..., n), at n speeds."""
        lower, share = self._between(speed_mps)
        below, above = table.take(lower, axis=-1), table.take(lower + 1, axis=-1)
        return np.asarray(below * (1.0 - share) + above * share)

    def cost_on(self, row: IntArray, speed_mps: FloatArray) -> FloatArray:
        """(..., n) cost from standing to n speeds on ramps of their own, (..., n) rows."""
        lower, share = self._between(speed_mps)
        return np.asarray(
            self.cost_s[row, lower] * (1.0 - share) + self.cost_s[row, lower + 1] * share
        )

    def _between(self, speed_mps: FloatArray) -> tuple[IntArray, FloatArray]:
        """Columns below some speeds, and how far each is on the way to the next one."""
        place = np.maximum(speed_mps / SPEED_STEP_MPS, 0.0)
        place = np.minimum(place, self.speed_mps.size - 1.001)
        lower = place.astype(np.int64)
        return lower, place - lower

    def column(self, speed_mps: FloatArray) -> IntArray:
        """Column that is nearest to each speed, in the shape of these."""
        within_mps = np.minimum(np.maximum(speed_mps, 0.0), TOP_SPEED_MPS)
        return np.rint(within_mps / SPEED_STEP_MPS).astype(np.int64)

    def length_s(self, ramp: IntArray, begin: IntArray, end: IntArray) -> FloatArray:
        """(n,) how long each ramp lasts between two columns."""
        return np.asarray(np.abs(self.time_s[ramp, begin] - self.time_s[ramp, end]))


def row_of(rate_mps2: FloatArray | float) -> IntArray:
    """Row of each ramp, in the shape of the rates of change that are given."""
    return np.asarray(RATES_MPS2.searchsorted(rate_mps2))


def tabulate(rates: Sequence[RateMap], *, wavering_mps2: float) -> Ramps:
    """Tabulate the mean of several emission maps along all ramps.

    The mean of several maps keeps advice from exploiting what a single one does not charge for.

    Args:
        rates: Maps, each taken relative to its value at a steady 50 km/h.
        wavering_mps2: By how much a driver's acceleration departs from what he wants, at the most;
            small departures are more frequent (triangular). It makes driving, and slow driving
            most of all, more costly than the maps say of a steady speed.

    Raises:
        ValueError: No map is given.
    """
    if not rates:
        raise ValueError("the planner needs at least one emission map, got none")
    speed_mps = np.arange(0.0, TOP_SPEED_MPS + SPEED_STEP_MPS, SPEED_STEP_MPS)
    accel_mps2 = np.repeat(RATES_MPS2[:, np.newaxis], speed_mps.size, axis=1)
    accel_mps2[row_of(COASTING)] = -(COASTING_MPS2 + COASTING_PER_M * speed_mps**2)
    middle_mps = speed_mps[:-1] + 0.5 * SPEED_STEP_MPS
    middle_mps2 = 0.5 * (accel_mps2[:, :-1] + accel_mps2[:, 1:])
    duration_s = SPEED_STEP_MPS / np.abs(middle_mps2)
    per_second = np.zeros(middle_mps2.shape)
    steady = np.zeros(speed_mps.size)
    for rate in rates:
        at_reference = rate.at(np.array([REFERENCE_MPS]), np.zeros(1), LEVEL_DEG)[0]
        for departure, weight in WAVERING:
            share = weight / (len(rates) * at_reference)
            off_mps2 = departure * wavering_mps2
            moving_mps2 = np.where(speed_mps > 0.0, off_mps2, 0.0)
            steady += share * rate.at(speed_mps, moving_mps2, LEVEL_DEG)
            on_ramp = rate.at(middle_mps[np.newaxis], middle_mps2 + off_mps2, LEVEL_DEG)
            per_second += share * on_ramp
    return Ramps(
        speed_mps=speed_mps,
        accel_mps2=accel_mps2,
        time_s=_from_standing(duration_s),
        way_m=_from_standing(duration_s * middle_mps),
        cost_s=_from_standing(duration_s * per_second),
        steady=steady,
    )


def _from_standing(parts: FloatArray) -> FloatArray:
    return np.pad(np.cumsum(parts, axis=1), ((0, 0), (1, 0)))
