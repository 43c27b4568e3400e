"""A stop line that is passed on the way to what an approach is to meet."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A stop line that n vehicles pass on their way to what they are to meet."""

    way_m: FloatArray
    """(n,) to this line; NaN: none is passed."""
    latest_s: FloatArray
    """(n,) it must be passed by then."""
    slowest_mps: float
    """It must not be passed more slowly, or those behind would lose too much."""

    def of(self, rows: IntArray) -> "Gate":
        """The same of some of them, who may be named more than once."""
        return replace(self, way_m=self.way_m.take(rows), latest_s=self.latest_s.take(rows))


class Course(NamedTuple):
    """Approaches that n vehicles may take, each by r ramps to a speed to hold."""

    speed_mps: FloatArray
    """(n,) speed at which each cruises."""
    cruise_s: FloatArray
    """(r, n) how long it does; negative where the approach cannot be driven."""
    ramp_s: FloatArray
    """(r, n) time on the ramp."""
    ramp_m: FloatArray
    """(r, n) way on the ramp."""
    hold_mps: FloatArray
    """(n,)"""


def is_passed(gate: Gate, course: Course) -> BoolArray:
    """(r, n) whether each approach passes the gate in time and not too slowly.

    Time on the ramp is taken to grow steadily with the way. That is too long on a ramp down, and on
    a ramp up too short, by less than a quarter of its time.
    """
    way_m = gate.way_m
    left_m = way_m - course.speed_mps * course.cruise_s
    share = np.divide(left_m, course.ramp_m, out=np.zeros_like(left_m), where=course.ramp_m > 0.0)
    np.clip(share, 0.0, 1.0, out=share)
    held_m = np.maximum(left_m - course.ramp_m, 0.0)
    # Whoever has stopped before the gate never passes it.
    hold_mps = np.broadcast_to(course.hold_mps, held_m.shape)
    held_s = np.divide(held_m, hold_mps, out=np.full_like(held_m, np.inf), where=hold_mps > 0.0)
    held_s[held_m == 0.0] = 0.0
    cruised_s = np.minimum(course.cruise_s, way_m / np.maximum(course.speed_mps, 0.1))
    passing_s = cruised_s + share * course.ramp_s + held_s
    squared = course.speed_mps**2
    passing_mps = np.sqrt(squared + (course.hold_mps**2 - squared) * share)
    passes = passing_s <= gate.latest_s
    passes &= passing_mps >= gate.slowest_mps
    return np.asarray(passes | np.isnan(way_m))
