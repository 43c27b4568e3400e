"""What approaches may be made of, by whoever carries them out."""

from dataclasses import replace

import numpy as np

from controller.arrays import EPSILON
from controller.driver import PASSENGER_CAR_MPS2, WEAK_CAR_MPS2, Driver
from controller.eco_parameters import EcoParameters
from controller.guidance import SLOWEST_MPS
from controller.interface import COMFORT_DECEL_MPS2
from controller.means import Means
from controller.ramps import COASTING, REJOIN_MPS2, UP_MPS2

HOLDS_MPS = np.concatenate([[0.0], np.arange(4.0, 25.0, 0.75)])
"""Speeds that an automated vehicle may hold."""
CREEPS_MPS = np.arange(SLOWEST_MPS, 4.0, 0.5)
"""Speeds that a weak one may hold, too, if it speeds up before its place moves. For others creeping
instead of standing saves only on maps that charge too little for it."""
WAVERING_SHARE = 0.5
"""Share of what a car accelerates by that its driver's acceleration departs from what he wants, as
SUMO's drivers do (sigma 0.5)."""
FIRM_MPS2 = (0.35, 0.5, 0.7, 1.0, COMFORT_DECEL_MPS2)
"""Decelerations that anybody may be planned to use; the gentlest is off the pedal."""
RAMPS_MPS2 = (COASTING, *(-firm_mps2 for firm_mps2 in FIRM_MPS2), *UP_MPS2)
"""Ramps of an automated vehicle, besides those that fit: who passes a stop line on the way may have
to be quicker there than by one that fits."""


def abilities(
    parameters: EcoParameters, driver: Driver | None, step_s: float, *, is_weak: bool
) -> Means:
    """What approaches may be made of.

    Args:
        parameters: What may be configured.
        driver: Who carries them out; None: a cruise control.
        step_s: Length of a simulation step.
        is_weak: Whether the cars accelerate weakly.
    """
    automated = Means(
        ramps_mps2=RAMPS_MPS2,
        fits_ramps=True,
        hold_mps=HOLDS_MPS,
        step_s=step_s,
        time_price=parameters.time_price,
        reaction_s=parameters.reaction_s,
        braking_mps2=parameters.braking_mps2,
        rise_share=parameters.rise_share,
        rejoin_mps2=WEAK_CAR_MPS2 if is_weak else REJOIN_MPS2,
    )
    if driver is None:
        return replace(automated, creep_mps=CREEPS_MPS) if is_weak else automated
    if is_weak:
        driver = driver.in_weak_car
    floor_mps = float(driver.driven_mps(np.array(driver.shown_floor_mps), step_s))
    return replace(
        automated,
        ramps_mps2=ramps_by_hand(driver),
        fits_ramps=False,
        hold_mps=driver.driven_mps(driver.shown_speeds_mps, step_s),
        wavering_mps2=WAVERING_SHARE * (WEAK_CAR_MPS2 if is_weak else PASSENGER_CAR_MPS2),
        least_cruise_s=driver.lag_s,
        floor_mps=floor_mps - EPSILON,
        near_m=driver.near_m,
    )


def ramps_by_hand(driver: Driver) -> tuple[float, ...]:
    """Ramps that a driver can follow: off the pedal, braking, or as he speeds up."""
    gentlest_mps2 = min(driver.ease_off_mps2, COMFORT_DECEL_MPS2)
    down = (-firm_mps2 for firm_mps2 in FIRM_MPS2 if firm_mps2 >= gentlest_mps2)
    return (*down, REJOIN_MPS2)
