"""Where the vehicles are: read from the engine, of those only who can matter."""

import numpy as np

from corridor.columns import BoolArray, Columns
from corridor.engine import Engine
from corridor.vehicles import VehicleTable

MARGIN_M = 50.0
"""A vehicle is read again when it may be so far from range: its way is known to some metres."""
REST_S = 10.0
"""So often it is seen to who can be left unread: to ask costs more than to read some in vain."""
LONGEST_S = 60.0
"""Nobody is left unread for longer: a vehicle may vanish, or be put elsewhere."""


class Reader:
    """Reads positions and speeds of vehicles, and lanes where they may have changed.

    A vehicle beyond range is left unread until it could be in range at its greatest speed, one
    behind its last signal for `LONGEST_S`; neither while it still does what it was advised.

    Args:
        engine: Running simulation.
        range_m: Distance to a stop line from which on vehicles matter.
        step_length_s: Length of a simulation step.
    """

    def __init__(self, engine: Engine, range_m: float, step_length_s: float) -> None:
        self._engine = engine
        self._beyond_m = range_m + MARGIN_M
        self._step_length_s = step_length_s
        self._next_rest_s = -np.inf

    def read(self, table: VehicleTable, time_s: float) -> None:
        """Bring the table up to date.

        Raises:
            EngineError: A vehicle of the table is not on the road.
        """
        is_due = table.columns.floats("read_s") <= time_s
        rows = is_due.nonzero()[0]
        vehicle_ids = table.vehicle_ids(rows)
        positions_m = self._engine.positions_m(vehicle_ids)
        speeds_mps = self._engine.speeds_mps(vehicle_ids)
        suspects = table.move(rows, positions_m, speeds_mps, self._step_length_s)
        table.change_lanes(suspects, self._engine.lanes(table.vehicle_ids(suspects)))
        if time_s >= self._next_rest_s:
            self._next_rest_s = time_s + REST_S
            self._let_rest(table.columns, is_due, time_s)

    def at_stop(self, table: VehicleTable) -> BoolArray:
        """(n,) whether each vehicle of the table serves a scheduled stop."""
        is_at_stop = table.columns.flags("has_stops").copy()
        for row in is_at_stop.nonzero()[0]:
            is_at_stop[row] = self._engine.is_stopped(table.ways[row].vehicle_id)
        return is_at_stop

    def _let_rest(self, columns: Columns, is_due: BoolArray, time_s: float) -> None:
        """Note when those need to be read again who do not matter now."""
        distance_m = columns.floats("distance_m")
        is_done = columns.flags("is_done")
        rows = (is_due & (is_done | (distance_m > self._beyond_m))).nonzero()[0]
        far = columns.at(rows)
        advised = np.fmax(far.floats("advised_mps"), far.floats("followed_mps"))
        is_free = np.isnan(np.fmax(advised, far.floats("command")))
        # Nobody needs longer than at 1 m/s; it keeps from dividing by nothing.
        fastest_mps = np.maximum(far.floats("max_speed_mps"), 1.0)
        rest_s = (far.floats("distance_m") - self._beyond_m) / fastest_mps
        rest_s = np.where(far.flags("is_done"), LONGEST_S, np.minimum(rest_s, LONGEST_S))
        resting = rows[is_free]
        columns.floats("read_s")[resting] = time_s + rest_s[is_free]
        # Where it will be then, its speed does not tell: its lane is asked for.
        columns.floats("position_m")[resting] = np.nan
