"""What a search over stages knows: queues at the stop lines of N signals, and what waits cost.

The stages of all signals stand in one row, K of them, and so do the R changes between two of them:
they come last in all arrays, and lanes before them, since numpy is quick along long rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controller.arrays import BoolArray, FloatArray, IntArray

Quick = NDArray[np.float32]
"""Half as long numbers: exact enough for queues, and twice as fast."""
EMPTY = 0.3
"""In a queue of fewer vehicles nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What N signals can do from the earliest end of their present greens on.

    Times are in steps from there; S stages, L lanes, T steps.
    """

    step_s: float
    stage: IntArray
    """(N,) present stage."""
    queue: FloatArray
    """(N, L) vehicles that wait then."""
    waited_s: FloatArray
    """(N, L) how long the first of them has waited."""
    arrivals: FloatArray
    """(N, L, T) vehicles that come in each step."""
    flow_vps: FloatArray
    """(N, L, S) vehicles that can leave in each stage."""
    leaving: FloatArray
    """(N, L, S) further ones who get away when each green ends."""
    least: IntArray
    """(N, S) least length of each green."""
    most: IntArray
    """(N, S) greatest length of each green."""
    most_left: IntArray
    """(N,) what is left of the greatest length of the present green."""
    change: IntArray
    """(N, S, S) from the end of a green to the start of another, at least 1; T or more: never."""
    patience_s: FloatArray
    """(N,) who has waited this long counts twice."""
    stop_s: float
    """A stop costs as much as so long a wait."""
    foreseen_s: FloatArray
    """(N, S, T) what it is worth to start each green at each step, since it was told before."""
    ahead_s: float
    """Whoever still waits at the end costs as much as so long a wait, and his turn in the queue."""

    def is_stage(self) -> BoolArray:
        """(N, S) stages that can be reached or are present."""
        is_stage: BoolArray = self.change.min(axis=1) < self.arrivals.shape[2]
        is_stage[np.arange(self.stage.size), self.stage] = True
        return is_stage


class Model:
    """What stays the same through a search of L lanes and T steps; B starts are served together.

    Costs are in steps, waits in shares of the patience. The last of the R changes is none, and
    costs too much; the last start, T, is none either.

    Attributes:
        signal, stage: (K,) which they are.
        one: (R,) the stage before each change; `steps` is its length.
        into: (K, most) the changes into each stage.
        block: B; the starts in so many steps do not depend on each other.
        balance: (T + 1, L, K) vehicles that came up to each step, less those who could leave.
        queue: (T + 1, L, T + 1, K) vehicles at an end of green that began at a start, if nobody
            stood there then; the search puts in those who did.
        elapsed: (T + 1, L, B, K) up to each step, for whoever has no green.
        green_stops: (T, L, B, K) what it costs to come at green, if somebody stands there.
        red_stops: (T + 1, K) what all who came at red have cost up to each step. The costs of the
            search are told without it.
        never: (T + 1, B, K) inf where a green may not end, so long behind the first start.
        end: (T, R) step at which the green before each change to a start ends.
        change_cost: (T, R) what such a change costs, whoever waits; inf where there is none.
        came: (L, T, R) who comes in it, less those who can leave.
        since: (L, T, R) what waits grow by up to the start.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        self.n_steps = search.arrivals.shape[2]
        self.signal, self.stage = own = search.is_stage().nonzero()
        self.is_present = self.stage == search.stage[self.signal]
        self.least, self.most = search.least[own], search.most[own]
        self.share = (search.step_s / search.patience_s[self.signal]).astype(np.float32)
        # Rows in one piece: numpy keeps the order in memory of what a transposed array is made to.
        flow = search.flow_vps[self.signal, :, self.stage].T.copy() * search.step_s
        best = search.flow_vps.max(axis=2)[self.signal].T.copy() * search.step_s
        self.flow = flow.astype(np.float32)
        self.is_served = (flow >= 0.5 * best) & (flow > 0.0)
        self.is_waiting = (~self.is_served).astype(np.float32)
        # What a queue costs when the search ends before it: its wait for green, and its turn.
        self.ahead = np.float32(search.ahead_s / search.step_s)
        self.turn = (0.5 / np.maximum(best, 0.05 * search.step_s)).astype(np.float32)
        self._changes()
        came = search.arrivals.transpose(2, 1, 0).astype(np.float32, order="C")
        self._queues(came.take(self.signal, axis=2))
        self._between(came)
        step = np.arange(self.n_steps + 1)
        elapsed = step.astype(np.float32)[:, np.newaxis, np.newaxis] * (
            self.share * self.is_waiting
        )
        self.elapsed = _repeated(elapsed, self.block)
        lasted = (step[:, np.newaxis] - step[: self.block])[..., np.newaxis]
        self.never = np.where((lasted >= self.least) & (lasted <= self.most), 0.0, np.inf)

    def _changes(self) -> None:
        """From each stage to the others of its signal, in the order of the latter."""
        search, n_stages = self.search, self.signal.size
        place = np.full(search.least.shape, -1)
        place[self.signal, self.stage] = np.arange(n_stages)
        is_way = (search.change < self.n_steps) & (place >= 0)[:, np.newaxis]
        is_way &= (place >= 0)[..., np.newaxis]
        signal, other, one = is_way.transpose(0, 2, 1).nonzero()
        self.one, self.other = (
            np.append(place[signal, each], n_stages - 1) for each in (one, other)
        )
        self.steps = np.append(search.change[signal, one, other], self.n_steps)
        count = np.bincount(self.other[:-1], minlength=n_stages)
        rank, first = np.arange(count.max()), count.cumsum() - count
        self.into = np.where(rank < count[:, np.newaxis], first[:, np.newaxis] + rank, one.size)
        self.block = int(max((self.steps + self.least[self.one])[:-1].min(initial=self.n_steps), 1))

    def _queues(self, came: Quick) -> None:
        """Queues that begin with nobody, and what stops cost; `came` (T, L, K) in each step."""
        n, more = self.n_steps, came - self.flow
        self.balance = _cumulated(more)
        # The queue at a stop line: what came less what could leave, never below nothing.
        self.queue = np.zeros((n + 1, self.flow.shape[0], n + 1, self.signal.size), np.float32)
        for end in range(1, n + 1):
            now = self.queue[end, :, :end]
            np.add(self.queue[end - 1, :, :end], more[end - 1][:, np.newaxis], out=now)
            np.maximum(now, 0.0, out=now)
        stop_cost = came * np.float32(self.search.stop_s / self.search.step_s)
        self.green_stops = _repeated(stop_cost * self.is_served, self.block)
        self.red_stops = _cumulated(np.einsum("tlk,lk->tk", stop_cost, self.is_waiting))

    def _between(self, came: Quick) -> None:
        """What happens in changes: lanes that have green before and behind flow on.

        Args:
            came: (T, L, N) vehicles in each step.
        """
        search, one, other = self.search, self.one, self.other
        arrived = _cumulated(came)
        start, signal = np.arange(self.n_steps)[:, np.newaxis], self.signal[one]
        is_possible = start >= self.steps
        self.end = np.maximum(start - self.steps, 0)
        flat, n_signals = arrived.swapaxes(0, 1).reshape(arrived.shape[1], -1), arrived.shape[2]
        came = flat.take(start * n_signals + signal, axis=1)
        came -= flat.take(self.end * n_signals + signal, axis=1)
        both = self.is_served.take(one, axis=1) & self.is_served.take(other, axis=1)
        self.is_held = (~both).astype(np.float32)[:, np.newaxis]
        self.came = came - self._served_between(both)[:, np.newaxis]
        stops = np.einsum("ltr,lr->tr", came, self.is_held[:, 0]) * search.stop_s
        foreseen_s = search.foreseen_s[self.signal, self.stage][other].T
        cost = (stops - foreseen_s) / search.step_s
        cost += self.red_stops[self.end, one] - self.red_stops[start, other]
        cost[~is_possible] = np.inf
        cost[:, -1] = np.inf
        self.change_cost = cost
        lasted = self.is_waiting.take(one, axis=1)[:, np.newaxis] * self.end + self.steps
        self.since = (self.share[one] * lasted).astype(np.float32)
        self.turn_before = self.turn.take(one, axis=1)[:, np.newaxis]

    def _served_between(self, both: BoolArray) -> Quick:
        """(L, R) who leaves in changes.

        Args:
            both: (L, R) lanes that are served before and behind.
        """
        one, other = self.one, self.other
        flow = np.minimum(self.flow.take(one, axis=1), self.flow.take(other, axis=1))
        leaving = self.search.leaving[self.signal, :, self.stage].T.take(one, axis=1)
        return np.asarray(np.where(both, flow * self.steps, leaving), dtype=np.float32)

    def left(self, queue: Quick, turn: Quick) -> Quick:
        """Cost of queues (..., L, B, stages) that the search leaves behind, for all lanes."""
        cost = turn * queue
        cost += self.ahead
        return np.asarray(np.einsum("...lbk,...lbk->...bk", queue, cost))

    def left_at_end(self, queue: Quick) -> Quick:
        """The same of queues (L, T, K) at the end of the search: at green, nobody waits for it."""
        cost = self.turn[:, np.newaxis] * queue
        cost += (self.ahead * self.is_waiting)[:, np.newaxis]
        return np.asarray(np.einsum("lbk,lbk->bk", queue, cost))


def _cumulated(values: Quick) -> Quick:
    """Sums along the first axis, up to each step."""
    sums = np.zeros((values.shape[0] + 1, *values.shape[1:]), dtype=np.float32)
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def _repeated(values: Quick, times: int) -> Quick:
    """(T, L, times, K) the same of each start."""
    return np.asarray(np.repeat(values[:, :, np.newaxis], times, axis=2))
