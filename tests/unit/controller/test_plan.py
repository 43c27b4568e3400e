import numpy as np
import pytest

from controller import MEMORY_WIDTH
from controller.plan import (
    BEHIND_MPS,
    MOVED_M,
    NOTE_NAMES,
    is_done,
    is_invalid,
    is_over,
    is_planned,
    noted,
)
from controller.profile import Choice


def invalid(notes, seen, slot_s=30.0, place_m=1.0):
    found = is_invalid(
        notes,
        seen,
        slot_s=np.array([slot_s]),
        place_m=np.array([place_m]),
        tolerance_s=2.0,
    )
    return bool(found[0])


def test_notes_keep_absolute_times(car_at, plan_of):
    choice = Choice(
        is_feasible=np.array([True]),
        ramp_mps2=np.array([-0.5]),
        hold_mps=np.array([8.0]),
        cruise_s=np.array([4.0]),
        join_s=np.array([30.0]),
        join_m=np.array([16.0]),
    )
    notes = noted(
        choice,
        car_at(),
        slot_s=np.array([30.0]),
        place_m=np.array([8.5]),
        green_s=np.array([28.8]),
        n_ahead=np.array([1]),
        link=np.array([7]),
        speed_mps=np.array([14.0]),
    )
    expected = plan_of(PLACE_M=8.5, GREEN_S=128.8, AHEAD=1, LINK=7)
    np.testing.assert_allclose(notes, expected)
    assert is_planned(notes).all()
    assert not is_done(notes).any()
    assert not is_planned(np.full((1, MEMORY_WIDTH), np.nan)).any()
    assert len(NOTE_NAMES) <= MEMORY_WIDTH


def test_a_plan_holds_while_what_it_rests_on_moves_by_little(car_at, plan_of):
    assert not invalid(plan_of(), car_at())
    assert not invalid(plan_of(), car_at(), slot_s=31.9, place_m=6.9)
    # 10 s later the same start is 10 s nearer.
    assert not invalid(plan_of(), car_at(time_s=110.0), slot_s=20.0)


@pytest.mark.parametrize("slot_s", [27.9, 32.1])
def test_a_plan_is_dropped_when_the_start_of_the_queue_moves(car_at, slot_s, plan_of):
    assert invalid(plan_of(), car_at(), slot_s=slot_s)


def test_a_plan_is_dropped_when_a_vehicle_more_or_less_stands_ahead(car_at, plan_of):
    assert not invalid(plan_of(), car_at(), place_m=1.0 + MOVED_M)
    assert invalid(plan_of(), car_at(), place_m=8.5)


def test_who_is_held_up_by_somebody_needs_another_plan(car_at, plan_of):
    assert not invalid(plan_of(), car_at(speed_mps=8.0 - BEHIND_MPS))
    assert invalid(plan_of(), car_at(speed_mps=8.0 - BEHIND_MPS - 0.1))
    # A plan that speeds up begins at the cruising speed.
    rising = plan_of(HOLD_MPS=13.0, CRUISE_MPS=8.0, RAMP_MPS2=0.5)
    assert not invalid(rising, car_at(speed_mps=6.1))
    assert invalid(rising, car_at(speed_mps=5.9))


def test_a_plan_to_stop_ends_when_the_vehicle_stands(car_at, plan_of):
    stopping = plan_of(HOLD_MPS=0.0)
    # Rolling up to the very place is part of it.
    assert not invalid(stopping, car_at(speed_mps=0.2))
    assert invalid(stopping, car_at(speed_mps=0.05))


def test_no_plan_is_never_invalid(car_at):
    assert not invalid(np.full((1, MEMORY_WIDTH), np.nan), car_at())


def test_a_plan_is_over_in_the_step_of_its_joining_or_a_reaction_time_before(car_at, plan_of):
    assert [bool(is_over(plan_of(), car_at(time_s=t), 0.0)[0]) for t in (129.0, 129.6, 130.0)] == [
        False,
        True,
        True,
    ]
    assert bool(is_over(plan_of(), car_at(time_s=129.0), 1.0)[0])
    assert not is_over(np.full((1, MEMORY_WIDTH), np.nan), car_at(time_s=500.0), 0.0)[0]
