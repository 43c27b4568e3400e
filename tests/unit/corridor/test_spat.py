import math

import numpy as np
import pytest

from corridor.engine import SignalState
from corridor.lane_demand import NOBODY, Sensed
from corridor.links import Link
from corridor.programs import Control
from corridor.spat import (
    END_LIKELY,
    END_MAX,
    END_MIN,
    END_Q10,
    END_Q90,
    N_TIMES,
    START_LIKELY,
    START_MAX,
    START_MIN,
    START_Q10,
    START_Q90,
    SpatSource,
    from_now,
)

LINKS = [
    Link(signal="S", index=0, lane="x_0", row=0, crossing_limit_mps=13.9),
    Link(signal="S", index=1, lane="y_0", row=1, crossing_limit_mps=13.9),
]
STARTS = [START_MIN, START_Q10, START_LIKELY, START_Q90, START_MAX]
ENDS = [END_MIN, END_Q10, END_LIKELY, END_Q90, END_MAX]


class Controller:
    """A signal whose state a test sets; no engine can do less."""

    def __init__(self, **programs):
        self.plans = programs
        first = next(iter(programs.values()))
        self.show(first.program_id, 0, 0.0, first.phases[0].duration_s)
        self.n_asked = 0

    def show(self, program, phase, spent_s, next_switch_s):
        self.state = SignalState(program, phase, spent_s, next_switch_s)

    def programs(self, signal):
        return self.plans

    def signal(self, signal):
        self.n_asked += 1
        return self.state


def source(controller, files=(), links=LINKS, step_length_s=1.0):
    return SpatSource(controller, links, files, 0.0, step_length_s=step_length_s)


def window(spat, row=0, place=0):
    return [float(x) for x in spat.windows[:, row, place]]


@pytest.fixture
def fixed(make_program):
    return Controller(p=make_program(("Gr", 27), ("yr", 3), ("rG", 30), program_id="p"))


@pytest.fixture
def actuated(make_program):
    program = make_program(
        ("Gr", 20, 10, 50), ("yr", 3), ("rG", 15, 5, 30), program_id="p", control=Control.ACTUATED
    )
    return Controller(p=program)


def test_a_fixed_program_is_told_exactly(fixed):
    spat = source(fixed)
    fixed.show("p", 1, 1.0, 90.0)
    spat.update(88.0)
    assert window(spat, 0) == [120] * 5 + [147] * 5
    assert window(spat, 1) == [90] * 5 + [120] * 5
    assert window(spat, 1, 2) == [210] * 5 + [240] * 5
    assert spat.is_told.all()


def test_the_windows_of_a_fixed_program_are_renewed_with_its_phase_only(fixed):
    spat = source(fixed)
    fixed.show("p", 0, 0.0, 27.0)
    spat.update(0.0)
    spat.windows[:] = -1.0
    fixed.show("p", 0, 1.0, 27.0)
    spat.update(1.0)
    assert (spat.windows == -1.0).all()
    fixed.show("p", 1, 0.0, 30.0)
    spat.update(27.0)
    assert window(spat, 1)[START_LIKELY] == 30


def test_what_was_told_is_never_written_over(fixed):
    spat = source(fixed)
    fixed.show("p", 0, 0.0, 27.0)
    spat.update(0.0)
    told, before = spat.windows, spat.windows.copy()
    fixed.show("p", 0, 26.0, 27.0)
    spat.update(26.0)
    assert spat.windows is told
    fixed.show("p", 1, 0.0, 30.0)
    spat.update(27.0)
    assert spat.windows is not told
    np.testing.assert_array_equal(told, before)


def test_a_fixed_signal_is_not_asked_before_its_next_switch(fixed):
    spat = source(fixed)
    fixed.show("p", 0, 0.0, 27.0)
    spat.update(0.0)
    fixed.n_asked = 0
    for time_s in range(1, 27):
        spat.update(float(time_s))
    assert fixed.n_asked == 0
    spat.update(27.0)
    assert fixed.n_asked == 1


