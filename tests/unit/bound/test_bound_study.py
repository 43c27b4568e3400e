"""From recorded steps to approaches with a slot, an exit and a kind."""

import numpy as np
import polars as pl
import pytest

from emissions import EmissionMap
from experiments.bound.approaches import Approaches
from experiments.bound.study import KINDS, gate_of, kinds_of, least_of
from experiments.bound.trace import trace_of

RATES = EmissionMap(
    emission_class="X/y",
    quantity="CO2",
    slope_deg=np.zeros(1),
    speed_mps=np.array([0.0, 30.0]),
    accel_mps2=np.array([-5.0, 0.0, 5.0]),
    rate=np.array([[[0.0, 1.0, 2.0], [0.0, 4.0, 20.0]]]),
)


def driven(*speeds_mps):
    """A trace with one vehicle for each list of speeds."""
    ids = [f"v{i}" for i, each in enumerate(speeds_mps) for _ in each]
    distances = [np.cumsum([0.0, *each[1:]]) for each in speeds_mps]
    times = [np.arange(len(each), dtype=float) for each in speeds_mps]
    return trace_of(
        pl.Series(ids),
        np.concatenate(times),
        np.concatenate(distances),
        np.concatenate([np.array(each, dtype=float) for each in speeds_mps]),
        step_s=1.0,
    )


def approach(trace, line_m, *, red_end_s=np.nan, crossing_mps=10.0):
    """The only approach of the only vehicle, from its insertion to its arrival."""
    slot = int(np.searchsorted(trace.distance_m, line_m + 0.02, "right")) - 1
    last = trace.distance_m.size - 1
    return Approaches(
        table=pl.DataFrame({"vehicle_id": ["v0"], "place": [0]}),
        line_m=np.array([line_m]),
        entry_m=np.zeros(1),
        exit_m=trace.distance_m[-1:],
        first=np.zeros(1, dtype=np.int64),
        slot=np.array([slot]),
        last=np.array([last]),
        red_end_s=np.array([red_end_s]),
        ceiling_mps=np.array([10.0]),
        limits_mps=np.array([[10.0, crossing_mps, 10.0]]),
        lengths_m=np.array([[500.0, 12.0]]),
        accel_mps2=np.array([2.0]),
    )


CRUISE = [10] * 21
STOP = [10] * 5 + [8, 6, 4, 2, 0, 0, 0, 0, 2, 4, 6, 8, 10, 10, 10, 10]


def kind(speeds, line_m, **facts):
    trace = driven(speeds)
    return KINDS[kinds_of(trace, approach(trace, line_m, **facts))[0]]


def test_who_cruises_passes_freely():
    assert kind(CRUISE, 100.0) == "free"


def test_who_only_brakes_for_a_turn_passes_freely():
    turning = [10] * 8 + [8, 6, 6, 6, 8, 10, 10, 10, 10]
    assert kind(turning, 93.0, crossing_mps=6.0) == "free"
    assert kind(turning, 93.0) == "slowed"


def test_a_stop_is_avoidable_where_the_way_was_long_enough():
    assert kind(STOP, 60.0) == "stop unavoidable"
    far = [10] * 20 + STOP
    assert kind(far, 260.0) == "stop avoidable"


def test_slot_and_exit_are_seen_from_the_exit():
    trace = driven(STOP)
    found = gate_of(trace, approach(trace, 60.0, red_end_s=12.0), 0)
    assert found.slot_steps == 20 - 12
    assert found.red_steps == 20 - 11
    assert found.exit_m == pytest.approx(trace.distance_m[-1] - 60.0)
    assert found.exit_mps == 10.0
    assert found.zones == ()


def test_a_slow_turn_is_a_zone_behind_the_line():
    trace = driven(CRUISE)
    (zone,) = gate_of(trace, approach(trace, 100.0, crossing_mps=6.0), 0).zones
    assert (zone.start_m, zone.end_m, zone.limit_mps) == (0.0, 12.0, 6.0)


def test_a_cruise_without_slack_has_nothing_to_gain_and_a_stop_has():
    for speeds, line_m in ((CRUISE, 100.0), (STOP, 60.0)):
        trace = driven(speeds)
        emitted = trace.cumulated(RATES, 1.0)[-1]
        least = least_of(trace, approach(trace, line_m), RATES, 0.25)[0]
        assert least <= emitted + 1e-4
        assert (least < 0.95 * emitted) == (speeds is STOP)


def test_a_trace_is_cut_within_a_step():
    trace = driven(CRUISE, STOP)
    who = np.array([0, 1])
    at = trace.place_of(who, np.array([25.0, 44.0]))
    np.testing.assert_allclose(trace.between(trace.time_s, *at), [2.5, 4.5])


def test_the_insertion_of_a_vehicle_costs_nothing():
    whole = driven(CRUISE, STOP).cumulated(RATES, 1.0)
    assert whole[0] == 0.0
    assert whole[21] == whole[20]
