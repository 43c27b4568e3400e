"""What vehicles have heard: which message each received last, and what it said."""

import math

import numpy as np

from corridor.network import RoadNetwork
from corridor.rsu import Radio
from corridor.vehicles import FloatArray, IntArray, VehicleTable


class Hearing:
    """The messages under way: what the units told in the last steps, and who received what.

    Args:
        network: The road.
        radio: The channel.
        step_length_s: Length of a simulation step.
    """

    def __init__(self, network: RoadNetwork, radio: Radio, step_length_s: float) -> None:
        self._links = network.links
        self._radio = radio
        self._step_length_s = step_length_s
        self._told: list[FloatArray] = []
        self._first_step = 0

    def remember(self, windows: FloatArray, time_s: float) -> None:
        """Keep what the units tell now, since messages arrive late.

        Args:
            windows: (6, links, W) absolute times.
            time_s: Now.
        """
        rsu = self._radio.parameters
        n_kept = math.ceil((rsu.stale_s + 2.0 / rsu.rate_hz) / self._step_length_s) + 2
        self._told.append(windows.copy())
        del self._told[:-n_kept]
        self._first_step = round(time_s / self._step_length_s) - len(self._told) + 1

    def listen(self, table: VehicleTable, time_s: float) -> FloatArray:
        """(n,) when the newest message that each vehicle has of its next signal was made.

        What was heard of a signal is forgotten behind its stop line and out of its range; a new
        signal is heard from the second step on.
        """
        rsu = self._radio.parameters
        heard_s = table.floats("heard_s")
        with np.errstate(invalid="ignore"):
            in_range = (table.distance_m <= rsu.range_m) & ~table.flags("is_new_signal")
        heard_s[~in_range] = -np.inf
        signals = self._signal_ids(table) if rsu.outages else ()
        heard_s[:] = self._radio.newest_received_s(
            time_s, self._step_length_s, in_range, signals, heard_s
        )
        return heard_s

    def told_to(self, table: VehicleTable, rows: IntArray) -> FloatArray:
        """(6, m, W) windows as they were when the newest message of each row was made."""
        heard_s = table.floats("heard_s")[rows]
        step = np.floor(heard_s / self._step_length_s + 1e-9).astype(np.int64)
        place = np.clip(step - self._first_step, 0, len(self._told) - 1)
        link_row = table.ints("link_row")[rows]
        told = np.empty((*self._told[-1].shape[:1], rows.size, self._told[-1].shape[2]))
        for kept in np.unique(place):
            chosen = place == kept
            told[:, chosen] = self._told[kept][:, link_row[chosen]]
        return told

    def _signal_ids(self, table: VehicleTable) -> list[str]:
        return [self._links[row].signal if row >= 0 else "" for row in table.ints("link_row")]
