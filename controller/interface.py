"""What a policy sees and says: the port between the running road and the pure side."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Reason(IntEnum):
    """Why a vehicle has, or has no, advice in a step. Names are keys in the results."""

    ADVISED = 0
    """Advice was given."""
    NO_SIGNAL = 1
    """No signal ahead on the route."""
    OUT_OF_RANGE = 2
    """The next signal is beyond the radio range of its roadside unit."""
    NOT_HEARD = 3
    """In range, but no message has been received yet."""
    STALE = 4
    """The last message is too old (loss, outage)."""
    NO_SPAT = 5
    """The roadside unit cannot tell this signal's future."""
    AT_STOP = 6
    """The vehicle serves a scheduled stop."""
    NOT_NEEDED = 7
    """The driver's own speed already meets a green."""
    TOO_SLOW = 8
    """Only a speed below the policy's minimum would meet a green."""
    NO_GREEN = 9
    """No green window within the horizon of the message can be met."""
    REFUSED = 10
    """The driver does not follow advice (compliance)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is known of n equipped vehicles ahead of a signal; one row per vehicle.

    Rows are only vehicles with fresh signal-timing state. Times are from now, in s. W green
    windows per vehicle, in order; NaN fills windows that are not known.
    """

    time_s: float
    """Simulated time."""
    step_length_s: float
    """Length of a simulation step."""
    distance_m: FloatArray
    """(n,) to the stop line, along the route, > 0."""
    speed_mps: FloatArray
    """(n,) now."""
    ceiling_mps: FloatArray
    """(n,) the driver's own: limit times own speed factor."""
    accel_mps2: FloatArray
    """(n,) greatest acceleration of the vehicle."""
    decel_mps2: FloatArray
    """(n,) comfortable deceleration of the vehicle, > 0."""
    green_start_s: FloatArray
    """(n, W) latest possible start of each green; negative where it has begun."""
    green_end_s: FloatArray
    """(n, W) earliest possible end of each green."""
    likely_start_s: FloatArray
    """(n, W) most likely start of each green."""
    likely_end_s: FloatArray
    """(n, W) most likely end of each green."""
    spat_age_s: FloatArray
    """(n,) age of the message the row rests on."""
    n_queued: IntArray
    """(n,) known vehicles that stand between this one and the stop line on its lane."""
    previous_advice_mps: FloatArray
    """(n,) advice of the step before; NaN where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Advised speeds, one row per row of the observation."""

    speed_mps: FloatArray
    """(n,) NaN: nothing to say."""
    reason: IntArray
    """(n,) a `Reason` each."""


class Policy(Protocol):
    """Anything that turns an observation into advice."""

    def advise(self, seen: Observation) -> Advice:
        """Advice for each row of what is seen."""
