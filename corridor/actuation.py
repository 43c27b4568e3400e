"""How advice reaches a vehicle: by its cruise control, or by its driver."""

from typing import Literal

import numpy as np

from controller import COMFORT_DECEL_MPS2, MEMORY_WIDTH, Advice, Display, Driver, update_display
from corridor.columns import Columns, FloatArray
from corridor.engine import Engine
from corridor.vehicles import VehicleTable

Execution = Literal["automated", "driver"]

SAME = 1e-9
"""Commands that differ by less are the same command."""


def followed_speeds(
    columns: Columns, execution: Execution, driver: Driver, time_s: float
) -> FloatArray:
    """(n,) speed that each vehicle keeps to because of advice; NaN: its driver's own.

    Cruise control takes advice as it is; a driver sees it on a display, see `update_display`.
    """
    if execution == "automated":
        return columns.floats("advised_mps").copy()
    before = Display(
        shown_mps=columns.floats("shown_mps"),
        changed_s=columns.floats("changed_s"),
        followed_mps=columns.floats("followed_mps"),
    )
    after = update_display(
        driver, before, columns.floats("advised_mps"), time_s, columns.floats("draw")
    )
    columns.floats("shown_mps")[:] = after.shown_mps
    columns.floats("changed_s")[:] = after.changed_s
    columns.floats("followed_mps")[:] = after.followed_mps
    return after.followed_mps


def check_rows(advice: Advice, n_rows: int) -> None:
    """Raise ValueError where advice has not one row for each vehicle that was seen."""
    one_each = (n_rows,)
    shapes = (
        (advice.speed_mps, one_each),
        (advice.reason, one_each),
        (advice.decel_mps2, one_each),
        (advice.memory, (n_rows, MEMORY_WIDTH)),
    )
    for values, shape in shapes:
        if values is not None and values.shape != shape:
            raise ValueError(
                f"advice must have {n_rows} rows, as many as were seen, so {shape}; got an array "
                f"of shape {values.shape}"
            )


def actuate(
    table: VehicleTable,
    engine: Engine,
    followed_mps: FloatArray,
    driver: Driver | None,
    step_length_s: float,
) -> None:
    """Tell the engine what changed for whom.

    Cruise control sets the speed, which takes the driver's imperfection away. A driver changes
    what share of the limit he wishes to drive, and keeps his imperfection; he takes the foot off
    the pedal, or brakes as he is asked to. Neither exceeds the driver's own ceiling.

    Args:
        table: All vehicles.
        engine: Running simulation.
        followed_mps: (n,) speed that each keeps to; NaN: none.
        driver: How drivers follow advice; None for an automatic cruise control.
        step_length_s: Length of a step.
    """
    columns = table.columns
    if driver is None:
        slowest_mps = columns.floats("speed_mps") - COMFORT_DECEL_MPS2 * step_length_s
    else:
        slowest_mps = _eased_off_mps(columns, driver, step_length_s)
    speed_mps = np.minimum(np.maximum(followed_mps, slowest_mps), columns.floats("ceiling_mps"))
    columns.floats("wished_mps")[:] = speed_mps
    command = speed_mps if driver is None else speed_mps / columns.floats("limit_mps")
    last = columns.floats("command")
    is_same = np.abs(command - last) < SAME
    is_same |= np.isnan(command) & np.isnan(last)
    rows = (~is_same).nonzero()[0]
    last[:] = command
    if not rows.size:
        return
    # Whoever is told nothing any more gets back what was his own.
    own = columns.floats("speed_factor")[rows] if driver is not None else -1.0
    told = np.where(np.isnan(command[rows]), own, command[rows]).tolist()
    if driver is None:
        engine.set_speeds(table.vehicle_ids(rows), told)
    else:
        engine.set_speed_factors(table.vehicle_ids(rows), told)


def _eased_off_mps(columns: Columns, driver: Driver, step_length_s: float) -> FloatArray:
    """(n,) speed that each driver wishes a step later who slows down.

    His wish falls steadily from what it was, and not from where dawdling led: at least as his foot
    off the pedal lets it, and as firmly as he is asked to.
    """
    speed_mps, wished_mps = columns.floats("speed_mps"), columns.floats("wished_mps")
    decel_mps2 = np.fmax(columns.floats("asked_mps2"), driver.ease_off_mps2)
    np.minimum(decel_mps2, COMFORT_DECEL_MPS2, out=decel_mps2)
    before_mps = np.where(np.isnan(wished_mps), speed_mps, wished_mps)
    return np.asarray(before_mps - decel_mps2 * step_length_s)
