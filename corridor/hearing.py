"""What vehicles have heard: which message each received last, and what it said."""

import math
from collections import deque

import numpy as np

from corridor.columns import Columns, FloatArray, IntArray
from corridor.network import RoadNetwork
from corridor.rsu import Radio
from corridor.vehicles import VehicleTable


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
        rsu = radio.parameters
        n_kept = math.ceil((rsu.stale_s + 2.0 / rsu.rate_hz) / step_length_s) + 2
        self._told: deque[FloatArray] = deque(maxlen=n_kept)
        self._last_s = 0.0

    def remember(self, windows: FloatArray, time_s: float) -> None:
        """Keep what the units tell now, since messages arrive late.

        Args:
            windows: (10, links, W) absolute times; the caller does not write into them again.
            time_s: Now.
        """
        self._told.append(windows)
        self._last_s = time_s

    def listen(self, table: VehicleTable, time_s: float) -> None:
        """Note when the newest message that each vehicle has of its next signal was made.

        What was heard of a signal is forgotten behind its stop line and out of its range; a new
        signal is heard from the second step on, unless it was in range before.
        """
        rsu, columns = self._radio.parameters, table.columns
        heard_s = columns.floats("heard_s")
        in_range = columns.floats("distance_m") <= rsu.range_m
        hears_beyond = columns.flags("hears_beyond")
        # As it was a step before: what is new now may have been the signal beyond.
        in_range &= ~columns.flags("is_new_signal") | hears_beyond
        distance_m = columns.floats("distance_m")
        np.less_equal(distance_m + columns.floats("beyond_m"), rsu.range_m, out=hears_beyond)
        if rsu.outages:
            beyond = self._signal_ids(columns.ints("beyond_link"))
            hears_beyond &= ~self._radio.is_silent(time_s, beyond)
        signals = self._signal_ids(columns.ints("link_row")) if rsu.outages else ()
        newest_s = self._radio.newest_received_s(time_s, self._step_length_s, signals, heard_s)
        heard_s[:] = newest_s
        heard_s[~in_range] = -np.inf

    def told_to(self, heard: Columns) -> FloatArray:
        """(10, m, W) windows as they were when the newest message of each vehicle was made.

        Args:
            heard: The m vehicles, all of which have heard of their next signal.
        """
        link_row, heard_s = heard.ints("link_row"), heard.floats("heard_s")
        if not link_row.size:
            return self._told[-1].take(link_row, axis=1)
        first, last = self._place(float(heard_s.min())), self._place(float(heard_s.max()))
        told = self._told[last].take(link_row, axis=1)
        # What is told changes seldom, and mostly all have heard the same message.
        if self._told[first] is not self._told[last]:
            for made_s in np.unique(heard_s).tolist():
                chosen = heard_s == made_s
                told[:, chosen] = self._told[self._place(made_s)][:, link_row[chosen]]
        return told

    def _place(self, heard_s: float) -> int:
        """Place, among what is kept, of what was told when a message was made."""
        # From the last step backwards: time need not begin at a multiple of the step.
        n_steps = math.floor((heard_s - self._last_s) / self._step_length_s + 1e-9)
        return min(max(len(self._told) - 1 + n_steps, 0), len(self._told) - 1)

    def _signal_ids(self, link_rows: IntArray) -> list[str]:
        return [self._links[row].signal if row >= 0 else "" for row in link_rows]