def test_bounds_of_an_actuated_phase_are_those_of_its_controller(actuated):
    spat = source(actuated)
    actuated.show("p", 0, 4.0, 110.0)
    spat.update(104.0)
    assert {window(spat)[i] for i in STARTS} == {100}
    assert [window(spat)[i] for i in (END_MIN, END_MAX)] == [110, 150]
    # The other link: yellow of 3 s between them, then its own 5 to 30 s.
    bounds = (START_MIN, START_MAX, END_MIN, END_MAX)
    assert [window(spat, 1)[i] for i in bounds] == [113, 153, 118, 183]


def assert_in_order(told):
    for times in (told[:5], told[5:]):
        assert times == sorted(times)


def test_the_longer_an_actuated_phase_lasts_the_later_it_must_end(actuated):
    spat = source(actuated)
    for time_s in (110.0, 120.0, 149.0):
        actuated.show("p", 0, time_s - 100.0, time_s + 1.0)
        spat.update(time_s)
        assert window(spat)[END_MIN] == time_s + 1.0
        assert window(spat)[END_MAX] == 150
        assert_in_order(window(spat))


def test_a_controller_that_overruns_its_greatest_length_still_ends_later_than_now(actuated):
    spat = source(actuated)
    actuated.show("p", 0, 60.0, 161.0)
    spat.update(160.0)
    assert window(spat)[5:] == [161] * 5


def run_cycles(controller, spat, greens_s, *, step_s=1.0, begin_s=0.0, seen=lambda rest_s: NOBODY):
    """Show green, yellow and 15 s of red so often, look at it in each step; time after all."""
    time_ms, step_ms = round(begin_s * 1000), round(step_s * 1000)
    for green_s in greens_s:
        for phase, length_s in enumerate((green_s, 3.0, 15.0)):
            start_ms = time_ms
            end_ms = start_ms + round(length_s * 1000)
            while time_ms < end_ms:
                spent_s = (time_ms - start_ms) / 1000
                controller.show("p", phase, spent_s, (time_ms + step_ms) / 1000)
                rest_s = (end_ms - time_ms) / 1000 if phase == 0 else 0.0
                spat.update(time_ms / 1000, seen(rest_s))
                time_ms += step_ms
    return time_ms / 1000


def green_quantiles(controller, spat, time_s, *, spent_s=0.0, sensed=NOBODY):
    """10 %, 50 % and 90 % of the length of a green that has lasted so long, at a time."""
    controller.show("p", 0, spent_s, time_s + 1.0)
    spat.update(time_s, sensed)
    return [window(spat)[i] - time_s + spent_s for i in (END_Q10, END_LIKELY, END_Q90)]


def test_executed_lengths_are_learned(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [24.0, 25.0, 26.0] * 10)
    low_s, middle_s, high_s = green_quantiles(actuated, spat, time_s)
    # At first, all lengths from 10 to 50 s were possible, and the planned one was 20 s.
    assert 18 <= low_s < middle_s < high_s <= 33
    assert middle_s == pytest.approx(25, abs=2)


def test_a_phase_that_has_lasted_31_s_becomes_one_of_the_long_ones(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [20.0, 40.0] * 15)
    told = green_quantiles(actuated, spat, time_s + 31.0, spent_s=31.0)
    assert min(told) >= 33
    assert told[1] == pytest.approx(40, abs=4)


def test_steps_of_a_tenth_of_a_second_teach_the_same(actuated):
    spat = source(actuated, step_length_s=0.1)
    time_s = run_cycles(actuated, spat, [24.0, 25.0, 26.0] * 10, step_s=0.1, begin_s=0.3)
    told = green_quantiles(actuated, spat, time_s)
    assert told[1] == pytest.approx(25, abs=2)
    assert 18 <= told[0] < told[2] <= 33


def test_the_green_of_the_next_cycle_starts_after_what_lies_between(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [24.0, 25.0, 26.0] * 10)
    for spent_s in range(25):
        actuated.show("p", 0, float(spent_s), time_s + spent_s + 1.0)
        spat.update(time_s + spent_s)
    time_s += 25.0
    actuated.show("p", 1, 0.0, time_s + 3.0)
    spat.update(time_s)
    ahead = window(spat, 0)
    # Yellow of 3 s, and the other green, which has always lasted 15 s.
    assert ahead[START_LIKELY] - time_s == pytest.approx(18, abs=2)
    # What comes behind that was 24 to 26 s in the last cycles.
    assert ahead[END_LIKELY] - ahead[START_LIKELY] == pytest.approx(25, abs=1)
    assert_in_order(ahead)


