"""The coming greens of controlled links: commitments exactly, plans with learned quantiles."""

from collections.abc import Sequence

import numpy as np

from corridor.columns import BoolArray, FloatArray, IntArray
from corridor.outlook import LIKELY, MAX, MIN, Q10, Q90
from corridor.signal_control.forecast_errors import ForecastErrors
from corridor.signal_control.layouts import Controllable
from corridor.signal_control.signal_forecast import Places, SignalForecast
from corridor.signal_control.steering import Steering
from corridor.signal_links import N_WINDOWS

N_TIMES = 10


class Forecast:
    """Green windows of the links of all controlled signals.

    Args:
        steering: What is committed and planned.
        found: The signals.
        promise_s: How long before it happens a switch is committed.
    """

    def __init__(self, steering: Steering, found: Sequence[Controllable], promise_s: float) -> None:
        self._steering, self._promise_s = steering, promise_s
        self._signals = [
            SignalForecast(one.stages, [link.index for link in one.links]) for one in found
        ]
        rows = [link.row for one in found for link in one.links]
        self.rows: IntArray = np.array(rows, dtype=np.int64)
        """(n,) rows of the links in the arrays over all links."""
        self.windows: FloatArray = np.full((N_TIMES, self.rows.size, N_WINDOWS), np.nan)
        """(10, n, W) their windows."""
        self._n_links = np.array([len(one.links) for one in found], dtype=np.int64)
        self._errors = ForecastErrors(self.rows.size)
        self._places: list[Places] = []
        self._place = np.zeros((2, self.rows.size, N_WINDOWS), dtype=np.int64)
        self._offset_s = np.zeros((2, self.rows.size, N_WINDOWS))

    def renew(self, time_s: float) -> None:
        """Tell anew what comes."""
        if not self._signals:
            return
        times: tuple[list[float], list[float], list[float]] = ([], [], [])
        first, places = [], []
        for signal, schedule, shown in zip(
            self._signals, self._steering.schedules, self._steering.shown, strict=True
        ):
            first.append(len(times[0]))
            places.append(signal.look(schedule, shown, time_s, times))
        self._put_together(places)
        place = self._place + np.repeat(first, self._n_links)[:, np.newaxis]
        times_s = np.array(times)
        windows = np.empty((N_TIMES, self.rows.size, N_WINDOWS))
        for half in range(2):
            found_s = times_s[:, place[half]] + self._offset_s[half]
            rows = windows[5 * half : 5 * half + 5]
            rows[MIN], rows[LIKELY], rows[MAX] = found_s
            # What is not committed cannot come before the promise is over.
            is_open = found_s[0] < found_s[2]
            np.maximum(rows[MIN], time_s + self._promise_s, out=rows[MIN], where=is_open)
            np.maximum(rows[LIKELY], rows[MIN], out=rows[LIKELY])
            rows[Q10], rows[Q90] = rows[LIKELY], rows[LIKELY]
        self.windows = windows
        self._errors.learn(self._shown_green(), windows, time_s)
        self._errors.spread(windows, time_s)

    def _put_together(self, places: list[Places]) -> None:
        """Take over where the times of the windows are, if that has changed of any signal."""
        old = self._places
        if len(old) == len(places) and all(a is b for a, b in zip(old, places, strict=True)):
            return
        self._places = places
        np.concatenate([each.place for each in places], axis=1, out=self._place)
        np.concatenate([each.offset_s for each in places], axis=1, out=self._offset_s)

    def _shown_green(self) -> BoolArray:
        return np.concatenate(
            [
                signal.has_green(shown[0])
                for signal, shown in zip(self._signals, self._steering.shown, strict=True)
            ]
        )
