"""Designs: where in the unit cube the points of a sampled sweep lie, and what they stand for."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Method = Literal["random", "sobol", "sobol_indices", "morris"]
METHODS: tuple[Method, ...] = get_args(Method)

DEFAULT_SEED = 1
"""Of a sample whose file names none."""
MORRIS_LEVELS = 4
"""Levels of each key in a Morris design."""

_DIGITS = 12
"""Significant digits of a sampled value: what rounding of the unit cube leaves is cut off."""


def unit_design(method: Method, n: int, n_keys: int, seed: int) -> FloatArray:
    """Points of a sample in the unit cube, the same for the same arguments.

    Args:
        method: `random`: n independent points. `sobol`: the first n of a scrambled Sobol sequence,
            which fill the cube more evenly. `sobol_indices`: n · (n_keys + 2) points for Sobol's
            indices of the first order and total. `morris`: n paths of n_keys + 1 points, of which
            each changes one key, for elementary effects.
        n: Points, base points or paths, as `method` says.
        n_keys: Keys that are sampled.
        seed: Of the stream of chance, >= 0.

    Returns:
        (rows, n_keys) in [0, 1).

    Raises:
        ValueError: The method is not known, a number is out of range, or SALib is missing.

    References: Morris (1991), Technometrics 33, doi:10.1080/00401706.1991.10484804;
        Saltelli et al. (2010), Comput. Phys. Commun. 181, doi:10.1016/j.cpc.2009.09.018;
        Owen (2020), arXiv:2008.08051.
    """
    _check(method, n, n_keys, seed)
    if method == "random":
        return np.random.default_rng(seed).random((n, n_keys))
    if method == "sobol":
        from scipy.stats import qmc

        # A whole power of two is drawn: a part of it is begun in order, and scipy warns of less.
        sequence = qmc.Sobol(n_keys, scramble=True, rng=np.random.default_rng(seed))
        return np.asarray(sequence.random_base2((n - 1).bit_length())[:n])
    require_salib()
    problem = salib_problem([f"key{place}" for place in range(n_keys)])
    if method == "sobol_indices":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem, n, calc_second_order=False, seed=seed))
    from SALib.sample import morris

    rows = np.asarray(morris.sample(problem, n, num_levels=MORRIS_LEVELS, seed=seed))
    return np.asarray(np.minimum(rows, np.nextafter(1.0, 0.0)))


def n_rows(method: Method, n: int, n_keys: int) -> int:
    """How many points `unit_design` gives."""
    return {"sobol_indices": n * (n_keys + 2), "morris": n * (n_keys + 1)}.get(method, n)


def between(unit: FloatArray, low: float, high: float, *, log: bool = False) -> FloatArray:
    """Values of a key from places in [0, 1): evenly between two ends, or by their logarithm.

    The values are rounded to 12 significant digits, so that the last level of a Morris design is
    the upper end itself.

    Raises:
        ValueError: low >= high, or an end that has no logarithm.
    """
    if not low < high:
        raise ValueError(f"low must be below high, got low {low:g} and high {high:g}")
    if log and low <= 0:
        raise ValueError(f"low must be positive where log is true, got {low:g}")
    values = low * (high / low) ** unit if log else low + (high - low) * unit
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])


def chosen(unit: FloatArray, n_values: int) -> NDArray[np.int64]:
    """Which of some values stands at each place in [0, 1); all have the same share of it."""
    return np.minimum((unit * n_values).astype(np.int64), n_values - 1)


def salib_problem(names: list[str]) -> dict[str, object]:
    """The unit cube, as SALib wants to be told of it."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def require_salib() -> None:
    """Tell which extra is missing.

    Raises:
        ValueError: SALib is not installed.
    """
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        raise ValueError(
            "Morris designs and Sobol indices need SALib; install it by "
            "pip install 'ecocorridor[sensitivity]'"
        )


def _check(method: str, n: int, n_keys: int, seed: int) -> None:
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got '{method}'")
    if n_keys < 1:
        raise ValueError("at least one key must be sampled")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    least = 1 if method in {"random", "sobol"} else 2
    if n < least:
        raise ValueError(f"n must be at least {least} for method {method}, got {n}")
    if method == "sobol_indices" and n & (n - 1):
        power = 1 << n.bit_length()
        raise ValueError(
            f"n must be a power of two for method sobol_indices, got {n}; "
            f"take {power // 2} or {power}"
        )
