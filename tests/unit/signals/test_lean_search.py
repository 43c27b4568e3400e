"""The search without what cannot matter finds the same plans as the whole one."""

from dataclasses import replace

import numpy as np
import pytest

from controller.signals import lean_search
from controller.signals.lean_search import NOBODY, search_lean
from controller.signals.stage_model import Search
from controller.signals.stage_search import search_stages

N, L, S, T = 7, 6, 4, 20
NEVER = 5_000


def made_up(seed: int) -> Search:
    """Signals of 1 to 4 stages, where some lanes are empty and some stages serve nobody."""
    rng = np.random.default_rng(seed)
    n_stages = rng.integers(1, S + 1, N)
    is_stage = np.arange(S) < n_stages[:, np.newaxis]
    is_used = rng.random((N, L)) < 0.6
    change = np.where(is_stage[:, np.newaxis] & is_stage[..., np.newaxis], 2, NEVER)
    change[:, np.arange(S), np.arange(S)] = NEVER
    flow_vps = 0.5 * (rng.random((N, L, S)) < 0.4) * is_stage[:, np.newaxis]
    return Search(
        step_s=2.0,
        stage=rng.integers(0, n_stages),
        queue=rng.integers(0, 6, (N, L)) * is_used,
        waited_s=rng.integers(0, 40, (N, L)) * is_used,
        arrivals=(rng.random((N, L, T)) < 0.2) * is_used[..., np.newaxis] * 1.0,
        flow_vps=flow_vps,
        leaving=1.0 * ((flow_vps > 0.0) & (rng.random((N, L, S)) < 0.2)),
        least=np.full((N, S), 2) * is_stage,
        most=np.full((N, S), 15) * is_stage,
        most_left=np.full(N, 10),
        change=change,
        patience_s=np.full(N, 60.0),
        stop_s=12.0,
        foreseen_s=np.zeros((N, S, T)),
        ahead_s=15.0,
    )


@pytest.mark.parametrize("seed", range(5))
def test_plans_cost_what_those_of_the_whole_search_cost(seed: int) -> None:
    search = made_up(seed)
    # What no plan can change is no part of the costs: with it away, both tell the same.
    is_fixed = search.flow_vps.max(axis=2) <= 0.0
    search = replace(
        search,
        queue=np.where(is_fixed, 0.0, search.queue),
        arrivals=np.where(is_fixed[..., np.newaxis], 0.0, search.arrivals),
    )
    whole, lean = search_stages(search), search_lean(search)
    has_choice = (search.change.min(axis=(1, 2)) < NEVER) & (lean.cost_s > 0.0)
    assert has_choice.any()
    assert lean.cost_s[has_choice] == pytest.approx(whole.cost_s[has_choice], rel=0.02)


@pytest.mark.parametrize("at_once", [1, 2, N - 1])
def test_a_plan_does_not_depend_on_who_is_searched_beside_it(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    search = made_up(11)
    # Next to nobody: such a lane is left out, or fills up the row of a lane that counts.
    search = replace(search, queue=search.queue + 0.3 * NOBODY * (search.queue == 0.0))
    together = search_lean(search)
    monkeypatch.setattr(lean_search, "AT_ONCE", at_once)
    apart = search_lean(search)
    assert apart.stages == together.stages
    assert apart.cost_s == pytest.approx(together.cost_s, rel=1e-4, abs=1e-3)


def test_where_nobody_comes_a_green_stays_as_long_as_it_may() -> None:
    nobody = replace(
        made_up(3),
        queue=np.zeros((N, L)),
        arrivals=np.zeros((N, L, T)),
        most_left=np.full(N, T),
        # Not even for a green that was planned while somebody was still expected.
        foreseen_s=np.full((N, S, T), 10.0),
    )
    found = search_lean(nobody)
    assert found.stages == [[each] for each in nobody.stage.tolist()]
    assert found.cost_s.tolist() == [0.0] * N
    must_end = replace(nobody, most_left=np.full(N, 10))
    has_other = nobody.change.min(axis=(1, 2)) < NEVER
    assert has_other.any()
    ends = np.array([own[0] for own in search_lean(must_end).ends])
    assert (ends[has_other] <= 10).all()
    assert (ends[~has_other] == T).all()
