from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import Display, Driver, update_display
from controller.driver import takes_up

BLANK = np.nan
STEP_MPS = 5 / 3.6


def new_display(n=1):
    return Display(
        shown_mps=np.full(n, np.nan),
        changed_s=np.full(n, -np.inf),
        followed_mps=np.full(n, np.nan),
    )


def drive(driver, advice_mps, step_length_s=1.0, draw=0.0):
    """Shown and followed speed after each step of one driver's advice."""
    display, shown, followed = new_display(), [], []
    for step, advised_mps in enumerate(advice_mps):
        display = update_display(
            driver, display, np.array([advised_mps]), step * step_length_s, np.array([draw])
        )
        shown.append(float(display.shown_mps[0]))
        followed.append(float(display.followed_mps[0]))
    return shown, followed


def test_the_display_shows_whole_steps_rounded_down():
    # 35.9 km/h is shown as 35, and 35 as 35 for all that floats can do to it.
    for advised_kmh, shown_kmh in ((35.9, 35), (35.0, 35), (34.99, 30), (5.0, 5)):
        shown, _ = drive(Driver(), [advised_kmh / 3.6])
        assert shown[0] * 3.6 == pytest.approx(shown_kmh)


def test_what_is_below_the_first_step_cannot_be_shown():
    assert np.isnan(drive(Driver(step_mps=10.0), [6.0])[0][0])


def test_a_new_speed_waits_for_the_hold_time():
    shown, _ = drive(Driver(step_mps=1.0, hold_s=5.0), [10, 9, 8, 7, 6, 5, 4])
    assert shown == [10, 10, 10, 10, 10, 5, 5]


def test_the_display_goes_blank_at_once():
    shown, _ = drive(Driver(step_mps=1.0, hold_s=5.0), [10, 10, BLANK, BLANK])
    np.testing.assert_array_equal(shown, [10, 10, BLANK, BLANK])


def test_after_a_blank_the_hold_time_counts_anew():
    shown, _ = drive(Driver(step_mps=1.0, hold_s=3.0), [10, BLANK, 9, 9, 9])
    np.testing.assert_array_equal(shown, [10, BLANK, BLANK, BLANK, 9])


def test_the_driver_follows_after_the_reaction_time():
    _, followed = drive(Driver(step_mps=1.0, lag_s=2.0), [10, 10, 10, BLANK, BLANK, BLANK])
    np.testing.assert_array_equal(followed, [BLANK, BLANK, 10, 10, 10, BLANK])


def test_a_driver_without_reaction_time_follows_at_once():
    shown, followed = drive(Driver(step_mps=1.0, lag_s=0.0, hold_s=0.0), [10, 9, BLANK])
    np.testing.assert_array_equal(followed, [10, 9, BLANK])
    np.testing.assert_array_equal(shown, followed)


def test_advice_that_changes_as_soon_as_it_may_is_followed_all_the_same():
    _, followed = drive(Driver(step_mps=1.0, lag_s=1.0, hold_s=1.0), [10, 9, 8, 7])
    np.testing.assert_array_equal(followed, [BLANK, 10, 9, 8])


def test_a_speed_that_was_withdrawn_within_the_reaction_time_is_never_followed():
    _, followed = drive(Driver(step_mps=1.0, lag_s=1.0), [10, BLANK, BLANK, BLANK])
    assert np.isnan(followed).all()


ADVICE = st.lists(st.one_of(st.just(BLANK), st.floats(0.5, 30)), max_size=30)
DRIVERS = st.builds(
    lambda lag_s, more_s, step_mps: Driver(lag_s=lag_s, hold_s=lag_s + more_s, step_mps=step_mps),
    st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    st.sampled_from([0.0, 1.0, 4.0]),
    st.sampled_from([0.5, STEP_MPS, 3.0]),
)


@given(DRIVERS, ADVICE)
def test_the_display_never_rounds_up_and_shows_nothing_for_nothing(driver, advice_mps):
    shown, _ = drive(driver, advice_mps)
    before = BLANK
    for advised_mps, shown_mps in zip(advice_mps, shown, strict=True):
        if np.isnan(advised_mps):
            assert np.isnan(shown_mps)
        elif shown_mps != before and not np.isnan(shown_mps):
            assert advised_mps - driver.step_mps <= shown_mps <= advised_mps * (1 + 1e-6)
        before = shown_mps


