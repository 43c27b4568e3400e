"""Two signals, 200 m apart: the first is green, the second red for long."""

from dataclasses import replace

import numpy as np
import pytest

from controller import Eco, EcoParameters, Reason
from controller.beyond import passes, serve_beyond
from controller.discharge import discharge
from controller.plan import BEYOND_M, HOLD_MPS, JOIN_M, LINK
from controller.wave import Wave

GREEN_NOW, RED_LONG = [(-5.0, 60.0), (100.0, 160.0)], [(45.0, 75.0), (135.0, 165.0)]
ONWARD = {
    "link": 1,
    "lane": 5,
    "way_m": 200.0,
    "storage_m": 185.0,
    "ceiling_mps": 14.0,
    "crossing_mps": 14.0,
}


@pytest.fixture(scope="module")
def eco(rate_maps):
    return Eco(EcoParameters(beyond_s=2.0), tuple(rate_maps.values()))


def before_both(distance_m=150.0, **changes):
    """A car that passes the first signal and will wait at the second."""
    return {"distance_m": distance_m, "beyond": ONWARD, **changes}


def advised(eco, seen):
    said = eco.advise(seen)
    return Reason(said.reason[-1]), said.memory[-1]


def test_who_passes_a_green_and_will_wait_behind_it_plans_for_the_second_signal(eco, seen_of):
    reason, notes = advised(eco, seen_of([before_both()], [GREEN_NOW, RED_LONG]))
    assert reason is Reason.ADVISED
    assert notes[LINK] == 1
    assert 4.0 <= notes[HOLD_MPS] < 14.0
    assert notes[JOIN_M] < 185.0


def test_the_plan_goes_on_behind_the_first_signal(eco, seen_of):
    greens = [GREEN_NOW, RED_LONG]
    _, notes = advised(eco, seen_of([before_both(20.0)], greens))
    assert notes[LINK] == 1
    behind = {"distance_m": 193.0, "link": 1, "lane": 5}
    later_s = [[(start - 2.0, end - 2.0) for start, end in windows] for windows in greens]
    seen = seen_of([behind], later_s, time_s=102.0)
    said = eco.advise(replace(seen, memory=notes[np.newaxis]))
    assert (notes[BEYOND_M], said.memory[0, BEYOND_M]) == (200.0, 0.0)
    np.testing.assert_array_equal(said.memory[0, :BEYOND_M], notes[:BEYOND_M])


def test_the_first_signal_counts_where_it_is_red(eco, seen_of):
    _, notes = advised(eco, seen_of([before_both(300.0)], [RED_LONG, RED_LONG]))
    assert notes[LINK] == 0


def test_a_plan_for_the_first_signal_is_carried_out_before_there_is_another(eco, seen_of):
    seen = seen_of([before_both(300.0)], [RED_LONG, [(110.0, 140.0)]])
    _, notes = advised(eco, seen)
    # Slow enough by now to arrive on green without waiting, as it was planned.
    later = seen_of(
        [before_both(100.0, speed_mps=6.0)], [[(7.0, 37.0)], [(72.0, 102.0)]], time_s=138.0
    )
    _, kept = advised(eco, replace(later, memory=notes[np.newaxis]))
    assert kept[LINK] == 0


BEHIND_IT = {"speed_mps": 0.0, "link": 1, "lane": 5, "present_lane": 5}
TIGHT = {**ONWARD, "storage_m": 60.0}


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ([before_both()], Reason.ADVISED),
        ([before_both(), before_both(170.0)], Reason.ADVISED),
        # Somebody follows closely who turns off at the first signal.
        ([before_both(), {"distance_m": 170.0}], Reason.HOLDS_UP),
        # The last who follows would miss the first green if this one came later.
        ([before_both(), *(before_both(150.0 + 25.0 * i) for i in range(1, 9))], Reason.NOT_NEEDED),
        # It turns, and slows down for that first.
        ([before_both(crossing_mps=6.0)], Reason.NOT_NEEDED),
        # The queue before the second signal fills the way there.
        (
            [
                before_both(beyond=TIGHT),
                *({**BEHIND_IT, "distance_m": 1.0 + 7.5 * i} for i in range(8)),
            ],
            Reason.SATURATED,
        ),
    ],
)
def test_nobody_slows_down_before_a_green_at_the_expense_of_others(
    eco, seen_of, situation, expected
):
    seen = seen_of(situation, [[(-5.0, 25.0), (100.0, 160.0)], RED_LONG], equipped=[0])
    said = eco.advise(seen)
    assert Reason(said.reason[0]) is expected
    assert (said.memory[0, LINK] == 1) == (expected is Reason.ADVISED)


def test_nobody_looks_beyond_unless_told_to(rate_maps, seen_of):
    plain = Eco(EcoParameters(), tuple(rate_maps.values()))
    seen = seen_of([before_both()], [GREEN_NOW, RED_LONG])
    assert advised(plain, seen)[0] is Reason.NOT_NEEDED


def test_who_does_not_hear_the_signal_behind_does_not_look_at_it(eco, seen_of):
    seen = seen_of([before_both()], [GREEN_NOW, RED_LONG], hears_beyond=np.array([False]))
    assert advised(eco, seen)[0] is Reason.NOT_NEEDED