def cars(n, *, row):
    """So many vehicles in a row that stand before the stop line of a link."""
    return Sensed(
        link_row=np.full(n, row),
        distance_m=7.5 * np.arange(n) + 1.0,
        speed_mps=np.zeros(n),
        limit_mps=np.full(n, 13.9),
    )


def test_a_green_lasts_longer_where_a_platoon_is_still_to_cross(actuated):
    spat = source(actuated)
    lengths_s = [12.0, 40.0, 25.0] * 12
    # Two seconds for each who waits; the last one leaves when the green ends.
    time_s = run_cycles(actuated, spat, lengths_s, seen=lambda rest_s: cars(int(rest_s / 2), row=0))
    nobody = green_quantiles(actuated, spat, time_s + 12.0, spent_s=12.0)
    some = green_quantiles(actuated, spat, time_s + 12.0, spent_s=12.0, sensed=cars(12, row=0))
    assert nobody[2] < 20
    assert some[0] > 28


def test_vehicles_of_other_signals_tell_nothing(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [12.0, 40.0] * 8)
    alone = green_quantiles(actuated, spat, time_s)
    with_others = green_quantiles(actuated, spat, time_s, sensed=cars(9, row=-1))
    assert with_others == alone


def test_a_program_that_is_shown_again_starts_to_learn_where_it_was(actuated, make_program):
    actuated.plans["q"] = make_program(("Gr", 30), ("rG", 30), program_id="q")
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [25.0] * 12)
    actuated.show("q", 0, 0.0, time_s + 30.0)
    spat.update(time_s)
    assert window(spat, 0)[5:] == [time_s + 30.0] * 5
    told = green_quantiles(actuated, spat, time_s + 30.0)
    assert told[1] == pytest.approx(25, abs=3)


def test_a_green_before_a_choice_is_not_taken_for_an_endless_one(make_program):
    program = make_program(
        ("G", 20, 10, 50, (0, 1)), ("r", 9), program_id="p", control=Control.ACTUATED
    )
    controller = Controller(p=program)
    spat = source(controller, links=LINKS[:1])
    controller.show("p", 0, 1.0, 10.0)
    spat.update(1.0)
    assert np.isnan(spat.windows).all()


def test_a_signal_that_is_always_green_is_told_as_such(make_program):
    controller = Controller(p=make_program(("Gr", 50), ("GG", 10), program_id="p"))
    spat = source(controller)
    controller.show("p", 1, 0.0, 110.0)
    spat.update(100.0)
    assert window(spat, 0)[5:] == [math.inf] * 5
    assert window(spat, 1)[5:] == [110.0] * 5


@pytest.mark.parametrize("control", [Control.NEMA, Control.RAIL_SIGNAL, Control.OFF])
def test_nothing_is_told_of_controllers_without_an_order_of_phases(make_program, control):
    controller = Controller(p=make_program(("Gr", 9), ("rG", 9), program_id="p", control=control))
    spat = source(controller)
    controller.show("p", 0, 0.0, 9.0)
    spat.update(0.0)
    assert not spat.is_told.any()
    assert np.isnan(spat.windows).all()


def test_nothing_is_told_of_a_program_that_is_not_known(fixed):
    spat = source(fixed)
    fixed.show("online", 0, 0.0, 9.0)
    spat.update(0.0)
    assert not spat.is_told.any()


def test_nothing_is_told_of_a_link_that_is_switched_off(make_program):
    controller = Controller(p=make_program(("Go", 9), ("ro", 9), program_id="p"))
    spat = source(controller)
    controller.show("p", 0, 0.0, 9.0)
    spat.update(0.0)
    assert spat.is_told.tolist() == [True, False]


