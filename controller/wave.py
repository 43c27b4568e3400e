"""How queues leave, and who still crosses behind the end of green."""

from dataclasses import dataclass

import numpy as np

from controller.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """How a queue leaves."""

    follow_s: float = 1.0
    """Time gap between moving vehicles: at the stop line beside the time that a length takes, and
    from the slot of one who rolls over it to the slot behind, a length farther back."""
    start_lag_s: float = 0.0
    """From the start of green until the first vehicle starts."""
    step_s: float = 1.2
    """From the start of one queued vehicle to the start of the one behind it, unless
    slower waves are seen (`Traffic.start_step_s`)."""
    amber_decel_mps2: float = 3.0
    """When the amber comes whoever can stops, braking by this or, if that is more, by his own
    deceleration (SUMO's option `tls.yellow.min-decel`)."""
    most_amber_s: float = 3.0
    """Nobody crosses later than this behind the end of green."""

    def __post_init__(self) -> None:
        for name in ("follow_s", "start_lag_s", "step_s", "most_amber_s"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        if not self.amber_decel_mps2 > 0.0:
            raise ValueError(f"amber_decel_mps2 must be positive, got {self.amber_decel_mps2}")


def last_on_amber_s(
    wave: Wave, speed_mps: FloatArray, decel_mps2: FloatArray, *, step_length_s: float
) -> FloatArray:
    """(m,) how long behind the end of green those cross who cannot stop any more.

    Each of SUMO's steps is driven at the speed that it ends with: the way to stop is
    v² / 2b - v dt / 2. Where steps are ballistic vehicles cross half a step later.

    Args:
        wave: How they decide.
        speed_mps: (m,) at which they arrive.
        decel_mps2: (m,) their own deceleration.
        step_length_s: Of the simulation.
    """
    braking_s = speed_mps / (2.0 * np.maximum(decel_mps2, wave.amber_decel_mps2))
    return np.clip(braking_s - 0.5 * step_length_s, 0.0, wave.most_amber_s)
