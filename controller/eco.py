"""The eco planner: approach a red light so that the start of its queue is met, at least emission.

Method: the virtual discharge of each lane tells when the vehicles ahead will start and from where
(`controller.discharge`); among the approaches that join this start in time the cheapest is taken
(`controller.profile`) and kept until it is invalid (`controller.plan`). Nobody who will not have
to wait is slowed down, and nobody who might still make a green.

Related work: Asadi and Vahidi (2011), IEEE Transactions on Control Systems Technology 19, on
meeting green windows; Yang, Ala and Rakha (2016), Transportation Research C 68, on queues.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.discharge import STANDING_MPS, Wave, discharge
from controller.guards import holds_up
from controller.interface import Advice, Observation, RateMap, Reason
from controller.plan import (
    DONE,
    GREEN_S,
    NOTE_NAMES,
    WHY,
    is_done,
    is_invalid,
    is_over,
    is_planned,
    noted,
    speed_now,
    speed_to_show,
)
from controller.profile import DOWN_MPS2, UP_MPS2, Approach, Means, Ramps, cheapest, tabulate
from controller.target import Target

HOLDS_MPS = np.concatenate([[0.0], np.arange(2.5, 25.0, 0.75)])
"""Speeds that an automated vehicle may hold; slower ones burn more than standing."""
ALL_RAMPS = tuple(range(1 + len(DOWN_MPS2) + len(UP_MPS2)))
WAVERING_MPS2 = 1.3
"""Of a driver: half the acceleration of a passenger car, as SUMO's drivers do (sigma 0.5)."""
EASY_RAMPS = (1 + DOWN_MPS2.index(0.7),)
"""Ramps that a driver can follow: off the pedal, in gear."""
SLOWEST_MPS = 3.0
"""However sharp a turn, it is driven at this speed."""
EPSILON = 1e-9
FREE_MPS = 0.1
"""Advice that is not below a driver's own ceiling by this much is none."""
SAME_GREEN_S = 2.0
"""Starts of green that differ by less are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcoParameters:
    """What of the eco planner may be configured."""

    kind: Literal["eco"] = "eco"
    wave: Wave = field(default_factory=Wave)
    """How queues leave."""
    interval_s: float = 1.0
    """Plans are made and checked at multiples of this; in between they are carried out."""
    min_wait_s: float = 1.5
    """Whoever would wait at the queue's end for less than this is not advised."""
    hope_s: float = 1.5
    """Whoever misses a green by less than this may still make it, and is not slowed down."""
    moved_s: float = 2.0
    """A plan is kept until the time that it rests on has moved by more than this."""
    time_price: float = 0.5
    """Cost of a second of trip time, in seconds of cruising at 50 km/h."""
    later_s: float = 1.5
    """An approach may cross the stop line later by this than without advice."""
    reaction_s: float = 1.0
    """A moving vehicle that joins the queue's start keeps this time and ..."""
    braking_mps2: float = 4.5
    """... the way to stop at this rate to its place."""
    min_speed_mps: float = 2.0
    """Slower vehicles are in the queue already; they are not advised."""
    min_distance_m: float = 5.0
    """Nor are vehicles nearer to the stop line."""
    hold_up_m: float = 80.0
    """Who is behind by less than this, bound for another lane, must not be held up."""
    hold_up_s: float = 2.0
    """He is held up if he would cross earlier by more than this."""
    spillback: float = 0.9
    """No advice when the queue is longer than this share of the way from the last signal."""
    certain_s: float = 6.0
    """Where the start of green is known less well than this (from the 10th to the 90th percentile),
    advice is to coast towards a stop, and no more."""
    silent_s: float = 30.0
    """Where it is known less well than this there is no advice."""
    leaders_only: bool = False
    """Advise only the first vehicle of each queue."""


