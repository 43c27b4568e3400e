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
    """When its place in the queue begins to move; NaN: it has not been told of that yet."""
    place_m: FloatArray
    """Distance of that place from the stop line."""
    n_ahead: IntArray
    """Vehicles in the queue ahead, for the same green: they wait, or roll to their places."""
    wait_s: FloatArray
    """How long it would wait there."""
    cross_s: FloatArray
    """When it would cross without advice from now on."""
    spread_s: FloatArray
    """How uncertain the start of green is."""
    may_make_earlier: BoolArray
    """Whether it might still make an earlier green."""
    holds_up: BoolArray
    """Whether it would hold up somebody whose lane flows, or who waits to enter the road; or, on
    the way to a signal beyond the next, whether somebody close behind leaves that way."""
    room_m: FloatArray
    """From the stop line, for a queue that leaves the last signal free."""
    link: IntArray
    """Row of the link by which that stop line is crossed."""
    distance_m: FloatArray
    """To that stop line."""
    crossing_mps: FloatArray
    """The driver's own speed behind it."""
    gate_m: FloatArray
    """To the stop line before it; NaN: it is the next one."""
    gate_s: FloatArray
    """By when that must be passed."""
