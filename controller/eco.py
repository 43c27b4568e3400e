"""The eco planner: approach a red light so that the start of its queue is met, at least emission.

Method: the virtual discharge of each lane tells when the vehicles ahead will start and from where
(`controller.discharge`); among the approaches that join this start in time the cheapest is taken
(`controller.profile`), kept until it is invalid (`controller.plan`), and carried out by a cruise
control or a display (`controller.guidance`). Nobody who will not have
to wait is slowed down, and nobody who might still make a green.

Related work: Asadi and Vahidi (2011), IEEE Transactions on Control Systems Technology 19, on
meeting green windows; Yang, Ala and Rakha (2016), Transportation Research C 68, on queues.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from controller.abilities import abilities
from controller.arrays import EPSILON, FloatArray, IntArray
from controller.driver import Driver
from controller.eco_parameters import EcoParameters
from controller.gate import Gate
from controller.guidance import decel_to_ask, speed_now, speed_to_show
from controller.interface import Advice, Observation, RateMap, Reason
from controller.kinematics import fastest_between
from controller.means import Grid
from controller.plan import (
    BEYOND_M,
    DONE,
    GREEN_S,
    HOLD_MPS,
    LINK,
    NOTE_NAMES,
    WHY,
    is_done,
    is_invalid,
    is_over,
    is_planned,
    noted,
)
from controller.profile import Approach, cheapest
from controller.ramps import REJOIN_MPS2, Ramps, tabulate
from controller.target import Target, aim

WAVERING_MPS2 = 1.3
"""Of a driver: half the acceleration of a passenger car, as SUMO's drivers do (sigma 0.5)."""
FREE_MPS = 0.1
"""Advice that is not below a driver's own ceiling by this much is none."""
SAME_GREEN_S = 2.0
"""Starts of green that differ by less are the same."""
ADVISED, NOT_NEEDED, TOO_SLOW, PENDING = map(
    int, (Reason.ADVISED, Reason.NOT_NEEDED, Reason.TOO_SLOW, Reason.PENDING)
)
"""As numbers: arrays are compared with a member of the class much more slowly."""


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

    @cached_property
    def _grids(self) -> dict[tuple[Driver | None, float], Grid]:
        """By who carries advice out, and the length of a step: in a run always the same."""
        return {}

    def advise(self, seen: Observation) -> Advice:
        """Keep, drop and make plans, and say what they want now."""
        if seen.distance_m.size == 0:
            none = np.zeros(0)
            return Advice(speed_mps=none, reason=none.astype(np.int64), memory=seen.memory)
        notes = seen.memory.copy()
        _forget_passed(notes, seen)
        if self._is_time_to_plan(seen):
            self._decide(notes, seen)
        else:
            self._close(notes, seen)
        if self.parameters.looks_beyond:
            _note_way_beyond(notes, seen)
            seen = _to_planned_line(notes, seen)
        return self._say(notes, seen)

    def _is_time_to_plan(self, seen: Observation) -> bool:
        interval_s = self.parameters.interval_s
        before_s = seen.time_s - seen.step_length_s
        return math.floor(seen.time_s / interval_s + EPSILON) > math.floor(
            before_s / interval_s + EPSILON
        )

    def _decide(self, notes: FloatArray, seen: Observation) -> None:
        """Keep, drop and make plans."""
        target = aim(seen, self.parameters)
        aimed = seen
        if self.parameters.looks_beyond:
            aimed = replace(seen, distance_m=target.distance_m)
        self._close(notes, aimed)
        self._forget(notes, aimed, target)
        must_not = self._withheld(notes, aimed, target)
        may = must_not == ADVISED
        notes[~may] = np.nan
        wanted = (may & ~is_planned(notes)).nonzero()[0]
        # Whoever must not have a plan has none any more: the others are as they may be.
        reason = np.where(is_done(notes), NOT_NEEDED, must_not)
        if wanted.size:
            reason[wanted] = self._plan(notes, aimed, target, wanted)
        notes[:, WHY] = reason

    def _withheld(self, notes: FloatArray, seen: Observation, target: Target) -> IntArray:
        """(n,) why each vehicle must have no plan; `Reason.ADVISED` where it may."""
        parameters = self.parameters
        is_new = ~is_planned(notes)
        is_slow = seen.speed_mps < parameters.min_speed_mps
        is_near = np.fmin(seen.distance_m, target.gate_m) < parameters.min_distance_m
        rules = [
            (~target.is_known, Reason.NO_GREEN),
            (is_new & (target.wait_s <= parameters.min_wait_s), Reason.NOT_NEEDED),
            (seen.yields_first | (is_new & seen.on_junction), Reason.JUNCTION),
            (seen.must_change, Reason.WRONG_LANE),
            (target.holds_up, Reason.HOLDS_UP),
            (target.place_m > target.room_m, Reason.SATURATED),
            (target.spread_s > parameters.silent_s, Reason.UNCERTAIN),
            (is_new & target.may_make_earlier, Reason.LATE_GREEN),
            (is_new & (is_slow | is_near), Reason.TOO_SLOW),
        ]
        if parameters.leaders_only:
            rules.append((is_new & (target.n_ahead > 0), Reason.NOT_NEEDED))
        why = np.zeros(is_new.size, dtype=np.int64)
        why.fill(ADVISED)
        for applies, reason in reversed(rules):
            why[applies] = int(reason)
        return why

    def _close(self, notes: FloatArray, seen: Observation) -> None:
        """Close plans that are carried out."""
        lag_s = 0.0 if seen.driver is None else seen.driver.lag_s
        ends = is_over(notes, seen, lag_s)
        notes[ends, DONE] = 1.0
        notes[ends, WHY] = NOT_NEEDED

    def _forget(self, notes: FloatArray, seen: Observation, target: Target) -> None:
        """Forget plans that no longer hold, and those that served an earlier green."""
        is_other = np.abs(notes[:, GREEN_S] - seen.time_s - target.green_s) > SAME_GREEN_S
        fails = is_invalid(
            notes,
            seen,
            slot_s=target.slot_s,
            place_m=target.place_m,
            tolerance_s=self.parameters.moved_s,
        )
        # Nobody plans anew on a junction: unless it leads to a stop, what he has is kept so long.
        fails &= ~(seen.on_junction & (notes[:, HOLD_MPS] > 0.0))
        is_elsewhere = notes[:, LINK] != target.link
        notes[np.where(is_done(notes), is_other, fails) | is_elsewhere] = np.nan

    def _plan(
        self, notes: FloatArray, seen: Observation, target: Target, rows: IntArray
    ) -> IntArray:
        """Make plans for some rows; their reasons."""
        parameters = self.parameters
        # The maps do not know how strong a car is: none is taken to use more than this.
        accel_mps2 = np.minimum(seen.accel_mps2[rows], REJOIN_MPS2)
        decel_mps2, place_m = seen.decel_mps2[rows], target.place_m[rows]
        # Who turns comes to speed on the way to the line, if his place is far from it.
        crossing_mps = target.crossing_mps[rows]
        peak_mps = fastest_between(
            np.zeros(rows.size), crossing_mps, place_m, accel_mps2, decel_mps2
        )
        free_mps = np.minimum(seen.ceiling_mps[rows], np.maximum(crossing_mps, peak_mps))
        speed_mps = np.minimum(seen.speed_mps[rows], seen.ceiling_mps[rows])
        spread_s = target.spread_s[rows]
        early_s = np.where(spread_s > 0.0, parameters.early_s, 0.0)
        is_certain = spread_s <= parameters.certain_s
        choice = cheapest(
            self._grid(seen),
            Approach(
                distance_m=seen.distance_m[rows],
                speed_mps=speed_mps,
                free_mps=free_mps,
                accel_mps2=accel_mps2,
                decel_mps2=decel_mps2,
                slot_s=target.slot_s[rows],
                place_m=place_m,
                latest_s=target.cross_s[rows] + parameters.later_s,
                fastest_hold_mps=np.where(is_certain, np.inf, 0.0),
                early_s=early_s,
                room_m=target.room_m[rows],
                gate=self._gate(target, rows),
            ),
        )
        made = noted(
            choice,
            seen,
            slot_s=target.slot_s[rows],
            place_m=place_m,
            green_s=target.green_s[rows],
            n_ahead=target.n_ahead[rows],
            link=target.link[rows],
            speed_mps=speed_mps,
        )
        feasible = choice.is_feasible
        notes[rows[feasible]] = made[feasible]
        return np.where(feasible, ADVISED, TOO_SLOW)

    def _grid(self, seen: Observation) -> Grid:
        """All approaches by whoever carries them out."""
        who = seen.driver, seen.step_length_s
        grid = self._grids.get(who)
        if grid is None:
            ramps = self._ramps if seen.driver is None else self._ramps_by_hand
            grid = self._grids[who] = Grid.of(
                ramps, abilities(self.parameters, seen.driver, seen.step_length_s)
            )
        return grid

    def _gate(self, target: Target, rows: IntArray) -> Gate | None:
        """Stop lines that are passed on the way."""
        way_m = target.gate_m[rows]
        if np.isnan(way_m).all():
            return None
        return Gate(
            way_m=way_m, latest_s=target.gate_s[rows], slowest_mps=self.parameters.beyond_mps
        )

    def _say(self, notes: FloatArray, seen: Observation) -> Advice:
        why, decel_mps2 = notes[:, WHY], None
        reason = np.where(np.isnan(why), PENDING, why).astype(np.int64)
        if seen.driver is None:
            speed_mps = speed_now(notes, seen, self._ramps)
        else:
            speed_mps = speed_to_show(notes, seen, seen.driver, self._ramps)
            decel_mps2 = decel_to_ask(notes, seen.driver)
        # Who may drive as fast as he likes is told nothing.
        is_free = (reason != ADVISED) | (speed_mps > seen.ceiling_mps - FREE_MPS)
        speed_mps[is_free] = np.nan
        return Advice(speed_mps=speed_mps, reason=reason, memory=notes, decel_mps2=decel_mps2)


