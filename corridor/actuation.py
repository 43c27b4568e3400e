"""How advice reaches a vehicle: by its cruise control, or by its driver."""

from typing import Literal

import numpy as np

from controller import Display, Driver, takes_up, update_display
from corridor.engine import Engine
from corridor.vehicles import FloatArray, VehicleTable

Execution = Literal["automated", "driver"]

COMFORT_DECEL_MPS2 = 1.5
"""Nobody brakes harder than this because of advice."""
SAME = 1e-9
"""Commands that differ by less are the same command."""


def followed_speeds(
    table: VehicleTable, execution: Execution, driver: Driver, time_s: float
) -> FloatArray:
    """(n,) speed that each vehicle keeps to because of advice; NaN: its driver's own.

    Cruise control takes advice as it is; a driver sees it on a display, see `update_display`.
    """
    if execution == "automated":
        return table.floats("advised_mps").copy()
    before = Display(
        shown_mps=table.floats("shown_mps"),
        changed_s=table.floats("changed_s"),
        followed_mps=table.floats("followed_mps"),
    )
    after = update_display(driver, before, table.floats("advised_mps"), time_s)
    table.floats("shown_mps")[:] = after.shown_mps
    table.floats("changed_s")[:] = after.changed_s
    table.floats("followed_mps")[:] = after.followed_mps
    accepted = takes_up(driver, table.floats("draw"), after.changed_s)
    return np.where(accepted, after.followed_mps, np.nan)


def actuate(
    table: VehicleTable,
    engine: Engine,
    followed_mps: FloatArray,
    execution: Execution,
    step_length_s: float,
) -> None:
    """Tell the engine what changed for whom.

    Cruise control sets the speed, which takes the driver's imperfection away. A driver changes
    what share of the limit he wishes to drive, and keeps his imperfection. Both slow down at a
    comfortable rate, and neither exceeds the driver's own ceiling.
    """
    slowest_mps = table.floats("speed_mps") - COMFORT_DECEL_MPS2 * step_length_s
    speed_mps = np.minimum(np.maximum(followed_mps, slowest_mps), table.ceiling_mps)
    last = table.floats("command")
    command = speed_mps if execution == "automated" else speed_mps / table.floats("limit_mps")
    with np.errstate(invalid="ignore"):
        is_same = np.abs(command - last) < SAME
    is_same |= np.isnan(command) & np.isnan(last)
    for row in np.flatnonzero(~is_same):
        vehicle_id = table.ways[row].vehicle_id
        value = float(command[row])
        if execution == "automated":
            engine.set_speed(vehicle_id, -1.0 if np.isnan(value) else value)
        else:
            own = float(table.floats("speed_factor")[row])
            engine.set_speed_factor(vehicle_id, own if np.isnan(value) else value)
    last[:] = command
