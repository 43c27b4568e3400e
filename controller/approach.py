"""What approaches are to meet, what they may be made of, and what was chosen."""

from dataclasses import dataclass, field

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.gate import Gate
from controller.ramps import COASTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """What n vehicles are to meet; times from now."""

    distance_m: FloatArray
    """(n,) to the stop line."""
    speed_mps: FloatArray
    """(n,) now."""
    free_mps: FloatArray
    """(n,) speed at which each will go on behind the stop line."""
    accel_mps2: FloatArray
    """(n,) acceleration by which each reaches that speed from joining on."""
    decel_mps2: FloatArray
    """(n,) deceleration by which each brakes for whoever is ahead."""
    slot_s: FloatArray
    """(n,) when its place in the queue begins to move."""
    place_m: FloatArray
    """(n,) distance of that place from the stop line."""
    latest_s: FloatArray
    """(n,) it must cross the stop line by then."""
    fastest_hold_mps: FloatArray
    """(n,) no greater speed is held; 0: it is to stop."""
    gate: Gate | None = None
    """A stop line that is passed on the way; None: nobody passes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an approach may be made of."""

    ramps: tuple[int, ...]
    """Rows of the ramps that may be used."""
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
    least_cruise_s: float = 0.0
    """Nothing changes before."""
    floor_mps: float = 0.0
    """Slower speeds are held only near the stop line ..."""
    near_m: float = np.inf
    """... than this."""
    rise_share: float = 0.0
    """Behind what is held an approach may speed up to this share of the free speed before it
    joins; 0: it joins with the speed that it holds."""
    slow_mps: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(k,) speeds that may be cruised at on the way to a stop, beside the present one."""
    slow_ramp: int = COASTING
    """Row of the ramp by which they are reached at once, and that leads from there to the stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The cheapest approach of each of n vehicles."""

    is_feasible: BoolArray
    """(n,) whether there is one."""
    cost_s: FloatArray
    """(n,) what it costs up to where it is as fast as freely, in seconds of cruising at 50 km/h."""
    ramp: IntArray
    """(n,) row of the ramp."""
    hold_mps: FloatArray
    """(n,) speed to hold."""
    cruise_mps: FloatArray
    """(n,) speed before the ramp."""
    cruise_s: FloatArray
    """(n,) time from now until the ramp begins."""
    join_s: FloatArray
    """(n,) time from now until it drives freely; before its place moves where it speeds up."""
    join_m: FloatArray
    """(n,) distance from the stop line there."""
