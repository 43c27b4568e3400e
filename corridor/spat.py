"""Signal phase and timing: for each link the coming greens, as its roadside unit knows them."""

from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corridor.engine import Engine, SignalState
from corridor.greens import ENDS_S, find_greens, is_green
from corridor.lane_demand import NOBODY, Sensed
from corridor.links import Link
from corridor.open_links import OpenLinks
from corridor.outlook import Outlook, cut_at_switches, fixed_outlook
from corridor.program_files import read_offsets, read_program_switches
from corridor.programs import OPEN, Control, Program
from corridor.signal_links import N_WINDOWS, SignalLinks, links_of_signal, with_offsets
from corridor.steps import Steps

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

START_MIN, START_Q10, START_LIKELY, START_Q90, START_MAX = range(5)
END_MIN, END_Q10, END_LIKELY, END_Q90, END_MAX = range(5, 10)
"""First axis of the windows: not before, 10 %, median, 90 %, not after."""
N_TIMES = 10
"""Length of that axis."""


class SpatSource:
    """Green windows of all links, renewed when a signal changes its phase.

    Fixed programs are told exactly. Of those that traffic decides it is told what their
    controllers know (how long the present phase must and may last), and quantiles that are
    learned from what was seen so far. The future of the simulation is never read.

    Args:
        engine: Running simulation.
        links: All signal-controlled links; the rows of the windows.
        files: Network and additional files, for planned program changes.
        begin_s: Start of the simulation.
        step_length_s: Length of its steps.
        controlled: Signals that somebody else tells of, by `write`.
    """

    def __init__(
        self,
        engine: Engine,
        links: Iterable[Link],
        files: Iterable[Path],
        begin_s: float,
        *,
        step_length_s: float,
        controlled: Collection[str] = (),
    ) -> None:
        links, files = tuple(links), tuple(files)
        n_links = max((link.row for link in links), default=-1) + 1
        links = tuple(link for link in links if link.signal not in controlled)
        self._engine = engine
        self._steps = Steps(begin_s=begin_s, length_s=step_length_s)
        switches = read_program_switches(files, begin_s)
        programs = {name: engine.programs(name) for name in dict.fromkeys(x.signal for x in links)}
        if switches:
            programs = with_offsets(programs, read_offsets(files))
        self._signals = [
            links_of_signal(name, found, switches.get(name, ()), links)
            for name, found in programs.items()
        ]
        self._clocks = {
            (name, state.program_id): (state.phase, state.next_switch_s)
            for name, state in ((name, engine.signal(name)) for name in programs)
        }
        self.windows: FloatArray = np.full((N_TIMES, n_links, N_WINDOWS), np.nan)
        """(10, links, windows) absolute times of the greens to come; NaN where unknown. It is
        another array whenever one of them changes."""
        self._before = self.windows
        self.is_told = np.zeros(n_links, dtype=np.bool_)
        """(links,) whether the roadside unit can tell anything of the link's future."""
        self._open = self._open_links(links)
        self._quiet_s = -np.inf
        """Until then nothing of what is told changes."""
        self._switching = [s for s in self._signals if s.is_ever_open and s.switches]

    def _open_links(self, links: Iterable[Link]) -> OpenLinks:
        found = [signal for signal in self._signals if signal.is_ever_open]
        return OpenLinks(
            {signal.id: signal.programs for signal in found},
            links,
            n_windows=N_WINDOWS,
            n_switches=max((signal.n_switches for signal in found), default=0),
            steps=self._steps,
        )

    @property
    def heeds_traffic(self) -> bool:
        """Whether what is told depends, now or later, on the vehicles that are seen."""
        return bool(self._open.signals)

    def update(self, time_s: float, sensed: Sensed = NOBODY) -> None:
        """Look at all controllers, and renew the windows of those that changed.

        Args:
            time_s: Now.
            sensed: The vehicles that roadside units see.
        """
        self._before = self.windows
        if time_s < self._quiet_s:
            return
        decisions_s: list[float] = []
        for signal in self._signals:
            if time_s < signal.quiet_s:
                continue
            state = self._engine.signal(signal.id)
            # SUMO counts in milliseconds: rounding must not make one phase look like two.
            shown = (state.program_id, state.phase, round(time_s - state.spent_s, 3))
            if signal.shown != shown:
                signal.shown = shown
                self._change(signal, state, time_s)
            if signal.is_ever_open:
                decisions_s.append(state.next_switch_s)
        if self._open.any_shown:
            self._open.renew(time_s, decisions_s, sensed, self._to_write())
        for signal in self._switching:
            self._cut_open(signal, time_s)
        self._quiet_s = min((signal.quiet_s for signal in self._signals), default=np.inf)

    def write(self, rows: IntArray, windows: FloatArray) -> None:
        """Tell of links whose signals are controlled, after an update.

        Args:
            rows: (n,) rows of the links.
            windows: (10, n, W) absolute times of their greens.
        """
        self._to_write()[:, rows] = windows
        self.is_told[rows] = True

    def _to_write(self) -> FloatArray:
        """The windows, as another array than in the step before."""
        if self.windows is self._before:
            self.windows = self.windows.copy()
        return self.windows

    def _change(self, signal: SignalLinks, state: SignalState, time_s: float) -> None:
        """A signal shows another phase."""
        assert signal.shown is not None
        start_s = signal.shown[2]
        program = signal.programs.get(state.program_id)
        is_open = program is not None and program.control in OPEN
        is_fixed = program is not None and program.control is Control.STATIC
        is_told: BoolArray | bool = False
        if program is not None and (is_open or is_fixed):
            ahead = signal.tables[program.program_id].at(state.phase)
            is_told = ahead.is_on
            if is_open:
                where = signal.id, program.program_id, state.phase
                self._open.enter(*where, start_s, ahead.greens)
        self.is_told[signal.rows] = is_told
        if is_open:
            return
        if signal.is_ever_open:
            self._open.leave(signal.id)
        if program is None or not is_fixed:
            self._to_write()[:, signal.rows] = np.nan
        else:
            if not (signal.is_ever_open or signal.switches):
                signal.quiet_s = state.next_switch_s
            end_s = self._end_of_fixed_phase(signal, program, state, time_s)
            self._renew_fixed(signal, program, state.phase, (start_s, end_s), time_s)

    def _renew_fixed(
        self,
        signal: SignalLinks,
        program: Program,
        place: int,
        present_s: tuple[float, float],
        time_s: float,
    ) -> None:
        """The windows of a fixed program, from the start and end of its present phase."""
        if signal.switches:
            outlook = fixed_outlook(program, place, *present_s, signal.n_states)
            self._cut(signal, outlook, time_s, goes_on=True)
            return
        ahead = signal.tables[program.program_id].at(place)
        times_s = np.concatenate([present_s, present_s[1] + ahead.later_s, ENDS_S])
        times_s = self._steps.floor(times_s)
        # They are certain: all bounds are the same.
        windows = self._to_write()
        windows[:END_MIN, signal.rows] = times_s[ahead.greens.start]
        windows[END_MIN:, signal.rows] = times_s[ahead.greens.end]

    def _cut_open(self, signal: SignalLinks, time_s: float) -> None:
        """Planned changes of a program that traffic decides."""
        assert signal.shown is not None
        program_id, place, _ = signal.shown
        program = signal.programs.get(program_id)
        if program is None or program.control not in OPEN:
            return
        times_s = self._open.switches(signal.id)
        places = signal.tables[program_id].at(place).places
        states = tuple(program.phases[k].state for k in places[: times_s.shape[1] - 1])
        outlook = Outlook(states=states, times_s=times_s[:, : len(states) + 1].copy())
        self._cut(signal, outlook, time_s, goes_on=places.size > len(states))

    def _cut(self, signal: SignalLinks, outlook: Outlook, time_s: float, *, goes_on: bool) -> None:
        """Write windows that take planned changes of the program into account."""
        switches = [switch for switch in signal.switches if switch.time_s >= time_s]
        begin_s = self._steps.begin_s
        cut, goes_on_cut = cut_at_switches(
            outlook, signal.programs, switches, begin_s, signal.n_states
        )
        shown = is_green(cut.states, signal.letters)
        greens = find_greens(shown, N_WINDOWS, goes_on=goes_on if cut is outlook else goes_on_cut)
        self._to_write()[:, signal.rows] = greens.windows(self._steps.floor(cut.times_s))

    def _end_of_fixed_phase(
        self, signal: SignalLinks, program: Program, state: SignalState, time_s: float
    ) -> float:
        """When the present phase of a fixed program ends.

        SUMO keeps the exact times of switches, but tells the next one as counted from the step in
        which it did the last. The two differ where phases are not whole steps.
        """
        key = (signal.id, program.program_id)
        # A program that was not shown so far has kept its time since the begin.
        begin_s = self._steps.begin_s
        clock = self._clocks.get(key) or program.position(begin_s, begin_s)
        place, end_s = clock
        while end_s < time_s - 1e-6:
            following = program.after(place)
            if following is None:
                break
            place, end_s = following, round(end_s + program.phases[following].duration_s, 3)
        if place != state.phase:
            place, end_s = state.phase, state.next_switch_s
        self._clocks[key] = place, end_s
        return end_s


def from_now(windows: FloatArray, time_s: float) -> FloatArray:
    """Windows as times from now; greens that are surely over become NaN.

    Args:
        windows: (10, n, W) absolute times.
        time_s: Now.
    """
    relative = windows - time_s
    # What has not happened yet cannot lie in the past.
    ends = relative[END_MIN : END_MAX + 1]
    is_over = ends[-1] <= 0.0
    np.maximum(ends, 0.0, out=ends)
    np.copyto(relative, np.nan, where=is_over)
    return relative
