"""What a planner aims at: the queue ahead of each vehicle, and what speaks against advice."""

from dataclasses import dataclass

from controller.arrays import BoolArray, FloatArray, IntArray


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
