"""What a plan costs in the model of flows, against theory."""

import numpy as np
import pytest

from controller import FlowModel, TimedNetwork, flow_cost, flow_network
from controller.timing.control_delay import incremental_delay_s
from controller.timing.surrogate import common_period_s

SHARP = FlowModel(step_s=1.0, start_lag_s=0.0, end_gain_s=0.0)
"""Queues leave exactly in green."""


def uniform_delay_s(cycle_s, green_share, saturation):
    """Mean delay of steady arrivals: first term of Webster (1958), and d1 of the HCM."""
    return 0.5 * cycle_s * (1.0 - green_share) ** 2 / (1.0 - saturation * green_share)


def cost_of(network, plans, model=SHARP):
    return flow_cost(flow_network(network), plans, model)


def alone(signal, roads):
    return TimedNetwork(signals=(signal,), roads=roads())


def test_steady_arrivals_at_one_signal_wait_as_webster_and_the_manual_say(signal, roads, timing):
    found = cost_of(alone(signal((0.15, 0.1)), roads), [(timing((50.0, 34.0), 13.0),)])
    flow_vps, share = np.array([0.15, 0.1]), np.array([50 / 90, 34 / 90])
    saturation, capacity_vps = flow_vps / (0.5 * share), 0.5 * share
    expected_s = uniform_delay_s(90.0, share, saturation) + incremental_delay_s(
        saturation, capacity_vps, demand_s=900.0
    )
    assert found.delay_s[0] / flow_vps == pytest.approx(expected_s, rel=1e-3)
    assert found.saturation[0] == pytest.approx(flow_vps / (0.5 * share), rel=1e-3)


def test_start_lag_costs_green_and_amber_gives_it(signal, roads, timing):
    model = FlowModel(step_s=1.0, start_lag_s=3.0, end_gain_s=1.0)
    found = cost_of(alone(signal((0.15, 0.1)), roads), [(timing((50.0, 34.0)),)], model)
    assert found.saturation[0] == pytest.approx([0.15 / 0.5 * 90 / 48, 0.1 / 0.5 * 90 / 32])


def test_who_arrives_in_red_or_behind_a_queue_stops(signal, roads, timing):
    # At 0.1 veh/s the queue of 56 s of red is gone 14 s after green begins.
    found = cost_of(alone(signal((0.0, 0.1)), roads), [(timing((50.0, 34.0)),)])
    stopping_share = found.stops[0, 1] / 0.1
    assert 56 / 90 < stopping_share < (56 + 14) / 90 + 0.05


def test_demand_over_capacity_grows_a_queue_for_as_long_as_it_lasts(signal, roads, timing):
    over = alone(signal((0.3, 0.1)), roads)
    plan = (timing((45.0, 39.0)),)
    short, long = (
        cost_of(over, [plan], FlowModel(start_lag_s=0.0, end_gain_s=0.0, demand_s=demand_s))
        for demand_s in (900.0, 1800.0)
    )
    # 0.05 veh/s are left over: half of all that are left at the end wait on the mean.
    assert long.delay_s[0, 0] - short.delay_s[0, 0] == pytest.approx(0.05 * 450.0, rel=0.05)
    assert long.delay_s[0, 1] == pytest.approx(short.delay_s[0, 1], rel=0.01)


def test_the_best_offset_behind_a_signal_is_the_travel_time(street, timing):
    model = FlowModel(step_s=1.0, start_lag_s=0.0, end_gain_s=0.0, spread=0.0)
    plans = [(timing(offset_s=13.0), timing(offset_s=13.0 + shift_s)) for shift_s in range(90)]
    delay_s = cost_of(street(2, travel_s=30.0), plans, model).delay_s[:, 2]
    assert delay_s.argmin() == 30
    assert delay_s.min() < 0.25 * delay_s.max()


def test_a_platoon_spreads_on_its_way(street, timing):
    plans = [(timing(), timing(offset_s=60.0))]
    sharp, spread = (
        cost_of(street(2, travel_s=60.0), plans, FlowModel(spread=alpha)).delay_s[0, 2]
        for alpha in (0.0, 0.5)
    )
    assert spread > 1.1 * sharp