@dataclass(frozen=True)
class Eco:
    """The planner.

    Args:
        parameters: What may be configured.
        rates: Emission maps to plan with; their mean counts, each relative to 50 km/h.
    """

    NOTES: ClassVar[tuple[str, ...]] = NOTE_NAMES
    parameters: EcoParameters
    rates: Sequence[RateMap]

    @cached_property
    def _ramps(self) -> Ramps:
        return tabulate(self.rates, wavering_mps2=0.0)

    @cached_property
    def _ramps_by_hand(self) -> Ramps:
        return tabulate(self.rates, wavering_mps2=WAVERING_MPS2)

    def advise(self, seen: Observation) -> Advice:
        """Keep, drop and make plans, and say what they want now."""
        if seen.distance_m.size == 0:
            none = np.zeros(0)
            return Advice(speed_mps=none, reason=none.astype(np.int64), memory=seen.memory)
        notes = seen.memory.copy()
        if self._is_time_to_plan(seen):
            self._decide(notes, seen)
        else:
            self._close(notes, seen)
        return self._say(notes, seen)

    def _is_time_to_plan(self, seen: Observation) -> bool:
        interval_s = self.parameters.interval_s
        before_s = seen.time_s - seen.step_length_s
        return math.floor(seen.time_s / interval_s + EPSILON) > math.floor(
            before_s / interval_s + EPSILON
        )

    def _decide(self, notes: FloatArray, seen: Observation) -> None:
        """Keep, drop and make plans."""
        target = self._target(seen)
        self._close(notes, seen)
        self._forget(notes, seen, target)
        must_not = self._withheld(notes, seen, target)
        may = must_not == Reason.ADVISED
        notes[~may] = np.nan
        is_open = is_planned(notes)
        reason = np.where(
            is_open, np.where(is_done(notes), Reason.NOT_NEEDED, Reason.ADVISED), must_not
        )
        wanted = np.flatnonzero(may & ~is_open)
        if wanted.size:
            reason[wanted] = self._plan(notes, seen, target, wanted)
        notes[:, WHY] = reason

    def _target(self, seen: Observation) -> Target:
        parameters, row = self.parameters, seen.traffic_row
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

    def _withheld(self, notes: FloatArray, seen: Observation, target: Target) -> IntArray:
        """(n,) why each vehicle must have no plan; `Reason.ADVISED` where it may."""
        parameters = self.parameters
        is_new = ~is_planned(notes)
        is_led = (target.n_ahead > 0) & parameters.leaders_only
        is_slow = seen.speed_mps < parameters.min_speed_mps
        is_near = seen.distance_m < parameters.min_distance_m
        rules = (
            (~target.is_known, Reason.NO_GREEN),
            (is_new & (target.wait_s <= parameters.min_wait_s), Reason.NOT_NEEDED),
            (seen.yields_first | (is_new & seen.on_junction), Reason.JUNCTION),
            (target.holds_up, Reason.HOLDS_UP),
            (target.is_full, Reason.SATURATED),
            (target.spread_s > parameters.silent_s, Reason.UNCERTAIN),
            (is_new & target.may_make_earlier, Reason.LATE_GREEN),
            (is_new & (is_slow | is_near), Reason.TOO_SLOW),
            (is_new & is_led, Reason.NOT_NEEDED),
        )
        why = np.full(is_new.size, Reason.ADVISED, dtype=np.int64)
        for applies, reason in reversed(rules):
            why[applies] = reason
        return why

    def _close(self, notes: FloatArray, seen: Observation) -> None:
        """Close plans that are carried out."""
        lag_s = 0.0 if seen.driver is None else seen.driver.lag_s
        ends = is_over(notes, seen, lag_s)
        notes[ends, DONE] = 1.0
        notes[ends, WHY] = Reason.NOT_NEEDED

    def _forget(self, notes: FloatArray, seen: Observation, target: Target) -> None:
        """Forget plans that no longer hold, and those that served an earlier green."""
        with np.errstate(invalid="ignore"):
            is_other = np.abs(notes[:, GREEN_S] - seen.time_s - target.green_s) > SAME_GREEN_S
        fails = is_invalid(
            notes,
            seen,
            slot_s=target.slot_s,
            place_m=target.place_m,
            tolerance_s=self.parameters.moved_s,
            standing_mps=STANDING_MPS,
        )
        notes[np.where(is_done(notes), is_other, fails)] = np.nan

    def _plan(
        self, notes: FloatArray, seen: Observation, target: Target, rows: IntArray
    ) -> IntArray:
        """Make plans for some rows; their reasons."""
        parameters, driver = self.parameters, seen.driver
        crossing_mps = seen.traffic.crossing_mps[seen.traffic_row[rows]]
        speed_mps = np.minimum(seen.speed_mps[rows], seen.ceiling_mps[rows])
        is_certain = target.spread_s[rows] <= parameters.certain_s
        choice = cheapest(
            self._ramps if driver is None else self._ramps_by_hand,
            Approach(
                distance_m=seen.distance_m[rows],
                speed_mps=speed_mps,
                free_mps=np.minimum(seen.ceiling_mps[rows], np.maximum(crossing_mps, SLOWEST_MPS)),
                slot_s=target.slot_s[rows],
                place_m=target.place_m[rows],
                latest_s=target.cross_s[rows] + target.late_s[rows] + parameters.later_s,
                fastest_hold_mps=np.where(is_certain, np.inf, 0.0),
            ),
            Means(
                ramps=ALL_RAMPS if driver is None else EASY_RAMPS,
                hold_mps=HOLDS_MPS if driver is None else driver.shown_speeds_mps,
                least_cruise_s=0.0 if driver is None else driver.lag_s,
                time_price=parameters.time_price,
                reaction_s=parameters.reaction_s,
                braking_mps2=parameters.braking_mps2,
            ),
        )
        made = noted(
            choice,
            seen,
            slot_s=target.slot_s[rows],
            place_m=target.place_m[rows],
            green_s=target.green_s[rows],
            n_ahead=target.n_ahead[rows],
            speed_mps=speed_mps,
        )
        feasible = choice.is_feasible
        notes[rows[feasible]] = made[feasible]
        return np.where(feasible, Reason.ADVISED, Reason.TOO_SLOW)

    def _say(self, notes: FloatArray, seen: Observation) -> Advice:
        why = notes[:, WHY]
        reason = np.where(np.isnan(why), Reason.PENDING, why).astype(np.int64)
        if seen.driver is None:
            speed_mps = speed_now(notes, seen, self._ramps)
        else:
            speed_mps = speed_to_show(notes, seen, seen.driver, self._ramps)
        # Who may drive as fast as he likes is told nothing.
        with np.errstate(invalid="ignore"):
            is_free = (reason != Reason.ADVISED) | (speed_mps > seen.ceiling_mps - FREE_MPS)
        speed_mps[is_free] = np.nan
        return Advice(speed_mps=speed_mps, reason=reason, memory=notes)
