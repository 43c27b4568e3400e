"""Vehicles as a fluid on the lanes of a network, one step after the other, B plans at once."""

from typing import NamedTuple

import numpy as np

from controller.arrays import FloatArray
from controller.timing.control_delay import gap_saturation_vps
from controller.timing.flow_model import FlowModel
from controller.timing.flow_network import FlowNetwork

NO_RATE_VPS = 1e-9
"""Less than any rate at which vehicles leave."""


class Step(NamedTuple):
    """What happened in a step, (K, B) each."""

    arriving_vps: FloatArray
    possible_vps: FloatArray
    """What could have left, had it been there."""
    queue_veh: FloatArray
    """Who waits at the end of the step."""


class Flow:
    """The state of all lanes: their queues, and profiles of what has left them."""

    def __init__(
        self,
        network: FlowNetwork,
        greens: tuple[FloatArray, FloatArray],
        n_steps: int,
        step_s: float,
        model: FlowModel,
    ) -> None:
        """Begin with empty roads behind an even flow.

        Args:
            network: L links from K lanes.
            greens: Two times (T, L, B): see `green_shares`; they repeat after T steps.
            n_steps: So many steps will be followed.
            step_s: Length of a step.
            model: How traffic flows.
        """
        self._network, self._model, self._step_s = network, model, step_s
        protected, permissive = greens
        shape = (network.room_veh.size, protected.shape[2])
        # A stream takes at least whole steps; the rest of its way is spread out. Its mean is exact.
        least_s = network.stream_s / (1.0 + model.spread)
        self._delay = np.maximum((least_s / step_s).astype(np.int64), 1)
        rest_s = np.maximum(network.stream_s - self._delay * step_s, 0.0)
        self._keep = (1.0 / (1.0 + rest_s / step_s))[:, np.newaxis]
        self._lead = int(self._delay.max(initial=1))
        even_vps = np.repeat(network.lane_flow_vps[:, np.newaxis], shape[1], axis=1)
        self._left_vps = np.empty((self._lead + n_steps, *shape))
        self._left_vps[: self._lead] = even_vps
        self._stream_vps = even_vps[network.stream_lane]
        self._queue_veh = np.zeros(shape)
        self._now = 0
        self._prepare_rates(protected, permissive)
        self._entry_vps = network.entry_vps[:, np.newaxis]
        self._has_room = np.isfinite(network.room_veh).any()

    def _prepare_rates(self, protected: FloatArray, permissive: FloatArray) -> None:
        """Times per vehicle that do not depend on others; rates of links that may have to yield."""
        network = self._network
        yielding = network.permissive
        rate_vps = protected * network.saturation_vps[:, np.newaxis]
        headway_s = 1.0 / np.maximum(rate_vps, NO_RATE_VPS)
        headway_s[:, yielding] = 0.0
        n_steps, n_links, n_plans = headway_s.shape
        by_link = np.moveaxis(headway_s, 1, 0).reshape(n_links, -1)
        by_lane = (network.mix @ by_link).reshape(-1, n_steps, n_plans)
        self._headway_s = np.ascontiguousarray(np.moveaxis(by_lane, 1, 0))
        self._own_rate_vps = rate_vps[:, yielding]
        self._gap_share = permissive[:, yielding]
        self._must_look = [bool(row.any()) for row in self._gap_share]
        self._gap_ceiling_vps = network.saturation_vps[yielding, np.newaxis]
        self._foes = network.foes[yielding]
        self._yielding_mix = network.mix[:, yielding]
        self._lane_headway_s = (network.mix @ (1.0 / network.saturation_vps))[:, np.newaxis]

    def step(self) -> Step:
        """Go on by one step."""
        network, row = self._network, self._now % len(self._headway_s)
        at = self._lead + self._now
        left_vps = self._left_vps[at - self._delay, network.stream_lane]
        self._stream_vps += self._keep * (left_vps - self._stream_vps)
        arriving_vps = network.into @ self._stream_vps + self._entry_vps
        possible_vps = 1.0 / np.maximum(self._time_per_vehicle_s(row, at), NO_RATE_VPS)
        present_vps = self._queue_veh / self._step_s + arriving_vps
        leaving_vps = np.minimum(present_vps, possible_vps)
        self._queue_veh = (present_vps - leaving_vps) * self._step_s
        self._left_vps[at] = leaving_vps
        self._now += 1
        return Step(
            arriving_vps=arriving_vps,
            possible_vps=possible_vps,
            queue_veh=self._queue_veh,
        )

    def _time_per_vehicle_s(self, row: int, at: int) -> FloatArray:
        """(K, B) mean time after which one leaves: in turn, whatever way each one takes."""
        network, model = self._network, self._model
        headway_s: FloatArray = self._headway_s[row]
        if self._must_look[row]:
            opposing_vps = self._foes @ self._left_vps[at - 1]
            gap_vps = gap_saturation_vps(opposing_vps, model.critical_gap_s, model.follow_up_s)
            rate_vps = self._own_rate_vps[row] + self._gap_share[row] * np.minimum(
                gap_vps, self._gap_ceiling_vps
            )
        else:
            rate_vps = self._own_rate_vps[row]
        if network.permissive.size:
            headway_s = headway_s + self._yielding_mix @ (1.0 / np.maximum(rate_vps, NO_RATE_VPS))
        if self._has_room:
            is_full = (self._queue_veh >= network.room_veh[:, np.newaxis]).astype(np.float64)
            headway_s = headway_s + (network.onto @ is_full) / NO_RATE_VPS
        return headway_s

    def stopping_vps(self, step: Step) -> FloatArray:
        """(K, B) of those who arrive, how many stop: all in red, then by the time of the queue."""
        wait_s = step.queue_veh * self._lane_headway_s
        is_red = step.possible_vps * self._lane_headway_s < 0.5
        part = np.minimum(wait_s / self._model.full_stop_s, 1.0)
        return step.arriving_vps * np.where(is_red & (step.queue_veh > 0), 1.0, part)
