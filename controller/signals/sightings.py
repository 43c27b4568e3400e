"""What is noted from step to step of those who come: how long they wait, and how many they are."""

import numpy as np

from controller.arrays import FloatArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import SLOW_MPS, Coming
from controller.signals.interface import SignalsSeen
from controller.signals.planned_greens import PlannedGreens

AT_LINE_M = 30.0
"""The first vehicle of a queue stands nearer to the stop line than this."""
MEMORY_S = 300.0
"""Over so long a time flows are averaged."""
SIGHT_MPS, SHORTEST_SIGHT_S = 12.0, 5.0
"""Whoever comes into sight drives about so fast to the stop line; and a shorter sight than this
says nothing of the flow."""


class Sightings:
    """Waits and mean flows of each lane.

    Args:
        approaches: The signals, with (N, L) lanes.
    """

    def __init__(self, approaches: Approaches) -> None:
        self._approaches = approaches
        shape = approaches.lane_ids.shape
        self.waited_s: FloatArray = np.zeros(shape)
        """(N, L) how long somebody at the head of each lane has stood without green. Whoever stands
        at a permissive green is not helped by another one: if that counted, stages that both have
        such vehicles would take turns at their least greens, and lose most of the time."""
        self._flow_vps: FloatArray = np.zeros(shape)
        self._sight_m: FloatArray = np.zeros(shape)

    def update(self, seen: SignalsSeen, planned: PlannedGreens) -> None:
        """Note what is seen in a step.

        Args:
            seen: Everybody in sight.
            planned: What was planned last.
        """
        traffic, shape = seen.traffic, self.waited_s.shape
        size = self.waited_s.size
        cell = self._approaches.cells_of(traffic.link)
        is_ours, is_slow = cell >= 0, traffic.speed_mps < SLOW_MPS
        stands = (is_ours & is_slow & (traffic.distance_m < AT_LINE_M)).nonzero()[0]
        waits = stands[~planned.has_green(traffic.link[stands], seen.time_s)]
        self.waited_s += seen.step_length_s
        self.waited_s *= np.bincount(cell[waits], minlength=size).reshape(shape) > 0
        moves = is_ours & ~is_slow
        np.maximum.at(self._sight_m.reshape(-1), cell[moves], traffic.distance_m[moves])
        count = np.bincount(cell[moves], minlength=size).reshape(shape)
        now_vps = count / np.maximum(self._sight_s(), SHORTEST_SIGHT_S)
        share = min(seen.step_length_s / MEMORY_S, 1.0)
        self._flow_vps += share * (now_vps - self._flow_vps)

    def unseen(
        self, found: Coming, base_s: FloatArray, *, step_s: float, n_steps: int
    ) -> FloatArray:
        """(N, L, T) mean arrivals of those who are not yet in sight, in each step.

        Args:
            found: Who is in sight, ahead of another signal, too.
            base_s: (N,) when the first step begins, from now.
            step_s: Length of a step.
            n_steps: How many there are.
        """
        sight_s = self._sight_s()
        is_far = found.arrival_s > sight_s.reshape(-1)[found.cell]
        n_known = np.bincount(found.cell[is_far], minlength=sight_s.size).reshape(sight_s.shape)
        span_s = np.maximum(base_s[:, np.newaxis] + n_steps * step_s - sight_s, step_s)
        rest_vps = np.maximum(self._flow_vps - n_known / span_s, 0.0)[..., np.newaxis]
        at_s = base_s[:, np.newaxis] + (np.arange(n_steps) + 0.5) * step_s
        return np.where(at_s[:, np.newaxis] > sight_s[..., np.newaxis], step_s * rest_vps, 0.0)

    def _sight_s(self) -> FloatArray:
        return self._sight_m / SIGHT_MPS
