import numpy as np
import pytest

from corridor.changes import count_changes, differs

NONE = np.nan


class Table:
    """Columns of one vehicle."""

    def __init__(self):
        self.columns = {name: np.full(1, np.nan) for name in ("advised_mps", "shown_mps")}
        self.columns |= {"counted_mps": np.full(1, np.nan), "advice_changes": np.zeros(1, int)}

    def floats(self, name):
        return self.columns[name]

    ints = floats


def changes(execution, told_mps):
    """How often the advice of a vehicle counts as changed that is told these speeds in turn."""
    table = Table()
    for speed_mps in told_mps:
        told = "advised_mps" if execution == "automated" else "shown_mps"
        table.floats(told)[:] = speed_mps
        count_changes(table, execution)
    return int(table.ints("advice_changes")[0])


@pytest.mark.parametrize("execution", ["automated", "driver"])
def test_advice_that_comes_or_goes_is_a_change(execution):
    assert changes(execution, [NONE, NONE]) == 0
    assert changes(execution, [NONE, 8.0, 8.0]) == 1
    assert changes(execution, [8.0, NONE, NONE, 8.0]) == 3


def test_cruise_control_is_not_disturbed_by_small_changes():
    assert changes("automated", [8.0, 8.5, 8.0, 7.5]) == 1
    assert changes("automated", [8.0, 8.6]) == 2


def test_small_changes_add_up_to_one_that_counts():
    assert changes("automated", [8.0, 8.3, 8.6, 8.9, 9.2]) == 3


def test_every_change_of_a_display_counts():
    assert changes("driver", [8.0, 8.01, 8.01, 8.0]) == 3


def test_what_the_display_does_not_show_is_no_change_for_a_driver():
    table = Table()
    for speed_mps in (8.0, 10.0, NONE):
        table.floats("advised_mps")[:] = speed_mps
        count_changes(table, "driver")
    assert table.ints("advice_changes").tolist() == [0]


def test_each_vehicle_is_judged_by_itself():
    told = np.array([NONE, NONE, 8.0, 8.0, 8.0])
    counted = np.array([NONE, 8.0, NONE, 8.0, 9.0])
    assert differs(told, counted, 0.5).tolist() == [False, True, True, False, True]
