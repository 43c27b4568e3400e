"""Which green comes when: dynamic programming over sequences and lengths of stages.

As in COP (Sen and Head 1997, Transportation Science 31, "Controlled optimization of phases at an
intersection"), a state is a stage and the time at which its green starts, and of all ways to get
there the cheapest one is kept with its queues. Unlike there any stage may follow any other. All
starts, stages, lanes and lengths of green of all signals are one array expression per step.
"""

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
    """(N, S, S) from the end of a green to the start of another; T or more: never."""
    patience_s: FloatArray
    """(N,) who has waited this long counts twice."""
    stop_s: float
    """A stop costs as much as so long a wait."""
    ahead_s: float
    """Whoever still waits at the end costs as much as so long a wait, and his turn in the queue."""


class Found(NamedTuple):
    """The cheapest way: per signal its greens in order, the last one open."""

    stages: list[list[int]]
    ends: list[list[int]]
    """Step at which each ends; the last one: T."""
    cost_s: FloatArray
    """(N,) seconds of waiting, stops included."""


class _Tables(NamedTuple):
    """Best ways so far, by step: S starts of green, and S ends of it."""

    came_from: IntArray
    """(T + 1, N, S) the stage before each start."""
    value: FloatArray
    """(T + 1, N, S) cost up to each end, as if all who still wait were left: so queues count."""
    cost: FloatArray
    """(T + 1, N, S) cost up to it."""
    queue: Quick
    """(T + 1, N, S, L)"""
    waited_s: Quick
    """(T + 1, N, S, L)"""
    began: IntArray
    """(T + 1, N, S) start of the green that ends there."""


class _Greens(NamedTuple):
    """Greens that start at one step: the ways to it."""

    cost: FloatArray
    """(N, S)"""
    queue: Quick
    """(N, S, L)"""
    waited_s: Quick
    """(N, S, L)"""
    least: IntArray
    """(N, S) least length of each."""
    most: IntArray
    """(N, S) greatest length; -1: there is none."""


class _Model:
    """What stays the same through a search; time comes first, lanes last."""

    def __init__(self, search: Search) -> None:
        self.search, self.step_s = search, np.float32(search.step_s)
        n_signals, n_lanes, self.n_steps = search.arrivals.shape
        self.came = search.arrivals.transpose(2, 0, 1).astype(np.float32)[:, :, np.newaxis]
        self.stop_cost = self.came * np.float32(search.stop_s)
        self.arrived = np.zeros((self.n_steps + 1, n_signals, 1, n_lanes), dtype=np.float32)
        np.cumsum(self.came, axis=0, out=self.arrived[1:])
        self.flow = (search.flow_vps.transpose(0, 2, 1) * search.step_s).astype(np.float32)
        best = self.flow.max(axis=1, keepdims=True)
        self.is_served: BoolArray = (self.flow >= 0.5 * best) & (self.flow > 0.0)
        self.is_waiting = (~self.is_served).astype(np.float32)
        self.longest = int(min(self.n_steps, search.most.max()))
        steps = np.arange(self.longest + 1, dtype=np.float32).reshape(-1, 1, 1, 1)
        self.served = self.flow * steps
        per_patience = (1.0 / search.patience_s).astype(np.float32).reshape(-1, 1, 1)
        self.per_patience = per_patience
        self.since_s = self.is_waiting * (steps * self.step_s)
        # What a queue costs when the search ends before it: its wait for green, and its turn.
        self.turn_s = np.float32(0.5) / np.maximum(best / self.step_s, np.float32(0.05))
        self.both = self.is_served[:, :, np.newaxis] & self.is_served[:, np.newaxis]
        self.both_flow = np.minimum(self.flow[:, :, np.newaxis], self.flow[:, np.newaxis])
        self.both_flow *= self.both
        self.lanes = np.ones(n_lanes, dtype=np.float32)
        length = np.minimum(search.change, self.n_steps)[..., np.newaxis].astype(np.float32)
        self.change_s = length * self.step_s
        self.both_served = self.both_flow * length
        self.stops_between = (~self.both) * np.float32(search.stop_s)
        self.signal = np.arange(n_signals)[:, np.newaxis, np.newaxis]
        self.before = np.arange(search.change.shape[1])[np.newaxis, :, np.newaxis]

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
        return np.asarray(values.reshape(-1, self.lanes.size) @ self.lanes).reshape(
            values.shape[:-1]
        )

    def first(self) -> _Greens:
        """The present greens, which may end at once."""
        search = self.search
        n_signals, n_stages, _ = search.change.shape
        is_present = search.stage[:, np.newaxis] == np.arange(n_stages)
        shape = (n_signals, n_stages, self.lanes.size)
        queue, waited_s = (
            np.broadcast_to(each[:, np.newaxis].astype(np.float32), shape)
            for each in (search.queue, search.waited_s)
        )
        return _Greens(
            cost=np.where(is_present, 0.0, np.inf),
            queue=queue,
            waited_s=waited_s,
            least=np.zeros((n_signals, n_stages), dtype=np.int64),
            most=np.where(is_present, search.most_left[:, np.newaxis], -1),
        )


