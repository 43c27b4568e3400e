"""The plain rule that learned times are measured against: the mean of executed lengths."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.engine import SignalState
from corridor.greens import GreenTable
from corridor.outlook import exactly

FloatArray = NDArray[np.float64]

MEMORY = 20
"""Executed lengths of a phase that are remembered."""


@dataclass(slots=True)
class MeanLengths:
    """Expects of each phase of a signal the mean of its last lengths, the planned one at first.

    Of the present phase only lengths count that are longer than what it has lasted.

    Args:
        tables: The signal's programs, by id.
    """

    tables: dict[str, GreenTable]
    _lengths_s: dict[tuple[str, int], deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=MEMORY))
    )
    _shown: tuple[str, int, float] | None = None

    def update(self, state: SignalState, time_s: float) -> None:
        """Take note of what the signal shows."""
        shown = (state.program_id, state.phase, round(time_s - state.spent_s, 3))
        if self._shown is not None and self._shown != shown:
            self._lengths_s[self._shown[:2]].append(shown[2] - self._shown[2])
        self._shown = shown

    def windows(self, state: SignalState, time_s: float) -> FloatArray:
        """(2, links, W) expected starts and ends of the coming greens; NaN where unknown."""
        table = self.tables[state.program_id]
        ahead = table.at(state.phase)
        start_s = round(time_s - state.spent_s, 3)
        lengths_s = [self._mean_s(state, place, 0.0) for place in ahead.places]
        lengths_s[0] = self._mean_s(state, state.phase, state.spent_s)
        times_s = start_s + np.cumsum([0.0, *lengths_s])
        present = table.program.phases[state.phase]
        first_s = max(start_s + present.min_s, state.next_switch_s, time_s)
        last_s = max(start_s + present.max_s, first_s)
        times_s[1:] += min(max(times_s[1], first_s), last_s) - times_s[1]
        windows = ahead.greens.windows(exactly(times_s))
        return windows[[0, 5]]

    def _mean_s(self, state: SignalState, place: int, lasted_s: float) -> float:
        phase = self.tables[state.program_id].program.phases[place]
        seen = self._lengths_s[state.program_id, place]
        longer = [length_s for length_s in seen if length_s > lasted_s]
        mean_s = sum(longer) / len(longer) if longer else phase.duration_s
        return min(max(mean_s, phase.min_s), phase.max_s)