@given(DRIVERS, ADVICE)
def test_no_new_speed_comes_within_the_hold_time(driver, advice_mps):
    shown, _ = drive(driver, advice_mps, step_length_s=0.5)
    changes = [
        step * 0.5
        for step, (before, after) in enumerate(pairwise([BLANK, *shown]))
        if before != after and not (np.isnan(before) and np.isnan(after))
    ]
    for last_s, next_s in pairwise(changes):
        if not np.isnan(shown[round(next_s / 0.5)]):
            assert next_s - last_s >= driver.hold_s - 1e-9


@given(DRIVERS, ADVICE)
def test_only_what_was_shown_is_followed(driver, advice_mps):
    shown, followed = drive(driver, advice_mps)
    for step, followed_mps in enumerate(followed):
        assert np.isnan(followed_mps) or followed_mps in shown[: step + 1]


def test_drivers_do_not_influence_one_another():
    driver = Driver(step_mps=1.0, hold_s=2.0)
    paths = np.array([[10, 9, 8, 7], [BLANK, 9, BLANK, 5], [BLANK] * 4])
    display, together = new_display(3), []
    for step in range(4):
        display = update_display(driver, display, paths[:, step], float(step), np.zeros(3))
        together.append(display.followed_mps)
    alone = [drive(driver, path)[1] for path in paths]
    np.testing.assert_array_equal(np.array(together).T, alone)


def test_the_share_of_speeds_taken_up_is_the_one_asked_for():
    draw = np.random.default_rng(1).random(4000)
    changed_s = np.random.default_rng(2).integers(0, 3600, 4000).astype(float)
    for share in (0.0, 0.3, 1.0):
        taken = takes_up(Driver(compliant_time=share), draw, changed_s)
        assert taken.mean() == pytest.approx(share, abs=0.03)


def test_one_driver_decides_anew_with_each_change_of_the_display():
    changes_s = np.arange(1000.0)
    taken = takes_up(Driver(compliant_time=0.3), np.full(1000, 0.1), changes_s)
    assert taken.mean() == pytest.approx(0.3, abs=0.01)


def test_a_driver_does_not_change_his_mind_while_the_display_stays():
    one = takes_up(Driver(compliant_time=0.5), np.array([0.7, 0.2]), np.array([12.0, -np.inf]))
    two = takes_up(Driver(compliant_time=0.5), np.array([0.7, 0.2]), np.array([12.0, -np.inf]))
    np.testing.assert_array_equal(one, two)
    assert one[1]  # The draw alone decides as long as nothing was shown.


def test_what_can_be_shown_are_steps_from_the_lower_floor_on_or_a_stop_ahead():
    shown_kmh = Driver().shown_speeds_mps * 3.6
    np.testing.assert_allclose(shown_kmh[:4], [0.0, 15.0, 20.0, 25.0])
    np.testing.assert_allclose(np.diff(shown_kmh[1:]), 5.0)
    # The last step is that below 40 m/s.
    assert shown_kmh[-1] == pytest.approx(140.0)


@given(st.floats(0.3, 5.0), st.floats(0.5, 20.0))
def test_no_step_below_the_floor_can_be_shown_and_none_above_is_left_out(step_mps, floor_mps):
    driver = Driver(step_mps=step_mps, floor_mps=floor_mps, near_floor_mps=floor_mps)
    stop_mps, *others_mps = driver.shown_speeds_mps
    assert stop_mps == 0.0
    assert floor_mps - 1e-6 <= others_mps[0] < floor_mps + step_mps
    n_steps = np.array(others_mps) / step_mps
    np.testing.assert_allclose(n_steps, np.rint(n_steps), atol=1e-6)
    np.testing.assert_allclose(np.diff(others_mps), step_mps)


def test_slower_speeds_are_shown_near_the_stop_line_only():
    driver = Driver(near_m=100.0, floor_mps=6.0, near_floor_mps=3.0, step_mps=1.0)
    np.testing.assert_array_equal(driver.floor_at_mps(np.array([99.0, 101.0])), [3.0, 6.0])


