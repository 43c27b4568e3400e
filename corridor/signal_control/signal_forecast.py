"""What one controlled signal will show: the greens of its links as places in a list of times."""

import math
from typing import NamedTuple

import numpy as np

from corridor.columns import BoolArray, FloatArray, IntArray
from corridor.greens import ENDLESS, UNKNOWN, find_greens, is_green
from corridor.signal_control.schedule import Schedule
from corridor.signal_control.stages import Stages
from corridor.signal_links import N_WINDOWS

MOST_KEPT = 500
"""Courses whose greens are kept."""


class Places(NamedTuple):
    """Where the starts and ends of greens stand in a list of times.

    The times are those of what is shown and committed, and behind them the ends of the greens to
    come.
    """

    place: IntArray
    """(2, links, W) of starts, and of ends."""
    offset_s: FloatArray
    """(2, links, W) what is added; NaN: not known, inf: never."""


class SignalForecast:
    """The greens of one signal's links.

    Args:
        stages: Of the signal.
        letters: Places of the links in its states.
    """

    def __init__(self, stages: Stages, letters: list[int]) -> None:
        self._stages, self._letters = stages, letters
        self._planned_s: list[float] = stages.planned_s.tolist()
        self._min_s: list[float] = stages.min_s.tolist()
        self._max_s: list[float] = stages.max_s.tolist()
        self._change_s: list[list[float]] = stages.change_s.tolist()
        self._following: list[int] = stages.following.tolist()
        self._n = 2 * len(stages) + 2
        self._known: dict[tuple[tuple[str, ...], tuple[int, ...]], Places] = {}
        self._green: dict[str, BoolArray] = {}
        self._before: tuple[object, ...] | None = None
        self._valid_s = -math.inf
        self._told: tuple[tuple[list[float], ...], Places]

    def has_green(self, letters: str) -> BoolArray:
        """(links,) whether each link has green."""
        found = self._green.get(letters)
        if found is None:
            found = self._green[letters] = is_green([letters], self._letters)[0]
        return found

    def look(
        self,
        schedule: Schedule,
        shown: tuple[str, float],
        time_s: float,
        times: tuple[list[float], list[float], list[float]],
    ) -> Places:
        """Tell what comes, as far as two cycles reach.

        Args:
            schedule: What is committed and planned.
            shown: What the signal shows now, and since when.
            time_s: Now.
            times: Least, likely and greatest times; those of the signal are put at their ends.

        Returns:
            Places in what was put there.
        """
        now = (schedule.plan, schedule.stage, shown, len(schedule.coming))
        if _same(now, self._before) and self._valid_s > time_s:
            told, found = self._told
            for row, new_s in zip(times, told, strict=True):
                row.extend(new_s)
            return found
        free_s = schedule.free_s(time_s)
        greens, likely_s = self._planned(schedule, free_s)
        states = [shown[0]]
        known_s = [shown[1]]
        for at_s, letters in schedule.coming:
            known_s.append(at_s)
            states.append(letters)
        least_s = min(free_s, likely_s[0])
        most_s = max(schedule.green_start_s + self._max_s[greens[0]], likely_s[0], free_s)
        least, most = [least_s], [most_s]
        for place in range(1, self._n):
            one, other = greens[place - 1], greens[place]
            change_s = self._change_s[one][other]
            least_s = min(least_s + change_s + self._min_s[other], likely_s[place])
            most_s = max(most_s + change_s + self._max_s[other], likely_s[place])
            least.append(least_s)
            most.append(most_s)
        told = (known_s + least, known_s + likely_s, known_s + most)
        for row, new_s in zip(times, told, strict=True):
            row.extend(new_s)
        found = self._places(tuple(states), tuple(greens))
        # Until its end is put off, or it could be committed, all stays as it is.
        self._before, self._told = now, (told, found)
        self._valid_s = likely_s[0] - schedule.promise_s - schedule.step_length_s
        return found

    def _planned(self, schedule: Schedule, free_s: float) -> tuple[list[int], list[float]]:
        """Greens from the last committed one on, and when each of them is likely to end.

        Behind what is planned the program goes on, as long as it plans.
        """
        plan = schedule.plan
        found, ends_s = [schedule.stage], [math.inf]
        if plan is not None:
            found, ends_s = plan.stages.tolist(), plan.ends_s.tolist()
        start_s = schedule.green_start_s
        # What could end sooner would be committed.
        least_s = free_s + schedule.step_length_s
        n = self._n
        for place in range(n):
            stage = found[place]
            end_s = ends_s[place]
            if end_s == math.inf:
                end_s = start_s + self._planned_s[stage]
            ends_s[place] = end_s = max(end_s, least_s)
            if place + 1 == len(found):
                found.append(self._following[stage])
                ends_s.append(math.inf)
            following = found[place + 1]
            start_s = end_s + self._change_s[stage][following]
            least_s = start_s + self._min_s[following]
        return found[:n], ends_s[:n]

    def _places(self, states: tuple[str, ...], greens: tuple[int, ...]) -> Places:
        found = self._known.get((states, greens))
        if found is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            found = self._known[states, greens] = self._find(states, greens)
        return found

    def _find(self, states: tuple[str, ...], greens: tuple[int, ...]) -> Places:
        """Greens within what is shown and committed, and what comes behind it."""
        stages, n_known = self._stages, len(states)
        shown = list(states)
        place, offset_s = list(range(n_known)), [0.0] * n_known
        for number in range(len(greens) - 1):
            change = stages.changes[greens[number], greens[number + 1]]
            last = (stages.letters[greens[number + 1]], change.length_s)
            for letters, start_s in (*zip(change.letters, change.starts_s, strict=True), last):
                shown.append(letters)
                place.append(n_known + number)
                offset_s.append(start_s)
        # The end of all; then what stands for `UNKNOWN` and `ENDLESS`.
        place += [n_known + len(greens) - 1, 0, 0]
        offset_s += [0.0, math.nan, math.inf]
        assert (UNKNOWN, ENDLESS) == (-2, -1)
        has_green = np.array([self.has_green(letters) for letters in shown])
        found = find_greens(has_green, N_WINDOWS, goes_on=False)
        switches = np.array([found.start, found.end])
        return Places(np.array(place)[switches], np.array(offset_s)[switches])


def _same(now: tuple[object, ...], before: tuple[object, ...] | None) -> bool:
    """Whether two situations are one: plans by which object they are, the rest by value."""
    return before is not None and now[0] is before[0] and now[1:] == before[1:]
