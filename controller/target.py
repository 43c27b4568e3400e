"""What a planner aims at: the queue ahead of each vehicle, and what speaks against advice."""

from dataclasses import dataclass

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.discharge import discharge
from controller.eco_parameters import EcoParameters
from controller.guards import holds_up
from controller.interface import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the queue ahead means for each of n vehicles; times from now."""

    is_known: BoolArray
    """Whether it will cross in a green that is known."""
    green_s: FloatArray
    """Start of that green."""
    slot_s: FloatArray
    """When its place in the queue begins to move, on the safe side."""
    late_s: FloatArray
    """How much later that is than most likely."""
    place_m: FloatArray
    """Distance of that place from the stop line."""
    n_ahead: IntArray
    """Vehicles that wait ahead for the same green."""
    wait_s: FloatArray
    """How long it would wait there."""
    cross_s: FloatArray
    """When it would cross without advice."""
    spread_s: FloatArray
    """How uncertain the start of green is."""
    may_make_earlier: BoolArray
    """Whether it might still make an earlier green."""
    holds_up: BoolArray
    """Whether it would hold up somebody whose lane flows."""
    is_full: BoolArray
    """Whether the queue fills the way from the last signal."""


def aim(seen: Observation, parameters: EcoParameters) -> Target:
    """What each vehicle is to meet, from the virtual discharge of all that is seen."""
    row = seen.traffic_row
    served = discharge(
        seen.traffic,
        parameters.wave,
        tolerance_s=parameters.min_wait_s,
        hope_s=parameters.hope_s,
    )
    n_windows = seen.likely_start_s.shape[1]
    window = served.window[row]
    which = np.arange(window.size), np.minimum(window, n_windows - 1)
    is_to_come = served.green_s[row] > 0.0
    late_s = np.maximum(seen.start_q90_s[which] - seen.likely_start_s[which], 0.0)
    late_s = np.where(is_to_come, late_s, 0.0)
    spread_s = seen.start_q90_s[which] - seen.start_q10_s[which]
    held_up = holds_up(
        seen.traffic,
        served.cross_s,
        reach_m=parameters.hold_up_m,
        tolerance_s=parameters.hold_up_s,
    )
    is_full = served.place_m > parameters.spillback * seen.traffic.storage_m
    return Target(
        is_known=window < n_windows,
        green_s=served.green_s[row],
        # Who arrives late loses less than who arrives early and has to stop.
        slot_s=served.slot_s[row] + late_s,
        late_s=late_s,
        place_m=served.place_m[row],
        n_ahead=served.n_ahead[row],
        wait_s=served.wait_s[row],
        cross_s=served.cross_s[row],
        spread_s=np.where(is_to_come, spread_s, 0.0),
        may_make_earlier=served.may_make_earlier[row],
        holds_up=held_up[row],
        is_full=is_full[row],
    )
