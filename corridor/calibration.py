"""How well told probabilities hold: coverage, PIT, Brier score."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corridor.outlook import LIKELY, Q10, Q90, SHARES

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

HORIZONS_S = (0.0, 5.0, 10.0, 20.0, 40.0)
"""Between these, times ahead are told apart."""
GREEN_AHEAD_S = 10.0
"""So far ahead the Brier score asks for green."""
N_PIT_BINS = 10
PROBABILITIES = np.array([0.0, *SHARES, 1.0])
"""That a switch comes not later than each of the told times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Switches that were told with some uncertainty, and came."""

    time_s: FloatArray
    """(m,) when they were told."""
    told_s: FloatArray
    """(5, m) not before, 10 %, median, 90 %, not after."""
    plain_s: FloatArray
    """(m,) what the mean of executed lengths would have told."""
    true_s: FloatArray
    """(m,) when they came."""
    step_length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenAhead:
    """Probabilities of green a while ahead, for links whose signals traffic decides."""

    told: FloatArray
    """(m,) probability told."""
    usual: FloatArray
    """(m,) share of the time for which the link was green in the whole run."""
    was_green: BoolArray
    """(m,) what came."""

    @classmethod
    def joined(cls, parts: Sequence["GreenAhead"]) -> "GreenAhead":
        """All of them as one."""
        return cls(
            told=np.concatenate([part.told for part in parts]),
            usual=np.concatenate([part.usual for part in parts]),
            was_green=np.concatenate([part.was_green for part in parts]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonRow:
    """Switches that were expected so far ahead."""

    from_s: float
    to_s: float
    n: int
    below_q10_pct: float
    """Came before the 10 % quantile; 10 at the most where all is well."""
    inside_pct: float
    """Came between the two; at least 80."""
    above_q90_pct: float
    """Came after the 90 % quantile; 10 at the most."""
    width_s: float
    """Mean distance of the two."""
    likely_mae_s: float
    """Mean distance of the median from what came."""
    plain_mae_s: float
    """The same of the mean of executed lengths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was measured of a run's uncertain switches."""

    horizons: tuple[HorizonRow, ...]
    """By how far ahead the median was when it was told."""
    pit: tuple[float, ...]
    """Share of switches in each tenth of their told distribution; 0.1 each where all is well."""
    brier: float
    """Mean squared error of the probability of green `GREEN_AHEAD_S` ahead."""
    brier_climatology: float
    """The same of each link's share of green in this run, known in hindsight."""


def calibrate(foretold: Foretold, ahead: GreenAhead) -> Calibration:
    """Measures of what was told and came."""
    return Calibration(
        horizons=tuple(_row(foretold, low_s, high_s) for low_s, high_s in pairwise(HORIZONS_S)),
        pit=tuple(float(x) for x in _pit(foretold)),
        brier=_mean((ahead.told - ahead.was_green) ** 2),
        brier_climatology=_mean((ahead.usual - ahead.was_green) ** 2),
    )


def probability(told_s: FloatArray, time_s: FloatArray) -> FloatArray:
    """Probability that switches have come by a time, straight between the told times.

    Args:
        told_s: (5, ...) told times.
        time_s: (...) the time asked for.
    """
    found = np.zeros(np.broadcast_shapes(told_s.shape[1:], np.shape(time_s)))
    for low_s, high_s, share in zip(told_s, told_s[1:], np.diff(PROBABILITIES), strict=False):
        with np.errstate(divide="ignore", invalid="ignore"):
            part = (time_s - low_s) / (high_s - low_s)
        # Where two told times are one, all between them comes at once.
        part = np.where(high_s > low_s, np.nan_to_num(part, nan=0.0), time_s >= low_s)
        found += share * np.clip(part, 0.0, 1.0)
    return found


def _row(foretold: Foretold, low_s: float, high_s: float) -> HorizonRow:
    ahead_s = foretold.told_s[LIKELY] - foretold.time_s
    chosen = (ahead_s >= low_s) & (ahead_s < high_s)
    told_s, true_s = foretold.told_s[:, chosen], foretold.true_s[chosen]
    below, above = true_s < told_s[Q10] - 1e-6, true_s > told_s[Q90] + 1e-6
    return HorizonRow(
        from_s=low_s,
        to_s=high_s,
        n=int(chosen.sum()),
        below_q10_pct=100.0 * _mean(below),
        inside_pct=100.0 * _mean(~below & ~above),
        above_q90_pct=100.0 * _mean(above),
        width_s=_mean(told_s[Q90] - told_s[Q10]),
        likely_mae_s=_mean(np.abs(told_s[LIKELY] - true_s)),
        plain_mae_s=_mean(np.abs(foretold.plain_s[chosen] - true_s)),
    )


def _pit(foretold: Foretold) -> FloatArray:
    """Shares of the tenths, each switch spread over what its step has of the distribution.

    References: Czado, Gneiting & Held (2009), Biometrics 65(4), the non-randomised histogram.
    """
    # What comes at the very first moment belongs to the first tenth.
    upper = np.maximum(probability(foretold.told_s, foretold.true_s), 1e-9)
    lower = probability(foretold.told_s, foretold.true_s - foretold.step_length_s)
    width = np.maximum(upper - lower, 1e-9)
    edges = np.linspace(0.0, 1.0, N_PIT_BINS + 1)[:, np.newaxis]
    below = np.clip((edges - (upper - width)) / width, 0.0, 1.0)
    return np.asarray(np.diff(below, axis=0).sum(axis=1) / max(upper.size, 1))


def _mean(values: FloatArray | BoolArray) -> float:
    return float(values.mean()) if values.size else float("nan")