def test_the_delay_is_the_same_whatever_the_plans_beside_it(street, timing):
    plans = [(timing(offset_s=float(i)), timing(), timing((60.0, 24.0))) for i in range(7)]
    together = cost_of(street(3), plans)
    one_by_one = [cost_of(street(3), [plan]) for plan in plans]
    assert together.delay_s == pytest.approx(np.concatenate([each.delay_s for each in one_by_one]))


def test_the_start_of_the_clock_does_not_matter(street, timing):
    plans = [
        tuple(timing(offset_s=(base + shift) % 90.0) for base in (0.0, 31.0, 55.0))
        for shift in (0.0, 20.0)
    ]
    first, second = cost_of(street(3), plans).delay_s
    assert first == pytest.approx(second, rel=0.01)


def test_turners_wait_for_gaps_and_for_their_own_green(signal, roads, timing):
    yields_to = np.array([[False, False], [True, False]])
    both = np.array([[True, True], [False, True]])
    opposed, free = (
        cost_of(
            alone(
                signal(
                    (opposing_vps, 0.1),
                    is_green=both,
                    is_protected=np.eye(2, dtype=bool),
                    yields_to=yields_to,
                ),
                roads,
            ),
            [(timing((74.0, 10.0)),)],
        )
        for opposing_vps in (0.35, 0.001)
    )
    assert opposed.saturation[0, 1] > 1.5 * free.saturation[0, 1]
    # Its own 10 s of green are worth 5 vehicles a cycle at least.
    assert opposed.saturation[0, 1] < 0.1 * 90 / 5


def test_a_full_road_holds_back_the_signal_before_it(signal, roads, timing):
    def delay_s(room_veh):
        tight = signal((0.3, 0.1), name="b", room_veh=room_veh)
        network = TimedNetwork(
            signals=(signal((0.3, 0.1)), tight), roads=roads([(0, 0, 1, 0, 1.0, 20.0)])
        )
        return cost_of(network, [(timing((60.0, 24.0)), timing((20.0, 64.0)))]).delay_s[0]

    roomy, tight = delay_s(np.inf), delay_s(10.0)
    assert tight[0] > 2.0 * roomy[0]
    assert tight[2] < roomy[2]


def test_signals_of_other_cycles_are_followed_until_they_repeat():
    assert common_period_s([90.0, 45.0], 600.0) == 90.0
    assert common_period_s([60.0, 90.0], 600.0) == 180.0
    assert common_period_s([61.0, 97.0], 600.0) == 600.0


def test_a_half_cycle_costs_what_two_short_cycles_cost(signal, roads, timing):
    pair = TimedNetwork(signals=(signal(), signal(name="b")), roads=roads())
    mixed = cost_of(pair, [(timing((50.0, 34.0)), timing((24.0, 15.0)))])
    short = cost_of(alone(signal(), roads), [(timing((24.0, 15.0)),)])
    assert mixed.delay_s[0, 2:] == pytest.approx(short.delay_s[0], rel=0.01)


def test_a_lane_waits_for_whoever_stands_first_on_it(signal, roads, timing):
    # Both links leave from lane 0; link 1 never has green.
    shared = signal(
        (0.1, 0.05),
        is_green=np.array([[True, False], [False, False]]),
        is_protected=np.array([[True, False], [False, False]]),
        lane=np.zeros(2, dtype=np.int64),
        room_veh=np.array([np.inf]),
    )
    assert cost_of(alone(shared, roads), [(timing(),)]).saturation[0, 0] > 100.0


def test_roads_from_nowhere_are_refused(signal, roads):
    network = TimedNetwork(signals=(signal(),), roads=roads([(0, 2, 0, 0, 1.0, 10.0)]))
    with pytest.raises(ValueError, match="road 0: there is no link 2 at a signal 0"):
        flow_network(network)
