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
    window, n_windows = served.window.take(row), seen.likely_start_s.shape[1]
    # Place of each vehicle's green in the flattened windows.
    cell = np.arange(0, window.size * n_windows, n_windows) + np.minimum(window, n_windows - 1)
    q90_s = seen.start_q90_s.take(cell)
    green_s, slot_s, place_m = (
        values.take(row) for values in (served.green_s, served.slot_s, served.place_m)
    )
    is_to_come = green_s > 0.0
    late_s = np.maximum(q90_s - seen.likely_start_s.take(cell), 0.0)
    late_s = np.where(is_to_come, late_s, 0.0)
    held_up = holds_up(
        seen.traffic,
        served.cross_s,
        reach_m=parameters.hold_up_m,
        tolerance_s=parameters.hold_up_s,
    )
    return Target(
        is_known=window < n_windows,
        green_s=green_s,
        # Who arrives late loses less than who arrives early and has to stop.
        slot_s=slot_s + late_s,
        late_s=late_s,
        place_m=place_m,
        n_ahead=served.n_ahead.take(row),
        wait_s=served.wait_s.take(row),
        cross_s=served.cross_s.take(row),
        spread_s=np.where(is_to_come, q90_s - seen.start_q10_s.take(cell), 0.0),
        may_make_earlier=served.may_make_earlier.take(row),
        holds_up=held_up.take(row),
        is_full=place_m > parameters.spillback * seen.traffic.storage_m.take(row),
    )
