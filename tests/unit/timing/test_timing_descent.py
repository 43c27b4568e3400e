"""The search for better plans: what it must keep, and what it must find."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import (
    FlowModel,
    Price,
    Search,
    TimedNetwork,
    banded,
    check_timing,
    descend,
    flow_network,
    main_roads,
    seed_plans,
    signal_costs,
)
from controller.timing.moves import signal_moves
from controller.timing.neighbours import apart, flow_groups, neighbours

MODEL = FlowModel(step_s=3.0, settle_s=180.0)
SHORT = Search(steps_s=(8.0, 2.0), scan_s=15.0, most_sweeps=4)


def costs_of(network):
    return partial(signal_costs, flow_network(network), price=Price(), model=MODEL)


def test_offsets_follow_the_travel_times_of_a_street(street, timing):
    network = street(4, travel_s=30.0)
    costs = costs_of(network)
    found = descend(network, (timing(),) * 4, costs, SHORT, seed="zero")
    travelling = tuple(timing(offset_s=30.0 * number % 90.0) for number in range(4))
    assert found.cost <= costs([travelling]).sum() < 0.9 * found.trace[0].cost


def test_green_goes_where_the_traffic_is(signal, roads, timing):
    network = TimedNetwork(signals=(signal((0.25, 0.05)),), roads=roads())
    found = descend(network, (timing((42.0, 42.0)),), costs_of(network), SHORT, seed="even")
    assert found.plan[0].green_s[0] > 50.0


def test_each_step_of_the_trace_costs_less_and_the_last_is_the_plan(street, timing):
    network = street(3)
    costs = costs_of(network)
    found = descend(network, (timing(),) * 3, costs, SHORT, seed="zero")
    trace = [each.cost for each in found.trace]
    assert trace == sorted(trace, reverse=True) and len(trace) > 1
    assert found.cost == trace[-1] == pytest.approx(float(costs([found.plan]).sum()))


@settings(max_examples=15, deadline=None)
@given(
    greens=st.lists(st.integers(5, 60), min_size=3, max_size=3),
    least=st.lists(st.integers(3, 30), min_size=3, max_size=3),
    offset_s=st.integers(0, 100),
)
def test_no_search_breaks_a_bound_or_ends_above_its_seed(
    signal, roads, timing, greens, least, offset_s
):
    least_s = np.minimum(np.array(least, dtype=float), greens)
    one = signal([0.1, 0.15, 0.05], min_green_s=least_s, max_green_s=np.full(3, 70.0))
    network = TimedNetwork(signals=(one, one), roads=roads([(0, 0, 1, 0, 0.9, 20.0)]))
    cycle_s = float(sum(greens) + 9)
    own = timing(greens, offset_s % cycle_s, change_s=9.0)
    found = descend(network, (own, own), costs_of(network), SHORT, seed="own")
    assert found.cost <= found.trace[0].cost
    for each in found.plan:
        check_timing(one, each)
        assert each.cycle_s == cycle_s and 0 <= each.offset_s < cycle_s


def test_moves_keep_the_cycle_and_the_bounds(signal, timing):
    one = signal((0.1, 0.1), min_green_s=np.array([48.0, 5.0]))
    moved = signal_moves(one, timing((50.0, 34.0)), 4.0)
    assert len(moved) == 5  # earlier, later, and one shift in three places
    for each in moved:
        check_timing(one, each)


def test_a_plan_that_breaks_a_bound_is_no_seed(street, timing):
    network = street(2)
    with pytest.raises(ValueError, match=r"signal 's0': stage 1 must last 5 to 80 s, got 4 s"):
        descend(network, (timing((50.0, 4.0)),) * 2, costs_of(network), SHORT, seed="bad")


def test_costs_must_be_told_by_signal(street, timing):
    network = street(2)
    by_signal = costs_of(network)
    with pytest.raises(ValueError, match=r"costs must tell \(1, 2\) costs of a plan, by signal"):
        descend(
            network,
            (timing(),) * 2,
            lambda plans: by_signal(plans).sum(axis=1),
            SHORT,
            seed="own",
        )


def test_a_search_comes_to_the_same_plan_twice_and_to_none_worse_than_its_seed(street, timing):
    network = street(3)
    seeds = seed_plans(network, (timing(),) * 3, (60.0, 90.0), MODEL)
    costs = costs_of(network)
    worth = dict(zip(seeds, costs([*seeds.values()]).sum(axis=1), strict=True))
    best = min(worth, key=lambda name: worth[name])
    first, again = (descend(network, seeds[best], costs, SHORT, seed=best) for _ in range(2))
    assert first.cost <= worth[best]
    assert first.trace == again.trace
    assert [each.offset_s for each in first.plan] == [each.offset_s for each in again.plan]


def test_cycles_that_a_signal_cannot_run_in_make_no_seeds(street, timing):
    seeds = seed_plans(street(2), (timing(),) * 2, (10.0, 60.0), MODEL)
    assert next(iter(seeds)) == "own"
    assert all("60 s" in name for name in list(seeds)[1:]) and len(seeds) == 5


def test_a_main_road_follows_the_flow_and_gets_its_bands(street, timing):
    network = street(4, travel_s=25.0)
    assert main_roads(network) == ((0, 1, 2, 3),) or main_roads(network) == ((3, 2, 1, 0),)
    plan = banded(network, (timing(),) * 4, is_multiband=False)
    assert np.diff([each.offset_s for each in plan]) % 90.0 == pytest.approx([25.0] * 3, abs=1.0)


def test_bands_want_one_cycle(street, timing):
    with pytest.raises(ValueError, match="one common cycle"):
        banded(street(2), (timing(), timing((40.0, 34.0))), is_multiband=False)


def test_signals_that_are_tried_together_have_no_neighbour_in_common(street):
    near = neighbours(street(7))
    classes = apart(near)
    assert sorted(number for members in classes for number in members) == list(range(7))
    for members in classes:
        felt = [number for member in members for number in near[member]]
        assert len(felt) == len(set(felt))
    assert len(classes) == 3


def test_groups_are_what_an_edge_of_the_tree_cuts_off(street):
    assert set(flow_groups(street(5))) == {(0, 1), (3, 4)}
