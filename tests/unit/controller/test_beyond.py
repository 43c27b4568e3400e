"""Two signals, 200 m apart: the first is green, the second red for long."""

from dataclasses import replace

import numpy as np
import pytest

from controller import EcoParameters, Reason
from controller.beyond import serve_beyond
from controller.discharge import Wave, discharge
from controller.plan import BEYOND_M, HOLD_MPS, JOIN_M, LINK

GREEN_NOW, RED_LONG = [(-5.0, 60.0), (100.0, 160.0)], [(45.0, 75.0), (135.0, 165.0)]
ONWARD = {
    "link": 1,
    "lane": 5,
    "way_m": 200.0,
    "storage_m": 185.0,
    "ceiling_mps": 14.0,
    "crossing_mps": 14.0,
}


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
    # Slow enough by now to arrive on green, as it was planned.
    later = seen_of(
        [before_both(100.0, speed_mps=6.0)], [[(19.0, 49.0)], [(84.0, 114.0)]], time_s=126.0
    )
    _, kept = advised(eco, replace(later, memory=notes[np.newaxis]))
    assert kept[LINK] == 0


@pytest.mark.parametrize(
    "situation",
    [
        # Somebody follows closely who turns off at the first signal.
        [before_both(), {"distance_m": 170.0}],
        # The last who follows would miss the first green.
        [before_both(), *(before_both(160.0 + 30.0 * i) for i in range(25))],
        # It turns, and slows down for that first.
        [before_both(crossing_mps=6.0)],
        # The signal behind is out of range.
        [{"distance_m": 150.0}],
        # The queue before the second signal reaches back to the first.
        [before_both(), *({"distance_m": 5.0 + 7.5 * i, "speed_mps": 0.0, "link": 1, "lane": 5,
                           "present_lane": 5} for i in range(23))],
    ],
)  # fmt: skip
def test_nobody_slows_down_before_a_green_at_the_expense_of_others(eco, seen_of, situation):
    seen = seen_of(situation, [[(-5.0, 25.0), (100.0, 160.0)], RED_LONG])
    assert eco.advise(seen).memory[0, LINK] != 1


def test_the_first_signal_is_passed_nearly_as_early_and_not_slowly(eco, seen_of):
    distance_m, speed_mps, time_s = 150.0, 14.0, 100.0
    memory, passed_s = None, None
    while distance_m > -100.0:
        greens = [[(s + 100.0 - time_s, e + 100.0 - time_s) for s, e in windows]
                  for windows in (GREEN_NOW, RED_LONG)]  # fmt: skip
        own = (
            before_both(distance_m, speed_mps=speed_mps)
            if distance_m > 0.0
            else {"distance_m": distance_m + 200.0, "speed_mps": speed_mps, "link": 1, "lane": 5}
        )
        seen = seen_of([own], greens, time_s=time_s)
        said = eco.advise(seen if memory is None else replace(seen, memory=memory))
        memory = said.memory
        wanted_mps = float(said.speed_mps[0])
        speed_mps = min(speed_mps + 2.6, 14.0 if np.isnan(wanted_mps) else wanted_mps)
        distance_m -= speed_mps
        time_s += 1.0
        if passed_s is None and distance_m <= 0.0:
            passed_s = time_s - 100.0
            assert speed_mps >= eco.parameters.beyond_mps - 0.5
    assert 150.0 / 14.0 < passed_s <= 150.0 / 14.0 + eco.parameters.beyond_s + 1.0
    assert speed_mps < 10.0


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