def search_stages(search: Search) -> Found:
    """The cheapest stages of each signal, and the lengths of their greens."""
    model = _Model(search)
    shape = (model.n_steps + 1, *search.least.shape)
    tables = _Tables(
        came_from=np.full(shape, -1),
        value=np.full(shape, np.inf),
        cost=np.full(shape, np.inf),
        queue=np.zeros((*shape, model.lanes.size), dtype=np.float32),
        waited_s=np.zeros((*shape, model.lanes.size), dtype=np.float32),
        began=np.full(shape, -1),
    )
    _end(model, tables, 0, model.first())
    for start in range(int(search.change.min(initial=model.n_steps)), model.n_steps):
        greens = _start(model, tables, start)
        if np.isfinite(greens.cost).any():
            _end(model, tables, start, greens)
    return _trace(search, tables)


def _end(model: _Model, tables: _Tables, start: int, greens: _Greens) -> None:
    """Note all ends of the greens that start at a step, where no other way is cheaper."""
    search = model.search
    length = min(model.longest, model.n_steps - start)
    is_last = start + length == model.n_steps
    steps, now = slice(0, length + 1), slice(start, start + length + 1)
    came = model.arrived[now]
    queue = came - came[:1] - model.served[steps]
    # The queue at a stop line: what came less what could leave, never below nothing.
    least = _least_so_far(queue)
    np.negative(least, out=least)
    np.maximum(least, greens.queue, out=least)
    queue += least
    waited_s = greens.waited_s * model.is_waiting + model.since_s[steps]
    delay = waited_s[:-1] * model.per_patience
    delay *= delay
    delay *= delay
    delay += np.float32(1.0)
    delay *= queue[:-1]
    delay *= model.step_s
    stopping = np.minimum(queue[:-1], np.float32(1.0))
    np.maximum(stopping, model.is_waiting, out=stopping)
    stopping *= model.stop_cost[start : start + length]
    delay += stopping
    cost = np.zeros((length + 1, *greens.cost.shape))
    np.cumsum(model.over_lanes(delay), axis=0, out=cost[1:])
    cost += greens.cost
    value = cost + model.left(queue, model.turn_s)
    step = np.arange(length + 1).reshape(-1, 1, 1)
    may_end = (step >= greens.least) & (step <= greens.most)
    if is_last:
        # Whatever lasts until the search ends need not have lasted for its least length.
        may_end[-1] = greens.most >= length
        value[-1] = cost[-1] + model.left(queue[-1], model.turn_s, is_end=True)
    is_better = may_end & (value < tables.value[now])
    _put(tables, start, is_better.reshape(-1).nonzero()[0], (value, cost, queue, waited_s))


def _least_so_far(values: Quick) -> Quick:
    """Running minimum along the first axis, in doubling steps: faster than one after the other."""
    least, reach = values.copy(), 1
    while reach < least.shape[0]:
        least[reach:] = np.minimum(least[reach:], least[:-reach])
        reach *= 2
    return least


def _put(
    tables: _Tables,
    start: int,
    chosen: IntArray,
    values: tuple[FloatArray, FloatArray, Quick, Quick],
) -> None:
    """Put what is better into the tables: places count from the start on."""
    offset = start * tables.began[0].size
    kept = tables.value, tables.cost, tables.queue, tables.waited_s
    for table, own in zip(kept, values, strict=True):
        width = table[0].size // tables.began[0].size
        table.reshape(-1, width)[chosen + offset] = own.reshape(-1, width).take(chosen, axis=0)
    tables.began.reshape(-1)[chosen + offset] = start


def _start(model: _Model, tables: _Tables, start: int) -> _Greens:
    """The cheapest ways to greens that start at a step."""
    search = model.search
    end = start - search.change
    is_possible = end >= 0
    np.maximum(end, 0, out=end)
    chosen = end, model.signal, model.before
    cost = np.where(is_possible, tables.cost[chosen], np.inf)
    queue = tables.queue[chosen]
    came = model.arrived[start][:, np.newaxis] - model.arrived[end, model.signal, 0]
    later = queue + came
    later -= model.both_served
    np.maximum(later, np.float32(0.0), out=later)
    waited_s = tables.waited_s[chosen] + model.change_s
    waited_s *= ~model.both
    delay = waited_s * model.per_patience[..., np.newaxis]
    delay *= delay
    delay *= delay
    delay += np.float32(1.0)
    queue += later
    delay *= queue
    delay *= np.float32(0.5) * model.change_s
    came *= model.stops_between
    delay += came
    cost += model.over_lanes(delay)
    best = np.argmin(cost + model.left(later, model.turn_s[:, np.newaxis]), axis=1)
    tables.came_from[start] = best
    rows, stages = model.signal[:, :, 0], model.before[:, :, 0]
    later, waited_s = later[rows, best, stages], waited_s[rows, best, stages]
    return _Greens(
        cost=cost[rows, best, stages],
        queue=later,
        waited_s=waited_s * (later >= EMPTY),
        least=search.least,
        most=search.most,
    )


def _trace(search: Search, tables: _Tables) -> Found:
    """The cheapest ways, followed back from the end."""
    n_steps = search.arrivals.shape[2]
    best = np.argmin(tables.value[n_steps], axis=1)
    stages: list[list[int]] = []
    ends: list[list[int]] = []
    for number, last in enumerate(best.tolist()):
        stage, end = last, n_steps
        own, own_ends = [stage], [end]
        while (start := int(tables.began[end, number, stage])) > 0:
            before = int(tables.came_from[start, number, stage])
            end = start - int(search.change[number, before, stage])
            stage = before
            own.append(stage)
            own_ends.append(end)
        stages.append(own[::-1])
        ends.append(own_ends[::-1])
    cost_s = tables.value[n_steps, np.arange(best.size), best]
    return Found(stages=stages, ends=ends, cost_s=cost_s)
