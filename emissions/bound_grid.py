"""Speeds and places of the attainable bound, and which of them are allowed when."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emissions.maps import IntArray

FINE_MPS2 = 1.0
"""Stronger braking and acceleration is looked at in steps that widen; finer ones move the
textbook's bounds by less than 0.1 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundGrid:
    """Steps and quanta on which trajectories are looked for."""

    step_s: float = 1.0
    """Of the simulation."""
    quantum_mps: float
    """Speeds are multiples of it, changes of speed too."""

    def __post_init__(self) -> None:
        for name in ("step_s", "quantum_mps"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")

    @property
    def cell_m(self) -> float:
        """What a vehicle drives in a step at a speed of one quantum."""
        return self.quantum_mps * self.step_s

    def cells(self, distance_m: float) -> int:
        """Cells that cover a distance."""
        return math.ceil(distance_m / self.cell_m - 1e-9)

    def quanta(self, speed_mps: float) -> int:
        """Quanta that reach a speed."""
        return math.ceil(speed_mps / self.quantum_mps - 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What a vehicle can do."""

    accel_mps2: float = 2.0
    braking_mps2: float = 3.0

    def __post_init__(self) -> None:
        for name in ("accel_mps2", "braking_mps2"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")

    def changes(self, grid: BoundGrid) -> IntArray:
        """Changes of speed in a step, in quanta, rising."""
        per_mps2 = grid.step_s / grid.quantum_mps
        most, hardest = (
            math.floor(rate * per_mps2 + 1e-9) for rate in (self.accel_mps2, self.braking_mps2)
        )
        fine = math.floor(FINE_MPS2 * per_mps2 + 1e-9)
        braking, rising = (set(_widening(fine, end)) for end in (hardest, most))
        return np.array(sorted({-change for change in braking} | rising), dtype=np.int64)


def _widening(fine: int, end: int) -> Iterator[int]:
    """0, 1, 2, ... up to some number, then in steps that widen, and the end."""
    change, step = 0, 1
    while change < end:
        yield change
        step += change >= fine
        change += step
    yield end


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A piece of way with a limit of its own, as of a turn."""

    start_m: float
    """From the stop line, behind it positive."""
    end_m: float
    limit_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A stop line, its slot and the exit behind it; time counts back from the exit."""

    ceiling_mps: float
    """Fastest before and behind the line."""
    exit_m: float
    """From the stop line to the exit, > 0."""
    exit_mps: float
    """Least speed at the exit."""
    slot_steps: int
    """Steps from the slot to the exit: until then the line is not crossed, >= 1."""
    red_steps: int | None = None
    """Steps from the last red to the exit: until then a vehicle can stop at the line; None: no
    red."""
    stopping_mps2: float = 3.0
    """At this rate."""
    zones: tuple[Zone, ...] = ()
    overshoot_m: float = 60.0
    """So far beyond the exit a vehicle may be; it is credited at the cost of cruising."""

    def __post_init__(self) -> None:
        if self.slot_steps < 1 or (self.red_steps is not None and self.red_steps < self.slot_steps):
            raise ValueError(
                "the slot must be before the exit, and the red not behind the slot, got "
                f"{self.slot_steps} and {self.red_steps} steps"
            )
        if not 0.0 <= self.exit_mps <= self.ceiling_mps or not self.exit_m > 0.0:
            raise ValueError(
                f"the exit must be behind the line and its speed below {self.ceiling_mps} m/s, got "
                f"{self.exit_m} m and {self.exit_mps} m/s"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """The states of one pass, and which of them are forbidden when."""

    n_speeds: int
    line_cell: int
    exit_cell: int
    exit_speed: int
    last_cell: int
    """Of those that a vehicle may reach."""
    slot_steps: int
    red_steps: int | None
    too_fast: tuple[tuple[slice, NDArray[np.bool_]], ...]
    """Columns, and (v, x) what is too fast there."""
    cannot_stop: NDArray[np.bool_]
    """(v, x) in the columns before the line."""

    @property
    def shape(self) -> tuple[int, int]:
        """(v, x) with columns behind the last cell that a step may reach and nobody is in."""
        return self.n_speeds, self.last_cell + self.n_speeds + 1

    def columns(self, n: int) -> tuple[int, int]:
        """First column from which n steps reach the exit, and the one behind the last allowed."""
        end = self.line_cell if n >= self.slot_steps else self.last_cell
        first = max(self.exit_cell - n * (self.n_speeds - 1), 0)
        return min(first, end), end + 1

    def forbid(self, planes: NDArray[np.float32], n: int) -> None:
        """Make the states infinite that are not allowed n steps before the exit."""
        first_closed = (self.line_cell if n >= self.slot_steps else self.last_cell) + 1
        planes[..., first_closed:] = np.inf
        for columns, mask in self.too_fast:
            np.copyto(planes[..., columns], np.inf, where=mask)
        if self.red_steps is not None and n >= self.red_steps:
            first = self.line_cell + 1 - self.cannot_stop.shape[1]
            near = planes[..., first : self.line_cell + 1]
            np.copyto(near, np.inf, where=self.cannot_stop)


def allowed_states(gate: Gate, grid: BoundGrid, farthest_m: float) -> States:
    """States of a pass from the farthest entry to beyond the exit.

    The ceiling is rounded up to a quantum, the exit down to a cell, its speed down to a quantum:
    all of them allow more, so that the bound is rather too low.
    """
    n_speeds = grid.quanta(gate.ceiling_mps) + 1
    line_cell = grid.cells(farthest_m)
    exit_cell = line_cell + math.floor(gate.exit_m / grid.cell_m + 1e-9)
    last_cell = exit_cell + grid.cells(gate.overshoot_m)
    speeds = np.arange(n_speeds)[:, None]
    zones = []
    for zone in gate.zones:
        limit = grid.quanta(zone.limit_mps)
        start = line_cell + grid.cells(zone.start_m)
        end = line_cell + math.floor(min(zone.end_m, gate.exit_m + gate.overshoot_m) / grid.cell_m)
        # Whoever enters the zone within a step has its limit at the end of it.
        columns = slice(max(start + 1, 0), min(max(end, start + n_speeds), last_cell) + 1)
        places = np.arange(columns.start, columns.stop)[None, :]
        zones.append((columns, (speeds > limit) & (places <= np.maximum(end, start + speeds))))
    stop_cells = min(
        int((n_speeds * grid.quantum_mps) ** 2 / (2.0 * gate.stopping_mps2) / grid.cell_m) + 1,
        line_cell,
    )
    room_m = np.arange(stop_cells, -1, -1)[None, :] * grid.cell_m
    return States(
        n_speeds=n_speeds,
        line_cell=line_cell,
        exit_cell=exit_cell,
        exit_speed=math.floor(gate.exit_mps / grid.quantum_mps + 1e-9),
        last_cell=last_cell,
        slot_steps=gate.slot_steps,
        red_steps=gate.red_steps,
        too_fast=tuple(zones),
        cannot_stop=(speeds * grid.quantum_mps) ** 2 > 2.0 * gate.stopping_mps2 * room_m + 1e-9,
    )
