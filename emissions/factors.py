"""Emission factors: values with unit, bounds, year, region, scope and source, and draws of them.

Tailpipe (TTW) and well-to-wheel (WTW) are two answers to two questions. A factor says which it
is, and none is used for the other.
"""

import difflib
import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emissions.units import conversion, parse_unit

FloatArray = NDArray[np.float64]
Scope = Literal["TTW", "WTT", "WTW", "device", "property"]
"""Tank-to-wheel (the tailpipe), well-to-tank, well-to-wheel; a device's need; a fuel's property."""

DATA_FOLDER = Path(__file__).parent / "data"
"""Holds the factors and fleet mixes that come with the project."""

_Z_95 = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One number of the outside world, and all that makes it checkable."""

    key: str
    """Name, as in `grid/CN/2023` or `fuel/petrol/ttw`."""
    value: float
    """Best estimate, in `unit`."""
    unit: str
    """As `emissions.units` reads it."""
    low: float
    """Lower bound, in `unit`; at most `value`."""
    high: float
    """Upper bound, in `unit`; at least `value`."""
    year: int
    """Year that it holds for."""
    region: str
    """Where it holds: a country's code, `EU27`, `World`."""
    scope: Scope
    """What it counts."""
    source: str
    """Who says so, and where."""
    retrieved: str = ""
    """Day on which the source was read, as `2026-01-31`; empty where the source gives it."""
    bounds: Literal["interval95", "range"] = "range"
    """What the bounds are: a 95 % interval, or a stated range beyond which nothing is expected."""
    quality: Literal["reported", "assumed", "computed"] = "reported"
    """Read in the source, assumed by us for the reason in `note`, or computed from other rows."""
    note: str = ""
    """What a reader must know to use it."""
    product: tuple[str, ...] = ()
    """Keys whose product this is; empty for a factor that is given."""

    def __post_init__(self) -> None:
        parse_unit(self.unit)
        if not self.source.strip():
            raise ValueError(f"{self.key}: source must not be empty")
        if not all(map(math.isfinite, (self.low, self.value, self.high))):
            raise ValueError(f"{self.key}: value, low and high must be finite numbers")
        if not 0.0 <= self.low <= self.value <= self.high:
            raise ValueError(
                f"{self.key}: must be 0 <= low <= value <= high, "
                f"got low {self.low:g}, value {self.value:g}, high {self.high:g}"
            )

    def in_unit(self, unit: str) -> float:
        """Value in another unit of the same kind."""
        return self.value * conversion(self.unit, unit)


class UnknownFactorError(KeyError, ValueError):
    """There is no factor of this key; a `ValueError` for a user, a `KeyError` for a mapping."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factors(Mapping[str, Factor]):
    """Factors by their keys, and which files they were read from."""

    rows: Mapping[str, Factor]
    """Key → factor."""
    version: str
    """Version of the file, and of each file that was put over it."""
    sha256: tuple[str, ...] = ()
    """Hash of each file, in the order of reading."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", MappingProxyType(dict(self.rows)))

    def __getitem__(self, key: str) -> Factor:
        """Factor of a key.

        Raises:
            UnknownFactorError: There is none; the nearest keys are named.
        """
        found = self.rows.get(key)
        if found is None:
            near = difflib.get_close_matches(key, self.rows, n=3, cutoff=0.5)
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise UnknownFactorError(f"no factor '{key}'{hint}")
        return found

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def product(
    key: str, factors: Mapping[str, Factor], keys: tuple[str, ...], unit: str, *, note: str = ""
) -> Factor:
    """Factor that is the product of others, in a stated unit: kgCO2/TJ × MJ/kg as kgCO2/kg.

    Its bounds are the products of all lower and of all upper bounds, so no draw leaves them.

    Args:
        key: Of the new factor.
        factors: Holds those that are multiplied.
        keys: Theirs; at most one has a scope other than `property`.
        unit: Of the new factor.
        note: What a reader must know of it.

    Raises:
        ValueError: The units do not lead to `unit`, a part is a product itself, or two scopes
            are multiplied.
    """
    parts = [factors[each] for each in keys]
    if not parts:
        raise ValueError(f"{key}: a product needs at least one key")
    if computed := [part.key for part in parts if part.product]:
        raise ValueError(f"{key}: name the parts of {computed[0]} instead of it")
    scoped = [part for part in parts if part.scope != "property"]
    if len(scoped) > 1:
        told = " and ".join(f"{part.key} ({part.scope})" for part in scoped)
        raise ValueError(f"{key}: {told} cannot be multiplied: only one may have a scope")
    first = scoped[0] if scoped else parts[0]
    try:
        scale = conversion("*".join(part.unit for part in parts), unit)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
    return Factor(
        key=key,
        value=scale * math.prod(part.value for part in parts),
        unit=unit,
        low=scale * math.prod(part.low for part in parts),
        high=scale * math.prod(part.high for part in parts),
        year=first.year,
        region=first.region,
        scope=first.scope,
        source=f"computed: {' × '.join(keys)}",
        quality="computed",
        note=note,
        product=keys,
    )


def draw(factors: Factors, n_draws: int, seed: int) -> dict[str, FloatArray]:
    """Draws of all factors within what is known of them.

    A 95 % interval is drawn as two halves of normal distributions that meet at the value: half of
    the draws lie on each side, and 2.5 % beyond each bound (none below 0). A stated range is
    drawn as a triangle with its peak at the value, and no draw leaves it. Each factor has a
    stream of its own, by its key, so a factor that is added changes no other draw. Factors that
    share a part share its draws.

    Args:
        factors: To be drawn.
        n_draws: How many, > 0.
        seed: Of the streams.

    Returns:
        (n_draws,) by key.
    """
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1, got {n_draws}")
    drawn = {
        key: _draw_one(factor, n_draws, seed)
        for key, factor in factors.items()
        if not factor.product
    }
    for key, factor in factors.items():
        if factor.product:
            drawn[key] = _draw_product(factor, factors, drawn)
    return drawn


def _draw_product(factor: Factor, factors: Factors, drawn: Mapping[str, FloatArray]) -> FloatArray:
    scale = conversion("*".join(factors[key].unit for key in factor.product), factor.unit)
    total = np.full_like(drawn[factor.product[0]], scale)
    for key in factor.product:
        total *= drawn[key]
    return total


def _draw_one(factor: Factor, n_draws: int, seed: int) -> FloatArray:
    digest = hashlib.blake2b(f"{seed}\n{factor.key}".encode(), digest_size=16).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    if factor.low == factor.high:
        return np.full(n_draws, factor.value)
    if factor.bounds == "range":
        return rng.triangular(factor.low, factor.value, factor.high, n_draws)
    z = rng.standard_normal(n_draws) / _Z_95
    width = np.where(z < 0.0, factor.value - factor.low, factor.high - factor.value)
    return np.maximum(factor.value + z * width, 0.0)
