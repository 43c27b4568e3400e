"""What it means to follow advice: by the speed driven, with tolerance and time to react."""

import polars as pl
import pytest

from experiments.report.heeding import heeding, shares


def advice(speeds_mps, told_mps, *, reasons=None, signals=None, step_s=1.0, vehicle="v"):
    """Steps of one vehicle under `eco`; what it is told is shown and advised alike."""
    n = len(speeds_mps)
    return pl.DataFrame(
        {
            "arm": ["eco"] * n,
            "seed": [1] * n,
            "vehicle_id": [vehicle] * n,
            "time_s": [100.0 + step_s * place for place in range(n)],
            "signal_id": signals or ["J"] * n,
            "reason": reasons or ["not_needed" if told is None else "advised" for told in told_mps],
            "speed_mps": [float(speed) for speed in speeds_mps],
            "advised_mps": pl.Series(told_mps, dtype=pl.Float64),
            "shown_mps": pl.Series(told_mps, dtype=pl.Float64),
        }
    )


def states(rows, execution="driver"):
    return heeding(rows, execution).steps["state"].to_list()


def events(rows):
    return heeding(rows, "driver").events.select("time_s", "event").rows()


def test_a_vehicle_at_the_speed_it_was_told_follows_up_to_the_tolerance():
    assert states(advice([10.0, 11.0, 11.0, 11.0, 11.0], [10.0] * 5)) == ["followed"] * 5
    late = states(advice([11.01] * 5, [10.0] * 5))
    assert late == ["in_grace"] * 3 + ["ignored"] * 2


def test_a_slower_vehicle_follows_since_others_may_be_in_its_way():
    assert states(advice([0.0] * 4, [10.0] * 4)) == ["followed"] * 4


def test_whoever_slows_down_to_what_was_told_follows_on_the_way():
    speeds = [16.0 - 0.5 * place for place in range(8)]
    assert states(advice(speeds, [8.0] * 8)) == ["in_grace"] * 2 + ["followed"] * 6
    gently = [16.0 - 0.2 * place for place in range(8)]
    assert states(advice(gently, [8.0] * 8))[4:] == ["ignored"] * 4


def test_time_to_react_begins_anew_with_every_change():
    told = [10.0] * 5 + [8.0] * 5
    expected = ["in_grace"] * 3 + ["ignored"] * 2
    assert states(advice([14.0] * 10, told)) == expected * 2


def test_short_steps_are_judged_by_the_same_times():
    rows = advice([14.0] * 50, [10.0] * 50, step_s=0.1)
    assert states(rows) == ["in_grace"] * 30 + ["ignored"] * 20
    slowing = advice([14.0 - 0.04 * n for n in range(60)], [5.0] * 60, step_s=0.1)
    assert states(slowing)[25:] == ["followed"] * 35


def test_a_driver_is_told_what_is_shown_and_a_machine_what_is_advised():
    rows = advice([14.0] * 5, [10.0] * 5).with_columns(shown_mps=pl.lit(None, dtype=pl.Float64))
    assert states(rows) == []
    assert states(rows, "automated") == ["in_grace"] * 3 + ["ignored"] * 2


def test_a_driver_who_follows_no_advice_is_told_none():
    rows = advice([14.0] * 3, [None] * 3, reasons=["refused"] * 3)
    assert states(rows) == ["refused"] * 3
    assert events(rows) == []


@pytest.mark.parametrize(
    ("reason", "withdrawn"), [("too_slow", True), ("stale", True), ("not_needed", False)]
)
def test_advice_is_withdrawn_unless_the_own_speed_meets_the_green(reason, withdrawn):
    rows = advice([10.0] * 3, [10.0, 10.0, None], reasons=["advised", "advised", reason])
    assert events(rows) == [(100.0, "given")] + [(102.0, "withdrawn")] * withdrawn


def test_advice_that_ends_by_crossing_the_line_is_not_withdrawn():
    rows = advice(
        [10.0] * 3, [10.0, 10.0, None], reasons=["advised", "advised", "too_slow"],
        signals=["J", "J", "K"],
    )  # fmt: skip
    assert events(rows) == [(100.0, "given")]


def test_advice_for_the_next_signal_begins_anew():
    rows = advice([10.0] * 4, [10.0] * 4, signals=["J", "J", "K", "K"])
    assert events(rows) == [(100.0, "given"), (102.0, "given")]


def test_shares_are_of_the_steps_in_which_something_was_told():
    rows = pl.concat(
        [
            advice([14.0] * 5, [10.0] * 5),
            advice([9.0] * 5, [10.0] * 5, vehicle="w"),
            advice([9.0] * 7, [None] * 7, reasons=["refused"] * 7, vehicle="x"),
        ]
    )
    [found] = shares(heeding(rows, "driver")).to_dicts()
    assert (found["n_steps"], found["n_refused"], found["n_given"]) == (10, 7, 2)
    assert (found["followed"], found["in_grace"], found["ignored"]) == (0.5, 0.3, 0.2)
