"""Emission maps of any SUMO class, made at run time by SUMO's own `emissionsMap` and cached.

They are never copied: the tables behind them carry their own licences.
"""

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from emissions.classes import ClassName, emission_classes, near_names, vehicle_files
from emissions.map_making import FINE_MPS2, Grid, make_sheet
from emissions.maps import NEVER_MPS2, EmissionMap, FloatArray
from emissions.sumo_program import QUANTITIES, MapProgram, MapProgramError, axis
from emissions.whole_files import write_whole

MADE_BY = ("map_loading", "map_making", "maps", "sumo_program", "traction")
"""Modules of this folder that say what is in a cached map."""
GRID = Grid()
COASTING = "coasting"
"""Name of the line of the drop in a file of the cache; the others are quantities."""


def load_map(
    emission_class: str,
    quantity: str,
    *,
    slopes_deg: tuple[float, ...],
    sumo_home: Path,
    sumo_version: str,
    cache_dir: Path,
) -> EmissionMap:
    """Map of one class and quantity; see `load_maps`."""
    maps = load_maps(
        emission_class,
        [quantity],
        slopes_deg=slopes_deg,
        sumo_home=sumo_home,
        sumo_version=sumo_version,
        cache_dir=cache_dir,
    )
    return maps[quantity]


def load_maps(
    emission_class: str,
    quantities: Sequence[str] = QUANTITIES,
    *,
    slopes_deg: tuple[float, ...],
    sumo_home: Path,
    sumo_version: str,
    cache_dir: Path,
) -> dict[str, EmissionMap]:
    """Maps of one class, made by SUMO's `emissionsMap` unless they are in the cache.

    Args:
        emission_class: SUMO's name of the class; `@` and the id of a vehicle that SUMO brings may
            follow, as in `MMPEVEM@VW_ID3`.
        quantities: Of `QUANTITIES`.
        slopes_deg: Slopes of the slices, rising and regular; `(0.0,)` for flat roads.
        sumo_home: Folder that holds SUMO's `bin` and `data`.
        sumo_version: Part of the key in the cache.
        cache_dir: Folder for finished maps; made if missing.

    Raises:
        ValueError: SUMO does not know the class, or a quantity is none of SUMO's.
    """
    unknown = [name for name in quantities if name not in QUANTITIES]
    if unknown:
        raise ValueError(
            f"'{unknown[0]}' is no quantity of an emission map; there are {', '.join(QUANTITIES)}"
        )
    name = ClassName.of(emission_class)
    words = name.words(sumo_home)
    key = [_code(), sumo_version, emission_class, repr((GRID, FINE_MPS2, slopes_deg))]
    if name.vehicle is not None:
        key.append(vehicle_files(sumo_home)[name.vehicle].read_text(encoding="utf-8"))
    digest = hashlib.sha256("\n".join(key).encode()).hexdigest()
    path = cache_dir / f"map-{digest[:24]}.npz"
    if not path.is_file():
        try:
            made = _make(MapProgram(sumo_home=sumo_home, words=words), slopes_deg)
        except MapProgramError as error:
            known = emission_classes(
                sumo_home=sumo_home, sumo_version=sumo_version, cache_dir=cache_dir
            )
            raise ValueError(_refused(name.sumo_class, known, str(error))) from error
        write_whole(path, lambda part: np.savez(part, **made))
    with np.load(path) as kept:
        coasting_mps2 = kept.get(COASTING)
        return {
            quantity: EmissionMap(
                emission_class=emission_class,
                quantity=quantity,
                slope_deg=np.array(slopes_deg),
                speed_mps=GRID.speeds_mps,
                accel_mps2=axis(GRID.accel_mps2),
                rate=_rate(kept, quantity, len(slopes_deg)),
                coasting_mps2=coasting_mps2 if quantity in kept else None,
            )
            for quantity in quantities
        }


@functools.cache
def _code() -> str:
    """SHA-256 of what makes a map: one of other code is not taken from the cache."""
    digest = hashlib.sha256()
    for name in MADE_BY:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


def _make(program: MapProgram, slopes_deg: Sequence[float]) -> dict[str, Any]:
    """What a file of the cache holds: (s, v, a) of each quantity that is not zero throughout."""
    sheets = [make_sheet(program, GRID, slope_deg) for slope_deg in slopes_deg]
    found = {name: np.stack([sheet.rate[name] for sheet in sheets]) for name in QUANTITIES}
    kept = {name: rate.astype(np.float32) for name, rate in found.items() if rate.any()}
    coasting = np.stack([sheet.coasting_mps2 for sheet in sheets])
    return kept | ({COASTING: coasting} if (coasting > NEVER_MPS2).any() else {})


def _rate(kept: np.lib.npyio.NpzFile, quantity: str, n_slopes: int) -> FloatArray:
    if quantity in kept:
        return kept[quantity].astype(np.float64)
    return np.zeros((n_slopes, GRID.speeds_mps.size, axis(GRID.accel_mps2).size))


def _refused(sumo_class: str, known: tuple[str, ...], told: str) -> str:
    """Why there is no map of a class."""
    if sumo_class in known:
        return f"emission class '{sumo_class}' could not be mapped: {told}"
    near = near_names(sumo_class, known)
    hint = f"near to it: {', '.join(near)}" if near else "no name is near to it"
    return f"SUMO has no emission class '{sumo_class}'; {hint}"
