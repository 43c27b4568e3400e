"""The search against all plans that there are, on point queues told step by step."""

from collections.abc import Iterator

import numpy as np
import pytest

from controller.signals.stage_model import EMPTY, Search
from controller.signals.stage_search import search_stages


def cost_of(search: Search, stages: list[int], ends: list[int]) -> float:
    """Cost of one signal's plan, one vehicle and one step after the other."""
    queue, waited_s = search.queue[0].copy(), search.waited_s[0].copy()
    flow = search.flow_vps[0] * search.step_s
    best = flow.max(axis=1)
    n_steps = search.arrivals.shape[2]
    patience_s = search.patience_s[0]
    cost, step = 0.0, 0
    for place, stage in enumerate(stages):
        served = (flow[:, stage] >= 0.5 * best) & (flow[:, stage] > 0.0)
        waited_s = np.where(served, 0.0, waited_s)
        while step < ends[place]:
            came = search.arrivals[0, :, step]
            weight = 1.0 + (waited_s / patience_s) ** 4
            cost += float((search.step_s * weight * queue).sum())
            stops = np.where(served, np.minimum(queue, 1.0), 1.0)
            cost += float((search.stop_s * stops * came).sum())
            queue = np.maximum(queue + came - flow[:, stage], 0.0)
            waited_s = np.where(served, 0.0, waited_s + search.step_s)
            step += 1
        if place + 1 == len(stages):
            break
        length = int(search.change[0, stage, stages[place + 1]])
        came = search.arrivals[0, :, step : step + length].sum(axis=1)
        left = search.leaving[0, :, stage]
        waited_s = waited_s + length * search.step_s
        weight = 1.0 + (waited_s / patience_s) ** 4
        later = np.maximum(queue + came - left, 0.0)
        cost += float((0.5 * length * search.step_s * weight * (queue + later)).sum())
        cost += float(search.stop_s * came.sum())
        queue, waited_s = later, np.where(later < EMPTY, 0.0, waited_s)
        step += length
    assert step == n_steps
    served = (flow[:, stages[-1]] >= 0.5 * best) & (flow[:, stages[-1]] > 0.0)
    turn_s = 0.5 / np.maximum(best / search.step_s, 0.05)
    return cost + float((queue * (search.ahead_s * ~served + turn_s * queue)).sum())


def all_plans(search: Search) -> Iterator[tuple[list[int], list[int]]]:
    """All plans of one signal."""
    n_steps = search.arrivals.shape[2]
    n_stages = search.change.shape[1]

    def go_on(
        stages: list[int], ends: list[int], start: int
    ) -> Iterator[tuple[list[int], list[int]]]:
        stage, is_first = stages[-1], len(stages) == 1
        least = 0 if is_first else int(search.least[0, stage])
        most = int(search.most_left[0] if is_first else search.most[0, stage])
        if n_steps - start <= most:
            yield stages, [*ends, n_steps]
        for length in range(least, most + 1):
            for other in range(n_stages):
                begin = start + length + int(search.change[0, stage, other])
                if other != stage and begin < n_steps:
                    yield from go_on([*stages, other], [*ends, start + length], begin)

    yield from go_on([int(search.stage[0])], [], 0)


def crossing(n_steps: int, **changes: object) -> Search:
    """One signal, two lanes that cross, a stage each."""
    values: dict[str, object] = {
        "step_s": 2.0,
        "stage": np.array([0]),
        "queue": np.zeros((1, 2)),
        "waited_s": np.zeros((1, 2)),
        "arrivals": np.zeros((1, 2, n_steps)),
        "flow_vps": np.array([[[0.5, 0.0], [0.0, 0.5]]]),
        "leaving": np.zeros((1, 2, 2)),
        "least": np.array([[2, 2]]),
        "most": np.array([[20, 20]]),
        "most_left": np.array([20]),
        "change": np.array([[[10_000, 2], [2, 10_000]]]),
        "patience_s": np.array([60.0]),
        "stop_s": 12.0,
        "foreseen_s": np.zeros((1, 2, n_steps)),
        "ahead_s": 15.0,
    }
    return Search(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_noticeably_cheaper_than_the_one_found(seed):
    rng = np.random.default_rng(seed)
    search = crossing(
        14,
        # In every other case somebody leaves the junction when a green ends.
        leaving=(seed % 2) * np.array([[[1.0, 0.0], [0.0, 1.6]]]),
        queue=rng.integers(0, 5, (1, 2)).astype(float),
        waited_s=rng.uniform(0, 40, (1, 2)),
        arrivals=rng.poisson(0.3, (1, 2, 14)).astype(float),
    )
    found = search_stages(search)
    best = min(cost_of(search, *plan) for plan in all_plans(search))
    assert found.cost_s[0] == pytest.approx(
        cost_of(search, found.stages[0], found.ends[0]), rel=1e-5
    )
    assert best * (1 - 1e-5) <= found.cost_s[0] <= 1.05 * best


def test_where_only_the_end_of_green_lets_somebody_go_greens_are_shorter():
    changes = {
        "queue": np.array([[4.0, 4.0]]),
        "flow_vps": np.array([[[0.02, 0.0], [0.0, 0.02]]]),
        "most": np.full((1, 2), 60),
    }
    shut = search_stages(crossing(30, **changes))
    inside = search_stages(crossing(30, **changes, leaving=np.eye(2)[np.newaxis]))
    assert len(inside.stages[0]) > len(shut.stages[0])
    assert len(inside.stages[0]) >= 5


@pytest.mark.parametrize("present", [0, 1])
def test_where_it_makes_no_difference_the_present_green_stays(present):
    found = search_stages(crossing(22, stage=np.array([present]), most_left=np.array([30])))
    assert found.stages == [[present]]
