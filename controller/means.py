"""What approaches may be made of, by whoever carries them out."""

from dataclasses import replace

import numpy as np

from controller.approach import Means
from controller.driver import Driver
from controller.eco_parameters import EcoParameters
from controller.ramps import DOWN_MPS2, UP_MPS2

HOLDS_MPS = np.concatenate([[0.0], np.arange(4.0, 25.0, 0.75)])
"""Speeds that an automated vehicle may hold; nobody creeps instead of standing, which would save
only on maps that charge too little for it."""
ALL_RAMPS = tuple(range(1 + len(DOWN_MPS2) + len(UP_MPS2)))
WAVERING_MPS2 = 1.3
"""Of a driver: half the acceleration of a passenger car, as SUMO's drivers do (sigma 0.5)."""
EASE_OFF = 1 + DOWN_MPS2.index(0.7)
"""Ramp of a driver who is off the pedal, in gear."""
EASY_RAMPS = (*range(EASE_OFF, 1 + len(DOWN_MPS2)), 1 + len(DOWN_MPS2) + len(UP_MPS2))
"""Ramps that a driver can follow: off the pedal, braking gently, and speeding up as he likes."""
EPSILON_MPS = 1e-9


def means_of(parameters: EcoParameters, driver: Driver | None, step_s: float) -> Means:
    """What approaches may be made of.

    Args:
        parameters: Of the planner.
        driver: Who carries advice out; None: an automatic cruise control.
        step_s: Length of a simulation step.
    """
    automated = Means(
        ramps=ALL_RAMPS,
        hold_mps=HOLDS_MPS,
        step_s=step_s,
        time_price=parameters.time_price,
        reaction_s=parameters.reaction_s,
        braking_mps2=parameters.braking_mps2,
        rise_share=parameters.rise_share,
    )
    if driver is None:
        return automated
    shown_mps = driver.shown_speeds_mps
    driven_mps = driver.driven_mps(shown_mps, step_s)
    floor_mps = float(driver.driven_mps(np.array(driver.floor_mps), step_s)) - EPSILON_MPS
    return replace(
        automated,
        ramps=EASY_RAMPS,
        hold_mps=driven_mps,
        slow_mps=driven_mps[shown_mps > driver.floor_mps - EPSILON_MPS],
        slow_ramp=EASE_OFF,
        least_cruise_s=driver.lag_s,
        floor_mps=floor_mps,
        near_m=driver.near_m,
    )
