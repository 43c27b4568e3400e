"""Roadside units: who hears which message when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.parameters import Outage, RsuParameters

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """The channel between roadside units and vehicles, drawn from a seed.

    Messages are made at whole multiples of the period. Each vehicle receives each message with
    probability 1 - loss, independently; a message is received a latency after it was made.
    """

    parameters: RsuParameters
    rng: np.random.Generator

    def newest_received_s(
        self,
        time_s: float,
        step_length_s: float,
        outage_signals: Sequence[str],
        heard_s: FloatArray,
    ) -> FloatArray:
        """When the newest message that each vehicle in range has received was made.

        Args:
            time_s: Now.
            step_length_s: Time since this was last asked.
            outage_signals: (n,) id of the next signal; not asked for without outages.
            heard_s: (n,) the answer of the step before; -inf if nothing was heard.

        Returns:
            (n,) simulated time; -inf where nothing was heard yet.
        """
        parameters = self.parameters
        period_s = 1.0 / parameters.rate_hz
        newest = _last_multiple(time_s - parameters.latency_s, period_s)
        # Without the small addition a lost message may, by rounding, be drawn again a step later.
        since_s = time_s - parameters.latency_s - step_length_s + 1e-6
        if parameters.loss == 0.0 and not parameters.outages:
            return np.maximum(heard_s, newest) if newest > since_s else heard_s
        # Which of the messages since the last step got through: the newest that was not lost.
        n_lost = np.zeros(heard_s.size)
        if parameters.loss > 0.0:
            n_lost = _losses_in_a_row(self.rng, parameters.loss, heard_s.size)
        made_s = self._before_outages(newest - n_lost * period_s, outage_signals, period_s)
        return np.where(made_s > since_s, np.maximum(made_s, heard_s), heard_s)

    def is_silent(self, time_s: float, signals: Sequence[str]) -> BoolArray:
        """(n,) whether the unit of each of some signals sends nothing now."""
        silent = np.zeros(len(signals), dtype=np.bool_)
        for outage in self.parameters.outages:
            if outage.begin_s <= time_s < outage.end_s:
                silent |= _is_hit(outage, signals)
        return silent

    def _before_outages(
        self, made_s: FloatArray, signals: Sequence[str], period_s: float
    ) -> FloatArray:
        """The last message before the outage, where one falls into an outage of its unit."""
        # From the last outage to the first: what was sent before one may fall into an earlier one.
        for outage in sorted(self.parameters.outages, key=lambda o: o.begin_s, reverse=True):
            silent = _is_hit(outage, signals)
            silent &= (made_s >= outage.begin_s) & (made_s < outage.end_s)
            before_s = _last_multiple(outage.begin_s - 1e-6, period_s)
            made_s = np.where(silent, before_s, made_s)
        return made_s


def _is_hit(outage: Outage, signals: Sequence[str]) -> BoolArray:
    return np.array([outage.signal in ("*", signal) for signal in signals], dtype=np.bool_)


def _last_multiple(time_s: float, period_s: float) -> float:
    # The small addition keeps 0.3 / 0.1 from counting as 2.
    return math.floor(time_s / period_s + 1e-9) * period_s


def _losses_in_a_row(rng: np.random.Generator, loss: float, size: int) -> FloatArray:
    """(n,) number of messages lost behind the newest one that got through."""
    if loss >= 1.0:
        return np.full(size, np.inf)
    return (rng.geometric(1.0 - loss, size) - 1).astype(np.float64)
