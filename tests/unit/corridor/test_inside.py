import pytest

from corridor.links import Link
from corridor.signal_control.inside import ACCEL_MPS2, SPACING_M, START_S, leaving_s, n_inside


def link(crossing_m, waiting_m, limit_mps=13.9):
    return Link(
        signal="S",
        index=0,
        lane="a_0",
        row=0,
        crossing_limit_mps=limit_mps,
        crossing_m=crossing_m,
        waiting_m=waiting_m,
    )


def test_where_nobody_waits_inside_nobody_takes_time_to_leave():
    assert leaving_s(link(30.0, 0.0)) == 0.0


@pytest.mark.parametrize(("room_m", "count"), [(0.0, 0), (2.0, 1), (7.4, 1), (7.5, 2), (16.0, 3)])
def test_the_last_who_waits_inside_may_stick_out(room_m, count):
    assert n_inside(link(30.0, room_m)) == count


def test_who_waits_starts_from_standstill_and_keeps_to_the_limit():
    assert leaving_s(link(20.0, 5.0)) == pytest.approx((2.0 * 20.0 / ACCEL_MPS2) ** 0.5)
    # 5 m/s are reached after 5 / 2.6 s and 4.8 m; the other 15.2 m take 3 s.
    start_m = 5.0**2 / (2.0 * ACCEL_MPS2)
    slow_s = 5.0 / ACCEL_MPS2 + (20.0 - start_m) / 5.0
    assert leaving_s(link(20.0, 5.0, limit_mps=5.0)) == pytest.approx(slow_s)


def test_as_many_wait_as_there_is_room_for_and_start_one_after_the_other():
    alone_s = leaving_s(link(30.0, SPACING_M - 0.1))
    assert leaving_s(link(30.0, SPACING_M)) == pytest.approx(alone_s + START_S)
    assert leaving_s(link(30.0, 2.9 * SPACING_M)) == pytest.approx(alone_s + 2.0 * START_S)
