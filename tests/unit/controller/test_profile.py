from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from controller import Driver, EcoParameters, profile
from controller.abilities import HOLDS_MPS, RAMPS_MPS2, abilities, ramps_by_hand
from controller.means import Grid, Means
from controller.profile import Approach
from controller.ramps import (
    COASTING,
    COASTING_MPS2,
    COASTING_PER_M,
    DOWN_MPS2,
    GENTLEST_MPS2,
    RATES_MPS2,
    REFERENCE_MPS,
    REJOIN_MPS2,
    STEPS_PER_MPS2,
    row_of,
    tabulate,
)

FLAT_DEG = np.zeros(1)


@pytest.fixture(scope="module")
def ramps(rate_maps):
    return tabulate(list(rate_maps.values()), wavering_mps2=0.0)


def approach(distance_m, slot_s, *, speed_mps=14.0, **changes):
    plain = {
        "distance_m": distance_m,
        "speed_mps": speed_mps,
        "free_mps": 14.0,
        "accel_mps2": REJOIN_MPS2,
        "decel_mps2": 4.5,
        "slot_s": slot_s,
        "place_m": 1.0,
        "latest_s": slot_s + 3.0,
        "fastest_hold_mps": np.inf,
        "early_s": 0.0,
        "room_m": np.inf,
    }
    return Approach(**{name: np.array([float(v)]) for name, v in {**plain, **changes}.items()})


def means(**changes):
    plain = {
        "ramps_mps2": RAMPS_MPS2,
        "fits_ramps": True,
        "hold_mps": HOLDS_MPS,
        "step_s": 0.0,
        "time_price": 0.5,
        "reaction_s": 1.0,
        "braking_mps2": 4.5,
    }
    return Means(**{**plain, **changes})


def cheapest(ramps, told, allowed):
    return profile.cheapest(Grid.of(ramps, allowed), told)


def rate_of_change(ramp, speed_mps):
    """Acceleration on a ramp at some speeds, written down a second time."""
    if ramp == COASTING:
        return -(COASTING_MPS2 + COASTING_PER_M * speed_mps**2)
    return np.full_like(speed_mps, ramp)


def mean_rate(rates, speed_mps, accel_mps2):
    """Mean of maps, each relative to a steady 50 km/h."""
    relative = [
        rate.at(speed_mps, accel_mps2, FLAT_DEG)
        / rate.at(np.array([REFERENCE_MPS]), np.zeros(1), FLAT_DEG)
        for rate in rates
    ]
    return sum(relative) / len(relative)


def on_ramp(rates, ramp, from_mps, to_mps):
    """Time, way and cost from a speed to another, by fine integration over the speed."""
    edges = np.linspace(from_mps, to_mps, 801)
    middle_mps = 0.5 * (edges[1:] + edges[:-1])
    accel_mps2 = rate_of_change(ramp, middle_mps)
    duration_s = (edges[1:] - edges[:-1]) / accel_mps2
    cost = duration_s * mean_rate(rates, middle_mps, accel_mps2)
    return duration_s.sum(), (duration_s * middle_mps).sum(), cost.sum()


def drive(found, distance_m, speed_mps, step_s=0.002):
    """Where the choice leads at its joining time: distance to the line, and speed."""
    [ramp], [hold_mps] = found.ramp_mps2, found.hold_mps
    [cruise_s], [join_s] = found.cruise_s, found.join_s
    way_m, at_s = speed_mps * cruise_s, cruise_s
    sign = np.sign(hold_mps - speed_mps)
    while at_s < join_s and speed_mps != hold_mps:
        next_mps = speed_mps + float(rate_of_change(ramp, np.array([speed_mps]))[0]) * step_s
        next_mps = hold_mps if (next_mps - hold_mps) * sign > 0 else next_mps
        way_m += 0.5 * (speed_mps + next_mps) * step_s
        speed_mps, at_s = next_mps, at_s + step_s
    return distance_m - way_m - speed_mps * max(join_s - at_s, 0.0), speed_mps


@pytest.mark.parametrize("ramp", [*RAMPS_MPS2, -0.1, -0.22, -0.7, -1.5, REJOIN_MPS2])
@pytest.mark.parametrize("speed_mps", [5.0, 13.1, 22.25])
def test_tables_are_what_integration_along_the_ramp_gives(ramps, rate_maps, ramp, speed_mps):
    expected = on_ramp(list(rate_maps.values()), ramp, 0.0, speed_mps)
    sign = 1.0 if ramp > 0.0 else -1.0
    for table, whole in zip((ramps.time_s, ramps.way_m, ramps.cost_s), expected, strict=True):
        found = ramps.at(table, np.array([speed_mps]))[row_of(ramp), 0]
        assert found == pytest.approx(sign * whole, rel=0.01)


