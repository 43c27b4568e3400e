import math

import numpy as np
import pytest

from corridor.engine import SignalState
from corridor.network import Link
from corridor.programs import Control
from corridor.spat import (
    END_LIKELY,
    END_MAX,
    END_MIN,
    START_LIKELY,
    START_MAX,
    START_MIN,
    SpatSource,
)

LINKS = [
    Link(signal="S", index=0, lane="x_0", row=0),
    Link(signal="S", index=1, lane="y_0", row=1),
]


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
    assert window(spat, 0) == [120, 120, 120, 147, 147, 147]
    assert window(spat, 1) == [90, 90, 90, 120, 120, 120]
    assert window(spat, 1, 2) == [210, 210, 210, 240, 240, 240]
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


def test_bounds_of_an_actuated_phase_are_those_of_its_controller(actuated):
    spat = source(actuated)
    actuated.show("p", 0, 4.0, 110.0)
    spat.update(104.0)
    assert window(spat)[START_MIN] == window(spat)[START_MAX] == 100
    assert [window(spat)[i] for i in (END_MIN, END_LIKELY, END_MAX)] == [110, 120, 150]
    # The other link: yellow of 3 s between them, then its own 5 to 30 s, 15 planned.
    assert window(spat, 1) == [113, 123, 153, 118, 138, 183]


def test_the_longer_an_actuated_phase_lasts_the_later_it_must_end(actuated):
    spat = source(actuated)
    for time_s in (110.0, 120.0, 149.0):
        actuated.show("p", 0, time_s - 100.0, time_s + 1.0)
        spat.update(time_s)
        assert window(spat)[END_MIN] == time_s + 1.0
        assert window(spat)[END_MIN] <= window(spat)[END_LIKELY] <= window(spat)[END_MAX] == 150


def test_a_controller_that_overruns_its_greatest_length_still_ends_later_than_now(actuated):
    spat = source(actuated)
    actuated.show("p", 0, 60.0, 161.0)
    spat.update(160.0)
    assert window(spat)[3:] == [161, 161, 161]


def run_cycles(controller, spat, greens_s, *, step_s=1.0, begin_s=0.0):
    """Show green, yellow and 15 s of red so often, look at it in each step; time after all."""
    time_ms, step_ms = round(begin_s * 1000), round(step_s * 1000)
    for green_s in greens_s:
        for phase, length_s in enumerate((green_s, 3.0, 15.0)):
            start_ms = time_ms
            while time_ms < start_ms + round(length_s * 1000):
                spent_s = (time_ms - start_ms) / 1000
                controller.show("p", phase, spent_s, (time_ms + step_ms) / 1000)
                spat.update(time_ms / 1000)
                time_ms += step_ms
    return time_ms / 1000


def test_executed_lengths_are_learned(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [30.0, 40.0])
    actuated.show("p", 0, 0.0, time_s + 10.0)
    spat.update(time_s)
    assert window(spat)[END_LIKELY] == time_s + 35.0


def test_a_phase_that_has_lasted_31_s_is_likely_to_become_one_of_the_long_ones(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [30.0, 40.0])
    actuated.show("p", 0, 31.0, time_s + 32.0)
    spat.update(time_s + 31.0)
    assert window(spat)[END_LIKELY] == time_s + 40.0


def test_steps_of_a_tenth_of_a_second_teach_the_same(actuated):
    spat = source(actuated, step_length_s=0.1)
    time_s = run_cycles(actuated, spat, [30.0, 40.0], step_s=0.1, begin_s=0.3)
    actuated.show("p", 1, 0.0, time_s + 3.0)
    spat.update(time_s)
    # The green of the next cycle, 3 + 15 s from now, is likely to last as the two before.
    ahead = window(spat, 0)
    assert ahead[END_LIKELY] - ahead[START_LIKELY] == pytest.approx(35.0)


def test_only_so_many_executed_lengths_are_remembered(actuated):
    spat = source(actuated)
    time_s = run_cycles(actuated, spat, [50.0] * 5 + [12.0] * 20)
    actuated.show("p", 0, 0.0, time_s + 10.0)
    spat.update(time_s)
    assert window(spat)[END_LIKELY] == time_s + 12.0


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
    assert window(spat, 0)[3:] == [math.inf] * 3
    assert window(spat, 1)[3:] == [110.0] * 3


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