def _forget_passed(notes: FloatArray, seen: Observation) -> None:
    """Forget plans for stop lines that are no longer ahead: passed, or of another lane."""
    traffic, row = seen.traffic, seen.traffic_row
    is_ahead = notes[:, LINK] == traffic.link.take(row)
    if traffic.beyond is not None:
        is_ahead |= notes[:, LINK] == traffic.beyond.link.take(row)
    notes[~is_ahead, :WHY] = np.nan
    # Until the next look nobody knows what else there is to say to who has just lost his plan.
    notes[~is_ahead & (notes[:, WHY] == ADVISED), WHY] = np.nan


def _note_way_beyond(notes: FloatArray, seen: Observation) -> None:
    """Note of each plan how far behind the next stop line the one is that it is for."""
    beyond, row = seen.traffic.beyond, seen.traffic_row
    if beyond is not None:
        way_m = np.where(notes[:, LINK] == beyond.link.take(row), beyond.way_m.take(row), 0.0)
        notes[:, BEYOND_M] = np.where(is_planned(notes), way_m, np.nan)


def _to_planned_line(notes: FloatArray, seen: Observation) -> Observation:
    """The same, with distances to the stop lines that the plans are for."""
    return replace(seen, distance_m=seen.distance_m + np.nan_to_num(notes[:, BEYOND_M]))
