from types import SimpleNamespace

import pytest

from experiments.speed.signals import growth, ours_s


def timing(ours, sumo=10.0):
    parts = {"reading": 0.25 * ours, "commands": 0.0, "planner": 0.5 * ours}
    return SimpleNamespace(parts_cpu_s={**parts, "corridor": 0.25 * ours, "sumo": sumo})


def test_all_that_is_not_sumos_is_ours():
    assert ours_s(timing(8.0)) == pytest.approx(8.0)


@pytest.mark.parametrize(("power", "is_linear"), [(1.0, True), (1.5, False)])
def test_growth_is_linear_where_twice_the_signals_take_twice_the_time(power, is_linear):
    n_signals = [25, 100, 400]
    found = growth(n_signals, [timing(0.01 * n**power) for n in n_signals])
    assert found["exponent_ours"] == pytest.approx(power)
    assert found["is_linear"] is is_linear
    assert found["runs"][2]["n_signals"] == 400
