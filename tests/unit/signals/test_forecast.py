from dataclasses import replace

import numpy as np
import pytest

from controller import Beyond, SignalLayout, SignalsSeen, StagePlan, Traffic
from controller.signals.approaches import BLOCKED_VPS, Approaches
from controller.signals.forecast import (
    Greens,
    LinkFlow,
    blocked,
    coming,
    committed_vps,
    outset,
)
from controller.signals.planned_greens import PlannedGreens
from controller.signals.sightings import Sightings


def signal(first_link: int, lanes: list[int], **changes: object) -> SignalLayout:
    """Two links with a stage each."""
    values: dict[str, object] = {
        "signal_id": str(first_link),
        "links": np.array([first_link, first_link + 1]),
        "lanes": np.array(lanes),
        "lanes_behind": np.array([50, 51]) + first_link,
        "room_m": np.array([100.0, 100.0]),
        "saturation_flow_vps": np.array([0.5, 0.5]),
        "is_green": np.eye(2, dtype=np.bool_),
        "is_protected": np.eye(2, dtype=np.bool_),
        "yields_to": np.zeros((2, 2), dtype=np.bool_),
        "n_inside": np.zeros(2, dtype=np.int64),
        **dict.fromkeys(("min_green_s", "planned_green_s"), np.array([5.0, 5.0])),
        "max_green_s": np.array([60.0, 60.0]),
        "change_s": np.full((2, 2), 4.0),
        "following": np.array([1, 0]),
        "offset_s": 0.0,
        "cycle_s": 60.0,
    }
    return SignalLayout(**(values | changes))  # type: ignore[arg-type]


def vehicles(link: list[int], distance_m: list[float], **changes: object) -> Traffic:
    """Vehicles at 10 m/s, their ceiling, each on the lane with the number of its link."""
    n = len(link)
    never = np.full((8, 1), np.nan)
    values: dict[str, object] = {
        **dict.fromkeys(("lane", "present_lane", "stop_edge", "link"), np.array(link)),
        "position_m": 500.0 - np.array(distance_m),
        "distance_m": np.array(distance_m),
        **dict.fromkeys(("speed_mps", "ceiling_mps", "crossing_mps"), np.full(n, 10.0)),
        **dict.fromkeys(("accel_mps2", "decel_mps2"), np.full(n, 2.0)),
        "storage_m": np.full(n, 500.0),
        "space_m": np.full(n, 7.5),
        "step_length_s": 1.0,
        "yields_first": np.zeros(n, dtype=np.bool_),
        **dict.fromkeys(("green_start_s", "green_end_s", "likely_start_s"), never),
        **dict.fromkeys(("likely_end_s", "start_q10_s", "start_q90_s", "end_q90_s"), never),
    }
    return Traffic(**(values | changes))  # type: ignore[arg-type]


def no_greens(approaches: Approaches) -> Greens:
    start_s, end_s = np.full((2, approaches.link_rows.size, 2), np.nan)
    return Greens(start_s=start_s, end_s=end_s)


def full_flow(approaches: Approaches) -> np.ndarray:
    """(M, S) what the links let through if nobody yields."""
    return approaches.saturation_vps[:, np.newaxis] * approaches.is_green


def test_a_lane_that_two_links_share_flows_by_the_mean_headway_and_waits_for_who_heads_it():
    approaches = Approaches.of((signal(0, [7, 7]),))
    near = approaches.use_of_lanes(np.array([0, 1]), np.array([5.0, 90.0]))
    flow = approaches.lane_flow_vps(full_flow(approaches), near)[0, 0]
    use = 10.0 / 15.0 / (10.0 / 15.0 + 10.0 / 100.0)
    assert flow[0] == pytest.approx(1.0 / (use / 0.5 + (1.0 - use) / BLOCKED_VPS), rel=1e-3)
    # The nearer one turns the other way: the lane stands.
    other = approaches.use_of_lanes(np.array([0, 1]), np.array([90.0, 5.0]))
    assert approaches.lane_flow_vps(full_flow(approaches), other)[0, 0, 0] == 0.0


def test_signals_with_fewer_stages_are_padded_by_stages_that_cannot_be_reached():
    small = signal(0, [7, 8])
    large = signal(
        2,
        [9, 9],
        is_green=np.ones((3, 2), dtype=np.bool_),
        is_protected=np.ones((3, 2), dtype=np.bool_),
        **dict.fromkeys(("min_green_s", "max_green_s", "planned_green_s"), np.full(3, 5.0)),
        change_s=np.full((3, 3), 4.0),
    )
    approaches = Approaches.of((small, large))
    assert approaches.lane_ids.tolist() == [[7, 8], [9, -1]]
    assert (approaches.change_s[0, :, 2] > 1_000.0).all()
    assert (approaches.change_s[1] < 1_000.0).sum() == 6


def test_nobody_is_sent_into_a_full_lane():
    approaches = Approaches.of((signal(0, [0, 1]),))
    standing = {"present_lane": np.full(13, 50), "speed_mps": np.zeros(13)}
    traffic = vehicles([4] * 13, [100.0] * 13, **standing)
    assert blocked(traffic, approaches).tolist() == [True, False]
    # As many that drive are no queue, and a few that stand leave room.
    moving = replace(traffic, speed_mps=np.full(13, 8.0))
    assert not blocked(moving, approaches).any()
    few = vehicles([4] * 5, [100.0] * 5, present_lane=np.full(5, 50), speed_mps=np.zeros(5))
    assert not blocked(few, approaches).any()


