"""Pressure of traffic on the stages of signals: who waits, less who is in the way behind."""

from collections.abc import Sequence

import numpy as np

from controller.arrays import FloatArray, IntArray
from controller.interface import Traffic
from controller.signals.interface import SignalLayout

PERMISSIVE_SHARE = 0.5
"""Who has to yield crosses at so much of the saturation flow."""


class StagePressure:
    """Tells the pressure on each stage of some signals.

    It is the sum, over the links with green, of saturation flow times the vehicles on the way to
    the stop line less those on the lane behind.

    Args:
        layouts: Of the signals.
        reach_m: So far ahead of the stop line vehicles count.

    References:
        Varaiya (2013), Max pressure control of a network of signalized intersections,
        Transportation Research Part C 36, 177-195.
    """

    def __init__(self, layouts: Sequence[SignalLayout], reach_m: float) -> None:
        self._reach_m = reach_m
        self._links = _joined([layout.links for layout in layouts])
        self._behind = _joined([layout.lanes_behind for layout in layouts])
        self._n_links = int(self._links.max(initial=-1)) + 1
        self._n_lanes = int(self._behind.max(initial=-1)) + 1
        stage, link, flow_vps, self._slices = [], [], [], []
        n_links = n_stages = 0
        for layout in layouts:
            s, at = np.nonzero(layout.is_green)
            share = np.where(layout.is_protected[s, at], 1.0, PERMISSIVE_SHARE)
            stage.append(n_stages + s)
            link.append(n_links + at)
            flow_vps.append(share * layout.saturation_flow_vps[at])
            self._slices.append(slice(n_stages, n_stages + len(layout.is_green)))
            n_links += layout.links.size
            n_stages += len(layout.is_green)
        self._n_stages = n_stages
        self._stage, self._link = _joined(stage), _joined(link)
        self._flow_vps = np.concatenate([np.zeros(0), *flow_vps])

    def of(self, traffic: Traffic) -> list[FloatArray]:
        """(S,) of each signal, in vehicles per second."""
        counts = traffic.distance_m <= self._reach_m
        ahead = traffic.link[counts]
        ahead = np.bincount(ahead[ahead < self._n_links], minlength=self._n_links)
        present = traffic.present_lane
        present = present[(present >= 0) & (present < self._n_lanes)]
        behind = np.append(np.bincount(present, minlength=self._n_lanes), 0)
        # A lane that is not known is the last one, where nobody is.
        pressure = ahead[self._links] - behind[self._behind]
        weights = self._flow_vps * pressure[self._link]
        whole = np.bincount(self._stage, weights, minlength=self._n_stages)
        return [np.asarray(whole[each], dtype=np.float64) for each in self._slices]


def _joined(arrays: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *arrays])
