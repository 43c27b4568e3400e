"""Adaptive control that keeps its promise: a rolling horizon over stages of all signals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import LinkFlow, blocked, coming, committed_vps, outset
from controller.signals.interface import SignalLayout, SignalsSeen, StagePlan
from controller.signals.lean_search import search_lean
from controller.signals.planned_greens import PlannedGreens
from controller.signals.sightings import Sightings
from controller.signals.stage_model import Search
from controller.signals.yielding import Ahead, capacity

LONGEST_PROMISE_S = 40.0
"""Nothing is promised longer ahead."""
CYCLE_S = (40.0, 120.0)
"""Who waits at a signal whose own program has a shorter or longer cycle has as much patience as at
one with such a cycle."""
MOST_STEPS = 1e6
"""As good as never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedParameters:
    """What of the adaptive control may be configured."""

    promise_s: float = 10.0
    """A switch is committed, and told to vehicles, so long before it happens."""
    interval_s: float = 3.0
    """Plans are made anew at these intervals."""
    horizon_s: float = 51.0
    """How far a plan looks beyond the earliest end of the present green."""
    step_s: float = 3.0
    """Resolution of a plan."""
    stop_s: float = 12.0
    """A stop costs as much as so long a wait. In CO2, a stop from 50 km/h costs as much as standing
    for 16 s by HBEFA4, and for 52 s by PHEMlight5. A greater value than this saved no more stops
    or CO2 when tried."""
    ahead_s: float = 15.0
    """Whoever still waits at the horizon is taken to wait so much longer, and for his turn."""
    patience: float = 0.7
    """Whoever has waited this share of the own program's cycle counts twice; from there on his
    weight grows with the fourth power."""

    foreseen_s: float = 10.0
    """To start a green when it was foreseen is worth so long a wait: vehicles were told of it."""

    def __post_init__(self) -> None:
        for name in ("interval_s", "horizon_s", "step_s", "patience"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0.0 <= self.promise_s <= LONGEST_PROMISE_S:
            raise ValueError(
                f"promise_s must be between 0 and {LONGEST_PROMISE_S:g}, got {self.promise_s}"
            )
        for name in ("stop_s", "ahead_s", "foreseen_s"):
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


class Committed:
    """Plans the greens of all signals together, at intervals.

    Args:
        parameters: What may be configured.
    """

    def __init__(self, parameters: CommittedParameters) -> None:
        self.parameters = parameters

    @property
    def promise_s(self) -> float:
        """How long before it happens a switch is committed, s."""
        return self.parameters.promise_s

    def reset(self, layouts: tuple[SignalLayout, ...]) -> None:
        """Take note of the signals; called once, before the first step."""
        self._approaches = Approaches.of(layouts)
        self._sightings = Sightings(self._approaches)
        self._greens = PlannedGreens(self._approaches)
        self._plans: dict[int, StagePlan] = {}
        self._next_s = -np.inf

    def plan(self, seen: SignalsSeen) -> Mapping[int, StagePlan]:
        """New plans at intervals, of all signals whose plan may matter before the next time."""
        if not seen.stage.size:
            return {}
        self._sightings.update(seen, self._greens)
        if seen.time_s < self._next_s - 1e-6:
            return {}
        parameters = self.parameters
        self._next_s = seen.time_s + parameters.interval_s
        soonest_s = self._next_s + parameters.promise_s
        has_plan = np.isin(np.arange(seen.stage.size), list(self._plans))
        rows = np.flatnonzero((seen.free_s <= soonest_s) | ~has_plan)
        if not rows.size:
            return {}
        base_s = np.maximum(seen.free_s, seen.time_s)
        best = search_lean(self._search(seen, base_s, rows))
        plans = {}
        for number, stages, ends in zip(rows.tolist(), best.stages, best.ends, strict=True):
            ends_s = base_s[number] + parameters.step_s * np.array(ends, dtype=np.float64)
            ends_s[-1] = np.inf
            plans[number] = StagePlan(stages=np.array(stages, dtype=np.int64), ends_s=ends_s)
        self._plans |= plans
        self._greens.note(seen, plans)
        return plans

    def _search(self, seen: SignalsSeen, base_s: FloatArray, rows: IntArray) -> Search:
        """What some signals can do from the earliest ends of their present greens on."""
        parameters, approaches, traffic = self.parameters, self._approaches, seen.traffic
        n_steps = round(parameters.horizon_s / parameters.step_s)
        greens = self._greens.from_now(seen.time_s)
        found = coming(traffic, approaches, greens)
        use = approaches.use_of_lanes(traffic.link, traffic.distance_m)
        until_s = base_s - seen.time_s
        unseen = self._sightings.unseen(found, until_s, step_s=parameters.step_s, n_steps=n_steps)
        ahead = Ahead(stage=seen.stage, base_s=until_s, end_s=until_s + parameters.horizon_s)
        can = capacity(found, approaches, use, unseen.sum(axis=2), ahead)
        start = outset(
            found,
            approaches,
            greens,
            LinkFlow(green_vps=committed_vps(approaches, can.link_vps, seen.stage), use=use),
            base_s=until_s,
            waited_s=self._sightings.waited_s,
            step_s=parameters.step_s,
            n_steps=n_steps,
        )
        link_vps = can.link_vps * ~blocked(traffic, approaches)[:, np.newaxis]
        stage = seen.stage[rows]
        most_left_s = approaches.max_green_s[rows, stage] + (seen.green_start_s - base_s)[rows]
        least = self._steps(np.ceil(approaches.min_green_s[rows] / parameters.step_s))
        most = self._steps(approaches.max_green_s[rows] / parameters.step_s)
        return Search(
            step_s=parameters.step_s,
            stage=stage,
            queue=start.queue[rows],
            waited_s=start.waited_s[rows],
            arrivals=(start.arrivals + unseen)[rows],
            flow_vps=approaches.lane_flow_vps(link_vps, use)[rows],
            leaving=can.leaving[rows],
            least=least,
            # A green of a fixed length need not be a whole number of steps.
            most=np.maximum(most, least),
            most_left=np.maximum(self._steps(most_left_s / parameters.step_s), 0),
            # At least a step: a green that starts at once would be taken for the present one.
            change=np.maximum(
                self._steps(np.rint(approaches.change_s[rows] / parameters.step_s)), 1
            ),
            patience_s=parameters.patience * np.clip(approaches.cycle_s[rows], *CYCLE_S),
            stop_s=parameters.stop_s,
            foreseen_s=self._foreseen_s(base_s, rows, n_steps),
            ahead_s=parameters.ahead_s,
        )

    def _foreseen_s(self, base_s: FloatArray, rows: IntArray, n_steps: int) -> FloatArray:
        """(n, S, T) what the starts of green are worth that were planned before."""
        parameters, change_s = self.parameters, self._approaches.change_s
        worth_s = np.zeros((rows.size, change_s.shape[1], n_steps))
        places: list[int] = []
        stages: list[int] = []
        ends_s: list[float] = []
        for row, plan in enumerate(map(self._plans.get, rows.tolist())):
            if plan is not None:
                places += [row] * plan.stages.size
                stages += plan.stages.tolist()
                ends_s += plan.ends_s.tolist()
        place, stage = np.array(places, dtype=np.int64), np.array(stages, dtype=np.int64)
        number, end_s = rows[place], np.array(ends_s)
        # The last green of each plan is open: what stands behind it is of another signal.
        start_s = end_s[:-1] + change_s[number[:-1], stage[:-1], stage[1:]]
        step = np.rint((start_s - base_s[number[:-1]]) / parameters.step_s)
        is_ahead = ((step >= 0) & (step < n_steps)).nonzero()[0]
        then = place[is_ahead], stage[is_ahead + 1], step[is_ahead].astype(np.int64)
        worth_s[then] = parameters.foreseen_s
        return worth_s

    @staticmethod
    def _steps(number: FloatArray) -> IntArray:
        return np.floor(np.minimum(number, MOST_STEPS)).astype(np.int64)
