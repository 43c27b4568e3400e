"""The greens of each link that were planned last."""

from collections.abc import Mapping

import numpy as np

from controller.arrays import FloatArray
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
        n_links = approaches.link_rows.size
        self._signal = approaches.link_cells // max(approaches.lane_ids.shape[1], 1)
        self._windows_s: FloatArray = np.full((2, n_links, N_BEFORE + N_AHEAD), np.nan)

    def from_now(self, time_s: float) -> Greens:
        """All of them, as times from now."""
        start_s, end_s = self._windows_s - time_s
        return Greens(start_s=start_s, end_s=end_s)

    def note(self, seen: SignalsSeen, plans: Mapping[int, StagePlan]) -> None:
        """Take over new plans, behind what is committed already."""
        for number, plan in plans.items():
            links = np.flatnonzero(self._signal == number)
            green_start_s = float(seen.green_start_s[number])
            known_s = self._windows_s[:, links]
            is_kept = (known_s[0] < green_start_s - 1e-6) & (known_s[1] > seen.time_s)
            order = np.argsort(~is_kept, axis=1, kind="stable")[:, :N_BEFORE]
            own = np.arange(links.size)[:, np.newaxis]
            new_s = np.full_like(known_s, np.nan)
            new_s[..., :N_BEFORE] = np.where(is_kept[own, order], known_s[:, own, order], np.nan)
            np.minimum(new_s[1], green_start_s, out=new_s[1])
            change_s = self._approaches.change_s[number]
            follows_s = plan.ends_s[:-1] + change_s[plan.stages[:-1], plan.stages[1:]]
            starts_s = np.concatenate([[green_start_s], follows_s])
            for place, stage in enumerate(plan.stages[:N_AHEAD].tolist()):
                has_green = self._approaches.is_green[links, stage]
                end_s = min(float(plan.ends_s[place]), seen.time_s + OPEN_S)
                new_s[0, has_green, N_BEFORE + place] = starts_s[place]
                new_s[1, has_green, N_BEFORE + place] = end_s
            self._windows_s[:, links] = new_s
