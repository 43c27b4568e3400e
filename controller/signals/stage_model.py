"""What a search over stages knows: queues at the stop lines of N signals, and what waits cost."""

from dataclasses import dataclass
from typing import NamedTuple

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


class Starts(NamedTuple):
    """Greens that start at B steps, one after the other: the ways to them."""

    cost: FloatArray
    """(B, N, S)"""
    queue: Quick
    """(B, N, S, L)"""
    waited_s: Quick
    """(B, N, S, L)"""
    least: IntArray
    """(N, S) least length of each."""
    most: IntArray
    """(N, S) greatest length; -1: there is none."""


class Model:
    """What stays the same through a search; time comes first, lanes last."""

    def __init__(self, search: Search) -> None:
        self.search, self.step_s = search, np.float32(search.step_s)
        self.n_steps = search.arrivals.shape[2]
        self.longest = int(min(self.n_steps, max(search.most.max(), search.most_left.max())))
        # Starts so near to one another do not depend on each other: they are served together.
        soonest = search.change + search.least[..., np.newaxis]
        self.block = int(max(min(soonest.min(initial=self.n_steps), self.n_steps), 1))
        came, self.arrived = _cumulated(search, self.n_steps + self.longest + self.block)
        self.stop_cost = came * np.float32(search.stop_s)
        self.flow = (search.flow_vps.transpose(0, 2, 1) * search.step_s).astype(np.float32)
        best = self.flow.max(axis=1, keepdims=True)
        self.is_served: BoolArray = (self.flow >= 0.5 * best) & (self.flow > 0.0)
        self.is_waiting = (~self.is_served).astype(np.float32)
        steps = np.arange(self.longest + 1, dtype=np.float32).reshape(-1, 1, 1, 1, 1)
        self.served = self.flow * steps
        self.per_patience = (1.0 / search.patience_s).astype(np.float32).reshape(-1, 1, 1)
        self.since_s = self.is_waiting * (steps * self.step_s)
        # What a queue costs when the search ends before it: its wait for green, and its turn.
        self.turn_s = np.float32(0.5) / np.maximum(best / self.step_s, np.float32(0.05))
        self.n_lanes = search.queue.shape[1]
        self._between()
        self.signal = np.arange(search.stage.size)[:, np.newaxis, np.newaxis]
        self.before = np.arange(search.change.shape[1])[np.newaxis, :, np.newaxis]

    def _between(self) -> None:
        """What happens between two greens: lanes that have green in both flow on."""
        search = self.search
        length = np.minimum(search.change, self.n_steps)[..., np.newaxis].astype(np.float32)
        self.change_s = length * self.step_s
        self.both = self.is_served[:, :, np.newaxis] & self.is_served[:, np.newaxis]
        flow = np.minimum(self.flow[:, :, np.newaxis], self.flow[:, np.newaxis])
        self.both_served = flow * self.both * length
        self.stops_between = (~self.both) * np.float32(search.stop_s)

    def left(self, queue: Quick, turn_s: Quick, *, is_end: bool = False) -> Quick:
        """Cost of queues (..., N, S, L) that the search leaves behind, summed over the lanes.

        At the end of the search, lanes with green need not wait for it.
        """
        ahead_s = np.float32(self.search.ahead_s)
        cost = turn_s * queue
        cost += ahead_s * self.is_waiting if is_end else ahead_s
        cost *= queue
        return self.over_lanes(cost)

    def over_lanes(self, values: Quick) -> Quick:
        """Sum over the last axis."""
        # Faster than `sum` along few numbers, and on one core, unlike a product of matrices.
        sums = np.einsum("xl->x", values.reshape(-1, self.n_lanes))
        return np.asarray(sums).reshape(values.shape[:-1])

    def first(self) -> Starts:
        """The present greens, which may end at once."""
        search = self.search
        n_signals, n_stages, _ = search.change.shape
        is_present = search.stage[:, np.newaxis] == np.arange(n_stages)
        shape = (1, n_signals, n_stages, self.n_lanes)
        queue, waited_s = (
            np.broadcast_to(each[:, np.newaxis].astype(np.float32), shape)
            for each in (search.queue, search.waited_s)
        )
        return Starts(
            cost=np.where(is_present, 0.0, np.inf)[np.newaxis],
            queue=queue,
            waited_s=waited_s,
            least=np.zeros((n_signals, n_stages), dtype=np.int64),
            most=np.where(is_present, search.most_left[:, np.newaxis], -1),
        )


def _cumulated(search: Search, n_steps: int) -> tuple[Quick, Quick]:
    """Arrivals in each step, and up to each, with time first; nobody comes after the last."""
    n_signals, n_lanes, n_known = search.arrivals.shape
    came = np.zeros((n_steps, n_signals, 1, n_lanes), dtype=np.float32)
    came[:n_known, :, 0] = search.arrivals.transpose(2, 0, 1)
    arrived = np.zeros((n_steps + 1, n_signals, 1, n_lanes), dtype=np.float32)
    np.cumsum(came, axis=0, out=arrived[1:])
    return came, arrived
