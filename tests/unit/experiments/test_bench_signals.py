from types import SimpleNamespace

import pytest

from experiments.speed.signals import ARMS, growth, measure_control


def timing(ours, sumo=10.0):
    parts = {"reading": 0.25 * ours, "commands": 0.0, "planner": 0.5 * ours}
    parts |= {"corridor": 0.25 * ours, "sumo": sumo}
    return SimpleNamespace(parts_cpu_s=parts, max_rss_mib=100.0)


def test_each_part_is_told_as_a_share_of_sumos_time():
    bench = SimpleNamespace(say=lambda _: None, time=lambda *_, **__: timing(8.0))
    found = measure_control(bench, SimpleNamespace(name="a town"), repeat=2)
    for arm in ARMS:
        shares = found["arms"][arm]["over_sumo"]
        assert shares == pytest.approx(
            {"planner": 0.4, "corridor": 0.2, "control": 0.6, "all": 0.8}
        )


@pytest.mark.parametrize(("power", "is_linear"), [(1.0, True), (1.5, False)])
def test_growth_is_linear_where_twice_the_signals_take_twice_the_time(power, is_linear):
    n_signals = [25, 100, 400]
    found = growth(n_signals, [timing(0.01 * n**power) for n in n_signals])
    assert found["exponent_ours"] == pytest.approx(power)
    assert found["is_linear"] is is_linear
    assert found["runs"][2]["n_signals"] == 400
    assert found["runs"][2]["max_rss_mib"] == 100.0
