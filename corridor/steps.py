"""The steps of a simulation: when they start."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Start and length of a simulation's steps."""

    begin_s: float
    length_s: float

    def floor(self, times_s: FloatArray) -> FloatArray:
        """Start of the step that each time falls into; what is infinite or NaN stays so."""
        if self.length_s == 1.0 and self.begin_s.is_integer():
            return np.asarray(np.floor(times_s + 1e-6))
        n_steps = np.floor((times_s - self.begin_s) / self.length_s + 1e-6)
        return np.asarray(self.begin_s + n_steps * self.length_s)
