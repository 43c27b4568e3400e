"""Emission maps: grams or watts over speed, acceleration and slope, for any SUMO class.

The maps are made at run time by SUMO's own `emissionsMap`, never copied: the tables behind it
carry their own licences.
"""

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SPEED_AXIS_MPS = (0.0, 60.0, 0.25)
"""First, last and step of the speeds of a map."""
ACCEL_AXIS_MPS2 = (-10.0, 6.0, 0.05)
"""First, last and step of the accelerations of a map."""
JOULE_PER_WATTHOUR = 3600.0
FORMAT = "1"
"""To be raised when the meaning of a cached map changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionMap:
    """A rate over (slope, speed, acceleration), linear between the points of a regular grid."""

    emission_class: str
    """SUMO's name of the class, as in `HBEFA4/PC_petrol_Euro-4`."""
    quantity: str
    """`CO2` (rate in g/s) or `electricity` (rate in W)."""
    slope_deg: FloatArray
    """(s,) rising, regular; a single slice serves where all roads are flat."""
    speed_mps: FloatArray
    """(v,) rising, regular."""
    accel_mps2: FloatArray
    """(a,) rising, regular."""
    rate: FloatArray
    """(s, v, a) g/s of CO2, or W of electricity."""

    def at(
        self, speed_mps: FloatArray, accel_mps2: FloatArray, slope_deg: FloatArray
    ) -> FloatArray:
        """Rate of each (speed, acceleration, slope); beyond the grid its edge counts.

        Args:
            speed_mps: (n,) not negative; shapes that broadcast will do.
            accel_mps2: (n,).
            slope_deg: (n,) angle of the road in degrees, as SUMO states it.

        Returns:
            (n,) g/s or W.
        """
        _, n_speeds, n_accels = self.rate.shape
        cells = self.rate.ravel()
        corners = [
            (i * n_accels + j, p * q)
            for i, p in _neighbours(self.speed_mps, speed_mps)
            for j, q in _neighbours(self.accel_mps2, accel_mps2)
        ]
        total = np.zeros(np.broadcast_shapes(speed_mps.shape, accel_mps2.shape, slope_deg.shape))
        for k, r in _neighbours(self.slope_deg, slope_deg):
            for cell, weight in corners:
                total += cells[k * (n_speeds * n_accels) + cell] * (r * weight)
        return total

    def without_coasting_jump(self) -> "EmissionMap":
        """The same map with the traction line continued down to zero.

        SUMO's HBEFA4 and PHEMlight5 drop to exactly 0 as soon as deceleration passes plain
        coasting. Real engines cut fuel only in gear and above idle
        speed. Here the line through the last two points before the drop goes on until it is 0.
        """
        return replace(self, rate=_continue_traction(self.rate))


def _neighbours(axis: FloatArray, values: FloatArray) -> list[tuple[IntArray, FloatArray]]:
    """Index and weight of the grid points around each value."""
    if axis.size == 1:
        return [(np.zeros(values.shape, dtype=np.int64), np.ones(values.shape))]
    place = np.clip((values - axis[0]) / (axis[1] - axis[0]), 0.0, axis.size - 1.0)
    lower = np.minimum(place.astype(np.int64), axis.size - 2)
    share = place - lower
    return [(lower, 1.0 - share), (lower + 1, share)]


def _continue_traction(rate: FloatArray) -> FloatArray:
    """(s, v, a) rates whose drop to zero is replaced by the line that leads to it."""
    index = np.arange(rate.shape[2])
    # The traction branch is what lies above the highest acceleration with a rate of zero.
    last_zero = np.where(rate <= 0.0, index, -1).max(axis=2)
    first = np.clip(last_zero + 1, 0, rate.shape[2] - 2)[..., np.newaxis]
    base = np.take_along_axis(rate, first, axis=2)
    step = np.take_along_axis(rate, first + 1, axis=2) - base
    line = np.maximum(base + step * (index - first), 0.0)
    has_drop = (last_zero >= 0)[..., np.newaxis]
    return np.where(has_drop & (index < first), line, rate)


