"""The coming greens of controlled links: commitments exactly, plans with learned quantiles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from controller import SignalLayout
from corridor.columns import BoolArray, FloatArray, IntArray
from corridor.greens import Greens, find_greens, is_green
from corridor.outlook import MAX, MIN, Q10, Q90
from corridor.signal_control.forecast_errors import ForecastErrors
from corridor.signal_control.layouts import Controllable
from corridor.signal_control.schedule import Schedule
from corridor.signal_control.stages import Stages
from corridor.signal_control.steering import Steering
from corridor.signal_links import N_WINDOWS

N_TIMES = 10


@dataclass(slots=True)
class _Ahead:
    """States to come for a sequence of greens: what does not depend on times."""

    greens: Greens
    """With state numbers that count what is shown now as the first."""
    of_green: IntArray
    """(n,) behind which green each state comes."""
    offset_s: FloatArray
    """(n,) how long after the end of that green."""


@dataclass(slots=True)
class _SignalForecast:
    """The greens of one signal's links."""

    stages: Stages
    letters: list[int]
    _known: dict[tuple[tuple[str, ...], tuple[int, ...]], _Ahead] = field(default_factory=dict)

    def windows(
        self, schedule: Schedule, shown: tuple[str, float], time_s: float, promise_s: float
    ) -> FloatArray:
        """(10, links, W) absolute times; of what is not committed without quantiles.

        Args:
            schedule: What is committed and planned.
            shown: What the signal shows now, and since when.
            time_s: Now.
            promise_s: How long before it happens a switch is committed.
        """
        stages = self.stages
        greens, likely_s = self._planned(schedule, time_s, promise_s)
        states = (shown[0], *(letters for _, letters in schedule.coming))
        ahead = self._ahead(states, greens)
        n = len(greens)
        change_s = stages.change_s[greens[:-1], greens[1:]]
        free_s = schedule.free_s(time_s, promise_s)
        ends_s = np.empty((5, n))
        ends_s[Q10 : Q90 + 1] = likely_s
        least_s = np.concatenate([[free_s], change_s + stages.min_s[list(greens[1:])]])
        most_s = np.concatenate(
            [
                [max(schedule.green_start_s + stages.max_s[greens[0]], likely_s[0], free_s)],
                change_s + stages.max_s[list(greens[1:])],
            ]
        )
        ends_s[MIN], ends_s[MAX] = np.cumsum(least_s), np.cumsum(most_s)
        np.minimum(ends_s[MIN], likely_s, out=ends_s[MIN])
        np.maximum(ends_s[MAX], likely_s, out=ends_s[MAX])
        known_s = [shown[1], *(at_s for at_s, _ in schedule.coming)]
        times_s = np.concatenate(
            [np.broadcast_to(known_s, (5, len(known_s))), ends_s[:, ahead.of_green]], axis=1
        )
        times_s[:, len(known_s) :] += ahead.offset_s
        return ahead.greens.windows(times_s)

    def _planned(
        self, schedule: Schedule, time_s: float, promise_s: float
    ) -> tuple[tuple[int, ...], FloatArray]:
        """Greens from the last committed one on, and when each of them is likely to end."""
        stages, plan = self.stages, schedule.plan
        found, ends_s = [schedule.stage], [math.inf]
        if plan is not None:
            found, ends_s = plan.stages.tolist(), plan.ends_s.tolist()
        n = 2 * len(stages) + 2
        earliest_s = schedule.free_s(time_s, promise_s) + schedule.step_length_s
        start_s = schedule.green_start_s
        for place in range(n):
            if place == len(found):
                found.append(int(stages.following[found[-1]]))
                ends_s.append(math.inf)
            stage = found[place]
            if math.isinf(ends_s[place]):
                ends_s[place] = start_s + float(stages.planned_s[stage])
            least_s = earliest_s if place == 0 else start_s + float(stages.min_s[stage])
            ends_s[place] = max(ends_s[place], least_s)
            if place + 1 < n:
                if place + 1 == len(found):
                    found.append(int(stages.following[stage]))
                    ends_s.append(math.inf)
                start_s = ends_s[place] + stages.changes[stage, found[place + 1]].length_s
        return tuple(found[:n]), np.array(ends_s[:n])

    def _ahead(self, states: tuple[str, ...], greens: tuple[int, ...]) -> _Ahead:
        found = self._known.get((states, greens))
        if found is None:
            if len(self._known) > 500:
                self._known.clear()
            found = self._known[states, greens] = self._find(states, greens)
        return found

    def _find(self, states: tuple[str, ...], greens: tuple[int, ...]) -> _Ahead:
        stages = self.stages
        shown, of_green, offset_s = list(states), [], []
        for place in range(len(greens) - 1):
            change = stages.changes[greens[place], greens[place + 1]]
            pieces = [
                *zip(change.letters, change.starts_s, strict=True),
                (stages.letters[greens[place + 1]], change.length_s),
            ]
            for letters, start_s in pieces:
                shown.append(letters)
                of_green.append(place)
                offset_s.append(start_s)
        of_green.append(len(greens) - 1)
        offset_s.append(0.0)
        flags = is_green(shown, self.letters)
        return _Ahead(
            greens=find_greens(flags, N_WINDOWS, goes_on=False),
            of_green=np.array(of_green),
            offset_s=np.array(offset_s),
        )


class Forecast:
    """Green windows of the links of all controlled signals.

    Args:
        steering: What is committed and planned.
        layouts: Of the signals.
        found: The same signals.
        promise_s: How long before it happens a switch is committed.
    """

    def __init__(
        self,
        steering: Steering,
        layouts: Sequence[SignalLayout],
        found: Sequence[Controllable],
        promise_s: float,
    ) -> None:
        self._steering, self._promise_s = steering, promise_s
        self._signals = [
            _SignalForecast(one.stages, [link.index for link in one.links]) for one in found
        ]
        self.rows: IntArray = (
            np.concatenate([layout.links for layout in layouts])
            if layouts
            else np.zeros(0, dtype=np.int64)
        )
        """(n,) rows of the links in the arrays over all links."""
        self.windows: FloatArray = np.full((N_TIMES, self.rows.size, N_WINDOWS), np.nan)
        """(10, n, W) their windows."""
        self._errors = ForecastErrors(self.rows.size)

    def renew(self, time_s: float) -> None:
        """Tell anew what comes."""
        parts = [
            signal.windows(schedule, shown, time_s, self._promise_s)
            for signal, schedule, shown in zip(
                self._signals, self._steering.schedules, self._steering.shown, strict=True
            )
        ]
        if not parts:
            return
        self.windows = np.concatenate(parts, axis=1)
        self._errors.learn(self._shown_green(), self.windows, time_s)
        self._errors.spread(self.windows, time_s)

    def _shown_green(self) -> BoolArray:
        return np.array(
            [
                shown[0][letter] in "Gg"
                for signal, shown in zip(self._signals, self._steering.shown, strict=True)
                for letter in signal.letters
            ],
            dtype=np.bool_,
        )
