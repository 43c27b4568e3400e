"""The greens of each link that were planned last."""

from collections.abc import Mapping

import numpy as np

from controller.arrays import BoolArray, FloatArray, IntArray
from controller.signals.approaches import Approaches
from controller.signals.forecast import Greens
from controller.signals.interface import SignalsSeen, StagePlan

N_BEFORE, N_AHEAD = 3, 5
"""Greens that are kept of each link: before the last one that is committed, and from it on."""
OPEN_S = 1e5
"""An end that is open is so far away."""


class PlannedGreens:
    """Windows of green, by link.

    Args:
        approaches: The signals, with M links.
    """

    def __init__(self, approaches: Approaches) -> None:
        self._approaches = approaches
        rows, n_links = approaches.link_rows, approaches.link_rows.size
        self._place_of_row = np.zeros(int(rows.max(initial=-1)) + 1, dtype=np.int64)
        self._place_of_row[rows] = np.arange(n_links)
        self._signal = approaches.link_cells // max(approaches.lane_ids.shape[1], 1)
        self._windows_s: FloatArray = np.full((2, n_links, N_BEFORE + N_AHEAD), np.nan)

    def from_now(self, time_s: float) -> Greens:
        """All of them, as times from now."""
        start_s, end_s = self._windows_s - time_s
        return Greens(start_s=start_s, end_s=end_s)

    def has_green(self, link: IntArray, time_s: float) -> BoolArray:
        """(n,) whether some links have green; by row, and all of them of the signals."""
        start_s, end_s = self._windows_s[:, self._place_of_row[link]]
        return np.asarray(((start_s <= time_s) & (end_s > time_s)).any(axis=1))

    def note(self, seen: SignalsSeen, plans: Mapping[int, StagePlan]) -> None:
        """Take over new plans, behind what is committed already."""
        if not plans:
            return
        place_of = np.full(seen.stage.size, -1, dtype=np.int64)
        place_of[list(plans)] = np.arange(len(plans))
        links = np.flatnonzero(place_of[self._signal] >= 0)
        place = place_of[self._signal[links]]
        green_start_s = seen.green_start_s[self._signal[links]][:, np.newaxis]
        known_s = self._windows_s[:, links]
        is_kept = (known_s[0] < green_start_s - 1e-6) & (known_s[1] > seen.time_s)
        order = np.argsort(~is_kept, axis=1, kind="stable")[:, :N_BEFORE]
        own = np.arange(links.size)[:, np.newaxis]
        new_s = np.full_like(known_s, np.nan)
        new_s[..., :N_BEFORE] = np.where(is_kept[own, order], known_s[:, own, order], np.nan)
        np.minimum(new_s[1], green_start_s, out=new_s[1])
        stage, window_s = self._greens_of(seen, plans)
        of_link = stage[place]
        has_green = (of_link >= 0) & self._approaches.is_green[links[:, np.newaxis], of_link]
        new_s[..., N_BEFORE:] = np.where(has_green, window_s[:, place], np.nan)
        self._windows_s[:, links] = new_s

    def _greens_of(
        self, seen: SignalsSeen, plans: Mapping[int, StagePlan]
    ) -> tuple[IntArray, FloatArray]:
        """(plans, N_AHEAD) stages, -1: none, and (2, plans, N_AHEAD) their starts and ends."""
        stages: list[list[int]] = []
        ends_s: list[list[float]] = []
        for plan in plans.values():
            none = N_AHEAD - plan.stages.size
            stages.append([*plan.stages[:N_AHEAD].tolist(), *[-1] * none])
            ends_s.append([*plan.ends_s[:N_AHEAD].tolist(), *[np.nan] * none])
        numbers, stage, end_s = np.array(list(plans)), np.array(stages), np.array(ends_s)
        start_s = np.empty_like(end_s)
        start_s[:, 0] = seen.green_start_s[numbers]
        change_s = self._approaches.change_s[numbers[:, np.newaxis], stage[:, :-1], stage[:, 1:]]
        start_s[:, 1:] = end_s[:, :-1] + change_s
        return stage, np.stack([start_s, np.minimum(end_s, seen.time_s + OPEN_S)])