def test_whoever_first_passes_another_signal_comes_after_its_green_and_the_way_between():
    approaches = Approaches.of((signal(0, [0, 1]), signal(2, [2, 3])))
    beyond = Beyond(
        link=np.array([2]),
        lane=np.array([2]),
        **dict.fromkeys(("way_m", "storage_m"), np.array([200.0])),
        **dict.fromkeys(("ceiling_mps", "crossing_mps"), np.array([10.0])),
    )
    greens = no_greens(approaches)
    greens.start_s[0, 0], greens.end_s[0, 0] = 30.0, 60.0
    found = coming(vehicles([0], [100.0], beyond=beyond), approaches, greens)
    assert found.cell.tolist() == [0, 2]
    assert found.arrival_s[0] == pytest.approx(10.0)
    # It waits at the first line until 30 s, and starts from there.
    assert 50.0 < found.arrival_s[1] < 55.0


def test_what_is_committed_is_served_before_the_search_starts():
    approaches = Approaches.of((signal(0, [0, 1]),))
    greens = no_greens(approaches)
    greens.start_s[0, 0], greens.end_s[0, 0] = -5.0, 20.0
    traffic = vehicles([0, 0, 0, 1], [10.0, 20.0, 350.0, 20.0])
    use = approaches.use_of_lanes(traffic.link, traffic.distance_m)
    start = outset(
        coming(traffic, approaches, greens),
        approaches,
        greens,
        LinkFlow(full_flow(approaches).max(axis=1), use),
        base_s=np.array([20.0]),
        waited_s=np.array([[9.0, 9.0]]),
        step_s=2.0,
        n_steps=20,
    )
    # Two have left by green; one waits at red, 9 + 20 s by then; the last comes 15 s later.
    assert start.queue.tolist() == [[0.0, 1.0]]
    assert start.waited_s.tolist() == [[0.0, 29.0]]
    assert np.flatnonzero(start.arrivals[0, 0]).tolist() == [7]


def test_a_link_that_yields_in_the_committed_stage_flows_as_there_and_not_as_in_a_better_one():
    approaches = Approaches.of((signal(0, [0, 1]),))
    link_vps = np.where(approaches.is_green, 0.5, 0.0)
    link_vps[0] = 0.05, 0.5
    shown = committed_vps(replace(approaches, is_green=link_vps > 0.0), link_vps, np.array([0]))
    # The second link has no green in it: when it has, it is as good as it can be.
    assert shown.tolist() == [0.05, 0.5]


def sight_of(link: list[int], time_s: float) -> SignalsSeen:
    """Vehicles that stand at the stop lines of a signal whose stage 0 began 20 s before."""
    return SignalsSeen(
        time_s=time_s,
        step_length_s=1.0,
        traffic=vehicles(link, [2.0] * len(link), speed_mps=np.zeros(len(link))),
        stage=np.array([0]),
        green_start_s=np.array([-20.0]),
        free_s=np.array([0.0]),
    )


def planned_until(approaches: Approaches, end_s: float) -> PlannedGreens:
    """The present green, and nothing behind it."""
    planned = PlannedGreens(approaches)
    plan = StagePlan(stages=np.array([0]), ends_s=np.array([end_s]))
    planned.note(sight_of([0], 0.0), {0: plan})
    return planned


def test_whoever_stands_has_waited_since_the_end_of_his_green():
    approaches = Approaches.of((signal(0, [0, 1]),))
    sightings = Sightings(approaches)
    # Both stand; link 0 has green for another second, as one who finds no gap.
    planned = planned_until(approaches, 1.0)
    waited_s = []
    for time_s in (0.0, 1.0, 2.0):
        sightings.update(sight_of([0, 1], time_s), planned)
        waited_s.append(sightings.waited_s[0].tolist())
    assert waited_s == [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]


def test_whoever_waits_at_red_counts_though_another_link_of_his_lane_has_green():
    approaches = Approaches.of((signal(0, [0, 0]),))
    sightings = Sightings(approaches)
    planned = planned_until(approaches, 20.0)
    for time_s in (0.0, 1.0):
        sightings.update(sight_of([1], time_s), planned)
    assert sightings.waited_s[0].tolist() == [2.0]


def test_who_has_left_waits_no_longer():
    approaches = Approaches.of((signal(0, [0, 1]),))
    sightings = Sightings(approaches)
    planned = planned_until(approaches, 20.0)
    sightings.update(sight_of([1], 0.0), planned)
    sightings.update(sight_of([0], 1.0), planned)
    assert sightings.waited_s[0].tolist() == [0.0, 0.0]


def test_greens_are_told_by_the_rows_of_links_and_not_before_they_begin():
    approaches = Approaches.of((signal(7, [0, 1]),))
    planned = PlannedGreens(approaches)
    plan = StagePlan(stages=np.array([0, 1]), ends_s=np.array([10.0, 30.0]))
    planned.note(sight_of([7], 0.0), {0: plan})
    link = np.array([8, 7])
    shown = {time_s: planned.has_green(link, time_s).tolist() for time_s in (9.0, 12.0, 14.0, 30.0)}
    assert shown == {
        9.0: [False, True],
        12.0: [False, False],
        14.0: [True, False],
        30.0: [False, False],
    }
