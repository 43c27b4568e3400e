"""Which green comes when: dynamic programming over sequences and lengths of stages.

As in COP (Sen and Head 1997, Transportation Science 31, "Controlled optimization of phases at an
intersection"), a state is a stage and the time at which its green starts, and of all ways to get
there the cheapest one is kept with its queues. Unlike there any stage may follow any other. All
starts, stages, lanes and lengths of green of all signals are one array expression per step.
"""

from itertools import pairwise
from math import isfinite
from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.signals.stage_model import EMPTY, Model, Quick, Search


class Found(NamedTuple):
    """The cheapest way: per signal its greens in order, the last one open."""

    stages: list[list[int]]
    ends: list[list[int]]
    """Step at which each ends; the last one: T."""
    cost_s: FloatArray
    """(N,) seconds of waiting, stops included."""


class _Starts(NamedTuple):
    """Greens that start at B steps, one after the other: the cheapest ways to them."""

    cost: FloatArray
    """(B, K)"""
    queue: Quick
    """(L, B, K)"""
    waited: Quick
    """(L, B, K)"""
    never: FloatArray
    """(T - first step, B, K) inf where they may not end."""


class _Tables(NamedTuple):
    """Best ways so far, by step: K starts of green, and K ends of it."""

    came_by: IntArray
    """(T + 1, K) the change before each start."""
    waited: Quick
    """(L, T + 1, K) at each start, as if counted from the first step on; 0 at green."""
    cost: FloatArray
    """(T + 1, T + 1, K) cost up to each end of each start."""
    value: FloatArray
    """(T, K) least cost up to each end, as if all who still wait were left: so queues count."""
    began: IntArray
    """(T, K) start of the green that ends there, times K; the last start: none."""


def search_stages(search: Search) -> Found:
    """The cheapest stages of each signal, and the lengths of their greens."""
    model = Model(search)
    n_steps, n_stages = model.n_steps, model.signal.size
    shape = n_steps + 1, n_stages
    tables = _Tables(
        came_by=np.zeros(shape, dtype=np.int64),
        waited=np.zeros((model.flow.shape[0], *shape), dtype=np.float32),
        cost=np.full((n_steps + 1, *shape), np.inf),
        value=np.full((n_steps, n_stages), np.inf),
        began=np.full((n_steps, n_stages), n_steps * n_stages),
    )
    _end(model, tables, 0, _present(model))
    first = int(model.steps.min(initial=n_steps))
    for start in range(first, n_steps, model.block):
        _end(model, tables, start, _start(model, tables, start))
    return _trace(model, tables)


def _present(model: Model) -> _Starts:
    """The present greens, which may end at once."""
    search = model.search
    queue, waited_s = search.queue[model.signal].T, search.waited_s[model.signal].T
    lasted = np.arange(model.n_steps)[:, np.newaxis, np.newaxis]
    return _Starts(
        cost=np.where(model.is_present, 0.0, np.inf)[np.newaxis],
        queue=queue[:, np.newaxis].astype(np.float32, order="C"),
        waited=(waited_s * (model.share / search.step_s))[:, np.newaxis].astype(
            np.float32, order="C"
        ),
        never=np.where(lasted <= search.most_left[model.signal], 0.0, np.inf),
    )


def _end(model: Model, tables: _Tables, first: int, greens: _Starts) -> None:
    """Note all ends of the greens that start from a step on, where no other way is cheaper."""
    n_starts = greens.cost.shape[0]
    starts = slice(first, first + n_starts)
    elapsed = model.elapsed[starts, :, 0].swapaxes(0, 1)
    waited = greens.waited * model.is_waiting[:, np.newaxis] - elapsed
    tables.waited[:, starts] = waited
    ahead = greens.queue - model.balance[starts].swapaxes(0, 1)
    queues = model.balance[first:, :, np.newaxis] + ahead
    model.queue[first:, :, starts] = np.maximum(queues, model.queue[first:, :, starts], out=queues)
    queue = queues[:-1]
    weight = _weighted(waited + model.elapsed[first:-1, :, :n_starts])
    spent = np.einsum("elbk,elbk->ebk", weight, queue)
    stopping = np.minimum(queue, np.float32(1.0))
    spent += np.einsum("elbk,elbk->ebk", stopping, model.green_stops[first:, :, :n_starts])
    for place in range(1, n_starts):
        spent[:place, place] = 0.0
    cost = tables.cost[first:, starts]
    cost[0] = 0.0
    np.cumsum(spent, axis=0, out=cost[1:])
    cost += greens.cost
    value: FloatArray = cost[:-1] + model.left(queue, model.turn[:, np.newaxis])
    value += greens.never
    least, began = tables.value[first:], tables.began[first:]
    for place in range(n_starts):
        start = (first + place) * model.signal.size
        np.copyto(began, start, where=value[:, place] < least)
        np.minimum(least, value[:, place], out=least)