def test_cruising_costs_what_the_maps_say_on_the_mean(ramps, rate_maps):
    speed_mps = np.array([0.0, 3.0, 25.0])
    expected = mean_rate(list(rate_maps.values()), speed_mps, np.zeros(1))
    np.testing.assert_allclose(ramps.at(ramps.steady, speed_mps), expected, rtol=1e-9)


def test_a_second_at_50_kmh_costs_one_on_any_mean(rate_maps):
    for rates in (list(rate_maps.values()), [rate_maps["electric"]]):
        ramps = tabulate(rates, wavering_mps2=0.0)
        assert ramps.at(ramps.steady, np.array([REFERENCE_MPS]))[0] == pytest.approx(1, rel=1e-3)


def test_the_unit_of_a_map_does_not_matter(rate_maps):
    class Thousandfold:
        def at(self, *point):
            return 1000.0 * rate_maps["electric"].at(*point)

    one = tabulate([rate_maps["electric"], rate_maps["fuel cut"]], wavering_mps2=1.3)
    other = tabulate([Thousandfold(), rate_maps["fuel cut"]], wavering_mps2=1.3)
    np.testing.assert_allclose(other.cost_s, one.cost_s)
    np.testing.assert_allclose(other.steady, one.steady)


def test_a_driver_who_wavers_burns_what_the_mean_over_his_accelerations_says(rate_maps):
    rate, speed_mps = rate_maps["fuel cut"], np.array([10.0])
    # Triangular: the mean over many departures of up to 1.3 m/s2.
    off_mps2 = np.random.default_rng(1).triangular(-1.3, 0.0, 1.3, 200_000)
    at_reference = rate.at(np.array([REFERENCE_MPS]), np.zeros(1), FLAT_DEG)[0]
    ramps = tabulate([rate], wavering_mps2=1.3)
    expected = rate.at(speed_mps, off_mps2, FLAT_DEG).mean() / at_reference
    assert ramps.at(ramps.steady, speed_mps)[0] == pytest.approx(expected, rel=0.03)
    # Nobody wavers while he stands; times and ways are those of who does not waver.
    calm = tabulate([rate], wavering_mps2=0.0)
    assert ramps.steady[0] == calm.steady[0]
    assert ramps.at(calm.steady, speed_mps)[0] < 0.95 * expected
    np.testing.assert_array_equal(ramps.time_s, calm.time_s)


def test_without_a_map_nothing_can_be_planned():
    with pytest.raises(ValueError, match="at least one emission map, got none"):
        tabulate([], wavering_mps2=0.0)


def test_a_ramp_tells_its_rate_of_change_at_each_speed(ramps):
    rows, column = row_of(np.array([COASTING, -0.5, 0.5])), ramps.column(np.array([10.0]))
    np.testing.assert_allclose(ramps.accel_mps2[rows, column], [-0.27, -0.5, 0.5])
    np.testing.assert_array_equal(row_of(RATES_MPS2), np.arange(RATES_MPS2.size))


SITUATIONS = st.builds(
    lambda distance_m, speed_mps, later_s, place_m: {
        "distance_m": distance_m,
        "slot_s": max(distance_m / speed_mps + later_s, 2.0),
        "speed_mps": speed_mps,
        "place_m": place_m,
    },
    st.floats(60.0, 500.0),
    st.floats(3.0, 15.0),
    st.floats(-5.0, 60.0),
    st.sampled_from([1.0, 8.5, 46.0]),
)
"""Most leave time to slow down: Hypothesis gives up where there is nothing to test in too many."""
WHO = {
    "automated": means(),
    "driver": means(
        ramps_mps2=ramps_by_hand(Driver()),
        fits_ramps=False,
        hold_mps=Driver().driven_mps(Driver().shown_speeds_mps, 1.0),
        least_cruise_s=Driver().lag_s,
        floor_mps=Driver().floor_mps - Driver().dawdling_mps2,
        near_m=Driver().near_m,
    ),
}


