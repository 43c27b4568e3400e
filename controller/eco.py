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
from controller.aim import aim
from controller.arrays import EPSILON, BoolArray, FloatArray, IntArray
from controller.driver import Driver
from controller.eco_parameters import EcoParameters
from controller.gate import Gate
from controller.guidance import decel_to_ask, speed_now, speed_to_show
from controller.interface import Advice, Observation, RateMap
from controller.kinematics import fastest_between
from controller.means import Grid
from controller.plan import (
    ADVISED,
    DONE,
    GREEN_S,
    HOLD_MPS,
    LINK,
    NOT_NEEDED,
    NOTE_NAMES,
    PENDING,
    TOO_SLOW,
    WHY,
    forget_passed,
    is_done,
    is_invalid,
    is_over,
    is_planned,
    note_way_beyond,
    noted,
    to_planned_line,
)
from controller.profile import Approach, cheapest
from controller.ramps import REJOIN_MPS2, Ramps, tabulate
from controller.target import Target
from controller.withheld import withheld

FREE_MPS = 0.1
"""Advice that is not below a driver's own ceiling by this much is none."""
SAME_GREEN_S = 2.0
"""Starts of green that differ by less are the same."""


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
    def _grids(self) -> dict[tuple[Driver | None, float, bool], Grid]:
        """By who carries advice out, the length of a step, and whether the car is weak."""
        return {}

    def advise(self, seen: Observation) -> Advice:
        """Keep, drop and make plans, and say what they want now."""
        if seen.distance_m.size == 0:
            none = np.zeros(0)
            return Advice(speed_mps=none, reason=none.astype(np.int64), memory=seen.memory)
        notes = seen.memory.copy()
        forget_passed(notes, seen)
        if self._is_time_to_plan(seen):
            self._decide(notes, seen)
        else:
            self._close(notes, seen)
        if self.parameters.looks_beyond:
            note_way_beyond(notes, seen)
            seen = to_planned_line(notes, seen)
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
        must_not = withheld(notes, aimed, target, self.parameters)
        may = must_not == ADVISED
        notes[~may] = np.nan
        wanted = (may & ~is_planned(notes)).nonzero()[0]
        # Whoever must not have a plan has none any more: the others are as they may be.
        reason = np.where(is_done(notes), NOT_NEEDED, must_not)
        if wanted.size:
            reason[wanted] = self._plan(notes, aimed, target, wanted)
        notes[:, WHY] = reason

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
        reason = np.empty(rows.size, dtype=np.int64)
        weak = self._is_weak(seen)[rows]
        for is_weak, chosen in ((False, ~weak), (True, weak)):
            if chosen.any():
                grid = self._grid(seen, is_weak=is_weak)
                reason[chosen] = self._plan_with(grid, notes, seen, target, rows[chosen])
        return reason

    def _is_weak(self, seen: Observation) -> BoolArray:
        """(n,) whose car accelerates weakly."""
        who = self.parameters if seen.driver is None else seen.driver
        return seen.accel_mps2 < who.weak_mps2

    def _plan_with(
        self, grid: Grid, notes: FloatArray, seen: Observation, target: Target, rows: IntArray
    ) -> IntArray:
        """Make plans for some rows out of what their grid allows; their reasons."""
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
            grid,
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

    def _grid(self, seen: Observation, *, is_weak: bool) -> Grid:
        """All approaches by whoever carries them out."""
        who = seen.driver, seen.step_length_s, is_weak
        grid = self._grids.get(who)
        if grid is None:
            means = abilities(self.parameters, seen.driver, seen.step_length_s, is_weak=is_weak)
            ramps = self._ramps
            if means.wavering_mps2 > 0.0:
                ramps = tabulate(self.rates, wavering_mps2=means.wavering_mps2)
            grid = self._grids[who] = Grid.of(ramps, means)
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
            weak = self._is_weak(seen)
            if weak.any():
                weak_mps = speed_to_show(notes, seen, seen.driver.in_weak_car, self._ramps)
                speed_mps = np.where(weak, weak_mps, speed_mps)
            decel_mps2 = decel_to_ask(notes, seen.driver)
        # Who may drive as fast as he likes is told nothing.
        is_free = (reason != ADVISED) | (speed_mps > seen.ceiling_mps - FREE_MPS)
        speed_mps[is_free] = np.nan
        return Advice(speed_mps=speed_mps, reason=reason, memory=notes, decel_mps2=decel_mps2)
