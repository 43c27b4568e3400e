"""What vehicles near a signal knew, were told and did, step by step: to explain single ones."""

from dataclasses import dataclass, field

import numpy as np

from controller import MEMORY_WIDTH, Observation, Reason
from corridor.columns import FloatArray, IntArray
from corridor.signal_links import N_WINDOWS
from corridor.vehicles import VehicleTable

FIELDS = (
    *("time_s", "link_row", "reason", "distance_m", "speed_mps", "n_queued"),
    *("advised_mps", "shown_mps", "followed_mps"),
    *(f"likely_start_{place}_s" for place in range(1, N_WINDOWS + 1)),
    *(f"likely_end_{place}_s" for place in range(1, N_WINDOWS + 1)),
)
"""Of each vehicle-step, in order. What is not known is NaN."""
UNTOLD = (Reason.NO_SIGNAL, Reason.OUT_OF_RANGE)
"""Whoever is so far from a signal is not recorded."""


@dataclass(slots=True)
class AdviceRecord:
    """Vehicle-steps of equipped vehicles in range of the next signal.

    Times are those of the simulation. `shown_mps` is what a driver reads, `followed_mps` the speed
    that he or cruise control keeps to because of advice.
    """

    note_names: tuple[str, ...] = ()
    """What the policy calls the first of its notes; the others are not told."""
    vehicle_ids: list[str] = field(default_factory=list)
    """Of each vehicle-step."""
    _blocks: list[FloatArray] = field(default_factory=list)

    def add(
        self, table: VehicleTable, rows: IntArray, seen: Observation, followed_mps: FloatArray
    ) -> None:
        """Keep a step, after advice was carried to the vehicles.

        Args:
            table: All vehicles.
            rows: (m,) rows of the table that the policy saw.
            seen: What it saw of them.
            followed_mps: (n,) speed that each vehicle keeps to because of advice.
        """
        reason = table.ints("reason")
        kept = np.flatnonzero(table.flags("is_equipped") & ~np.isin(reason, UNTOLD))
        if not kept.size:
            return
        known = np.full((len(table), 1 + 2 * N_WINDOWS), np.nan)
        windows_s = np.hstack([seen.likely_start_s, seen.likely_end_s]) + seen.time_s
        known[rows] = np.column_stack([seen.n_queued, windows_s])
        step = np.column_stack(
            [
                np.full(len(table), seen.time_s),
                table.ints("link_row"),
                reason,
                table.distance_m,
                table.floats("speed_mps"),
                known[:, 0],
                table.floats("advised_mps"),
                table.floats("shown_mps"),
                followed_mps,
                known[:, 1:],
                table.memory,
            ]
        )
        self._blocks.append(step[kept])
        self.vehicle_ids += [table.ways[row].vehicle_id for row in kept]

    def columns(self) -> dict[str, FloatArray]:
        """Values of all vehicle-steps, in the order of time; notes are called `note_<name>`."""
        width = len(FIELDS) + MEMORY_WIDTH
        values = np.concatenate(self._blocks) if self._blocks else np.zeros((0, width))
        names = (*FIELDS, *(f"note_{name}" for name in self.note_names))
        return {name: values[:, place] for place, name in enumerate(names)}
