"""An emission map: a rate over speed, acceleration and slope, and how it is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

JOULE_PER_WATTHOUR = 3600.0
STANDING_MPS = 0.5
"""SUMO's models treat a vehicle up to this speed as standing: it idles and does not coast."""
NEVER_MPS2 = -1e3
"""Coasting deceleration where the rate does not drop."""
CHUNK_ROWS = 1 << 14
"""Rows looked up at once: what is computed on the way stays in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionMap:
    """A rate over (slope, speed, acceleration), linear between the points of a grid.

    SUMO's models of combustion engines drop to exactly zero below the deceleration of plain
    coasting. A grid alone would smear that drop over a cell. So the grid holds the rate under
    traction, continued beyond the drop, and the drop is a line of its own.
    """

    emission_class: str
    """SUMO's name of the class, as in `HBEFA4/PC_petrol_Euro-4`."""
    quantity: str
    """Of `QUANTITIES`; a rate of `electricity` is in W, all others in g/s."""
    slope_deg: FloatArray
    """(s,) rising, regular; a single slice serves where all roads are flat."""
    speed_mps: FloatArray
    """(v,) rising, regular but for one speed that may be there twice: the rate jumps there, the
    first holds up to that speed, the second beyond it."""
    accel_mps2: FloatArray
    """(a,) rising, regular."""
    rate: FloatArray
    """(s, v, a) g/s, or W of electricity; under traction where there is a `coasting_mps2`."""
    coasting_mps2: FloatArray | None = None
    """(s, v) the rate is 0 at any lower acceleration; None: it does not drop."""

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
        return rates_of([self], speed_mps, accel_mps2, slope_deg)[0]

    def traction(self, slope: "_Place", speed: "_Place", accel: "_Place") -> FloatArray:
        """Rate without the drop, at places on the axes."""
        cells = self.rate.reshape(-1)
        n_slopes, n_speeds, n_accels = self.rate.shape
        corner = speed.cell * n_accels + accel.cell
        if n_slopes == 1:
            return _bilinear(cells, corner, n_accels, speed.share, accel.share)
        corner += slope.cell * (n_speeds * n_accels)
        below = _bilinear(cells, corner, n_accels, speed.share, accel.share)
        corner += n_speeds * n_accels
        above = _bilinear(cells, corner, n_accels, speed.share, accel.share)
        return below + slope.share * (above - below)

    def without_coasting_jump(self) -> "EmissionMap":
        """The same map with the traction line continued down to zero.

        SUMO's HBEFA and PHEMlight drop to exactly 0 as soon as deceleration passes plain coasting.
        Real engines cut fuel only in gear and above idle speed. Here the line through the last two
        points before the drop goes on until it is 0. A class that does not drop stays as it is.
        """
        return replace(self, coasting_mps2=None)

    def with_jump_spread(self) -> "EmissionMap":
        """SUMO's values at the points of a regular grid, the drop spread over the cell it is in.

        A plan must not perch on the edge of a drop that nobody can drive on.
        """
        rate = self.rate
        if self.coasting_mps2 is not None:
            is_dropped = self.accel_mps2 < self.coasting_mps2[..., np.newaxis]
            rate = np.where(is_dropped, 0.0, rate)
        keeps = np.diff(self.speed_mps, prepend=-1.0) > 0.0
        return replace(
            self,
            speed_mps=self.speed_mps[keeps],
            rate=rate.compress(keeps, axis=1),
            coasting_mps2=None,
        )


