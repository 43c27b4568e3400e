"""Measures of how much a key matters, by SALib, with their intervals."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.curves.designs import MORRIS_LEVELS, require_salib, salib_problem
from experiments.statistics import CONFIDENCE

FloatArray = NDArray[np.float64]

_N_RESAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A measure of how much a key matters, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySensitivity:
    """What one key does."""

    key: str
    measures: Mapping[str, Index]
    """`S1` and `ST` (shares of the variance), or `mu_star` and `mu` (points of percent)."""
    sigma: float | None
    """Morris: spread of the elementary effects; None for Sobol."""


def sobol_indices(effects: FloatArray, keys: list[str], *, seed: int) -> tuple[KeySensitivity, ...]:
    """Sobol's indices of the first order and total.

    Args:
        effects: (rows,) outcome at each row of a `sobol_indices` design.
        keys: In the order of the design.
        seed: Of the bootstrap that the intervals are made by.
    """
    require_salib()
    from SALib.analyze import sobol

    # SALib takes the seed 0 for none at all.
    found = sobol.analyze(
        salib_problem(keys), effects, calc_second_order=False, num_resamples=_N_RESAMPLES,
        conf_level=CONFIDENCE, seed=seed + 1,
    )  # fmt: skip
    return tuple(
        KeySensitivity(
            key=key,
            measures={
                name: _index(float(found[name][place]), float(found[f"{name}_conf"][place]))
                for name in ("S1", "ST")
            },
            sigma=None,
        )
        for place, key in enumerate(keys)
    )


def elementary_effects(
    design: FloatArray, effects: FloatArray, keys: list[str], *, seed: int
) -> tuple[KeySensitivity, ...]:
    """Morris's elementary effects, as changes over the whole range of a key.

    Args:
        design: (rows, keys) a `morris` design.
        effects: (rows,) outcome at each row.
        keys: In the order of the design.
        seed: Of the bootstrap that the interval of `mu_star` is made by.
    """
    require_salib()
    from SALib.analyze import morris
    from scipy import special

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        found = morris.analyze(
            salib_problem(keys), design, effects, num_resamples=_N_RESAMPLES,
            conf_level=CONFIDENCE, num_levels=MORRIS_LEVELS, seed=seed + 1,
        )  # fmt: skip
    n_paths = len(effects) // (len(keys) + 1)
    reach = float(special.stdtrit(n_paths - 1, (1 + CONFIDENCE) / 2)) / n_paths**0.5
    return tuple(
        KeySensitivity(
            key=key,
            measures={
                "mu_star": _index(
                    float(found["mu_star"][place]), float(found["mu_star_conf"][place])
                ),
                "mu": _index(float(found["mu"][place]), reach * float(found["sigma"][place])),
            },
            sigma=float(found["sigma"][place]),
        )
        for place, key in enumerate(keys)
    )


def _index(value: float, reach: float) -> Index:
    return Index(value=value, low=value - reach, high=value + reach)
