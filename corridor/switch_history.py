"""How long it was, so far, from the end of one phase to the switches behind it."""

import numpy as np
from numpy.typing import NDArray

from corridor.outlook import SHARES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MEMORY = 20
"""Occurrences of a phase that its followers' times rest on."""
OCCURRENCES = np.arange(1, MEMORY + 1)
ENOUGH = 5
"""With fewer of them, what is planned counts as seen, too."""


class SwitchHistory:
    """When the phases of some signals ended.

    Args:
        n_signals: How many signals.
        n_phases: Phases of their longest program.
        n_ahead: K, the switches that are asked for behind a phase.
    """

    def __init__(self, n_signals: int, n_phases: int, n_ahead: int) -> None:
        self._n_kept = MEMORY * n_phases + n_ahead
        self._n = np.zeros(n_signals, dtype=np.int64)
        self._phases = np.zeros((n_signals, 2 * self._n_kept), dtype=np.int64)
        self._ends_s = np.zeros((n_signals, 2 * self._n_kept))

    def note(self, signals: IntArray, phases: IntArray, ends_s: FloatArray) -> None:
        """Phases ended, and those that follow them began; one of each signal at the most."""
        for signal in signals[self._n[signals] == 2 * self._n_kept]:
            for kept in (self._phases, self._ends_s):
                kept[signal, : self._n_kept] = kept[signal, self._n_kept :]
            self._n[signal] = self._n_kept
        self._phases[signals, self._n[signals]] = phases
        self._ends_s[signals, self._n[signals]] = ends_s
        self._n[signals] += 1

    def forget(self, signals: IntArray) -> None:
        """Phases did not follow their order: what was seen leads to nothing any more."""
        self._n[signals] = 0

    def quantiles(
        self,
        signals: IntArray,
        phases: IntArray,
        n_until: IntArray,
        periods: IntArray,
        plans_s: FloatArray,
    ) -> FloatArray:
        """Times from the end of phases to the switches behind them.

        Args:
            signals: (m,) numbers of the signals.
            phases: (m,) the phases.
            n_until: (m,) how many phases end, from now on, before each of these.
            periods: (m,) phases from each of these to its next occurrence.
            plans_s: (p, m, K) what counts as seen where little was seen.

        Returns:
            (3, m, K) quantiles of `SHARES` for the k-th switch, from k = 0 (the end itself) on.
        """
        n_ahead = plans_s.shape[-1]
        n = self._n[signals][:, np.newaxis]
        at = (n + n_until[:, np.newaxis]) - periods[:, np.newaxis] * OCCURRENCES
        row = signals[:, np.newaxis]
        is_one = (at >= 0) & (at < n)
        is_one &= self._phases[row, at % self._width] == phases[:, np.newaxis]
        # Samples go along the last axis, where sorting is fast.
        place = at[:, np.newaxis] + np.arange(n_ahead)[:, np.newaxis]
        is_known = is_one[:, np.newaxis] & (place < n[..., np.newaxis])
        ends_s = self._ends_s[row[..., np.newaxis], place % self._width]
        n_seen = is_known.sum(axis=2)
        is_short = n_seen < ENOUGH
        spans_s = np.full((*n_seen.shape, MEMORY + len(plans_s)), np.nan)
        np.subtract(ends_s, ends_s[:, :1], out=spans_s[..., :MEMORY], where=is_known)
        spans_s[is_short, MEMORY:] = plans_s[:, is_short].T
        spans_s.sort(axis=2)  # NaN last
        n_seen += is_short * len(plans_s)
        rank = _ranks(n_seen)
        return np.asarray(spans_s[np.arange(signals.size)[:, np.newaxis], np.arange(n_ahead), rank])

    @property
    def _width(self) -> int:
        return 2 * self._n_kept


def _ranks(n_seen: IntArray) -> IntArray:
    """(3, ...) places of the quantiles in so many sorted samples.

    The next one lies below the k-th of n with probability k / (n + 1).
    """
    rank = SHARES.reshape(3, *[1] * n_seen.ndim) * (n_seen + 1.0)
    rank[0] = np.floor(rank[0] + 1e-9)
    rank[1] = np.floor(rank[1] + 0.5)
    rank[2] = np.ceil(rank[2] - 1e-9)
    return np.asarray(np.clip(rank.astype(np.int64), 1, n_seen) - 1)
