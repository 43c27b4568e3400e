"""The least emission of one approach to a signal: exact dynamic programming on SUMO's own steps.

Speeds are whole multiples of a quantum, and SUMO moves by the speed that a step ends with, so
that places lie on a grid without any interpolation. One pass goes backwards from the exit, and
serves whatever enters before, whenever and wherever.

References: Bellman (1957), Dynamic Programming. The restriction to one valley keeps out
pulse-and-glide, which emission maps reward and no advice should ask for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emissions.bound_grid import BoundGrid, Gate, Motion, States, allowed_states
from emissions.maps import JOULE_PER_WATTHOUR, EmissionMap, FloatArray, IntArray

SLOW_RISE_MPS2 = 0.75
"""A first rise is over when it would be at this rate."""
Planes = NDArray[np.float32]
"""(v, x) least cost from a state to the exit; infinite where there is no way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Where vehicles are that are to pass one gate."""

    steps: IntArray
    """(n,) steps from here to the exit, > 0."""
    distance_m: FloatArray
    """(n,) to the stop line, >= 0."""
    speed_mps: FloatArray
    """(n,) not negative."""


def least_emissions(
    rates: EmissionMap, gate: Gate, entries: Entries, *, motion: Motion, grid: BoundGrid
) -> FloatArray:
    """Least emission of each entry on its way through a gate, over one-valley trajectories.

    A vehicle may first rise to its speed if it enters below it, then fall, then rise; it may hold
    a speed at any time. Between the states of the grid the least emission is linear.

    Args:
        rates: Of the account; its slice of a level road counts.
        gate: Slot, exit and limits, the same for all entries.
        entries: Who passes.
        motion: What a vehicle can do.
        grid: Steps and quanta.

    Returns:
        (n,) g or Wh, less what is driven beyond the exit at the cost of cruising; NaN where no
        trajectory keeps slot, exit and limits.

    Raises:
        ValueError: An entry is at or behind the stop line, or has no step left.
    """
    if entries.steps.size == 0:
        return np.zeros(0)
    if entries.steps.min() < 1 or entries.distance_m.min() < 0.0:
        raise ValueError(
            "entries must be at least one step from the exit and not behind the stop line, got "
            f"{entries.steps.min()} steps and {entries.distance_m.min():.1f} m"
        )
    start = _places(entries, gate, grid)
    found = np.full(entries.steps.shape, np.nan)
    order = np.argsort(entries.steps, kind="stable")
    ends = np.searchsorted(entries.steps[order], np.arange(1, entries.steps.max() + 2))
    for n, planes in enumerate(_backwards(rates, gate, entries, motion, grid), start=1):
        due = order[ends[n - 1] : ends[n]]
        if due.size:
            found[due] = _between(planes, *(each[due] for each in start))
    return found


def cruise_cost(rates: EmissionMap, speed_mps: float) -> float:
    """Cost of a metre at an even speed, g or Wh."""
    return float(_rate(rates, np.array([speed_mps]), np.zeros(1))[0]) / speed_mps


def rise_cost(rates: EmissionMap, speed_mps: float, accel_mps2: float = 0.5) -> float:
    """Cost of each m2/s2 of half the squared speed, above that of cruising, g or Wh."""
    speed_mps = max(speed_mps, 1.0)
    speeds = np.full(2, speed_mps)
    even, rising = _rate(rates, speeds, np.array([0.0, accel_mps2]))
    return float(rising - even) / (speed_mps * accel_mps2)


def step_costs(
    rates: EmissionMap, changes: IntArray, n_speeds: int, grid: BoundGrid
) -> NDArray[np.float32]:
    """(k, v) g or Wh of a step that ends with speed v after each change of speed k."""
    speed_mps = np.arange(n_speeds, dtype=np.float64) * grid.quantum_mps
    accel_mps2 = changes.astype(np.float64) * (grid.quantum_mps / grid.step_s)
    return (_rate(rates, speed_mps, accel_mps2[:, None]) * grid.step_s).astype(np.float32)


def _rate(rates: EmissionMap, speed_mps: FloatArray, accel_mps2: FloatArray) -> FloatArray:
    """g/s or Wh/s on a level road."""
    unit = 1.0 / JOULE_PER_WATTHOUR if rates.quantity == "electricity" else 1.0
    return rates.at(speed_mps, accel_mps2, np.zeros(1)) * unit


def _backwards(
    rates: EmissionMap, gate: Gate, entries: Entries, motion: Motion, grid: BoundGrid
) -> Iterator[Planes]:
    """Least cost to the exit from each state, 1, 2, ... steps before it.

    Column 0 is as far before the stop line as the farthest entry. The planes are used again for
    the next step but one, and are right where entries can be.
    """
    states = allowed_states(gate, grid, float(entries.distance_m.max()))
    changes = motion.changes(grid)
    costs = step_costs(rates, changes, states.n_speeds, grid)
    reach = _reach(entries, gate, grid, states.n_speeds - 1)
    # Mode 0: rising to the end; 1: may still fall; 2: may rise before it falls.
    now, then = (np.full((3, *states.shape), np.inf, dtype=np.float32) for _ in range(2))
    then[:, states.exit_speed :, states.exit_cell :] = _at_exit(rates, gate, states, grid)
    states.forbid(then, 0)
    rises = _may_rise(entries, gate, grid)
    for n, farthest in enumerate(reach.tolist(), start=1):
        first, last = states.columns(n)
        last = max(min(last, farthest + 1), first)
        n_modes = 3 if rises[n - 1] else 2
        if n_modes == 3 and not rises[max(n - 2, 0)]:
            then[2] = then[1]
        # What the next step may look at.
        now[..., max(first - states.n_speeds, 0) : last + states.n_speeds] = np.inf
        _step(now[:n_modes], then[:n_modes], costs, changes, slice(first, last))
        states.forbid(now[:n_modes], n)
        yield now[n_modes - 1]
        now, then = then, now


def _may_rise(entries: Entries, gate: Gate, grid: BoundGrid) -> list[bool]:
    """Whether some entry may still be in its first rise, 1, 2, ... steps before the exit."""
    missing_mps = np.maximum(gate.ceiling_mps - grid.quantum_mps - entries.speed_mps, 0.0)
    ends = entries.steps - np.ceil(missing_mps / (SLOW_RISE_MPS2 * grid.step_s))
    steps = np.arange(1, entries.steps.max() + 1)[:, None]
    inside = (steps > ends) & (steps <= entries.steps)
    return [bool(row.any()) for row in inside]


def _at_exit(rates: EmissionMap, gate: Gate, states: States, grid: BoundGrid) -> FloatArray:
    """(x,) cost of what is missing at the exit, from its cell on; negative beyond it.

    The exit lies on the grid a little nearer and slower than it is; the rest is charged as
    cruising and as acceleration.
    """
    cells = np.arange(states.exit_cell, states.shape[1], dtype=np.float64)
    past = cells - states.line_cell
    missing_m = gate.exit_m - past * grid.cell_m
    on_grid_mps = states.exit_speed * grid.quantum_mps
    missing = (gate.exit_mps**2 - on_grid_mps**2) / 2.0 * rise_cost(rates, gate.exit_mps)
    cost: FloatArray = missing_m * cruise_cost(rates, gate.ceiling_mps) + missing
    return cost


def _reach(entries: Entries, gate: Gate, grid: BoundGrid, n_quanta: int) -> IntArray:
    """(steps,) the farthest cell that entries can have reached, 1, 2, ... steps before the exit."""
    _, place = _places(entries, gate, grid)
    most = int(entries.steps.max())
    # In cells less what all could drive until the exit: a running maximum from the first entry.
    ahead = np.full(most + 1, -np.inf)
    np.maximum.at(ahead, entries.steps, np.floor(place) + 1.0 + entries.steps * n_quanta)
    ahead = np.maximum.accumulate(ahead[::-1])[::-1]
    return (ahead[1:] - np.arange(1, most + 1) * n_quanta).astype(np.int64)


def _step(
    now: Planes, then: Planes, costs: NDArray[np.float32], changes: IntArray, columns: slice
) -> None:
    """One step of the recursion, for all states of some columns."""
    modes = [plane[:, columns] for plane in now]
    targets = [_reached(plane, columns) for plane in then]
    n_speeds = now.shape[1]
    spare = np.empty_like(targets[0], shape=modes[0].shape)
    for change, cost in zip(changes.tolist(), costs, strict=True):
        before = slice(max(-change, 0), n_speeds - max(change, 0))
        after = slice(max(change, 0), n_speeds - max(-change, 0))
        allowed = [change >= 0, change <= 0, change >= 0]
        for into, target, is_allowed in zip(modes, targets, allowed, strict=False):
            if is_allowed:
                total = np.add(target[after], cost[after, None], out=spare[after])
                np.minimum(into[before], total, out=into[before])
    for into, source in pairwise(reversed(modes)):
        np.minimum(into, source, out=into)


def _reached(plane: Planes, columns: slice) -> Planes:
    """(v, x) the plane at x + v: where a step from x that ends with speed v leads."""
    (n_speeds, width), item = plane.shape, plane.itemsize
    return np.lib.stride_tricks.as_strided(
        plane.ravel()[columns.start :],
        shape=(n_speeds, columns.stop - columns.start),
        strides=((width + 1) * item, item),
        writeable=False,
    )


def _places(entries: Entries, gate: Gate, grid: BoundGrid) -> tuple[FloatArray, FloatArray]:
    """Speed and place of entries on the grid, in quanta and cells."""
    farthest = grid.cells(float(entries.distance_m.max()))
    speed = np.minimum(entries.speed_mps, gate.ceiling_mps) / grid.quantum_mps
    return speed, farthest - entries.distance_m / grid.cell_m


def _between(plane: Planes, speed: FloatArray, place: FloatArray) -> FloatArray:
    """Linear between the states around; those from which there is no way are left out."""
    total, weights = np.zeros(speed.shape), np.zeros(speed.shape)
    low_v, low_x = np.floor(speed).astype(int), np.floor(place).astype(int)
    for v, share_v in ((low_v, 1.0 + low_v - speed), (low_v + 1, speed - low_v)):
        for x, share_x in ((low_x, 1.0 + low_x - place), (low_x + 1, place - low_x)):
            inside = (v < plane.shape[0]) & (x < plane.shape[1])
            cost = np.where(inside, plane[v * inside, x * inside], np.inf)
            weight = np.where(np.isfinite(cost), share_v * share_x, 0.0)
            total += weight * np.where(weight > 0.0, cost, 0.0)
            weights += weight
    found = np.full(speed.shape, np.nan)
    np.divide(total, weights, out=found, where=weights > 1e-6)
    return found
