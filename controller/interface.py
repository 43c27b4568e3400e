"""What a policy sees and says: the port between the running road and the pure side."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.driver import Driver
from controller.standing import STANDING_MPS, queue_ahead

COMFORT_DECEL_MPS2 = 1.5
"""Nobody brakes harder than this because of advice."""
MEMORY_WIDTH = 14
"""Numbers that a policy may note of each vehicle."""


class Reason(IntEnum):
    """Why a vehicle has, or has no, advice in a step. Names are keys in the results."""

    ADVISED = 0
    """A plan is carried out; it may have nothing to say yet."""
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
    """The driver's own speed already meets a green, or does so again."""
    TOO_SLOW = 8
    """Only a speed below the policy's minimum would meet a green; or the vehicle is slow, or near,
    already."""
    NO_GREEN = 9
    """No green window within the horizon of the message can be met, or the vehicle was not told yet
    of the one that could."""
    REFUSED = 10
    """The driver does not follow advice (compliance)."""
    LATE_GREEN = 11
    """The end of a green may still be caught; slowing down would decide against it."""
    SATURATED = 12
    """More vehicles want to cross than the green lets through, or the queue fills the link."""
    UNCERTAIN = 13
    """It is too uncertain when the signal will switch."""
    JUNCTION = 15
    """It is on an earlier junction, or must first yield at one that has no signal."""
    PENDING = 16
    """Plans are made at intervals, and the vehicle waits for the next time."""
    HOLDS_UP = 14
    """Somebody would be held up: behind, bound for a lane that flows, or waiting in a side road."""
    WRONG_LANE = 17
    """It must still change lanes: slow ones, side by side, would block each other."""


class RateMap(Protocol):
    """An emission map: a rate over speed, acceleration and slope."""

    def at(
        self, speed_mps: FloatArray, accel_mps2: FloatArray, slope_deg: FloatArray
    ) -> FloatArray:
        """Rate (g/s, or W) of each point; shapes that broadcast will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """The signals behind the next ones of m vehicles; -1 and NaN where a route meets no other."""

    link: IntArray
    """(m,) row of the link by which the vehicle will cross it, as in `Traffic.link`."""
    lane: IntArray
    """(m,) number of the lane on which it will reach that stop line."""
    way_m: FloatArray
    """(m,) from stop line to stop line."""
    storage_m: FloatArray
    """(m,) of that, what is behind the junction of the next signal."""
    ceiling_mps: FloatArray
    """(m,) the driver's own, on that way."""
    crossing_mps: FloatArray
    """(m,) the same behind that stop line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the roadside sees: m vehicles ahead of signals, equipped or not; one row each."""

    lane: IntArray
    """(m,) number of the lane on which the vehicle will reach the stop line."""
    present_lane: IntArray
    """(m,) number of the lane on which it is now."""
    stop_edge: IntArray
    """(m,) which edge ends at that stop line: number of its first lane."""
    link: IntArray
    """(m,) row of the signal-controlled link that it will cross by, in the arrays below."""
    position_m: FloatArray
    """(m,) from the start of the lane on which it is now."""
    distance_m: FloatArray
    """(m,) to the stop line, along the route, > 0."""
    speed_mps: FloatArray
    """(m,) now."""
    ceiling_mps: FloatArray
    """(m,) the driver's own: limit times own speed factor."""
    crossing_mps: FloatArray
    """(m,) the same behind the stop line, where a turn is slower."""
    accel_mps2: FloatArray
    """(m,) greatest acceleration."""
    decel_mps2: FloatArray
    """(m,) comfortable deceleration."""
    storage_m: FloatArray
    """(m,) length of the way to the stop line from the last signal, or the edge of the network."""
    space_m: FloatArray
    """(m,) length in a standing queue: the vehicle's own, and its gap to the one ahead."""
    step_length_s: float
    """Of the simulation: SUMO's cars brake at the speed that a step ends with, by which they stop
    half a step shorter."""
    yields_first: BoolArray
    """(m,) whether it must yield at a junction without a signal before the stop line."""
    green_start_s: FloatArray
    """(links, W) latest possible start of each green from now; negative where it has begun."""
    green_end_s: FloatArray
    """(links, W) earliest possible end of each green."""
    likely_start_s: FloatArray
    """(links, W) most likely start of each green."""
    likely_end_s: FloatArray
    """(links, W) most likely end of each green."""
    start_q10_s: FloatArray
    """(links, W) start of each green that is undercut with 10 % probability."""
    start_q90_s: FloatArray
    """(links, W) start that is exceeded with 10 % probability."""
    end_q90_s: FloatArray
    """(links, W) by when each green will have ended in nine cases of ten."""
    beyond: Beyond | None = None
    """What comes behind the next signals; None: not known."""
    start_step_s: float = np.nan
    """From the start of one queued vehicle to that of the one behind it, on the mean and at least:
    lower bound of what was seen so far, anywhere; NaN: not known yet."""


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
    start_q10_s: FloatArray
    """(n, W) start that is undercut with 10 % probability; as exact as the program is fixed."""
    start_q90_s: FloatArray
    """(n, W) start that is exceeded with 10 % probability."""
    end_q10_s: FloatArray
    """(n, W) end that is undercut with 10 % probability."""
    end_q90_s: FloatArray
    """(n, W) end that is exceeded with 10 % probability."""
    spat_age_s: FloatArray
    """(n,) age of the message the row rests on."""
    yields_first: BoolArray
    """(n,) whether it must yield at a junction without a signal before the stop line."""
    on_junction: BoolArray
    """(n,) whether it is on an earlier junction, which it should leave free."""
    must_change: BoolArray
    """(n,) whether it is not yet on a lane that leads to its stop line."""
    hears_beyond: BoolArray
    """(n,) whether it hears the signal behind the next one, too: in range, and not silent."""
    previous_advice_mps: FloatArray
    """(n,) advice of the step before; NaN where there was none."""
    driver: Driver | None
    """Who carries advice out: a driver with a display, or None for an automatic cruise control."""
    memory: FloatArray
    """(n, `MEMORY_WIDTH`) what the policy noted of each vehicle in the step before; else NaN."""
    traffic: Traffic
    """Everybody whom the roadside sees, these vehicles included."""
    traffic_row: IntArray
    """(n,) row of each vehicle in `traffic`."""

    @property
    def n_queued(self) -> IntArray:
        """(n,) known vehicles that stand between each one and the stop line on its lane."""
        traffic = self.traffic
        stands = traffic.speed_mps < STANDING_MPS
        return queue_ahead(traffic.lane, traffic.distance_m, stands)[self.traffic_row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Advised speeds, one row per row of the observation."""

    speed_mps: FloatArray
    """(n,) NaN: nothing to say."""
    reason: IntArray
    """(n,) a `Reason` each."""
    memory: FloatArray | None = None
    """(n, `MEMORY_WIDTH`) what to be told again of each vehicle in the next step, if anything."""
    decel_mps2: FloatArray | None = None
    """(n,) how firmly a driver is asked to slow down; NaN, or less than he eases off by: as he does
    by himself. A cruise control does not look at it."""


class Policy(Protocol):
    """Anything that turns an observation into advice."""

    def advise(self, seen: Observation) -> Advice:
        """Advice for each row of what is seen."""
