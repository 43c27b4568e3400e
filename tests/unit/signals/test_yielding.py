"""What leaves by links that yield, on a crossing of one road with two stages."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from controller import SignalLayout
from controller.signals.approaches import Approaches
from controller.signals.forecast import Coming
from controller.signals.yielding import LEAST_VPS, Ahead, Capacity, capacity

FULL_VPS = 0.5
LEFT, AGAINST, ACROSS = 0, 1, 2


def crossing(**changes: object) -> SignalLayout:
    """A left turn and who comes against it, a lane each, in a stage; another road in the other."""
    layout = SignalLayout(
        signal_id="J",
        links=np.arange(3),
        lanes=np.array([10, 11, 12]),
        lanes_behind=np.array([20, 21, 22]),
        room_m=np.full(3, 500.0),
        saturation_flow_vps=np.full(3, FULL_VPS),
        is_green=np.array([[True, True, False], [False, False, True]]),
        is_protected=np.array([[False, True, False], [False, False, True]]),
        yields_to=np.array([[False, True, True], [False] * 3, [False] * 3]),
        n_inside=np.array([2, 0, 0]),
        min_green_s=np.full(2, 5.0),
        max_green_s=np.full(2, 60.0),
        planned_green_s=np.full(2, 30.0),
        change_s=np.full((2, 2), 5.0),
        following=np.array([1, 0]),
        offset_s=0.0,
        cycle_s=70.0,
    )
    return replace(layout, **changes)


def found(
    layout: SignalLayout,
    against_s: list[float],
    *,
    stage: int = 0,
    use: tuple[float, ...] = (1.0, 1.0, 1.0),
    others_s: tuple[list[float], list[float]] = ([], []),
) -> Capacity:
    """Capacity while some come against the left turn, at these times from now.

    The others: on the lane of those who turn, and on the third one.
    """
    approaches = Approaches.of((layout,))
    times_s = (others_s[0], against_s, others_s[1])
    coming = Coming(
        cell=np.repeat([LEFT, AGAINST, ACROSS], [len(each) for each in times_s]),
        arrival_s=np.concatenate(times_s).astype(np.float64),
    )
    ahead = Ahead(stage=np.array([stage]), base_s=np.zeros(1), end_s=np.array([66.0]))
    return capacity(coming, approaches, np.array(use), np.zeros(approaches.lane_ids.shape), ahead)


def test_who_has_nobody_to_yield_to_flows_as_if_protected():
    flow = found(crossing(), [])
    assert flow.link_vps[LEFT].tolist() == pytest.approx([FULL_VPS, 0.0])
    assert flow.leaving.max() < 1e-6


def test_signals_are_told_apart_whatever_the_order_of_their_lanes():
    one = crossing()
    other = crossing(
        signal_id="K",
        links=np.arange(3, 6),
        lanes=np.array([32, 30, 31]),
        cycle_s=140.0,
    )
    # Lanes of the other one stand in the order against, across, left.
    cells, n = (3, 4, 5), 6
    alone = found(one, [2.0, 4.0]), found(one, [2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
    approaches = Approaches.of((one, other))
    coming = Coming(
        cell=np.array([AGAINST] * 2 + [cells[0]] * n),
        arrival_s=np.array([2.0, 4.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]),
    )
    ahead = Ahead(stage=np.zeros(2, dtype=np.int64), base_s=np.zeros(2), end_s=np.full(2, 66.0))
    flow = capacity(coming, approaches, np.ones(6), np.zeros((2, 3)), ahead)
    assert approaches.link_rows.tolist() == [0, 1, 2, 4, 5, 3]
    assert flow.link_vps[:3].tolist() == alone[0].link_vps.tolist()
    assert flow.link_vps[[5, 3, 4]].tolist() == alone[1].link_vps.tolist()
    assert flow.leaving[0].tolist() == alone[0].leaving[0].tolist()
    assert flow.leaving[1, [2, 0, 1]].tolist() == alone[1].leaving[0].tolist()


def test_the_more_come_against_it_the_less_a_turn_flows():
    flows = [found(crossing(), [1.0] * n).link_vps[LEFT, 0] for n in range(9)]
    assert all(more > less for more, less in pairwise(flows))
    assert flows[4] < 0.6 * FULL_VPS
    # Whoever goes first is not slowed by those who yield.
    assert found(crossing(), [1.0] * 8).link_vps[AGAINST, 0] == pytest.approx(FULL_VPS)


def test_only_a_green_that_yields_to_others_with_green_is_slowed():
    many = [1.0] * 10
    protected = crossing(is_protected=np.array([[True, True, False], [False, False, True]]))
    assert found(protected, many).link_vps[LEFT, 0] == pytest.approx(FULL_VPS)
    alone = crossing(is_green=np.array([[True, False, False], [False, True, True]]))
    assert found(alone, many).link_vps[LEFT, 0] == pytest.approx(FULL_VPS)


def test_at_a_present_green_those_count_who_come_soon_and_at_a_later_one_all():
    late = [50.0] * 8
    assert found(crossing(), late).link_vps[LEFT, 0] == pytest.approx(FULL_VPS)
    assert found(crossing(), late, stage=1).link_vps[LEFT, 0] < 0.5 * FULL_VPS


def test_who_waits_inside_leaves_at_the_end_of_green_however_many_come():
    both = crossing(is_green=np.array([[True, True, True], [False, False, True]]))
    many, others_s = [1.0] * 40, ([], [1.0] * 40)
    flow = found(both, many, others_s=others_s)
    assert flow.link_vps[LEFT, 0] == pytest.approx(LEAST_VPS)
    assert flow.leaving[0, LEFT].tolist() == pytest.approx([2 * (1 - LEAST_VPS / FULL_VPS), 0.0])
    assert flow.leaving[0, 1:].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    # Where nobody has room to wait, nobody gets away.
    full = replace(both, n_inside=np.zeros(3, dtype=np.int64))
    shut = found(full, many, others_s=others_s)
    assert shut.link_vps[LEFT, 0] < LEAST_VPS
    assert shut.leaving.max() == 0.0


def test_on_a_shared_lane_fewer_wait_inside_than_where_all_turn():
    often, seldom = (
        found(crossing(), [1.0] * 40, use=(share, 1.0, 1.0)).leaving[0, LEFT, 0]
        for share in (1.0, 0.1)
    )
    assert 0.0 < seldom < often


def test_who_is_held_up_by_somebody_who_yields_leaves_gaps_to_others():
    """Two left turns share their lanes with those who go straight on against the other one."""
    yields_to = np.zeros((4, 4), dtype=np.bool_)
    yields_to[0, 3] = yields_to[2, 1] = True
    both = crossing(
        links=np.arange(4),
        lanes=np.array([10, 10, 11, 11]),
        lanes_behind=np.arange(20, 24),
        room_m=np.full(4, 500.0),
        saturation_flow_vps=np.full(4, FULL_VPS),
        is_green=np.array([[True] * 4, [False] * 4]),
        is_protected=np.array([[False, True, False, True], [False] * 4]),
        yields_to=yields_to,
        n_inside=np.array([1, 0, 1, 0]),
    )
    many = {"against_s": [1.0] * 20, "others_s": ([1.0] * 20, []), "use": (0.3, 0.7) * 2}
    free = found(replace(both, is_protected=both.is_green), **many)
    assert free.link_vps[0, 0] == pytest.approx(FULL_VPS)
    shared = found(both, **many).link_vps[0, 0]
    one_way = replace(both, yields_to=yields_to & (np.arange(4) == 0)[:, np.newaxis])
    assert shared > found(one_way, **many).link_vps[0, 0]
