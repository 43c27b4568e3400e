"""What vehicles were told of switches, against what signals did."""

from types import SimpleNamespace

import polars as pl
import pytest

from experiments.report.plot_promises import draw_promises
from experiments.report.plot_style import drawing_style
from experiments.report.promises import by_lead, kept, told_switches

LINK = {"arm": "committed+eco", "seed": 1, "signal_id": "J", "link_index": 0}
SHOWN = ((0, 30, "r"), (30, 40, "g"), (40, 50, "G"), (50, 53, "y"), (53, 90, "r"), (90, 99, "G"))


def lights():
    return pl.DataFrame(
        [
            LINK | {"start_s": float(start), "end_s": float(end), "state": state}
            for start, end, state in SHOWN
        ]
    )


def told(*rows):
    return pl.DataFrame(
        [
            LINK
            | {
                "vehicle_id": f"v{number}",
                "time_s": time_s,
                "likely_start_1_s": start_s,
                "likely_end_1_s": end_s,
            }
            for number, (time_s, start_s, end_s) in enumerate(rows)
        ]
    )


def results(advice, promises=None):
    # As a table that is not there is read: without types.
    empty = pl.DataFrame(schema="arm signal_id announced_s promised_s happened_s is_kept".split())
    return SimpleNamespace(
        advice=advice,
        lights=lights(),
        promises=empty if promises is None else promises,
        arms=("committed+eco",),
        focus="committed+eco",
    )


def test_a_told_start_is_held_against_the_next_green_whatever_its_letter():
    [row] = told_switches(results(told((10.0, 28.0, 50.0)))).to_dicts()
    assert (row["kind"], row["ahead_s"], row["came_s"], row["error_s"]) == ("starts", 18, 30, 2)


def test_during_green_the_told_end_is_held_against_the_end_of_this_green():
    [row] = told_switches(results(told((42.0, 30.0, 47.0)))).to_dicts()
    assert (row["kind"], row["ahead_s"], row["came_s"], row["error_s"]) == ("ends", 5, 50, 3)


def test_several_vehicles_that_are_told_the_same_count_once():
    assert told_switches(results(told(*[(10.0, 30.0, 50.0)] * 3))).height == 1


def test_what_never_came_within_the_run_is_not_counted():
    switches = told_switches(results(told((95.0, 130.0, 150.0), (95.0, 90.0, 99.0))))
    assert switches["came_s"].to_list() == [None, None]
    assert kept(switches).is_empty()


def test_the_share_kept_is_by_how_far_ahead_it_was_told():
    rows = [(29.0, 30.0, 50.0), (28.5, 30.0, 50.0), (5.0, 30.0, 50.0), (5.5, 20.0, 50.0)]
    switches = told_switches(results(told(*rows)))
    table = by_lead(switches)
    assert table.select("from_s", "n_told", "kept_share").rows() == [
        (0.0, 1, 1.0), (1.0, 1, 1.0), (14.0, 1, 0.0), (24.0, 1, 1.0),
    ]  # fmt: skip
    assert kept(switches).rows() == [("committed+eco", 4, 0.75)]


def test_what_is_told_a_promise_ahead_is_not_mixed_with_what_is_told_before():
    rows = [(30.0 - ahead_s, 30.0 + late_s, 50.0) for ahead_s, late_s in ((5.0, 0), (5.25, 4))]
    table = by_lead(told_switches(results(told(*rows))))
    assert table.select("from_s", "to_s", "kept_share").rows() == [
        (4.0, 5.0, 1.0),
        (9.0, 10.0, 0.0),
    ]


def test_broken_promises_are_told_and_drawn():
    promises = pl.DataFrame(
        {
            "arm": "committed+eco",
            "signal_id": "J",
            "announced_s": [0.0, 10.0],
            "promised_s": [10.0, 20.0],
            "happened_s": [10.0, 23.0],
            "is_kept": [True, False],
        }
    )
    rows = [(30.0 - 0.04 * n, 31.0, 50.0) for n in range(1, 25)]
    with drawing_style():
        chart = draw_promises(results(told(*rows), promises))
    assert "Of 2 switches that the signals of committed+eco committed to, 50.00" in chart.caption
    assert chart.tables["committed"]["error_s"].to_list() == [0.0, 3.0]


def test_signals_that_committed_to_nothing_are_told_of_nothing():
    rows = [(30.0 - 0.04 * n, 31.0, 50.0) for n in range(1, 25)]
    with drawing_style():
        chart = draw_promises(results(told(*rows)))
    assert "committed to" not in chart.caption


def test_without_advice_there_is_no_diagram():
    assert draw_promises(results(told((1.0, 2.0, 3.0)).clear())) is None


@pytest.mark.parametrize("lead_s", [0.0, -3.0])
def test_a_switch_that_is_overdue_is_no_promise(lead_s):
    switches = told_switches(results(told((42.0, 30.0, 42.0 + lead_s))))
    assert kept(switches).is_empty()
