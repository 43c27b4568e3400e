"""Which green comes when: dynamic programming over sequences and lengths of stages.

As in COP (Sen and Head 1997, Transportation Science 31, "Controlled optimization of phases at an
intersection"), a state is a stage and the time at which its green starts, and of all ways to get
there the cheapest one is kept with its queues. Unlike there any stage may follow any other. All
starts, stages, lanes and lengths of green of all signals are one array expression per step.
"""

from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.signals.stage_model import EMPTY, Model, Quick, Search, Starts


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


def search_stages(search: Search) -> Found:
    """The cheapest stages of each signal, and the lengths of their greens."""
    model = Model(search)
    shape = (model.n_steps + 1, *search.least.shape)
    tables = _Tables(
        came_from=np.full(shape, -1),
        value=np.full(shape, np.inf),
        cost=np.full(shape, np.inf),
        queue=np.zeros((*shape, model.n_lanes), dtype=np.float32),
        waited_s=np.zeros((*shape, model.n_lanes), dtype=np.float32),
        began=np.full(shape, -1),
    )
    _end(model, tables, 0, model.first())
    first = int(search.change.min(initial=model.n_steps))
    for start in range(first, model.n_steps, model.block):
        greens = _start(model, tables, np.arange(start, min(start + model.block, model.n_steps)))
        if np.isfinite(greens.cost).any():
            _end(model, tables, start, greens)
    return _trace(search, tables)


def _end(model: Model, tables: _Tables, first: int, greens: Starts) -> None:
    """Note all ends of the greens that start from a step on, where no other way is cheaper."""
    length, n_starts = min(model.longest, model.n_steps - first), greens.cost.shape[0]
    lasted = np.arange(length + 1)[:, np.newaxis]
    at = first + lasted + np.arange(n_starts)
    queue, waited_s, cost = _serve(model, at, greens)
    value: FloatArray = cost + model.left(queue, model.turn_s)
    lasted = lasted[..., np.newaxis, np.newaxis]
    may_end = (at <= model.n_steps)[..., np.newaxis, np.newaxis]
    may_end = may_end & (lasted >= greens.least) & (lasted <= greens.most)
    # Whatever lasts until the search ends need not have lasted for its least length.
    last = (at == model.n_steps).nonzero()
    may_end[last] = greens.most >= last[0][:, np.newaxis, np.newaxis]
    value[last] = cost[last] + model.left(queue[last], model.turn_s, is_end=True)
    value[~may_end] = np.inf
    _put(tables, first, value, cost, (queue, waited_s))


def _serve(model: Model, at: IntArray, greens: Starts) -> tuple[Quick, Quick, FloatArray]:
    """Queues and waits (J + 1, B, N, S, L), and costs, of greens of 0 to J steps.

    Args:
        model: Of the search.
        at: (J + 1, B) step at the end of each green.
        greens: How they start.
    """
    steps = slice(0, at.shape[0])
    queue = model.arrived[at]
    queue = queue - queue[:1] - model.served[steps]
    # The queue at a stop line: what came less what could leave, never below nothing.
    least = _least_so_far(queue)
    np.negative(least, out=least)
    np.maximum(least, greens.queue, out=least)
    queue += least
    waited_s = greens.waited_s * model.is_waiting + model.since_s[steps]
    delay = _weighted(waited_s[:-1], model.per_patience)
    delay *= queue[:-1]
    delay *= model.step_s
    stopping = np.minimum(queue[:-1], np.float32(1.0))
    np.maximum(stopping, model.is_waiting, out=stopping)
    stopping *= model.stop_cost[at[:-1]]
    delay += stopping
    cost = np.zeros((*at.shape, *greens.cost.shape[1:]))
    np.cumsum(model.over_lanes(delay), axis=0, out=cost[1:])
    cost += greens.cost
    return queue, waited_s, cost


def _weighted(waited_s: Quick, per_patience: Quick) -> Quick:
    """Weight of those who have waited so long."""
    weight = waited_s * per_patience
    weight *= weight
    weight *= weight
    weight += np.float32(1.0)
    return weight


def _least_so_far(values: Quick) -> Quick:
    """Running minimum along the first axis, in doubling steps: faster than one after the other."""
    least, reach = values.copy(), 1
    while reach < least.shape[0]:
        least[reach:] = np.minimum(least[reach:], least[:-reach])
        reach *= 2
    return least


def _put(
    tables: _Tables,
    first: int,
    value: FloatArray,
    cost: FloatArray,
    of_lanes: tuple[Quick, Quick],
) -> None:
    """Put into the tables what is better than what they hold; all (J + 1, B, N, S[, L])."""
    n_ends, n_starts = value.shape[:2]
    n_table = tables.value.shape[0]
    end = np.arange(min(n_ends + n_starts - 1, n_table - first))[:, np.newaxis]
    start = np.arange(n_starts)
    lasted = end - start
    is_real = (lasted >= 0) & (lasted < n_ends)
    lasted = np.where(is_real, lasted, 0)
    by_end = np.where(is_real[..., np.newaxis, np.newaxis], value[lasted, start], np.inf)
    best = by_end.argmin(axis=1)
    least = np.take_along_axis(by_end, best[:, np.newaxis], axis=1)[:, 0]
    now = slice(first, first + end.size)
    chosen = (least < tables.value[now]).nonzero()
    began = best[chosen]
    source = chosen[0] - began, began, *chosen[1:]
    target = chosen[0] + first, *chosen[1:]
    tables.value[target] = least[chosen]
    tables.cost[target] = cost[source]
    tables.queue[target], tables.waited_s[target] = (each[source] for each in of_lanes)
    tables.began[target] = began + first


def _start(model: Model, tables: _Tables, starts: IntArray) -> Starts:
    """The cheapest ways to greens that start at some steps."""
    search = model.search
    end = starts.reshape(-1, 1, 1, 1) - search.change
    is_possible = end >= 0
    np.maximum(end, 0, out=end)
    ways = end, model.signal, model.before
    cost = np.where(is_possible, tables.cost[ways], np.inf)
    queue, waited_s = tables.queue[ways], tables.waited_s[ways]
    came = model.arrived[starts][:, :, np.newaxis] - model.arrived[end, model.signal, 0]
    later = np.maximum(queue + came - model.both_served, np.float32(0.0))
    waited_s += model.change_s
    waited_s *= ~model.both
    delay = _weighted(waited_s, model.per_patience[..., np.newaxis])
    delay *= queue + later
    delay *= np.float32(0.5) * model.change_s
    delay += came * model.stops_between
    cost += model.over_lanes(delay)
    cost -= search.foreseen_s[..., starts].transpose(2, 0, 1)[:, :, np.newaxis]
    best = np.argmin(cost + model.left(later, model.turn_s[:, np.newaxis]), axis=2)
    tables.came_from[starts] = best
    rows, stages = model.signal[:, :, 0], model.before[:, :, 0]
    picked = np.arange(starts.size).reshape(-1, 1, 1), rows, best, stages
    return Starts(
        cost=cost[picked],
        queue=later[picked],
        waited_s=waited_s[picked] * (later[picked] >= EMPTY),
        least=search.least,
        most=search.most,
    )


def _trace(search: Search, tables: _Tables) -> Found:
    """The cheapest ways, followed back from the end."""
    n_steps = search.arrivals.shape[2]
    best = np.argmin(tables.value[n_steps], axis=1)
    # Where no way leads to the end, the present green stays.
    has_way = np.isfinite(tables.value[n_steps]).any(axis=1)
    best = np.where(has_way, best, search.stage)
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
