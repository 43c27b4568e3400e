"""The steps of all vehicles of a recorded arm as arrays, cut by distance."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from emissions import EmissionMap
from experiments.report.journeys import Records

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All steps of an arm, by vehicle and time."""

    step_s: float
    vehicle_ids: list[str]
    first: IntArray
    """(vehicle,) row of the insertion."""
    end: IntArray
    """(vehicle,) row of the arrival."""
    time_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    accel_mps2: FloatArray
    """Zero at insertions."""
    key: FloatArray = field(repr=False)
    """Rises from row to row: a number for the vehicle, and the distance."""
    span_m: float
    """Between the keys of two vehicles."""

    def row_at(
        self, vehicle: IntArray, distance_m: FloatArray, side: Literal["left", "right"]
    ) -> IntArray:
        """First row at or behind a distance ("left"), or behind it ("right")."""
        return np.searchsorted(self.key, vehicle * self.span_m + distance_m, side)

    def place_of(
        self, vehicle: IntArray, distance_m: FloatArray
    ) -> tuple[IntArray, IntArray, FloatArray]:
        """Rows before and after a distance, and the share of the step between them."""
        after = np.clip(
            self.row_at(vehicle, distance_m, "left"), self.first[vehicle], self.end[vehicle]
        )
        before = np.maximum(after - 1, self.first[vehicle])
        way_m = self.distance_m[after] - self.distance_m[before]
        ahead_m = distance_m - self.distance_m[before]
        share = np.divide(ahead_m, way_m, out=np.zeros(way_m.shape), where=way_m > 0.0)
        return before, after, np.clip(share, 0.0, 1.0)

    def between(
        self, values: FloatArray, before: IntArray, after: IntArray, share: FloatArray
    ) -> FloatArray:
        """Values of rows, linear within a step."""
        return values[before] + share * (values[after] - values[before])

    def cumulated(self, rates: EmissionMap, unit_per_rate_s: float) -> FloatArray:
        """(row,) g or Wh up to and with each step, on a level road."""
        each = rates.at(self.speed_mps, self.accel_mps2, np.zeros(1))
        each *= unit_per_rate_s * self.step_s
        each[self.first] = 0.0
        return np.cumsum(each)


def read_trace_of(records: Records, arm: str) -> Trace:
    """The steps that were recorded of an arm."""
    steps = records.table("journeys", arm).sort("vehicle_id", "time_s")
    return trace_of(
        steps["vehicle_id"],
        *(
            steps[name].cast(pl.Float64).to_numpy()
            for name in ("time_s", "distance_m", "speed_mps")
        ),
        step_s=float(records.summary.get("step_length_s") or 1.0),
    )


def trace_of(
    vehicle_id: pl.Series,
    time_s: FloatArray,
    distance_m: FloatArray,
    speed_mps: FloatArray,
    *,
    step_s: float,
) -> Trace:
    """A trace of rows sorted by vehicle and time."""
    is_first = (vehicle_id != vehicle_id.shift(1)).fill_null(value=True).to_numpy()
    first = np.flatnonzero(is_first)
    accel_mps2 = np.diff(speed_mps, prepend=0.0) / step_s
    accel_mps2[first] = 0.0
    span_m = float(distance_m.max(initial=0.0)) + 1e4
    return Trace(
        step_s=step_s,
        vehicle_ids=vehicle_id.gather(first).to_list(),
        first=first,
        end=np.append(first[1:], is_first.size) - 1,
        time_s=time_s,
        distance_m=distance_m,
        speed_mps=speed_mps,
        accel_mps2=accel_mps2,
        key=(np.cumsum(is_first) - 1) * span_m + distance_m,
        span_m=span_m,
    )
