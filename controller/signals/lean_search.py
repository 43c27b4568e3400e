"""The search over stages without what cannot matter: lanes that nobody uses.

Arrays of all signals have as many lanes as the signal with the most. Here each signal keeps those
that its plan depends on, and signals with about as many are searched together: the arrays are a
fraction as large, and fit into the processor's cache however many signals there are.
"""

from dataclasses import replace

import numpy as np

from controller.arrays import BoolArray, IntArray
from controller.signals.stage_model import Search
from controller.signals.stage_search import Found, search_stages

NOBODY = 0.05
"""A lane on which fewer vehicles are expected until the horizon does not count."""
AT_ONCE = 64
"""Signals that are searched together."""


def search_lean(search: Search) -> Found:
    """The cheapest stages of each signal, and the lengths of their greens.

    As `search_stages`, but lanes with next to nobody are left out, and those that all stages serve
    alike. Costs leave out what no plan can change. A signal without any such lane stays as it is.
    """
    counts = _counting_lanes(search)
    search = replace(
        search,
        # A lane that does not count may still fill up the row of one that does.
        queue=search.queue * counts,
        arrivals=search.arrivals * counts[..., np.newaxis],
        # Where nobody is to be served, nobody was told of a green either.
        foreseen_s=search.foreseen_s * (counts.sum(axis=1)[:, np.newaxis, np.newaxis] > 0),
    )
    lane_order, n_lanes = np.argsort(~counts, axis=1, kind="stable"), counts.sum(axis=1)
    by_size = np.argsort(n_lanes, kind="stable")
    n_signals = by_size.size
    stages: list[list[int]] = [[] for _ in range(n_signals)]
    ends: list[list[int]] = [[] for _ in range(n_signals)]
    cost_s = np.zeros(n_signals)
    for first in range(0, n_signals, AT_ONCE):
        rows = by_size[first : first + AT_ONCE]
        lanes = lane_order[rows, : max(n_lanes[rows[-1]], 1)]
        found = search_stages(_part(search, rows, lanes))
        cost_s[rows] = found.cost_s
        for place, number in enumerate(rows.tolist()):
            stages[number], ends[number] = found.stages[place], found.ends[place]
    return Found(stages=stages, ends=ends, cost_s=cost_s)


def _counting_lanes(search: Search) -> BoolArray:
    """(N, L) lanes that somebody uses, and that not all stages serve alike."""
    is_stage = search.is_stage()[:, np.newaxis]
    most = np.where(is_stage, search.flow_vps, 0.0).max(axis=2)
    least = np.where(is_stage, search.flow_vps, np.inf).min(axis=2)
    expected = search.arrivals.sum(axis=2) + search.queue
    return np.asarray((expected > NOBODY) & (most > least))


def _part(search: Search, rows: IntArray, lanes: IntArray) -> Search:
    """Some signals, and of each as many of its lanes."""
    own = rows[:, np.newaxis]
    return replace(
        search,
        stage=search.stage[rows],
        queue=search.queue[own, lanes],
        waited_s=search.waited_s[own, lanes],
        arrivals=search.arrivals[own, lanes],
        flow_vps=search.flow_vps[own, lanes],
        leaving=search.leaving[own, lanes],
        least=search.least[rows],
        most=search.most[rows],
        most_left=search.most_left[rows],
        change=search.change[rows],
        patience_s=search.patience_s[rows],
        foreseen_s=search.foreseen_s[rows],
    )
