"""Calls of SUMO's own `emissionsMap`, the only source of all maps."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emissions.maps import JOULE_PER_WATTHOUR, FloatArray

QUANTITIES = ("CO", "CO2", "HC", "PMx", "NOx", "fuel", "electricity")
"""In the order in which SUMO writes them."""

Bounds = tuple[float, float, float]
"""First, last and step of an axis."""


class MapProgramError(ValueError):
    """SUMO's emissionsMap refused what it was asked for; the text is SUMO's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapProgram:
    """What is the same in all calls for one class."""

    sumo_home: Path
    words: tuple[str, ...]
    """Class, and vehicle where one is asked for."""

    def rates(
        self, speed_mps: Bounds, accel_mps2: Bounds, slope_deg: float
    ) -> dict[str, FloatArray]:
        """Rate of each quantity over (speed, acceleration), in g/s or W; (v, a) each."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "map.csv"
            words = [*self.words, "-o", str(output), "--precision", "6"]
            for letter, (first, last, step) in (
                ("v", speed_mps),
                ("a", accel_mps2),
                ("s", (slope_deg, slope_deg, 1.0)),
            ):
                # SUMO adds up steps: half of one more, lest rounding loses the last point.
                words += [f"--{letter}-min={first}", f"--{letter}-max={last + 0.5 * step}"]
                words += [f"--{letter}-step={step}"]
            run_emissions_map(words, self.sumo_home)
            return _read(output, (axis(speed_mps).size, axis(accel_mps2).size))


def axis(bounds: Bounds) -> FloatArray:
    """The points of an axis."""
    first, last, step = bounds
    return np.linspace(first, last, round((last - first) / step) + 1)


def run_emissions_map(words: Sequence[str], sumo_home: Path) -> None:
    """Call the program.

    Raises:
        MapProgramError: It ended with an error.
    """
    done = subprocess.run(
        [str(sumo_home / "bin" / "emissionsMap"), *words],
        env={**os.environ, "SUMO_HOME": str(sumo_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise MapProgramError(done.stderr.strip())


def _read(path: Path, shape: tuple[int, int]) -> dict[str, FloatArray]:
    """Rates from `v;a;slope;quantity;value` rows, all quantities of a point in a row."""
    with path.open(encoding="utf-8") as rows:
        names = tuple(row.split(";")[3] for row, _ in zip(rows, QUANTITIES, strict=False))
    values = np.loadtxt(path, delimiter=";", usecols=4, ndmin=1)
    if names != QUANTITIES or values.size != shape[0] * shape[1] * len(names):
        raise MapProgramError(f"emissionsMap wrote {values.size} values of {', '.join(names)}")
    table = values.reshape(*shape, len(names))
    # SUMO counts mg/s for gases and fuel, and Wh/s for electricity.
    return {
        name: table[..., i] * (JOULE_PER_WATTHOUR if name == "electricity" else 1e-3)
        for i, name in enumerate(names)
    }