def rates_of(
    maps: Sequence[EmissionMap],
    speed_mps: FloatArray,
    accel_mps2: FloatArray,
    slope_deg: FloatArray,
) -> list[FloatArray]:
    """Rates of several maps, as from `EmissionMap.at`; what they share is looked up once.

    Args:
        maps: What is looked up.
        speed_mps: (n,) not negative; shapes that broadcast will do.
        accel_mps2: (n,).
        slope_deg: (n,) angle of the road in degrees, as SUMO states it.

    Returns:
        (n,) g/s or W of each map.
    """
    arrays = np.broadcast_arrays(speed_mps, accel_mps2, slope_deg)
    speed, accel, slope = (array.reshape(-1) for array in arrays)
    grids = [_Grid.of(each) for each in maps]
    totals = [np.empty(speed.size) for _ in maps]
    for start in range(0, speed.size, CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        known = _Known(accel[rows])
        for each, grid, total in zip(maps, grids, totals, strict=True):
            places = known.places.get(grid)
            if places is None:
                places = known.places[grid] = grid.places(slope[rows], speed[rows], accel[rows])
            total[rows] = known.rate(each, places)
    return [total.reshape(arrays[0].shape) for total in totals]


class _Place(NamedTuple):
    """Where values lie on an axis."""

    cell: IntArray
    """Lower point of the cell of each."""
    share: FloatArray
    """Of the cell, below each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """A regular axis; the point `n_before` may be there twice."""

    first: float
    per_unit: float
    last_cell: int
    n_before: int

    @classmethod
    def of(cls, points: FloatArray) -> "_Axis":
        doubled = np.flatnonzero(np.diff(points) == 0.0)
        n_cells = points.size - 1 - doubled.size
        return cls(
            first=float(points[0]),
            per_unit=n_cells / float(points[-1] - points[0]) if n_cells else 0.0,
            last_cell=max(n_cells - 1, 0),
            n_before=int(doubled[0]) if doubled.size else n_cells,
        )

    def place(self, values: FloatArray) -> _Place:
        """Where values lie; beyond the axis its end counts."""
        place = (values - self.first) * self.per_unit
        np.clip(place, 0.0, self.last_cell + 1.0, out=place)
        # A value on a point belongs to the cell below it.
        cell = np.ceil(place).astype(np.int64)
        cell -= 1
        np.maximum(cell, 0, out=cell)
        place -= cell
        if self.n_before <= self.last_cell:
            cell += cell >= self.n_before
        return _Place(cell, place)


_Places = tuple[_Place, _Place, _Place]
"""On the axes of slope, speed and acceleration."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """The axes of a map; those of maps of one size are equal."""

    slope: _Axis
    speed: _Axis
    accel: _Axis

    @classmethod
    def of(cls, each: EmissionMap) -> "_Grid":
        return cls(*map(_Axis.of, (each.slope_deg, each.speed_mps, each.accel_mps2)))

    def places(self, slope: FloatArray, speed: FloatArray, accel: FloatArray) -> _Places:
        return self.slope.place(slope), self.speed.place(speed), self.accel.place(accel)


@dataclass(slots=True)
class _Known:
    """What has been looked up of some rows, to be used for other maps too."""

    accel: FloatArray
    places: dict[_Grid, _Places] = field(default_factory=dict)
    _tractions: dict[int, FloatArray] = field(default_factory=dict)
    """By the identity of the rates; maps of one class share them, as do the lines of the drop."""
    _is_drawing: dict[int, BoolArray] = field(default_factory=dict)

    def rate(self, each: EmissionMap, places: _Places) -> FloatArray:
        """Rates of a map."""
        found = self._tractions.get(id(each.rate))
        if found is None:
            found = self._tractions[id(each.rate)] = each.traction(*places)
        line = each.coasting_mps2
        if line is None:
            return found
        is_drawing = self._is_drawing.get(id(line))
        if is_drawing is None:
            is_drawing = self.accel >= _coasting(line, *places[:2])
            self._is_drawing[id(line)] = is_drawing
        return found * is_drawing


def _coasting(line: FloatArray, slope: _Place, speed: _Place) -> FloatArray:
    """Acceleration below which the rate is zero, from that at (slope, speed)."""
    n_slopes, n_speeds = line.shape
    cells = line.reshape(-1)
    if n_slopes == 1:
        return _linear(cells, speed.cell, speed.share)
    corner = slope.cell * n_speeds + speed.cell
    below = _linear(cells, corner, speed.share)
    return below + slope.share * (_linear(cells, corner + n_speeds, speed.share) - below)


def _linear(cells: FloatArray, corner: IntArray, share: FloatArray) -> FloatArray:
    below = cells.take(corner)
    return below + share * (cells.take(corner + 1) - below)


def _bilinear(
    cells: FloatArray, corner: IntArray, stride: int, share: FloatArray, next_share: FloatArray
) -> FloatArray:
    below = _linear(cells, corner, next_share)
    return below + share * (_linear(cells, corner + stride, next_share) - below)