def _weighted(waited: Quick) -> Quick:
    """Weight of those who have waited so long; it is written over."""
    waited *= waited
    waited *= waited
    waited += np.float32(1.0)
    return waited


def _start(model: Model, tables: _Tables, first: int) -> _Starts:
    """The cheapest ways to greens that start from a step on."""
    n_stages, n_lanes, n_starts = model.signal.size, model.flow.shape[0], model.n_steps + 1
    starts = slice(first, min(first + model.block, model.n_steps))
    end = model.end[starts]
    began = tables.began.take(end * n_stages + model.one) + model.one
    lane = np.arange(n_lanes)[:, np.newaxis, np.newaxis] * (n_starts * n_stages)
    cost = tables.cost.take(end * (n_starts * n_stages) + began) + model.change_cost[starts]
    queue = model.queue.take(end * (n_lanes * n_starts * n_stages) + began + lane)
    waited = tables.waited.take(began + lane)
    waited += model.since[:, starts]
    waited *= model.is_held
    later = np.maximum(queue + model.came[:, starts], np.float32(0.0))
    queue += later
    cost += np.einsum("lbr,lbr->br", _weighted(waited.copy()), queue) * (0.5 * model.steps)
    value = cost + model.left(later, model.turn_before)
    best = value[:, model.into].argmin(axis=2)
    best = model.into[np.arange(n_stages), best]
    tables.came_by[starts] = best
    best += np.arange(best.shape[0])[:, np.newaxis] * model.one.size
    queue = later.reshape(n_lanes, -1).take(best, axis=1)
    waited = waited.reshape(n_lanes, -1).take(best, axis=1)
    waited *= queue >= EMPTY
    never = model.never[: model.n_steps - first, : best.shape[0]]
    return _Starts(cost=cost.take(best), queue=queue, waited=waited, never=never)


def _trace(model: Model, tables: _Tables) -> Found:
    """The cheapest ways, followed back from the end."""
    search, n_signals = model.search, model.search.stage.size
    value, last_began = (each.tolist() for each in _last(model, tables))
    found = Found(stages=[], ends=[], cost_s=np.full(n_signals, np.inf))
    began, came_by = tables.began.tolist(), tables.came_by.tolist()
    one, steps, stage_of = model.one.tolist(), model.steps.tolist(), model.stage.tolist()
    is_present = model.is_present.tolist()
    firsts = np.searchsorted(model.signal, np.arange(n_signals + 1)).tolist()
    for number, (first, behind) in enumerate(pairwise(firsts)):
        # Where it makes no difference, the present green stays.
        now = min(range(first, behind), key=lambda at: (value[at], last_began[at] > 0))
        start, found.cost_s[number] = last_began[now], value[now] * search.step_s
        if not isfinite(value[now]):
            # Where no way leads to the end, the present green stays.
            now, start = is_present.index(True, first), 0
        stages, ends = [stage_of[now]], [model.n_steps]
        while start > 0:
            change = came_by[start][now]
            end, now = start - steps[change], one[change]
            start = began[end][now] // model.signal.size
            stages.append(stage_of[now])
            ends.append(end)
        found.stages.append(stages[::-1])
        found.ends.append(ends[::-1])
    return found


def _last(model: Model, tables: _Tables) -> tuple[FloatArray, IntArray]:
    """(K,) cost of the cheapest green that lasts until the end, and its start.

    It need not have lasted for its least length. No green is planned that starts at the end or
    behind it: the last one may be too long by the change to that.
    """
    n_steps = model.n_steps
    value = tables.cost[-1] + model.left_at_end(model.queue[-1])
    change = np.zeros_like(model.most)
    np.maximum.at(change, model.one[:-1], model.steps[:-1])
    most = np.tile(model.most + change, (n_steps + 1, 1))
    most[0] = model.search.most_left[model.signal]
    value[n_steps - np.arange(n_steps + 1)[:, np.newaxis] > most] = np.inf
    start = value.argmin(axis=0)
    return value[start, np.arange(start.size)] + model.red_stops[-1], start