def test_a_planned_change_of_program_is_told_with_the_offset_of_the_new_one(make_program, tmp_path):
    file = tmp_path / "plans.add.xml"
    file.write_text(
        '<additional><tlLogic id="S" programID="q" offset="-10"/>'
        '<WAUT id="w" startProg="p"><wautSwitch time="100" to="q"/></WAUT>'
        '<wautJunction wautID="w" junctionID="S"/></additional>'
    )
    controller = Controller(
        p=make_program(("Gr", 30), ("rG", 30), program_id="p"),
        q=make_program(("Gr", 40), ("rG", 40), program_id="q"),
    )
    spat = source(controller, [file])
    controller.show("p", 1, 0.0, 120.0)
    spat.update(90.0)
    # Red until 100, then 110 s into the cycle of 80 s: green for 10 s more.
    assert window(spat, 0)[START_LIKELY] == 100
    assert window(spat, 0)[END_LIKELY] == 110
    assert window(spat, 1)[END_LIKELY] == 100


def test_a_signal_of_two_links_is_asked_once_a_step(fixed):
    spat = source(fixed)
    fixed.n_asked = 0
    spat.update(0.0)
    assert fixed.n_asked == 1


def test_a_switch_between_two_steps_is_met_at_the_start_of_its_step(make_program):
    program = make_program(("G", 12.5), ("r", 10.0), program_id="p")
    controller = Controller(p=program)
    spat = source(controller, links=LINKS[:1])
    spat.update(0.0)
    # Greens of 0-12.5, 22.5-35, 45-57.5 s.
    assert [window(spat, 0, place)[END_LIKELY] for place in range(3)] == [12, 35, 57]
    assert [window(spat, 0, place)[START_LIKELY] for place in range(3)] == [0, 22, 45]


def test_the_exact_times_of_a_fixed_program_are_kept_though_the_engine_rounds(make_program):
    program = make_program(("G", 12.5), ("r", 10.0), program_id="p")
    controller = Controller(p=program)
    spat = source(controller, links=LINKS[:1])
    spat.update(0.0)
    # Switched in the step from 12 s on, told as if it ended 10 s later; it does so at 22.5 s.
    controller.show("p", 1, 1.0, 22.0)
    spat.update(13.0)
    assert [window(spat, 0, place)[END_LIKELY] for place in range(2)] == [35, 57]


def test_a_planned_change_is_told_though_traffic_decides_until_then(make_program, tmp_path):
    file = tmp_path / "plans.add.xml"
    file.write_text(
        '<additional><WAUT id="w" startProg="p"><wautSwitch time="120" to="q"/></WAUT>'
        '<wautJunction wautID="w" junctionID="S"/></additional>'
    )
    controller = Controller(
        p=make_program(("Gr", 20, 10, 50), ("rG", 9), program_id="p", control=Control.ACTUATED),
        q=make_program(("GG", 40), ("rr", 40), program_id="q"),
    )
    spat = source(controller, [file])
    controller.show("p", 0, 4.0, 110.0)
    spat.update(104.0)
    # It may end before the change or with it: nobody knows what is shown then.
    assert np.isnan(spat.windows).all()
    controller.show("p", 0, 19.0, 125.0)
    spat.update(119.0)
    # Now it is certain that the green lasts until the change; both are red then, until 160 s.
    assert window(spat, 0)[5:] == [120.0] * 5
    assert window(spat, 1)[:5] == [160.0] * 5


def test_windows_from_now_forget_greens_that_are_over(fixed):
    spat = source(fixed)
    fixed.show("p", 0, 0.0, 27.0)
    spat.update(0.0)
    relative = from_now(spat.windows, 27.0)
    assert np.isnan(relative[:, 0, 0]).all()
    assert relative[:, 0, 1].tolist() == [33] * 5 + [60] * 5
    assert relative[:, 1, 0].tolist() == [3] * 5 + [33] * 5
    assert window(spat, 0)[START_MIN] == 0  # What was told stays as it was told.


def test_what_has_not_happened_yet_cannot_lie_in_the_past():
    windows = np.zeros((N_TIMES, 1, 1))
    windows[5:, 0, 0] = 10.0, 11.0, 12.0, 25.0, 30.0
    relative = from_now(windows, 20.0)[:, 0, 0]
    np.testing.assert_array_equal(relative, [-20] * 5 + [0, 0, 0, 5, 10])
