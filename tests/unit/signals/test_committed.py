"""The adaptive control on a crossing of two lanes, with vehicles as points."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from controller import SignalLayout, SignalsSeen, Traffic
from controller.signals.committed import Committed, CommittedParameters

SPEED_MPS, HEADWAY_S, SIGHT_M = 14.0, 2.0, 500.0
CHANGE_S, LEAST_S = 5.0, 6.0


def layout(number: int = 0, n_stages: int = 2) -> SignalLayout:
    """A crossing whose stages serve a lane each."""
    lanes = np.arange(n_stages) + number * n_stages
    return SignalLayout(
        signal_id=f"signal {number}",
        links=lanes,
        lanes=lanes,
        lanes_behind=100 + lanes,
        room_m=np.full(n_stages, 500.0),
        saturation_flow_vps=np.full(n_stages, 1.0 / HEADWAY_S),
        is_green=np.eye(n_stages, dtype=np.bool_),
        is_protected=np.eye(n_stages, dtype=np.bool_),
        yields_to=np.zeros((n_stages, n_stages), dtype=np.bool_),
        n_inside=np.zeros(n_stages, dtype=np.int64),
        min_green_s=np.full(n_stages, LEAST_S),
        max_green_s=np.full(n_stages, 60.0),
        planned_green_s=np.full(n_stages, 30.0),
        change_s=np.full((n_stages, n_stages), CHANGE_S),
        following=(np.arange(n_stages) + 1) % n_stages,
        offset_s=0.0,
        cycle_s=n_stages * (30.0 + CHANGE_S),
    )


def traffic_of(lane: np.ndarray, distance_m: np.ndarray, speed_mps: np.ndarray) -> Traffic:
    """Vehicles on lanes each of which has one link, with the same number."""
    n = lane.size
    never = np.full((int(lane.max(initial=0)) + 1, 1), np.nan)
    same = {
        **dict.fromkeys(("ceiling_mps", "crossing_mps"), np.full(n, SPEED_MPS)),
        **dict.fromkeys(("accel_mps2", "decel_mps2"), np.full(n, 2.6)),
        **dict.fromkeys(("green_start_s", "green_end_s", "likely_start_s"), never),
        **dict.fromkeys(("likely_end_s", "start_q10_s", "start_q90_s", "end_q90_s"), never),
    }
    return Traffic(
        lane=lane,
        present_lane=lane,
        stop_edge=lane,
        link=lane,
        position_m=1_000.0 - distance_m,
        distance_m=distance_m,
        speed_mps=speed_mps,
        storage_m=np.full(n, 1_000.0),
        space_m=np.full(n, 7.5),
        step_length_s=1.0,
        yields_first=np.zeros(n, dtype=np.bool_),
        **same,
    )


@dataclass
class World:
    """Point queues under control: what is committed is shown, and nothing is taken back."""

    control: Committed
    flow_vph: tuple[float, ...]
    seed: int = 1
    n_signals: int = 1
    waits_s: list[float] = field(default_factory=list)
    greens: list[tuple[int, int, float, float]] = field(default_factory=list)
    """Signal, stage, start and end, as committed."""
    announced_s: list[float] = field(default_factory=list)

    def run(self, until_s: float) -> None:
        n_lanes = len(self.flow_vph)
        rng = np.random.default_rng(self.seed)
        self.control.reset(tuple(layout(k, n_lanes) for k in range(self.n_signals)))
        promise_s = self.control.promise_s
        stage = np.zeros(self.n_signals, dtype=np.int64)
        start_s = np.zeros(self.n_signals)
        plans: dict[int, object] = {}
        n_all = n_lanes * self.n_signals
        coming: list[list[float]] = []
        for lane in range(n_all):
            gaps = rng.exponential(3600.0 / max(self.flow_vph[lane % n_lanes], 1e-3), 2000)
            coming.append(list(np.cumsum(np.maximum(gaps, 1.0))))
        last_s = np.full(n_all, -10.0)
        for now_s in np.arange(0.0, until_s):
            free_s = np.maximum(start_s + LEAST_S, now_s + promise_s)
            seen = SignalsSeen(
                time_s=float(now_s),
                step_length_s=1.0,
                traffic=self.see(coming, now_s),
                stage=stage.copy(),
                green_start_s=start_s.copy(),
                free_s=free_s,
            )
            plans |= self.control.plan(seen)
            for number in range(self.n_signals):
                plan = plans[number]
                if plan.ends_s[0] < now_s + promise_s + 1.0 and plan.stages.size > 1:
                    end_s = max(float(plan.ends_s[0]), free_s[number])
                    self.greens.append((number, int(stage[number]), start_s[number], end_s))
                    self.announced_s.append(float(now_s))
                    stage[number], start_s[number] = plan.stages[1], end_s + CHANGE_S
                    plans[number] = type(plan)(stages=plan.stages[1:], ends_s=plan.ends_s[1:])
            self.serve(coming, last_s, stage, start_s, now_s)

    def serve(self, coming, last_s, stage, start_s, now_s):
        shown = [(n, s, a, b) for n, s, a, b in self.greens if a <= now_s < b]
        shown += [(n, int(s), start_s[n], np.inf) for n, s in enumerate(stage)]
        n_lanes = len(self.flow_vph)
        for number, own, begin_s, _ in shown:
            lane = number * n_lanes + own
            is_ready = begin_s <= now_s and last_s[lane] + HEADWAY_S <= now_s
            if is_ready and coming[lane] and coming[lane][0] <= now_s:
                self.waits_s.append(now_s - coming[lane].pop(0))
                last_s[lane] = now_s

    def see(self, coming, now_s):
        rows = []
        for lane, own in enumerate(coming):
            for place, arrival_s in enumerate(own):
                way_m = (arrival_s - now_s) * SPEED_MPS
                if way_m > SIGHT_M:
                    break
                stands = way_m <= 0.0
                rows.append((lane, 2.0 + 7.5 * place if stands else way_m, 0.0 if stands else 14.0))
        table = np.array(rows, dtype=float).reshape(-1, 3)
        return traffic_of(table[:, 0].astype(np.int64), np.maximum(table[:, 1], 0.1), table[:, 2])


def run(flow_vph=(600.0, 300.0), until_s=600.0, promise_s=0.0, **changes) -> World:
    world = World(Committed(CommittedParameters(promise_s=promise_s)), flow_vph, **changes)
    world.run(until_s)
    return world


def test_waits_are_shorter_than_those_of_the_best_fixed_program():
    # Webster (1958): two critical flows of 600 and 300 veh/h at 1800 veh/h, 10 s lost in a cycle.
    world = run()
    cycle_s = (1.5 * 10.0 + 5.0) / (1.0 - 0.5)
    shares = np.array([600.0, 300.0]) / 1800.0
    green = (cycle_s - 10.0) / cycle_s * shares / shares.sum()
    degree = shares / green
    uniform_s = cycle_s * (1.0 - green) ** 2 / (2.0 * (1.0 - shares))
    random_s = degree**2 / (2.0 * np.array([600.0, 300.0]) / 3600.0 * (1.0 - degree))
    webster_s = np.average(0.9 * (uniform_s + random_s), weights=[600.0, 300.0])
    assert 0.3 * webster_s < np.mean(world.waits_s) < 0.8 * webster_s


@pytest.mark.parametrize("promise_s", [0.0, 10.0, 30.0])
def test_every_switch_is_told_a_promise_ahead_and_greens_keep_their_least_length(promise_s):
    world = run(promise_s=promise_s, until_s=200.0)
    assert len(world.greens) > 5
    for (_, _, start_s, end_s), announced_s in zip(world.greens, world.announced_s, strict=True):
        assert end_s >= announced_s + promise_s
        assert LEAST_S <= end_s - start_s <= 60.0 + 1e-6


def test_a_few_vehicles_are_not_forgotten_beside_a_busy_road():
    world = run(flow_vph=(1_400.0, 20.0), until_s=600.0)
    assert max(world.waits_s) < 1.25 * 70.0


def test_a_stage_that_nobody_needs_is_left_out():
    world = run(flow_vph=(500.0, 0.0, 500.0), until_s=200.0)
    assert {stage for _, stage, _, _ in world.greens} == {0, 2}


@pytest.mark.parametrize("horizon_s", [48.0, 50.0, 52.0, 54.0, 56.0])
def test_a_green_of_a_fixed_length_between_two_steps_is_used(horizon_s):
    # Whatever the horizon cuts: the last green or the change behind it.
    control = Committed(CommittedParameters(promise_s=0.0, step_s=2.0, horizon_s=horizon_s))
    fixed = np.full(2, 5.0)
    control.reset((replace(layout(), min_green_s=fixed, max_green_s=fixed),))
    seen = SignalsSeen(
        time_s=100.0,
        step_length_s=1.0,
        traffic=traffic_of(np.array([1]), np.array([50.0]), np.array([14.0])),
        stage=np.array([0]),
        green_start_s=np.array([95.0]),
        free_s=np.array([100.0]),
    )
    plan = control.plan(seen)[0]
    assert plan.stages[:2].tolist() == [0, 1]
    assert plan.ends_s[0] == 100.0


def test_a_change_of_less_than_half_a_step_still_leads_away_from_the_present_green():
    control = Committed(CommittedParameters(promise_s=0.0, step_s=2.0))
    control.reset((replace(layout(), change_s=np.full((2, 2), 0.5)),))
    seen = SignalsSeen(
        time_s=100.0,
        step_length_s=1.0,
        traffic=traffic_of(np.array([0]), np.array([5.0]), np.array([0.0])),
        stage=np.array([1]),
        green_start_s=np.array([80.0]),
        free_s=np.array([100.0]),
    )
    assert control.plan(seen)[0].stages[:2].tolist() == [1, 0]


def test_signals_that_do_not_touch_are_planned_as_if_alone():
    pair = run(flow_vph=(500.0, 400.0), n_signals=2, until_s=200.0)
    alone = run(flow_vph=(500.0, 400.0), until_s=200.0)
    assert [green for green in pair.greens if green[0] == 0] == alone.greens
