"""The section of the report on waits."""

from types import SimpleNamespace

import polars as pl
import pytest

from experiments.report.plot_waits import wait_curves
from experiments.report.who_waits import persons_table, waits_table


def results(waits=None, persons=None):
    names = ("arm", "seed", "road", "longest_wait_s")
    rows = [
        (arm, 1, road, float(wait))
        for arm, of_arm in (waits or {}).items()
        for road, wait in of_arm
    ]
    figures = {
        arm: {
            "longest_wait_s": max(wait for _, wait in of_arm),
            "longest_wait_at": {"seed": 3, "vehicle_id": "v7", "signal_id": "J2"},
            "longest_entry_wait_s": 12.0,
        }
        for arm, of_arm in (waits or {}).items()
    }
    summary = {"arms": figures, **({"persons": persons} if persons else {})}
    return SimpleNamespace(
        summary=summary,
        reference="unadvised",
        treated=("x",),
        advised=("x",),
        arms=("unadvised", "x"),
        waits=pl.DataFrame(rows, schema=names, orient="row"),
    )


WAITS = {
    "unadvised": [("main", 10 * each) for each in range(11)] + [("side", 30)],
    "x": [("main", 0), ("side", 50), ("side", 90)],
}


def test_an_arm_is_told_with_its_quantiles_by_road_and_its_longest_wait_with_the_place():
    rows = {row.name: row.cells for row in waits_table(results(WAITS))}
    quantiles, main, side, longest, entry = rows["x"]
    assert quantiles.value == "50 / 86 / 89"
    assert (main.value, side.value) == ("0", "88")
    assert (longest.value, longest.interval) == ("90", "v7 at J2, seed 3")
    assert entry.value == "12"
    assert rows["unadvised"][1].value == "95"


def test_results_that_tell_no_waits_have_no_such_section():
    assert waits_table(results()) == []
    assert persons_table(results(WAITS)) == []


def test_a_curve_tells_the_share_that_waits_longer():
    curves = wait_curves(results(WAITS).waits).filter(arm="x", road="side")
    share = dict(curves.select("wait_s", "share").iter_rows())
    assert share[0.0] == 1.0
    assert min(share.values()) == share[max(share)] == 0.0
    assert share[min(share, key=lambda wait_s: abs(wait_s - 70.0))] == pytest.approx(0.5)


def test_people_on_foot_are_told_with_the_change_of_their_trip_time():
    told = {
        "persons": 4.0, "arrived": 3.0, "trip_time_s": 100.0, "ride_wait_s": None,
        "wait_p95_s": 40.0, "longest_wait_s": 44.0,
        "longest_wait_at": {"seed": 1, "person_id": "p", "signal_id": "J"},
    }  # fmt: skip
    effect = {"mean": 5.0, "low": 4.0, "high": 6.0, "n": 8, "bca_low": 4.1, "bca_high": 5.9}
    rows = persons_table(results(WAITS, {"unadvised": told, "x": told | {"trip_time_pct": effect}}))
    assert [row.name for row in rows] == ["unadvised", "x"]
    arrived, trip, ride, wait, longest = rows[1].cells
    assert (arrived.value, ride.value, wait.value) == ("3 / 4", "\u2013", "40")
    assert (trip.value, trip.tone) == ("100.0", "more")
    assert longest.interval == "p at J, seed 1"