def load_map(
    emission_class: str,
    quantity: str,
    *,
    slopes_deg: tuple[float, ...],
    sumo_home: Path,
    sumo_version: str,
    cache_dir: Path,
) -> EmissionMap:
    """Map of one class, made by SUMO's `emissionsMap` unless it is in the cache.

    Args:
        emission_class: SUMO's name of the class.
        quantity: `CO2` or `electricity`.
        slopes_deg: Slopes of the slices, rising and regular; `(0.0,)` for flat roads.
        sumo_home: Folder that holds SUMO's `bin` and `data`.
        sumo_version: Part of the key in the cache.
        cache_dir: Folder for finished maps; made if missing.

    Raises:
        ValueError: SUMO does not know the class.
    """
    grid = (SPEED_AXIS_MPS, ACCEL_AXIS_MPS2, slopes_deg)
    text = "\n".join((FORMAT, sumo_version, emission_class, quantity, repr(grid)))
    path = cache_dir / f"map-{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy"
    if not path.is_file():
        rate = _run_emissions_map(emission_class, quantity, slopes_deg, sumo_home)
        _save_whole(path, rate)
    return EmissionMap(
        emission_class=emission_class,
        quantity=quantity,
        slope_deg=np.array(slopes_deg),
        speed_mps=_axis(SPEED_AXIS_MPS),
        accel_mps2=_axis(ACCEL_AXIS_MPS2),
        rate=np.load(path),
    )


def _axis(bounds: tuple[float, float, float]) -> FloatArray:
    first, last, step = bounds
    return np.linspace(first, last, round((last - first) / step) + 1)


def _run_emissions_map(
    emission_class: str, quantity: str, slopes_deg: tuple[float, ...], sumo_home: Path
) -> FloatArray:
    shape = (_axis(SPEED_AXIS_MPS).size, _axis(ACCEL_AXIS_MPS2).size)
    slices = []
    with tempfile.TemporaryDirectory() as folder:
        for slope_deg in slopes_deg:
            output = Path(folder) / "map.csv"
            arguments = ["-e", emission_class, "-o", str(output), "--precision", "6"]
            for letter, (first, last, step) in (
                ("v", SPEED_AXIS_MPS),
                ("a", ACCEL_AXIS_MPS2),
                ("s", (slope_deg, slope_deg, 1.0)),
            ):
                arguments += [f"--{letter}-min={first}", f"--{letter}-max={last}"]
                arguments += [f"--{letter}-step={step}"]
            binary = sumo_home / "bin" / "emissionsMap"
            done = subprocess.run(
                [str(binary), *arguments],
                env={**os.environ, "SUMO_HOME": str(sumo_home)},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise ValueError(
                    f"emission class '{emission_class}' could not be mapped: {done.stderr.strip()}"
                )
            slices.append(_read_quantity(output, quantity).reshape(shape))
    return np.stack(slices)


def _read_quantity(path: Path, quantity: str) -> FloatArray:
    """Values of one quantity from `v;a;slope;quantity;value` rows, in g/s or W."""
    mark = f";{quantity};"
    with path.open(encoding="utf-8") as rows:
        values = [float(row.rpartition(";")[2]) for row in rows if mark in row]
    # SUMO counts mg/s for gases and Wh/s for electricity.
    scale = JOULE_PER_WATTHOUR if quantity == "electricity" else 1e-3
    if not values:
        raise ValueError(f"SUMO's emissionsMap knows no quantity '{quantity}'")
    return np.array(values) * scale


def _save_whole(path: Path, rate: FloatArray) -> None:
    """A file that another process may read at any time: whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npy.part")
    with os.fdopen(handle, "wb") as part:
        np.save(part, rate)
    Path(name).replace(path)
