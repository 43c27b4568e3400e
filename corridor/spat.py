"""Signal phase and timing: for each link the coming greens, as its roadside unit knows them."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from corridor.engine import Engine, SignalState
from corridor.network import Link
from corridor.program_files import read_offsets, read_program_switches
from corridor.programs import (
    OFF,
    PREDICTABLE,
    Bounds,
    Control,
    FloatArray,
    Program,
    Segment,
    cut_at_switches,
    green_windows,
    phases_ahead,
)

N_WINDOWS = 3
"""Greens told per link."""
MEMORY = 20
"""Executed lengths of a phase that its likely length rests on."""
START_MIN, START_LIKELY, START_MAX, END_MIN, END_LIKELY, END_MAX = range(6)
"""First axis of the windows."""


class SpatSource:
    """Green windows of all links, renewed when a signal changes its phase.

    Fixed programs are told exactly. Of actuated and delay-based ones it is known what their
    controllers know: how long the present phase must and may last. The future of the simulation
    is never read.

    Args:
        engine: Running simulation.
        links: All signal-controlled links; the rows of the windows.
        files: Network and additional files, for planned program changes.
        begin_s: Start of the simulation.
        step_length_s: Length of its steps.
    """

    def __init__(
        self,
        engine: Engine,
        links: Iterable[Link],
        files: Iterable[Path],
        begin_s: float,
        *,
        step_length_s: float,
    ) -> None:
        self._engine = engine
        self._begin_s = begin_s
        self._step_length_s = step_length_s
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._letters: dict[str, list[int]] = defaultdict(list)
        n_links = 0
        for link in links:
            self._rows[link.signal].append(link.row)
            self._letters[link.signal].append(link.index)
            n_links = max(n_links, link.row + 1)
        files = tuple(files)
        self._switches = read_program_switches(files, begin_s)
        self._programs = {signal: engine.programs(signal) for signal in self._rows}
        if self._switches:
            self._programs = _with_offsets(self._programs, read_offsets(files))
        self._shown: dict[str, tuple[str, int, float]] = {}
        self._clocks = {
            (signal, state.program_id): (state.phase, state.next_switch_s)
            for signal, state in ((signal, engine.signal(signal)) for signal in self._rows)
        }
        self._lengths_s: dict[tuple[str, str, int], deque[float]] = defaultdict(
            lambda: deque(maxlen=MEMORY)
        )
        self.windows: FloatArray = np.full((6, n_links, N_WINDOWS), np.nan)
        """(6, links, windows) absolute times of the greens to come; NaN where unknown."""
        self.is_told = np.zeros(n_links, dtype=np.bool_)
        """(links,) whether the roadside unit can tell anything of the link's future."""

    def update(self, time_s: float) -> None:
        """Look at all controllers, and renew the windows of those that changed."""
        for signal in self._rows:
            state = self._engine.signal(signal)
            # SUMO counts in milliseconds: rounding must not make one phase look like two.
            start_s = round(time_s - state.spent_s, 3)
            shown = (state.program_id, state.phase, start_s)
            before = self._shown.get(signal)
            if before == shown and not self._is_open(signal, state):
                continue
            if before is not None and before != shown:
                self._lengths_s[(signal, *before[:2])].append(start_s - before[2])
            self._shown[signal] = shown
            self._renew(signal, state, start_s, time_s)

    def _is_open(self, signal: str, state: SignalState) -> bool:
        """Whether what is known of the present phase changes while it lasts."""
        program = self._programs[signal].get(state.program_id)
        return program is not None and program.control is not Control.STATIC

    def _renew(self, signal: str, state: SignalState, start_s: float, time_s: float) -> None:
        rows = self._rows[signal]
        program = self._programs[signal].get(state.program_id)
        segments: list[Segment] = []
        if program is not None and program.control in PREDICTABLE:
            segments = self._segments(signal, program, state, start_s, time_s)
        letters = self._letters[signal]
        goes_on = len(segments) == self._n_wanted(signal)
        windows = green_windows(segments, letters, N_WINDOWS, goes_on=goes_on)
        self.windows[:, rows] = self._in_whole_steps(windows)
        self.is_told[rows] = [bool(segments) and segments[0].state[x] not in OFF for x in letters]

    def _in_whole_steps(self, times_s: FloatArray) -> FloatArray:
        """When vehicles meet a switch: SUMO does it at the start of the step that it falls into."""
        n_steps = np.floor((times_s - self._begin_s) / self._step_length_s + 1e-6)
        return self._begin_s + n_steps * self._step_length_s

    def _segments(
        self, signal: str, program: Program, state: SignalState, start_s: float, time_s: float
    ) -> list[Segment]:
        likely_s: dict[int, float] = {}
        if program.control is Control.STATIC:
            end = Bounds.exactly(self._end_of_fixed_phase(signal, program, state, time_s))
        else:
            likely_s = self._likely_lengths_s(signal, program)
            end = self._end_of_open_phase(signal, program, state, start_s, time_s)
        ahead = phases_ahead(program, state.phase, Bounds.exactly(start_s), end, likely_s)
        switches = [s for s in self._switches.get(signal, ()) if s.time_s >= time_s]
        if switches:
            ahead = cut_at_switches(ahead, self._programs[signal], switches, self._begin_s)
        return list(islice(ahead, self._n_wanted(signal)))

    def _n_wanted(self, signal: str) -> int:
        """States to look at: so many cycles of the longest program that each green is met."""
        return (N_WINDOWS + 1) * max(
            (len(p.phases) for p in self._programs[signal].values()), default=0
        )

    def _end_of_fixed_phase(
        self, signal: str, program: Program, state: SignalState, time_s: float
    ) -> float:
        """When the present phase of a fixed program ends.

        SUMO keeps the exact times of switches, but tells the next one as counted from the step in
        which it did the last. The two differ where phases are not whole steps.
        """
        key = (signal, program.program_id)
        # A program that was not shown so far has kept its time since the begin.
        clock = self._clocks.get(key) or program.position(self._begin_s, self._begin_s)
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

    def _end_of_open_phase(
        self, signal: str, program: Program, state: SignalState, start_s: float, time_s: float
    ) -> Bounds:
        """Bounds of the end of the present phase of a controller that decides as it goes."""
        phase = program.phases[state.phase]
        # Before its next decision the controller cannot switch.
        min_s = max(start_s + phase.min_s, state.next_switch_s, time_s)
        max_s = max(start_s + phase.max_s, min_s)
        seen = self._lengths_s[(signal, program.program_id, state.phase)]
        longer = [length_s for length_s in seen if length_s > state.spent_s]
        length_s = sum(longer) / len(longer) if longer else phase.duration_s
        likely_s = min(max(start_s + length_s, min_s), max_s)
        return Bounds(min_s=min_s, likely_s=likely_s, max_s=max_s)

    def _likely_lengths_s(self, signal: str, program: Program) -> dict[int, float]:
        likely_s = {}
        for place in range(len(program.phases)):
            seen = self._lengths_s[(signal, program.program_id, place)]
            if seen:
                likely_s[place] = sum(seen) / len(seen)
        return likely_s


def _with_offsets(
    programs: Mapping[str, Mapping[str, Program]], offsets_s: Mapping[tuple[str, str], float]
) -> dict[str, dict[str, Program]]:
    return {
        signal: {
            key: replace(program, offset_s=offsets_s.get((signal, key), 0.0))
            for key, program in found.items()
        }
        for signal, found in programs.items()
    }


def from_now(windows: FloatArray, time_s: float) -> FloatArray:
    """Windows as times from now; greens that are surely over become NaN.

    Args:
        windows: (6, n, W) absolute times.
        time_s: Now.
    """
    relative = windows - time_s
    over = relative[END_MAX] <= 0.0
    relative[:, over] = np.nan
    # What has not happened yet cannot lie in the past.
    ends = relative[END_MIN : END_MAX + 1]
    np.maximum(ends, 0.0, out=ends, where=np.isfinite(ends))
    return relative