def test_who_keeps_to_a_speed_drives_a_little_slower_but_not_backwards():
    driven_mps = Driver(dawdling_mps2=0.9).driven_mps(np.array([0.0, 6.0]), 0.5)
    np.testing.assert_allclose(driven_mps, [0.0, 6.0 - 0.45])


def test_a_weak_car_may_be_driven_slower_near_the_line_and_dawdles_less():
    weak = Driver(dawdling_mps2=1.3).in_weak_car
    distances_m = np.array([149.0, 151.0])
    np.testing.assert_allclose(weak.floor_at_mps(distances_m) * 3.6, [10.0, 20.0])
    assert weak.dawdling_mps2 == pytest.approx(0.5)
    own = Driver(near_floor_mps=1.0, near_m=200.0).in_weak_car
    assert (own.near_floor_mps, own.near_m) == (1.0, 200.0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"compliant_drivers": 1.1}, "compliant_drivers must be between 0 and 1, got 1.1"),
        ({"compliant_time": -0.1}, "compliant_time must be between 0 and 1, got -0.1"),
        ({"lag_s": -1.0}, "lag_s must not be negative, got -1.0"),
        ({"lag_s": 2.0, "hold_s": 1.0}, "hold_s must be at least lag_s"),
        ({"step_mps": 0.0}, "step_mps must be positive, got 0.0"),
        ({"floor_mps": 0.0}, "floor_mps must be positive, got 0.0"),
        ({"floor_mps": float("nan")}, "floor_mps must be positive, got nan"),
        ({"near_floor_mps": 0.0}, "near_floor_mps must be positive, got 0.0"),
        ({"near_m": -1.0}, "near_m must not be negative, got -1.0"),
        ({"dawdling_mps2": -0.1}, "dawdling_mps2 must not be negative, got -0.1"),
        ({"lag_s": float("nan")}, "lag_s must not be negative, got nan"),
        ({"ease_off_mps2": -0.7}, "ease_off_mps2 must be positive, got -0.7"),
    ],
)
def test_impossible_drivers_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        Driver(**settings)


def test_who_does_not_take_up_a_new_speed_keeps_to_the_last_one_until_he_has_reacted():
    driver = Driver(step_mps=1.0, lag_s=2.0, hold_s=5.0, compliant_time=0.5)
    advice_mps = [10.0] * 5 + [8.0] * 5
    draws = np.linspace(0.0, 0.99, 100)
    paths = {tuple(drive(driver, advice_mps, draw=draw)[1][2:]) for draw in draws}
    taken, refused = [10.0] * 5, [BLANK] * 5
    expected = [
        [*first, *second] for first in (taken, refused) for second in ([8.0] * 3, [BLANK] * 3)
    ]
    assert {str(list(path)) for path in paths} == {str(path) for path in expected}


def test_a_refused_speed_that_is_withdrawn_gives_the_last_one_no_longer_time():
    driver = Driver(step_mps=1.0, lag_s=1.0, hold_s=5.0, compliant_time=0.5)
    shown_mps, draw = [10.0] * 5, 0.41
    _, refused = drive(driver, [*shown_mps, *[8.0] * 4], draw=draw)
    _, withdrawn = drive(driver, [*shown_mps, 8.0, BLANK, BLANK, BLANK], draw=draw)
    np.testing.assert_array_equal(refused, [BLANK, *[10.0] * 5, BLANK, BLANK, BLANK])
    np.testing.assert_array_equal(withdrawn, refused)


def test_no_step_of_the_display_is_below_the_floor():
    far_m, near_m = np.array([101.0]), np.array([99.0])
    for step_mps in (1.0, 3.0, STEP_MPS, 10 / 3.6):
        driver = Driver(step_mps=step_mps)
        for distance_m, floor_mps in ((far_m, 20 / 3.6), (near_m, 15 / 3.6)):
            shown_mps = float(driver.floor_at_mps(distance_m)[0])
            assert floor_mps - 1e-9 <= shown_mps < floor_mps + step_mps
            assert drive(driver, [shown_mps])[0][0] == pytest.approx(shown_mps)
