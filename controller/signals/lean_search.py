"""The search over stages without what cannot matter: lanes that nobody uses, stages for nobody.

Arrays of all signals are as wide as the widest of them. Here each signal keeps the lanes and the
stages that its plan depends on, and signals of like size are searched together: the arrays are a
fraction as large, and fit into the processor's cache however many signals there are.
"""

import numpy as np

from controller.arrays import BoolArray, IntArray
from controller.signals.stage_model import Search
from controller.signals.stage_search import Found, search_stages

NOBODY = 0.05
"""A lane on which fewer vehicles are expected until the horizon does not count."""
AT_ONCE = 24
"""Signals that are searched together."""


def search_lean(search: Search) -> Found:
    """The cheapest stages of each signal, and the lengths of their greens.

    As `search_stages`, but lanes with next to nobody are left out where that saves something, and
    stages that serve only those. Costs leave out what no plan can change.
    """
    lane_order, n_lanes = _first_those(_counting_lanes(search))
    stage_order, n_stages = _first_those(_useful_stages(search))
    by_size = np.argsort(n_lanes * n_stages, kind="stable")
    n_signals = by_size.size
    stages: list[list[int]] = [[] for _ in range(n_signals)]
    ends: list[list[int]] = [[] for _ in range(n_signals)]
    cost_s = np.zeros(n_signals)
    for first in range(0, n_signals, AT_ONCE):
        rows = by_size[first : first + AT_ONCE]
        lanes = lane_order[rows, : max(n_lanes[rows].max(), 1)]
        kept = stage_order[rows, : n_stages[rows].max()]
        found = search_stages(_part(search, rows, lanes, kept))
        cost_s[rows] = found.cost_s
        for place, number in enumerate(rows.tolist()):
            own = kept[place].tolist()
            stages[number] = [own[each] for each in found.stages[place]]
            ends[number] = found.ends[place]
    return Found(stages=stages, ends=ends, cost_s=cost_s)


def _counting_lanes(search: Search) -> BoolArray:
    """(N, L) lanes that somebody uses, and that not all stages serve alike."""
    is_used = search.arrivals.sum(axis=2) + search.queue > NOBODY
    is_stage = _is_stage(search)[:, np.newaxis]
    most = np.where(is_stage, search.flow_vps, 0.0).max(axis=2)
    least = np.where(is_stage, search.flow_vps, np.inf).min(axis=2)
    return np.asarray(is_used & (most > least))


def _useful_stages(search: Search) -> BoolArray:
    """(N, S) the present stage, and all that serve a lane that counts."""
    serves = (search.flow_vps > 0.0) & _counting_lanes(search)[..., np.newaxis]
    is_useful = serves.any(axis=1) & _is_stage(search)
    is_useful[np.arange(search.stage.size), search.stage] = True
    return np.asarray(is_useful)


def _is_stage(search: Search) -> BoolArray:
    """(N, S) stages that can be reached or are present."""
    is_stage = search.change.min(axis=1) < search.arrivals.shape[2]
    is_stage[np.arange(search.stage.size), search.stage] = True
    return np.asarray(is_stage)


def _first_those(is_kept: BoolArray) -> tuple[IntArray, IntArray]:
    """Of each row, the columns with those that are kept in front, and how many these are."""
    return np.argsort(~is_kept, axis=1, kind="stable"), is_kept.sum(axis=1)


def _part(search: Search, rows: IntArray, lanes: IntArray, stages: IntArray) -> Search:
    """Some signals, and of each as many of its lanes and stages."""
    own = rows[:, np.newaxis]
    one = rows[:, np.newaxis, np.newaxis]
    return Search(
        step_s=search.step_s,
        stage=(stages == search.stage[own]).argmax(axis=1),
        queue=search.queue[own, lanes],
        waited_s=search.waited_s[own, lanes],
        arrivals=search.arrivals[own, lanes],
        flow_vps=search.flow_vps[one, lanes[:, :, np.newaxis], stages[:, np.newaxis]],
        least=search.least[own, stages],
        most=search.most[own, stages],
        most_left=search.most_left[rows],
        change=search.change[one, stages[:, :, np.newaxis], stages[:, np.newaxis]],
        patience_s=search.patience_s[rows],
        stop_s=search.stop_s,
        foreseen_s=search.foreseen_s[own, stages],
        ahead_s=search.ahead_s,
    )