@pytest.mark.parametrize("who", WHO)
@given(SITUATIONS)
def test_whoever_drives_as_chosen_is_at_the_place_in_time_at_the_speed(ramps, who, situation):
    told = approach(**situation)
    found = cheapest(ramps, told, WHO[who])
    assume(found.is_feasible[0])
    left_m, end_mps = drive(found, situation["distance_m"], situation["speed_mps"])
    assert end_mps == pytest.approx(found.hold_mps[0], abs=0.1)
    assert left_m == pytest.approx(found.join_m[0], abs=1.0)
    assert found.join_s[0] == situation["slot_s"]
    assert found.cruise_s[0] >= WHO[who].least_cruise_s - 1e-9


@pytest.mark.parametrize(
    ("distance_m", "slot_s", "near"), [(400.0, 70.0, False), (90.0, 13.0, True)]
)
def test_slower_than_the_floor_is_held_only_near_the_line(ramps, distance_m, slot_s, near):
    told = approach(distance_m, slot_s, speed_mps=9.0, latest_s=1e4)
    rolling = {"hold_mps": np.array([5.0])}
    assert cheapest(ramps, told, means(**rolling)).is_feasible[0]
    found = cheapest(ramps, told, means(**rolling, floor_mps=8.0, near_m=100.0))
    assert found.is_feasible[0] == near
    # What is held is no slower than the floor, or it is a stop.
    assert cheapest(ramps, told, means(**rolling, floor_mps=5.0, near_m=0.0)).is_feasible[0]
    stopping = means(hold_mps=np.zeros(1), floor_mps=8.0, near_m=0.0)
    assert cheapest(ramps, told, stopping).is_feasible[0]


