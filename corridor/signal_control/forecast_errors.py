"""How far off earlier forecasts of switches were, by how far ahead they were made."""

import numpy as np

from corridor.columns import BoolArray, FloatArray, IntArray
from corridor.outlook import LIKELY, MAX, MIN, Q10, Q90

LEADS_S = np.array([5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0])
"""Forecasts are learned from in groups, between these times ahead."""
FARTHEST_S = 90
"""Greater errors count as this one."""
SAMPLE_S, N_SAMPLES = 5.0, 36
"""Every so often a forecast is kept to be compared with what happened; so many are."""
RENEWAL_S = 30.0
"""Quantiles are taken anew so often."""
PRIOR_WEIGHT = 30.0
PRIOR_LATE, PRIOR_EARLY = 0.4, 0.3
"""Before anything was seen: nine of ten are not later than by this share of the time ahead, nor
earlier than by the other one."""


class ForecastErrors:
    """Signed errors (happened less forecast) of the starts and ends of greens.

    Args:
        n_links: How many links.
    """

    def __init__(self, n_links: int) -> None:
        n_groups = LEADS_S.size + 1
        self._counts = np.zeros((2, n_groups, 2 * FARTHEST_S + 1))
        middles_s = np.concatenate([[0.0], LEADS_S]) + 2.5
        for group, lead_s in enumerate(middles_s):
            for share, weight in ((-PRIOR_EARLY, 0.15), (0.0, 0.7), (PRIOR_LATE, 0.15)):
                place = FARTHEST_S + round(np.clip(share * lead_s, -FARTHEST_S, FARTHEST_S))
                self._counts[:, group, place] += PRIOR_WEIGHT * weight
        self._off_s = self._quantiles()
        self._renewed_s = -np.inf
        self._sampled_s = -np.inf
        self._n = 0
        self._time_s = np.full(N_SAMPLES, -np.inf)
        self._told_s = np.full((2, N_SAMPLES, n_links), np.nan)
        self._before: BoolArray | None = None
        self._last_s = np.full((2, n_links), -np.inf)

    def learn(self, green: BoolArray, windows: FloatArray, time_s: float) -> None:
        """Compare what happens with earlier forecasts, and keep the present one now and then.

        Args:
            green: (n,) whether each link has green now.
            windows: (10, n, W) the present forecast, not yet spread.
            time_s: Now.
        """
        if self._before is not None:
            changed = green != self._before
            if changed.any():
                for kind, turned in ((0, changed & green), (1, changed & ~green)):
                    self._compare(kind, turned.nonzero()[0], time_s)
        self._before = green
        if time_s >= self._sampled_s + SAMPLE_S - 1e-6:
            self._sampled_s = time_s
            self._keep(windows, time_s)

    def _compare(self, kind: int, links: IntArray, time_s: float) -> None:
        if not links.size:
            return
        told_s = self._told_s[kind][:, links]
        lead_s = told_s - self._time_s[:, np.newaxis]
        is_meant = np.isfinite(told_s) & (self._time_s[:, np.newaxis] > self._last_s[kind, links])
        error_s = np.clip(np.rint(time_s - told_s[is_meant]), -FARTHEST_S, FARTHEST_S)
        group = np.searchsorted(LEADS_S, lead_s[is_meant])
        np.add.at(self._counts[kind], (group, error_s.astype(np.int64) + FARTHEST_S), 1.0)
        self._last_s[kind, links] = time_s

    def _keep(self, windows: FloatArray, time_s: float) -> None:
        place = self._n % N_SAMPLES
        self._n += 1
        self._time_s[place] = time_s
        for kind, first in ((0, 0), (1, 5)):
            likely_s = windows[first + LIKELY]
            is_open = windows[first + MIN] != windows[first + MAX]
            is_next = (likely_s > time_s) & np.isfinite(likely_s)
            column = is_next.argmax(axis=1)
            row = np.arange(column.size)
            # What is committed is no forecast.
            kept = is_next[row, column] & is_open[row, column]
            self._told_s[kind, place] = np.where(kept, likely_s[row, column], np.nan)

    def spread(self, windows: FloatArray, time_s: float) -> None:
        """Write quantiles around what is likely, as far as it is not committed.

        Args:
            windows: (10, n, W) is written to.
            time_s: Now.
        """
        if time_s >= self._renewed_s + RENEWAL_S:
            self._renewed_s = time_s
            self._off_s = self._quantiles()
        for kind, first in ((0, 0), (1, 5)):
            times_s = windows[first : first + 5]
            likely_s = times_s[LIKELY]
            is_open = times_s[MIN] < times_s[MAX]
            group = np.searchsorted(LEADS_S, likely_s - time_s)
            group = np.minimum(group, LEADS_S.size)
            for share, place in ((0, Q10), (1, Q90)):
                off_s = likely_s + self._off_s[kind, share][group]
                off_s = np.clip(off_s, times_s[MIN], times_s[MAX])
                np.copyto(times_s[place], off_s, where=is_open)

    def _quantiles(self) -> FloatArray:
        """(2, 2, groups) 10 % quantile, at the most 0, and 90 % quantile, at the least 0."""
        share = np.cumsum(self._counts, axis=2) / self._counts.sum(axis=2, keepdims=True)
        low_s = (share >= 0.1).argmax(axis=2) - FARTHEST_S
        high_s = (share >= 0.9).argmax(axis=2) - FARTHEST_S
        return np.stack([np.minimum(low_s, 0), np.maximum(high_s, 0)], axis=1).astype(np.float64)
