"""What a fleet mix gave to the vehicles of a run, beside what it states."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from emissions import FleetMix
from experiments.mix_files import load_mix

_CLASS = "fleet_class"
_NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetShare:
    """Part of the vehicles that takes its energy from one carrier."""

    name: str
    """The carrier; an emission class where the mix cannot be read any more."""
    drawn: float
    """Share of the vehicles that have it, 0 to 1."""
    stated: float | None
    """Share that the mix states for vehicles of these classes; None where it cannot be read."""


def fleet_shares(vehicles: pl.DataFrame, manifest: Mapping[str, Any]) -> tuple[FleetShare, ...]:
    """Shares by carrier, as drawn and as stated; none where no fleet was asked for.

    Args:
        vehicles: With `vehicle_id` and `vehicle_class`; of a fleet, with `fleet_class`.
        manifest: Names the mix and its hash.
    """
    if _CLASS not in vehicles.columns:
        return ()
    # One draw by id serves all arms and seeds.
    fleet = vehicles.unique("vehicle_id").select("vehicle_class", _CLASS)
    mix = _mix(manifest)
    if mix is None or not set(fleet[_CLASS]) <= set(mix.carriers):
        return tuple(
            FleetShare(name=name, drawn=n / fleet.height, stated=None)
            for name, n in fleet[_CLASS].value_counts().sort(_CLASS).iter_rows()
        )
    carriers = fleet[_CLASS].replace_strict(mix.carriers, return_dtype=pl.String)
    groups = fleet["vehicle_class"].replace_strict(dict(mix.groups), return_dtype=pl.String)
    stated: dict[str, float] = {}
    for group, n in groups.value_counts().iter_rows():
        for cell in mix.cells:
            if cell.group == group:
                stated[cell.carrier] = stated.get(cell.carrier, 0.0) + cell.share * n / fleet.height
    return tuple(
        FleetShare(name=name, drawn=carriers.to_list().count(name) / fleet.height, stated=share)
        for name, share in sorted(stated.items())
        if name != _NOTHING
    )


def _mix(manifest: Mapping[str, Any]) -> FleetMix | None:
    """The mix of the run; None where it is not there any more, or not the same."""
    name = (manifest.get("experiment") or {}).get("fleet_mix")
    signed = ((manifest.get("fleet") or {}).get("mix") or {}).get("sha256")
    try:
        mix = load_mix(name) if name else None
    except ValueError:
        return None
    return mix if mix is not None and mix.sha256 == signed else None