@pytest.mark.parametrize("step_s", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(("speed_mps", "slot_s"), [(14.0, 27.0), (6.0, 34.0)])
def test_a_plan_counts_that_steps_are_driven_at_the_speed_of_their_end(
    ramps, speed_mps, slot_s, step_s
):
    # Half a step at the change of speed is what a ramp in steps falls short of a smooth one.
    told = approach(300.0, slot_s, speed_mps=speed_mps, latest_s=1e4)
    found = cheapest(ramps, told, means(step_s=step_s, hold_mps=np.array([9.0])))
    assert found.is_feasible[0]
    left_m, end_mps = drive(found, 300.0, speed_mps)
    short_m = 0.5 * (speed_mps - end_mps) * step_s
    assert left_m + short_m == pytest.approx(found.join_m[0], abs=0.05)


@given(SITUATIONS)
def test_there_is_room_to_stop_if_the_place_does_not_move(ramps, situation):
    told = approach(**situation)
    found = cheapest(ramps, told, means())
    assume(found.is_feasible[0])
    [hold_mps] = found.hold_mps
    assert found.join_m[0] - situation["place_m"] == pytest.approx(
        hold_mps * 1.0 + hold_mps**2 / 9.0
    )


@pytest.mark.parametrize("accel_mps2", [0.75, 1.0])
def test_who_speeds_up_before_his_place_moves_could_still_stop_behind_it(ramps, accel_mps2):
    told = approach(300.0, 40.0, accel_mps2=accel_mps2, place_m=16.0, latest_s=60.0)
    rising = means(rise_share=0.6, time_price=5.0, step_s=1.0)
    [join_s], [join_m], [hold_mps] = (
        getattr(cheapest(ramps, told, rising), name) for name in ("join_s", "join_m", "hold_mps")
    )
    assert join_s < 40.0
    rise_s = 40.0 - join_s
    met_mps = hold_mps + accel_mps2 * rise_s
    assert met_mps == pytest.approx(0.6 * 14.0)
    left_m = join_m - 0.5 * (hold_mps + met_mps) * rise_s
    # The step in which he should brake may have begun a whole step too late.
    late_mps = met_mps + accel_mps2 * 1.0
    assert left_m == pytest.approx(16.0 + late_mps * 1.0 + late_mps**2 / 9.0)


@pytest.mark.parametrize(
    ("is_weak", "parameters", "changes", "creeps"),
    [(True, {}, {}, True), (False, {}, {}, False),
     (True, {"rise_share": 0.0}, {}, False), (True, {}, {"room_m": 60.0}, False)],
)  # fmt: skip
def test_only_weak_vehicles_creep_up_to_where_they_speed_up(
    ramps, is_weak, parameters, changes, creeps
):
    told = approach(250.0, 50.0, accel_mps2=0.75, **changes)
    allowed = abilities(EcoParameters(**parameters), None, 1.0, is_weak=is_weak)
    found = cheapest(ramps, told, allowed)
    assert (0.0 < found.hold_mps[0] < 4.0) == creeps
    assert (found.join_s[0] < 50.0) == creeps
    assert not creeps or found.hold_mps[0] >= 2.25


@pytest.mark.parametrize("driver", [None, Driver()])
def test_a_weak_car_is_costed_as_it_accelerates_and_wavers(ramps, driver):
    strong, weak = (
        abilities(EcoParameters(), driver, 1.0, is_weak=is_weak) for is_weak in (False, True)
    )
    assert (weak.rejoin_mps2, strong.rejoin_mps2) == (1.0, 2.0)
    wavering = (0.0, 0.0) if driver is None else (0.5, 1.3)
    assert (weak.wavering_mps2, strong.wavering_mps2) == wavering
    for allowed in (strong, weak):
        grid = Grid.of(ramps, allowed)
        regained_s = ramps.cost_s[row_of(allowed.rejoin_mps2)]
        np.testing.assert_array_equal(grid.rejoining_s, ramps.at(regained_s, grid.hold_mps))
        np.testing.assert_array_equal(grid.tables[-1], regained_s)


def test_by_hand_only_who_drives_a_weak_car_is_planned_to_creep():
    strong_mps, weak_mps = (
        abilities(EcoParameters(), Driver(), 1.0, is_weak=is_weak).hold_mps[1]
        for is_weak in (False, True)
    )
    assert strong_mps == pytest.approx(15.0 / 3.6 - 0.9)
    assert weak_mps == pytest.approx(10.0 / 3.6 - 0.9 * 1.0 / 2.6)


def test_who_may_not_speed_up_again_joins_when_his_place_moves(ramps):
    found = cheapest(ramps, approach(300.0, 40.0), means(time_price=5.0))
    assert found.join_s[0] == 40.0


@pytest.mark.parametrize(("hold_mps", "earlier_s"), [(0.0, 6.0), (7.0, 0.0)])
def test_only_who_stops_is_to_be_there_early(ramps, hold_mps, earlier_s):
    only = means(hold_mps=np.array([hold_mps]), time_price=0.0)
    late, early = (
        cheapest(ramps, approach(280.0, 34.0, latest_s=44.0, early_s=early_s), only)
        for early_s in (0.0, 6.0)
    )
    assert late.is_feasible[0] and early.is_feasible[0]
    assert early.join_s[0] == late.join_s[0] - earlier_s
    # Who would be late by that does not stop for advice.
    hurried = approach(280.0, 26.0, latest_s=1e4, early_s=6.0)
    assert cheapest(ramps, hurried, only).is_feasible[0] == (hold_mps > 0.0)


def test_who_brakes_gently_keeps_more_room(ramps):
    found = cheapest(ramps, approach(280.0, 31.0, decel_mps2=1.7, latest_s=1e4), means())
    assert found.is_feasible[0] and found.hold_mps[0] > 0.0
    hold_mps = float(found.hold_mps[0])
    assert found.join_m[0] - 1.0 == pytest.approx(hold_mps * 1.0 + hold_mps**2 / (2 * 1.7))


def test_who_accelerates_weakly_may_not_arrive_so_slowly_that_he_is_late(ramps):
    rolling = means(hold_mps=np.array([5.0]))
    strong, weak = (approach(280.0, 45.0, accel_mps2=a, latest_s=46.5) for a in (2.0, 0.5))
    assert cheapest(ramps, strong, rolling).is_feasible[0]
    assert not cheapest(ramps, weak, rolling).is_feasible[0]


@given(SITUATIONS, st.floats(3.0, 14.0), st.floats(0.0, 14.0))
def test_nothing_is_held_that_is_faster_than_free_or_than_allowed(
    ramps, situation, free_mps, fastest
):
    told = approach(**situation, free_mps=free_mps, fastest_hold_mps=fastest, latest_s=1e4)
    found = cheapest(ramps, told, means())
    assume(found.is_feasible[0])
    assert found.hold_mps[0] <= min(free_mps, fastest)


def test_nobody_brakes_harder_for_advice_than_1_5():
    assert max(DOWN_MPS2) == 1.5
    # Coasting is gentle up to 130 km/h.
    assert rate_of_change(COASTING, np.array([36.0]))[0] > -1.5


def test_who_must_stop_stops(ramps):
    # Slowing down to 8.5 m/s would do, but it is not certain enough when green comes.
    moving = cheapest(ramps, approach(280.0, 30.0), means())
    assert moving.is_feasible[0] and moving.hold_mps[0] > 0.0
    stopping = cheapest(ramps, approach(280.0, 40.0, fastest_hold_mps=0.0), means())
    assert stopping.is_feasible[0]
    assert stopping.hold_mps[0] == 0.0
    assert stopping.join_m[0] == 1.0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"distance_m": 280.0, "slot_s": 16.0}, "the place moves before he could be there"),
        ({"distance_m": 20.0, "slot_s": 30.0}, "too near to stop at 1.5 m/s2"),
        ({"distance_m": 280.0, "slot_s": 40.0, "latest_s": 40.0}, "too late at the line"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_met_is_not_planned(ramps, changes, why):
    assert not cheapest(ramps, approach(**changes), means()).is_feasible[0]


def test_who_needs_time_to_react_begins_nothing_before(ramps):
    for least_s in (0.0, 1.0, 4.0):
        found = cheapest(ramps, approach(200.0, 22.0), means(least_cruise_s=least_s))
        assert found.is_feasible[0]
        assert found.cruise_s[0] >= least_s


def cost_anew(rates, told, chosen_from, ramp, hold_mps):
    """Cost of one member of the family; None where it does not meet the point in bounds."""
    speed_mps, free_mps, slot_s = (
        float(v[0]) for v in (told.speed_mps, told.free_mps, told.slot_s)
    )
    slows = ramp <= 0.0
    if abs(speed_mps - hold_mps) <= 0.25 or slows != (hold_mps < speed_mps):
        return None
    margin_m = hold_mps * chosen_from.reaction_s + hold_mps**2 / (2 * chosen_from.braking_mps2)
    join_m = float(told.place_m[0]) + margin_m
    time_s, way_m, ramp_cost = on_ramp(rates, ramp, speed_mps, hold_mps)
    # x seconds of cruising, then the ramp, y seconds of holding.
    x_s, y_s = np.linalg.solve(
        [[speed_mps, hold_mps], [1.0, 1.0]],
        [float(told.distance_m[0]) - join_m - way_m, slot_s - time_s],
    )
    behind_s, behind_m = (free_mps - hold_mps) / REJOIN_MPS2, 0.0
    behind_m = behind_s * 0.5 * (free_mps + hold_mps)
    at_line_s = behind_s + (join_m - behind_m) / free_mps
    if join_m < behind_m:
        at_line_s = (np.sqrt(hold_mps**2 + 2 * REJOIN_MPS2 * join_m) - hold_mps) / REJOIN_MPS2
    late = slot_s + at_line_s > float(told.latest_s[0])
    if min(x_s - chosen_from.least_cruise_s, y_s) < 0 or hold_mps > free_mps or late:
        return None
    edges = np.linspace(hold_mps, free_mps, 801)
    middle_mps = 0.5 * (edges[1:] + edges[:-1])
    rejoin = mean_rate(rates, middle_mps, np.full(800, REJOIN_MPS2)).mean() * behind_s
    steady = mean_rate(rates, np.array([speed_mps, hold_mps, free_mps]), np.zeros(1))
    extra_s = (join_m - behind_m) / free_mps
    return (
        steady[0] * x_s + ramp_cost + steady[1] * y_s + rejoin + steady[2] * extra_s
        + chosen_from.time_price * (behind_s + extra_s)
    )  # fmt: skip


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("which", ["thirsty idle", "fuel cut", "electric", "mean"])
@pytest.mark.parametrize(
    "situation",
    [(280.0, 40.0, 14.0, 1.0), (280.0, 26.0, 14.0, 16.0), (120.0, 30.0, 8.0, 1.0),
     (450.0, 50.0, 13.0, 46.0), (250.0, 25.0, 6.0, 1.0), (160.0, 18.0, 14.0, 1.0)],
)  # fmt: skip
def test_no_other_approach_of_the_family_is_cheaper(rate_maps, which, who, situation):
    distance_m, slot_s, speed_mps, place_m = situation
    rates = list(rate_maps.values()) if which == "mean" else [rate_maps[which]]
    told = approach(distance_m, slot_s, speed_mps=speed_mps, place_m=place_m, latest_s=slot_s + 8)
    allowed = replace(WHO[who], floor_mps=0.0)
    found = cheapest(tabulate(rates, wavering_mps2=0.0), told, allowed)
    fitting = {*RATES_MPS2[:-1:9], *found.ramp_mps2} if allowed.fits_ramps else set()
    costs = {
        (ramp, hold_mps): cost_anew(rates, told, allowed, ramp, hold_mps)
        for ramp in fitting.union(allowed.ramps_mps2)
        for hold_mps in allowed.hold_mps
    }
    costs = {key: cost for key, cost in costs.items() if cost is not None}
    assert found.is_feasible[0] == bool(costs)
    # A table of 0.25 m/s may confuse neighbours whose costs differ by less than this.
    if costs:
        chosen = float(found.ramp_mps2[0]), float(found.hold_mps[0])
        assert costs[chosen] <= min(costs.values()) + 0.02


@given(
    # Tables are exact at their own speeds.
    st.integers(32, 60).map(lambda n: n / 4),
    st.sampled_from([0.0, 4.0, 7.0]),
    # Between two ramps that there are.
    st.integers(10, 140).map(lambda n: (n + 0.5) / STEPS_PER_MPS2),
    st.tuples(st.floats(0.0, 15.0), st.floats(0.0, 15.0)),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_a_ramp_that_fits_is_the_gentlest_that_can_be_driven(
    ramps, speed_mps, hold_mps, down_mps2, before_and_behind_s, step_s
):
    cruise_s, held_s = before_and_behind_s
    slot_s = cruise_s + (speed_mps - hold_mps) / down_mps2 + held_s
    way_m = cruise_s * speed_mps + (speed_mps**2 - hold_mps**2) / (2.0 * down_mps2)
    way_m += held_s * hold_mps + hold_mps * 1.0 + hold_mps**2 / 9.0
    told = approach(1.0 + way_m, slot_s, speed_mps=speed_mps, latest_s=1e4)
    only = means(hold_mps=np.array([hold_mps]), step_s=step_s, ramps_mps2=(REJOIN_MPS2,))
    found = cheapest(ramps, told, only)
    assume(found.is_feasible[0])
    [ramp_mps2] = found.ramp_mps2
    gentler = cheapest(ramps, told, replace(only, fits_ramps=False, ramps_mps2=(ramp_mps2,)))
    assert gentler.is_feasible[0]
    if ramp_mps2 < -GENTLEST_MPS2:
        tried = RATES_MPS2[row_of(ramp_mps2) + 1]
        gentler = cheapest(ramps, told, replace(only, fits_ramps=False, ramps_mps2=(tried,)))
        assert not gentler.is_feasible[0]


def test_a_ramp_that_fits_to_the_hundredth_can_be_driven(ramps):
    stopping = means(hold_mps=np.zeros(1), step_s=1.0, ramps_mps2=(REJOIN_MPS2,))
    found = cheapest(ramps, approach(171.0, 23.0, speed_mps=12.0), stopping)
    assert found.is_feasible[0] and found.ramp_mps2[0] == -0.72


@pytest.mark.parametrize("off_mps", [-0.25, -0.1, 0.0, 0.1, 0.25])
def test_who_drives_about_as_fast_as_he_is_to_hold_needs_no_ramp(ramps, off_mps):
    told = approach(280.0, 40.0, speed_mps=7.0, latest_s=1e4)
    held = means(hold_mps=np.array([7.0 + off_mps]))
    assert not cheapest(ramps, told, held).is_feasible[0]


@pytest.mark.parametrize("ramp_mps2", [-0.355, -2.0, 0.3])
def test_a_ramp_that_there_is_not_cannot_be_used(ramp_mps2):
    with pytest.raises(ValueError, match=f"there are no ramps of .{ramp_mps2}. m/s2"):
        means(ramps_mps2=(COASTING, ramp_mps2))


def test_the_dearer_time_is_the_faster_is_what_is_held(rate_maps):
    told = approach(280.0, 40.0, latest_s=60.0)
    ramps = tabulate(list(rate_maps.values()), wavering_mps2=0.0)
    dear, cheap = (
        float(cheapest(ramps, told, means(time_price=price)).hold_mps[0]) for price in (50.0, 0.0)
    )
    assert dear > cheap


def test_vehicles_do_not_influence_one_another(ramps):
    situations = [(280.0, 40.0), (20.0, 30.0), (120.0, 14.0), (450.0, 50.0)]
    alone = [cheapest(ramps, approach(*one), means()) for one in situations]
    parts = [approach(*one) for one in situations]
    together = cheapest(
        ramps,
        Approach(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in parts])
                for each in fields(Approach)
                if each.name != "gate"
            }
        ),
        means(),
    )
    for name in ("is_feasible", "ramp_mps2", "hold_mps", "cruise_s", "join_s", "join_m"):
        expected = np.concatenate([getattr(one, name) for one in alone])
        rows = np.array([bool(one.is_feasible[0]) for one in alone]) | (name == "is_feasible")
        np.testing.assert_allclose(getattr(together, name)[rows], expected[rows])
