"""How gains and losses are spread over the trips."""

import numpy as np
import polars as pl
import pytest

from experiments.report.equity import balance, balance_table, class_rows, gini, gini_words
from experiments.report.plot_equity import curve_rows


def trips(changes_s, *, before_s=100.0, equipped=None):
    n = len(changes_s)
    return pl.DataFrame(
        {
            "seed": [1] * n,
            "vehicle_id": [f"v{place:03d}" for place in range(n)],
            "equipped": equipped or [True] * n,
            "road": ["main"] * n,
            "trip_time_reference_s": np.broadcast_to(np.asarray(before_s, dtype=float), n),
            "co2_reference_g": [200.0] * n,
            "trip_time_s": [float(change) for change in changes_s],
            "co2_own_g": [2.0 * change for change in changes_s],
        }
    )


def test_gini_worked_by_hand():
    assert gini(np.array([5.0, 5.0, 5.0])) == 0.0
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)
    assert np.isnan(gini(np.array([])))


def test_gini_does_not_depend_on_the_unit_or_the_order():
    values = np.array([3.0, 1.0, 7.0, 2.0])
    assert gini(values) == pytest.approx(gini(60.0 * values[::-1]))


def test_what_is_saved_less_what_is_added_is_the_mean_change():
    changes = np.array([-6.0, -2.0, 0.0, 3.0, 1.0])
    saved, added = balance(changes)
    assert (saved, added) == (1.6, 0.8)
    assert added - saved == pytest.approx(changes.mean())


def test_the_table_tells_groups_apart_and_leaves_out_empty_ones():
    rows = balance_table(trips([-6, 2, 4, 0], equipped=[True, True, False, False]))
    names = [row.name for row in rows]
    assert names == ["All vehicles", "Equipped", "Not equipped", "On the main road"]
    equipped = [cell.value or cell.change for cell in rows[1].cells]
    assert equipped[:5] == ["2", "50\u202f%", "3.0 / 1.0 s", "33\u202f%", "\u22122.0 s"]
    assert rows[2].cells[3].value == "\u2013"  # nothing is saved there, so nothing is paid back


def test_classes_hold_equally_many_trips_the_shortest_first():
    table = class_rows(trips([1.0] * 10 + [-2.0] * 10, before_s=np.arange(20) + 50.0))
    assert table["n_trips"].to_list() == [2] * 10
    assert table["from_s"].to_list() == [50.0 + 2 * place for place in range(10)]
    assert table["trip_time_change_s"].to_list() == [1.0] * 5 + [-2.0] * 5
    assert table["co2_change_pct"].to_list() == [1.0] * 5 + [-2.0] * 5


def test_few_trips_make_few_classes():
    assert class_rows(trips([1.0, 2.0, 3.0]))["n_trips"].to_list() == [1, 1, 1]
    assert class_rows(trips([])).is_empty()
    assert gini_words(trips([]), "eco") == ""


def test_the_curve_falls_by_the_gains_and_ends_at_the_mean():
    table = curve_rows(trips([3.0, -6.0, 0.0, -1.0])).filter(group="all")
    assert table["share"].to_list() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert table["trip_time_sum_s"].to_list() == [0.0, -1.5, -1.75, -1.75, -1.0]
    assert table["co2_sum_g"].to_list() == [0.0, -3.0, -3.5, -3.5, -2.0]
