"""What approaches may be made of: ramps, and speeds to hold."""

from dataclasses import dataclass, field

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.ramps import RATES_MPS2, REJOIN_MPS2, Ramps, row_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an approach may be made of."""

    ramps_mps2: tuple[float, ...]
    """Rates of change of the speed on the ramps that may be used, of those there are."""
    hold_mps: FloatArray
    """(h,) speeds that may be held; 0 means to stop."""
    step_s: float
    """Length of a simulation step."""
    time_price: float
    """Of a second later behind the signal, in seconds of cruising at 50 km/h."""
    reaction_s: float
    """Whoever joins with a speed must still be able to stop behind his place if it does not move:
    he keeps the way of this reaction and ..."""
    braking_mps2: float
    """... of his own braking, or of this one if that is gentler."""
    fits_ramps: bool = False
    """Whether of all decelerations the gentlest one may be used that can be driven."""
    wavering_mps2: float = 0.0
    """By how much the acceleration departs from what is wanted, at the most (`ramps.tabulate`)."""
    least_cruise_s: float = 0.0
    """Nothing changes before."""
    floor_mps: float = 0.0
    """Slower speeds are held only near the stop line ..."""
    near_m: float = np.inf
    """... than this."""
    rejoin_mps2: float = REJOIN_MPS2
    """Acceleration by which regaining speed behind the approach is costed, a ramp."""
    rise_share: float = 0.0
    """Behind what is held an approach may speed up to this share of the free speed before its
    place moves; 0: it joins with the speed that it holds."""
    creep_mps: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(c,) further speeds to hold, near enough and before it speeds up so."""

    def __post_init__(self) -> None:
        used = {*self.ramps_mps2, self.rejoin_mps2}
        if unknown := used.difference(RATES_MPS2.tolist()):
            raise ValueError(f"there are no ramps of {sorted(unknown)} m/s2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What means allow: r ramps by h speeds to hold, with all that is the same for each vehicle."""

    ramps: Ramps
    means: Means
    rows: IntArray
    """(r,) rows of the ramps."""
    down: FloatArray
    """(r, 1) 1 for a ramp down, -1 for one up."""
    tables: FloatArray
    """(3 r + 2, s) way, time and cost of the ramps from standing to each speed; below them what a
    second at a steady speed costs, and to regain the speed from standing."""
    hold_mps: FloatArray
    """(h,) speeds that may be held; once more those from which an approach speeds up again."""
    rises: BoolArray
    """(h,) whether it does."""
    creeps: BoolArray
    """(h,) which of these are held only where a queue may reach."""
    to_hold: FloatArray
    """(3, r, h) way, time and cost of the ramps from standing to the speeds to hold."""
    steady: FloatArray
    """(h,) cost of a second at each of these."""
    rejoining_s: FloatArray
    """(h,) cost of regaining the speeds to hold from standing."""
    is_fast_enough: BoolArray
    """(h,) what may be held anywhere."""

    @classmethod
    def of(cls, ramps: Ramps, means: Means) -> "Grid":
        """All that means allow."""
        rows, held_mps = row_of(np.array(means.ramps_mps2)), means.hold_mps
        moving_mps = held_mps[held_mps > 0.0]
        rising_mps = (moving_mps, means.creep_mps) if means.rise_share > 0.0 else ()
        hold_mps = np.concatenate([held_mps, *rising_mps])
        place = np.arange(hold_mps.size)
        rejoining = ramps.cost_s[row_of(means.rejoin_mps2)]
        moving = np.array([ramps.way_m[rows], ramps.time_s[rows], ramps.cost_s[rows]])
        return cls(
            ramps=ramps,
            means=means,
            rows=rows,
            down=np.where(ramps.accel_mps2[rows, :1] < 0.0, 1.0, -1.0),
            tables=np.vstack([*moving, ramps.steady, rejoining]),
            hold_mps=hold_mps,
            rises=place >= held_mps.size,
            creeps=place >= held_mps.size + moving_mps.size,
            to_hold=ramps.at(moving, hold_mps),
            steady=ramps.at(ramps.steady, hold_mps),
            rejoining_s=ramps.at(rejoining, hold_mps),
            is_fast_enough=(hold_mps >= means.floor_mps) | (hold_mps == 0.0),
        )
