"""Green windows of the links of signals that traffic decides, renewed in every step."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from corridor.greens import ENDLESS, UNKNOWN, Greens
from corridor.lane_demand import LaneWatch, Sensed
from corridor.links import Link
from corridor.open_plans import NONE, open_plans
from corridor.open_signals import OpenSignals
from corridor.programs import Program
from corridor.steps import Steps

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class OpenLinks:
    """The links of all signals that show, now or later, a program that traffic decides.

    Args:
        programs: Of these signals, by signal and id.
        links: All links of the network.
        n_windows: Greens told per link.
        n_switches: Greatest number of switches, the start of the present phase included, that
            the greens of any of these signals speak of.
        steps: When the steps of the simulation start.
    """

    def __init__(
        self,
        programs: Mapping[str, Mapping[str, Program]],
        links: Iterable[Link],
        *,
        n_windows: int,
        n_switches: int,
        steps: Steps,
    ) -> None:
        links = tuple(links)
        own = [link for link in links if link.signal in programs]
        n_rows = max((link.row for link in links), default=-1) + 1
        n_ahead = max(n_switches - 1, 2)
        self.signals = tuple(programs)
        """Ids of these signals, in the order of their numbers."""
        self._numbers = {signal: number for number, signal in enumerate(programs)}
        self._watch = LaneWatch(own, n_rows)
        self._plans = open_plans(programs, own, self._watch, n_ahead)
        self._open = OpenSignals(self._plans, len(programs), steps)
        self._steps = steps
        self._rows = {
            signal: np.array([link.row for link in own if link.signal == signal], dtype=np.int64)
            for signal in programs
        }
        # Switches of all signals in one row, each with two more for `UNKNOWN` and `ENDLESS`;
        # for each link the places of the starts and ends of its greens.
        self._times_s = np.zeros((5, len(programs), n_ahead + 3))
        self._times_s[..., UNKNOWN], self._times_s[..., ENDLESS] = np.nan, np.inf
        self._start = np.zeros((n_rows, n_windows), dtype=np.int64)
        self._end = np.zeros_like(self._start)
        self._places: dict[int, tuple[IntArray, IntArray]] = {}
        self._is_shown = np.zeros(n_rows, dtype=np.bool_)

    def __contains__(self, signal: str) -> bool:
        return signal in self._numbers

    def enter(self, signal: str, program: str, place: int, start_s: float, greens: Greens) -> None:
        """A signal shows another phase of a program that traffic decides.

        Args:
            signal: Id of the signal.
            program: Id of the program.
            place: The phase.
            start_s: When it began.
            greens: Greens ahead of its links, in the order of their rows.
        """
        number, rows = self._numbers[signal], self._rows[signal]
        phase = self._plans.first[signal, program] + place
        self._open.change(number, phase, start_s)
        places = self._places.get(phase)
        if places is None:
            width = self._times_s.shape[2]
            first = number * width
            places = first + greens.start % width, first + greens.end % width
            self._places[phase] = places
        self._start[rows], self._end[rows] = places
        self._is_shown[rows] = True

    def leave(self, signal: str) -> None:
        """A signal shows a program that traffic does not decide; it may have done so before."""
        rows = self._rows[signal]
        if self._is_shown[rows].any():
            self._open.change(self._numbers[signal], NONE, 0.0)
            self._is_shown[rows] = False

    @property
    def any_shown(self) -> bool:
        """Whether any signal shows a program that traffic decides."""
        return bool(self._is_shown.any())

    def renew(
        self, time_s: float, decisions_s: list[float], sensed: Sensed, windows: FloatArray
    ) -> None:
        """Write the windows of all links whose signals show a program that traffic decides.

        Args:
            time_s: Now.
            decisions_s: When each controller decides again; until then it cannot switch.
            sensed: Vehicles that are seen.
            windows: (10, links, W) is written to.
        """
        self._open.next_decision_s[:] = decisions_s
        times_s = self._times_s[..., :-2]
        self._open.switches(time_s, self._watch.look(sensed), times_s)
        times_s[:] = self._steps.floor(times_s)
        flat_s = self._times_s.reshape(5, -1)
        for half, place in ((windows[:5], self._start), (windows[5:], self._end)):
            if self._is_shown.all():
                np.take(flat_s, place, axis=1, out=half, mode="clip")
            else:
                half[:, self._is_shown] = flat_s[:, place[self._is_shown]]

    def switches(self, signal: str) -> FloatArray:
        """(5, n) times of the present phase's start and of the switches ahead of a signal."""
        return self._times_s[:, self._numbers[signal], :-2]
