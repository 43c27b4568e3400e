"""Textbook GLOSA: one constant speed to the next green that can be met.

References: Katsaros et al. (2011), IWCMC, "Performance study of a Green Light Optimized Speed
Advisory (GLOSA) application using an integrated cooperative ITS simulation platform".
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from controller.arrays import BoolArray, FloatArray
from controller.interface import Advice, Observation, Reason
from controller.kinematics import green_arrival_speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Glosa:
    """Advise the fastest constant speed that meets the next green."""

    kind: Literal["glosa"] = "glosa"
    min_speed_mps: float = 5.0
    """Slower advice than this is not given (18 km/h)."""
    queue_headway_s: float = 2.0
    """Time that each vehicle ahead takes to leave once it is green; 0 ignores the queue."""

    def __post_init__(self) -> None:
        if not self.min_speed_mps > 0:
            raise ValueError(f"min_speed_mps must be positive, got {self.min_speed_mps}")
        if self.queue_headway_s < 0:
            raise ValueError(f"queue_headway_s must not be negative, got {self.queue_headway_s}")

    def advise(self, seen: Observation) -> Advice:
        """Speed to the first green window that can be met, and why there is none.

        Green counts from when the vehicles ahead will have left. The driver is told nothing where
        his own speed meets that green anyway.
        """
        distance_m = seen.distance_m[:, np.newaxis]
        ceiling_mps = seen.ceiling_mps[:, np.newaxis]
        # At a running green whoever stands ahead is already leaving.
        is_to_come = seen.likely_start_s > 0.0
        queue_s = self.queue_headway_s * seen.n_queued[:, np.newaxis] * is_to_come
        start_s = np.maximum(seen.likely_start_s, 0.0) + queue_s
        speed_mps = green_arrival_speed(
            distance_m,
            start_s,
            seen.likely_end_s,
            ceiling_mps,
            min_speed_mps=np.minimum(self.min_speed_mps, ceiling_mps),
        )
        chosen_mps = _first_known(speed_mps)
        is_free = chosen_mps >= seen.ceiling_mps - 1e-9
        could_crawl = _has_any(start_s < seen.likely_end_s)
        none = np.isnan(chosen_mps)
        reason = np.select(
            [none & could_crawl, none, is_free],
            [Reason.TOO_SLOW, Reason.NO_GREEN, Reason.NOT_NEEDED],
            default=Reason.ADVISED,
        )
        return Advice(
            speed_mps=np.where(reason == Reason.ADVISED, chosen_mps, np.nan),
            reason=reason.astype(np.int64),
        )


def _first_known(speeds_mps: FloatArray) -> FloatArray:
    """(n,) the first value of each row that is not NaN; NaN where there is none."""
    # With a last column of NaN there is a first value even where no window is told at all.
    speeds_mps = np.pad(speeds_mps, ((0, 0), (0, 1)), constant_values=np.nan)
    first = np.argmin(np.isnan(speeds_mps), axis=1)
    return np.asarray(np.take_along_axis(speeds_mps, first[:, np.newaxis], axis=1)[:, 0])


def _has_any(mask: BoolArray) -> BoolArray:
    return np.asarray(mask.any(axis=1))
