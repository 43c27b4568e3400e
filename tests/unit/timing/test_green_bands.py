"""MAXBAND and MULTIBAND, against known cases and against bands found by trying all offsets."""

import itertools

import numpy as np
import pytest

from controller import Artery, BandRules, green_bands


def make_artery(n_signals, travel_s, *, green=0.5, **changed):
    links = n_signals - 1
    given = {
        "start_out": np.zeros(n_signals),
        "green_out": np.full(n_signals, green),
        "start_back": np.zeros(n_signals),
        "green_back": np.full(n_signals, green),
        "travel_out_s": np.full(links, travel_s),
        "travel_back_s": np.full(links, travel_s),
        "flow_out": np.ones(links),
        "flow_back": np.ones(links),
    }
    return Artery(**given | changed)


def fixed(cycle_s, **more):
    return BandRules(shortest_cycle_s=cycle_s, longest_cycle_s=cycle_s, **more)


def widths_by_looking(artery, offset_s, cycle_s, step_s=0.5):
    """Both bands under some offsets: seconds of a cycle from which all greens are met."""
    starts_s = np.arange(0.0, cycle_s, step_s) + step_s / 2.0
    out_s = np.concatenate(([0.0], np.cumsum(artery.travel_out_s)))
    back_s = np.concatenate((np.cumsum(artery.travel_back_s[::-1])[::-1], [0.0]))
    found = []
    for start, green, ahead_s in (
        (artery.start_out, artery.green_out, out_s),
        (artery.start_back, artery.green_back, back_s),
    ):
        begins_s = offset_s + start * cycle_s
        since_s = (starts_s[:, np.newaxis] + ahead_s - begins_s) % cycle_s
        found.append(widest_run((since_s < green * cycle_s).all(axis=1)) * step_s)
    return found


def widest_run(is_met):
    """The longest run of true values round the clock."""
    if is_met.all():
        return is_met.size
    runs = "".join("x" if each else " " for each in np.tile(is_met, 2)).split()
    return max(map(len, runs), default=0)


@pytest.mark.parametrize("is_multiband", [False, True])
def test_signals_half_a_cycle_apart_alternate_and_lose_nothing(is_multiband):
    found = green_bands(make_artery(5, 40.0), fixed(80.0, is_multiband=is_multiband))
    assert found.offset_s == pytest.approx([0, 40, 0, 40, 0], abs=1e-5)
    assert found.out_s == pytest.approx(40.0) and found.back_s == pytest.approx(40.0)


def test_signals_a_cycle_apart_go_together():
    found = green_bands(make_artery(4, 80.0), fixed(80.0))
    assert found.offset_s % 80.0 == pytest.approx(np.zeros(4), abs=1e-5)
    assert found.out_s + found.back_s == pytest.approx(80.0)


def test_the_cycle_is_chosen_to_fit_the_speed():
    found = green_bands(
        make_artery(5, 36.0), BandRules(shortest_cycle_s=50.0, longest_cycle_s=120.0)
    )
    assert found.cycle_s == pytest.approx(72.0)
    assert found.out_s == pytest.approx(36.0) and found.back_s == pytest.approx(36.0)


def test_one_way_alone_is_served_where_both_cannot_be():
    found = green_bands(make_artery(5, 20.0), fixed(80.0))
    assert sorted((found.out_s[0], found.back_s[0])) == pytest.approx([0.0, 40.0], abs=1e-5)


def test_slower_bands_may_be_wider():
    rigid = green_bands(make_artery(5, 36.0), fixed(80.0))
    slow = green_bands(make_artery(5, 36.0), fixed(80.0, slowest=1.2))
    assert (slow.out_s + slow.back_s).sum() > (rigid.out_s + rigid.back_s).sum() + 1.0


def test_the_direction_with_more_traffic_comes_first():
    busy_back = make_artery(4, 20.0, flow_back=np.full(3, 3.0))
    found = green_bands(busy_back, fixed(80.0))
    assert found.back_s == pytest.approx(40.0) and found.out_s == pytest.approx(0.0, abs=1e-5)


def test_a_width_for_each_link_is_worth_more_than_one_for_all():
    artery = make_artery(5, 36.0)
    one, each = (
        green_bands(artery, fixed(80.0, is_multiband=is_multiband))
        for is_multiband in (False, True)
    )
    assert one.out_s.min() > 1.0 and one.back_s.min() > 1.0
    assert (each.out_s + each.back_s).sum() > (one.out_s + one.back_s).sum() + 1.0


def test_greens_too_short_for_any_line_still_get_offsets():
    artery = make_artery(4, 20.0, green=0.1)
    found = green_bands(artery, fixed(80.0, is_multiband=True))
    assert np.isfinite(found.offset_s).all()


@pytest.mark.parametrize("seed", range(4))
def test_no_offsets_at_all_have_wider_bands_and_these_are_really_there(seed):
    rng = np.random.default_rng(seed)
    cycle_s, step_s = 60.0, 4.0
    artery = make_artery(
        3,
        0.0,
        start_out=rng.integers(0, 4, 3) / 15,
        start_back=rng.integers(0, 4, 3) / 15,
        green_out=rng.integers(6, 9, 3) / 15,
        green_back=rng.integers(6, 9, 3) / 15,
        travel_out_s=4.0 * rng.integers(3, 12, 2),
        travel_back_s=4.0 * rng.integers(3, 12, 2),
    )
    found = green_bands(artery, fixed(cycle_s))
    told_s = [found.out_s[0], found.back_s[0]]
    seen_s = widths_by_looking(artery, found.offset_s, cycle_s)
    assert (np.array(seen_s) >= np.array(told_s) - 1.0).all()
    # All times are multiples of the step: so are the best offsets.
    best_s = max(
        sum(widths_by_looking(artery, np.array([0.0, *offsets]), cycle_s))
        for offsets in itertools.product(np.arange(0.0, cycle_s, step_s), repeat=2)
    )
    assert sum(told_s) == pytest.approx(best_s, abs=0.01)


def test_main_roads_of_one_signal_are_refused():
    with pytest.raises(ValueError, match="at least two signals, got 1"):
        make_artery(1, 10.0)
