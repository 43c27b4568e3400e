"""Adaptive control that keeps its promise: a rolling horizon over stages of all signals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import (
    SLOW_MPS,
    Coming,
    Greens,
    blocked,
    cell_of_link,
    coming,
    outset,
)
from controller.signals.interface import SignalLayout, SignalsSeen, StagePlan
from controller.signals.stage_search import Search, search_stages

LONGEST_PROMISE_S = 40.0
"""Nothing is promised longer ahead."""
N_WINDOWS, N_BEFORE = 8, 3
"""Planned greens that are kept of each link; so many of them lie before the last commitment."""
AT_LINE_M = 30.0
"""The first vehicle of a queue stands nearer to the stop line than this."""
MEMORY_S = 300.0
"""Over so long a time flows are averaged."""
CYCLE_S = (40.0, 120.0)
"""Who waits at a signal whose own program has a shorter or longer cycle has as much patience as at
one with such a cycle."""
OPEN_S = 1e5
"""An open end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedParameters:
    """What of the adaptive control may be configured."""

    promise_s: float = 20.0
    """A switch is committed, and told to vehicles, so long before it happens."""
    interval_s: float = 3.0
    """Plans are made anew at these intervals."""
    horizon_s: float = 70.0
    """How far a plan looks beyond the earliest end of the present green."""
    step_s: float = 2.0
    """Resolution of a plan."""
    stop_s: float = 12.0
    """A stop costs as much as so long a wait: what starting again takes in fuel, by what idling
    takes (both maps of emissions that we plan with give 10 to 25 s)."""
    ahead_s: float = 15.0
    """Whoever still waits at the horizon is taken to wait so much longer, and for his turn."""
    patience: float = 0.7
    """Whoever has waited this share of the own program's cycle counts twice; from there on his
    weight grows with the fourth power."""

    def __post_init__(self) -> None:
        for name in ("interval_s", "horizon_s", "step_s", "patience"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0.0 <= self.promise_s <= LONGEST_PROMISE_S:
            raise ValueError(
                f"promise_s must be between 0 and {LONGEST_PROMISE_S:g}, got {self.promise_s}"
            )
        for name in ("stop_s", "ahead_s"):
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
        self._approaches = approaches = Approaches.of(layouts)
        shape = approaches.lane_ids.shape
        self._waited_s = np.zeros(shape)
        self._flow_vps = np.zeros(shape)
        self._sight_m = np.zeros(shape)
        self._green_start_s = np.full((approaches.link_rows.size, N_WINDOWS), np.nan)
        self._green_end_s = self._green_start_s.copy()
        self._has_plan = np.zeros(len(layouts), dtype=np.bool_)
        self._next_s = -np.inf

    def plan(self, seen: SignalsSeen) -> Mapping[int, StagePlan]:
        """New plans of all signals, at intervals; in between none."""
        if not seen.stage.size:
            return {}
        self._watch(seen)
        if seen.time_s < self._next_s - 1e-6:
            return {}
        parameters, approaches = self.parameters, self._approaches
        self._next_s = seen.time_s + parameters.interval_s
        greens = Greens(
            start_s=self._green_start_s - seen.time_s, end_s=self._green_end_s - seen.time_s
        )
        found = coming(seen.traffic, approaches, greens)
        use = approaches.use_of_lanes(seen.traffic.link, seen.traffic.distance_m)
        base_s = np.maximum(seen.free_s, seen.time_s)
        n_steps = round(parameters.horizon_s / parameters.step_s)
        start = outset(
            found,
            approaches,
            greens,
            use,
            base_s=base_s - seen.time_s,
            waited_s=self._waited_s,
            step_s=parameters.step_s,
            n_steps=n_steps,
        )
        link_vps = approaches.link_vps * ~blocked(seen.traffic, approaches)[:, np.newaxis]
        unseen = self._unseen(seen, found, base_s - seen.time_s, n_steps)
        # Of the others nothing can be committed before plans are made anew.
        soonest_s = seen.time_s + parameters.promise_s + parameters.interval_s
        rows = np.flatnonzero((seen.free_s <= soonest_s) | ~self._has_plan)
        if not rows.size:
            return {}
        lasted_s = base_s - seen.green_start_s
        most_left_s = approaches.max_green_s[np.arange(lasted_s.size), seen.stage] - lasted_s
        patience_s = parameters.patience * np.clip(approaches.cycle_s, *CYCLE_S)
        best = search_stages(
            Search(
                step_s=parameters.step_s,
                stage=seen.stage[rows],
                queue=start.queue[rows],
                waited_s=start.waited_s[rows],
                arrivals=(start.arrivals + unseen)[rows],
                flow_vps=approaches.lane_flow_vps(link_vps, use)[rows],
                least=self._steps(approaches.min_green_s[rows], np.ceil),
                most=self._steps(approaches.max_green_s[rows], np.floor),
                most_left=np.maximum(self._steps(most_left_s[rows], np.floor), 0),
                change=self._steps(approaches.change_s[rows], np.rint),
                patience_s=patience_s[rows],
                stop_s=parameters.stop_s,
                ahead_s=parameters.ahead_s,
            )
        )
        plans = {}
        for number, stages, ends in zip(rows.tolist(), best.stages, best.ends, strict=True):
            ends_s = base_s[number] + parameters.step_s * np.array(ends, dtype=np.float64)
            ends_s[-1] = np.inf
            plans[number] = StagePlan(stages=np.array(stages, dtype=np.int64), ends_s=ends_s)
        self._has_plan[rows] = True
        self._note(seen, plans)
        return plans

    def _steps(self, time_s: FloatArray, rounding: np.ufunc) -> np.ndarray:
        steps = rounding(time_s / self.parameters.step_s)
        return np.minimum(steps, 1e6).astype(np.int64)

    def _watch(self, seen: SignalsSeen) -> None:
        """Note who waits how long, and how many come."""
        traffic, approaches = seen.traffic, self._approaches
        cell = cell_of_link(approaches, traffic)[traffic.link]
        size = approaches.lane_ids.size
        stands = (traffic.speed_mps < SLOW_MPS) & (traffic.distance_m < AT_LINE_M) & (cell >= 0)
        waits = np.bincount(cell[stands], minlength=size).reshape(self._waited_s.shape) > 0
        self._waited_s = np.where(waits, self._waited_s + seen.step_length_s, 0.0)
        moves = (traffic.speed_mps >= SLOW_MPS) & (cell >= 0)
        sight_m = self._sight_m.reshape(-1)
        np.maximum.at(sight_m, cell[moves], traffic.distance_m[moves])
        count = np.bincount(cell[moves], minlength=size).reshape(self._flow_vps.shape)
        now_vps = count / np.maximum(self._sight_s(), 5.0)
        share = min(seen.step_length_s / MEMORY_S, 1.0)
        self._flow_vps += share * (now_vps - self._flow_vps)

    def _sight_s(self) -> FloatArray:
        """(N, L) time that whoever comes into sight takes to the stop line, about."""
        return self._sight_m / 12.0

    def _unseen(
        self, seen: SignalsSeen, found: Coming, base_s: FloatArray, n_steps: int
    ) -> FloatArray:
        """(N, L, T) mean arrivals of those who are not yet in sight."""
        step_s = self.parameters.step_s
        shape = self._flow_vps.shape
        sight_s = self._sight_s()
        end_s = base_s[:, np.newaxis] + n_steps * step_s
        # Those who are seen ahead of another signal are known, too.
        is_far = found.arrival_s > sight_s.reshape(-1)[found.cell]
        n_known = np.bincount(found.cell[is_far], minlength=sight_s.size).reshape(shape)
        span_s = np.maximum(end_s - sight_s, step_s)
        rest_vps = np.maximum(self._flow_vps - n_known / span_s, 0.0)
        at_s = base_s[:, np.newaxis] + (np.arange(n_steps) + 0.5) * step_s
        return np.where(
            at_s[:, np.newaxis] > sight_s[..., np.newaxis], step_s * rest_vps[..., np.newaxis], 0.0
        )

    def _note(self, seen: SignalsSeen, plans: Mapping[int, StagePlan]) -> None:
        """Keep the planned greens of each link, behind those that are committed already."""
        approaches = self._approaches
        signal = approaches.link_cells // approaches.lane_ids.shape[1]
        for number, plan in plans.items():
            links = np.flatnonzero(signal == number)
            green_start_s = float(seen.green_start_s[number])
            start_s, end_s = self._green_start_s[links], self._green_end_s[links]
            before = (start_s < green_start_s - 1e-6) & (end_s > seen.time_s)
            order = np.argsort(~before, axis=1, kind="stable")[:, :N_BEFORE]
            kept = np.take_along_axis(before, order, axis=1)
            new = np.full((2, links.size, N_WINDOWS), np.nan)
            for own, place in ((start_s, 0), (end_s, 1)):
                known = np.take_along_axis(own, order, axis=1)
                new[place, :, :N_BEFORE] = np.where(kept, known, np.nan)
            np.minimum(new[1], green_start_s, out=new[1])
            begins_s, ends_s = self._greens(number, plan, green_start_s)
            for place, stage in enumerate(plan.stages[: N_WINDOWS - N_BEFORE].tolist()):
                rows = approaches.is_green[links, stage]
                new[0, rows, N_BEFORE + place] = begins_s[place]
                new[1, rows, N_BEFORE + place] = min(ends_s[place], seen.time_s + OPEN_S)
            self._green_start_s[links], self._green_end_s[links] = new

    def _greens(
        self, number: int, plan: StagePlan, green_start_s: float
    ) -> tuple[FloatArray, FloatArray]:
        """Start and end of each green of a plan."""
        change_s = self._approaches.change_s[number]
        starts_s = plan.ends_s[:-1] + change_s[plan.stages[:-1], plan.stages[1:]]
        return np.concatenate([[green_start_s], starts_s]), plan.ends_s
