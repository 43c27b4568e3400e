"""A fleet: which emission class each vehicle has, drawn from a stated mix by its id alone.

Neither the seed nor the arm takes part in the draw, so a vehicle is the same car in all arms.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Carrier = Literal["petrol", "diesel", "cng", "lpg", "electricity", "none"]
"""What the vehicle takes its energy from."""
Powertrain = Literal["battery", "plugin_hybrid", "hybrid", "cng", "lpg", "diesel", "petrol", "none"]
POWERTRAINS: tuple[Powertrain, ...] = (
    "battery",
    "plugin_hybrid",
    "hybrid",
    "cng",
    "lpg",
    "diesel",
    "petrol",
    "none",
)
"""Order of the draw: where the share of battery cars rises, those of before stay battery cars."""

_TOLERANCE = 1e-6
_HASH_SPACE = 2.0**64


@dataclass(frozen=True, slots=True, kw_only=True)
class MixCell:
    """A share of one group of vehicles that has one emission class."""

    group: str
    """As in `cars`."""
    powertrain: Powertrain
    """What drives it."""
    carrier: Carrier
    """What its emission class consumes; of a plug-in hybrid either electricity or a fuel."""
    emission_class: str
    """SUMO's name of the class."""
    share: float
    """Of the group, 0 to 1."""
    source: str
    """Who says so; of the share of the powertrain, then of its split into classes."""
    year: int
    """Year that the share of the powertrain holds for."""
    quality: Literal["reported", "assumed"]
    """`reported` where share and split are; else `assumed`."""
    note: str = ""
    """What a reader must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMix:
    """Shares of emission classes by vehicle class."""

    name: str
    """As in `CN-2024`."""
    title: str
    """A sentence on what it is."""
    version: str
    """Version of its file."""
    sha256: str
    """Hash of its file."""
    groups: Mapping[str, str]
    """SUMO's vehicle class → group."""
    cells: tuple[MixCell, ...]
    """All groups, each in the order of `POWERTRAINS`."""

    def __post_init__(self) -> None:
        order = sorted(self.cells, key=lambda cell: POWERTRAINS.index(cell.powertrain))
        object.__setattr__(self, "cells", tuple(order))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        for group in dict.fromkeys(self.groups.values()):
            self._check_group(group)
        carriers: dict[str, str] = {}
        for cell in self.cells:
            if carriers.setdefault(cell.emission_class, cell.carrier) != cell.carrier:
                raise ValueError(
                    f"{self.name}: {cell.emission_class} runs on {cell.carrier} in one row, "
                    f"on {carriers[cell.emission_class]} in another"
                )

    def _check_group(self, group: str) -> None:
        shares = [cell.share for cell in self.cells if cell.group == group]
        if not shares:
            raise ValueError(f"{self.name}: group '{group}' has no rows")
        if min(shares) < 0.0 or abs(math.fsum(shares) - 1.0) > _TOLERANCE:
            raise ValueError(
                f"{self.name}: shares of '{group}' must be at least 0 and add up to 1, "
                f"they add up to {math.fsum(shares):.6g}"
            )

    @property
    def emission_classes(self) -> tuple[str, ...]:
        """All classes that may be drawn, sorted."""
        return tuple(sorted({cell.emission_class for cell in self.cells if cell.share > 0.0}))

    @property
    def carriers(self) -> dict[str, Carrier]:
        """Emission class → what it consumes."""
        return {cell.emission_class: cell.carrier for cell in self.cells}


def draw_classes(
    mix: FleetMix, vehicle_ids: Sequence[str], vehicle_classes: Sequence[str]
) -> NDArray[np.str_]:
    """Emission class of each vehicle, by a hash of its id.

    Args:
        mix: The fleet.
        vehicle_ids: (n,) ids, as in SUMO.
        vehicle_classes: (n,) SUMO's vehicle classes, as in `passenger`.

    Returns:
        (n,) SUMO's names of emission classes.

    Raises:
        ValueError: The mix does not tell of a vehicle class.
    """
    if len(vehicle_ids) != len(vehicle_classes):
        raise ValueError(
            f"{len(vehicle_ids)} vehicle ids, but {len(vehicle_classes)} vehicle classes"
        )
    unknown = sorted(set(vehicle_classes) - set(mix.groups))
    if unknown:
        raise ValueError(
            f"mix {mix.name} has no vehicle class '{unknown[0]}'; it has {', '.join(mix.groups)}"
        )
    place = np.array([_place(vehicle_id) for vehicle_id in vehicle_ids])
    group = np.array([mix.groups[each] for each in vehicle_classes], dtype=np.str_)
    drawn = np.full(len(vehicle_ids), "", dtype=f"<U{max(map(len, mix.emission_classes))}")
    for name in dict.fromkeys(mix.groups.values()):
        cells = [cell for cell in mix.cells if cell.group == name and cell.share > 0.0]
        ends = np.cumsum([cell.share for cell in cells])
        names = np.array([cell.emission_class for cell in cells])
        is_here = group == name
        index = np.searchsorted(ends, place[is_here] * ends[-1], side="right")
        drawn[is_here] = names[np.minimum(index, len(cells) - 1)]
    return drawn


def _place(vehicle_id: str) -> float:
    """Number in [0, 1) that belongs to a vehicle, whatever the seed, the arm and the machine."""
    digest = hashlib.blake2b(vehicle_id.encode(), digest_size=8, person=b"fleet-mix").digest()
    return int.from_bytes(digest, "big") / _HASH_SPACE
