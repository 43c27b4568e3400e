import numpy as np
import pytest

from corridor.outlook import LIKELY, MAX, MIN, Q10, Q90
from corridor.signal_control.forecast_errors import ForecastErrors


def told(likely_s, least_s, most_s):
    """One green of one link, whose start is told; its end comes 20 s later."""
    windows = np.full((10, 1, 1), likely_s)
    windows[MIN], windows[MAX] = least_s, most_s
    windows[5:] = windows[:5] + 20.0
    return windows


def test_what_is_committed_stays_exact():
    windows = told(30.0, 30.0, 30.0)
    ForecastErrors(1).spread(windows, 10.0)
    assert np.all(windows[:5] == 30.0)


def test_before_anything_was_seen_farther_ahead_is_less_certain():
    errors = ForecastErrors(1)
    widths_s = []
    for likely_s in (13.0, 70.0):
        windows = told(likely_s, 0.0, 500.0)
        errors.spread(windows, 10.0)
        assert windows[Q10] <= windows[LIKELY] <= windows[Q90]
        widths_s.append(float(windows[Q90, 0, 0] - windows[Q10, 0, 0]))
    assert widths_s[0] < widths_s[1]


def test_quantiles_stay_within_the_bounds():
    windows = told(70.0, 68.0, 71.0)
    ForecastErrors(1).spread(windows, 10.0)
    assert windows[Q10] == 68.0
    assert windows[Q90] == 71.0


@pytest.mark.parametrize("late_s", [0.0, 6.0, -4.0])
def test_they_learn_how_far_off_forecasts_were(late_s):
    errors = ForecastErrors(1)
    for cycle in range(200):
        start_s = 100.0 * cycle
        for second in range(100):
            now_s = start_s + second
            likely_s = start_s + 50.0
            is_green = 50.0 + late_s <= second < 80.0
            windows = told(likely_s, start_s, start_s + 90.0)
            errors.learn(np.array([is_green]), windows, now_s)
    windows = told(20_060.0, 20_000.0, 20_200.0)
    errors.spread(windows, 20_040.0)
    assert windows[Q90, 0, 0] - 20_060.0 == pytest.approx(max(late_s, 0.0), abs=1.0)
    assert windows[Q10, 0, 0] - 20_060.0 == pytest.approx(min(late_s, 0.0), abs=1.0)