@pytest.mark.parametrize("distance_m", [80.0, 100.0, 150.0])
@pytest.mark.parametrize("red_until_s", [35.0, 45.0, 55.0])
def test_the_first_signal_is_passed_nearly_as_early_and_not_slowly(
    eco, seen_of, distance_m, red_until_s
):
    freely_s, speed_mps, time_s = distance_m / 14.0, 14.0, 0.0
    memory = None
    while distance_m > 0.0:
        reds = [(red_until_s - time_s, red_until_s + 30.0 - time_s)]
        own = before_both(distance_m, speed_mps=speed_mps)
        seen = seen_of([own], [[(-5.0, 60.0 - time_s)], reds], time_s=100.0 + time_s)
        said = eco.advise(seen if memory is None else replace(seen, memory=memory))
        memory, wanted_mps = said.memory, float(said.speed_mps[0])
        speed_mps = min(speed_mps + 2.6, 14.0 if np.isnan(wanted_mps) else wanted_mps)
        distance_m -= speed_mps
        time_s += 1.0
    assert memory[0, LINK] == 1
    # The last step may have begun a moment before the line.
    assert speed_mps >= eco.parameters.beyond_mps - 0.5
    assert time_s <= freely_s + eco.parameters.beyond_s + 1.0


@pytest.mark.parametrize(
    ("n_behind", "spare_s", "latest_s"),
    [(0, 3.0, 2.0), (0, 1.2, 1.2), (5, 2.9, None), (5, 3.5, 0.5), (11, 6.5, None), (11, 8.7, 2.0)],
)
def test_the_green_is_to_last_for_all_who_follow_each_of_whom_loses_more(
    traffic_of, n_behind, spare_s, latest_s
):
    cars = [before_both(140.0 + 28.0 * i) for i in range(n_behind + 1)]
    end_s = 10.0 + 2.0 * n_behind + spare_s
    traffic = traffic_of(cars, [[(-5.0, end_s)], RED_LONG])
    served = discharge(traffic, Wave(), tolerance_s=1.5, hope_s=3.0)
    found = passes(traffic, served, np.array([0]), later_s=2.0)
    assert found.is_certain[0]
    assert found.may[0] == (latest_s is not None)
    if latest_s is not None:
        assert found.latest_s[0] == pytest.approx(10.0 + latest_s)


def test_a_green_that_may_begin_later_than_likely_is_not_passed_for_certain(eco, seen_of):
    to_come, runs = [(3.0, 60.0)], [(-5.0, 60.0)]
    for first, expected in ((to_come, False), (runs, True)):
        seen = seen_of([before_both()], [first, RED_LONG])
        late_s = np.array([[40.0], [0.0]])
        late = replace(seen.traffic, start_q90_s=seen.traffic.start_q90_s + (late_s, 0.0)[expected])
        assert (eco.advise(replace(seen, traffic=late)).memory[0, LINK] == 1) == expected


def test_who_slows_down_already_is_not_stopped_from_it_by_somebody_who_comes_up(eco, seen_of):
    greens, other = [GREEN_NOW, RED_LONG], {"distance_m": 170.0}
    alone = eco.advise(seen_of([before_both()], greens))
    seen = seen_of([before_both(), other], greens, equipped=[0])
    said = eco.advise(replace(seen, memory=alone.memory))
    np.testing.assert_array_equal(said.memory, alone.memory)


def test_a_plan_is_forgotten_behind_its_line_even_between_two_looks(rate_maps, seen_of):
    seldom = Eco(EcoParameters(interval_s=5.0), tuple(rate_maps.values()))
    first = seldom.advise(seen_of([{"distance_m": 300.0}], [RED_LONG, RED_LONG], time_s=100.0))
    assert first.memory[0, LINK] == 0
    passed = seen_of([{"distance_m": 200.0, "link": 1}], [RED_LONG, RED_LONG], time_s=101.0)
    said = seldom.advise(replace(passed, memory=first.memory))
    assert np.isnan(said.speed_mps[0]) and np.isnan(said.memory[0, LINK])


def test_those_before_the_first_signal_queue_behind_those_who_have_passed_it(traffic_of):
    cars = [
        {"distance_m": 10.0, "speed_mps": 0.0, "link": 1, "lane": 5},
        before_both(100.0, ceiling_mps=14.0),
        before_both(130.0),
    ]
    traffic = traffic_of(cars, [GREEN_NOW, RED_LONG])
    served = discharge(traffic, Wave(), tolerance_s=1.5, hope_s=3.0)
    then = serve_beyond(traffic, served, EcoParameters(), np.array([1, 2]))
    np.testing.assert_array_equal(then.n_ahead, [1, 2])
    np.testing.assert_allclose(then.place_m, [17.5, 25.0])
    assert (then.cross_s > 45.0).all()


@pytest.mark.parametrize(
    ("green", "may"), [((2.0, 18.5), False), ((2.0, 30.0), True), ((18.0, 30.0), True)]
)
def test_who_follows_by_another_green_must_not_lose_it_either(traffic_of, green, may):
    first = {**before_both(230.0), "link": 0}
    follower = {"distance_m": 250.0, "link": 1}
    greens = [[(-5.0, 60.0), (90.0, 120.0)], [green, (80.0, 99.0)]]
    traffic = traffic_of([first, follower], greens)
    served = discharge(traffic, Wave(most_amber_s=0.0), tolerance_s=1.5, hope_s=3.0)
    assert served.cross_s[0] == pytest.approx(230.0 / 14.0)
    passing = passes(traffic, served, np.array([0]), later_s=2.0)
    spare_s = green[1] - served.cross_s[1] - 0.6
    assert passing.may[0] == may == (spare_s > 0.0)
