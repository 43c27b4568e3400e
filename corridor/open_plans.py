"""Programs that traffic decides, as tables over all their phases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.lane_demand import ARRIVAL, SEEN, LaneWatch
from corridor.links import Link
from corridor.programs import GREEN, OPEN, Control, Phase, Program

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NONE = -1
"""Instead of the number of a phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlans:
    """All phases of all programs that traffic decides, numbered through.

    A phase whose length traffic decides is open; yellow and its like are not.
    """

    first: Mapping[tuple[str, str], int]
    """Number of the first phase of each signal's program."""
    min_s: FloatArray
    """(n,) least length."""
    max_s: FloatArray
    """(n,) greatest length; may be infinite."""
    planned_s: FloatArray
    """(n,) planned length, within these."""
    is_delay_based: BoolArray
    """(n,) whether delay decides, or else gaps do."""
    following: IntArray
    """(n,) phase that follows; `NONE` where the controller chooses."""
    next_open: IntArray
    """(n,) next open phase behind each; `NONE` where there is none, or it is not certain."""
    n_between: IntArray
    """(n,) phases between the two."""
    period: IntArray
    """(n,) phases from each to its next occurrence; 0 where it never comes again."""
    is_open: BoolArray
    """(n,) whether traffic decides the length."""
    least_ahead_s: FloatArray
    """(n, K) least time from the end of each phase to the k-th switch behind it, from k = 0 on."""
    most_ahead_s: FloatArray
    """(n, K) the greatest."""
    usual_ahead_s: FloatArray
    """(3, n, K) what is expected before anything was seen: the least, the planned, and the
    greatest or twice the planned."""
    demand_lanes: IntArray
    """(n, 5, L) which lanes decide by which sort of demand, as places in the flattened demand
    that `LaneWatch.look` tells: their own, or for `SEEN` those of the next open phase, and for
    `ARRIVAL` all others."""

    @property
    def n_phases(self) -> int:
        """Number of all these phases."""
        return self.min_s.size


def open_plans(
    programs: Mapping[str, Mapping[str, Program]],
    links: Iterable[Link],
    watch: LaneWatch,
    n_ahead: int,
) -> OpenPlans:
    """The tables.

    Args:
        programs: By signal and id; those of other kinds of control are left out.
        links: All links of these signals.
        watch: Numbers the lanes.
        n_ahead: K, the switches ahead that are asked for.
    """
    rows: list[tuple[Program, Phase]] = []
    first: dict[tuple[str, str], int] = {}
    following: list[int] = []
    lanes: list[tuple[list[int], list[int]]] = []
    of_signal: dict[str, list[Link]] = {}
    for link in links:
        of_signal.setdefault(link.signal, []).append(link)
    for signal, found in programs.items():
        for program in found.values():
            if program.control not in OPEN:
                continue
            base = first[signal, program.program_id] = len(rows)
            for place, phase in enumerate(program.phases):
                after = program.after(place)
                following.append(NONE if after is None else base + after)
                rows.append((program, phase))
                lanes.append(_lanes(phase, of_signal.get(signal, []), watch))
    phases = [phase for _, phase in rows]
    lengths_s = np.array([_lengths(phase) for phase in phases]).reshape(-1, 3).T
    is_open = lengths_s[2] > lengths_s[0]
    next_open, n_between = _next_open(following, is_open)
    ahead_s = np.stack([_ahead(following, length_s, n_ahead) for length_s in lengths_s])
    return OpenPlans(
        first=first,
        min_s=lengths_s[0],
        planned_s=lengths_s[1],
        max_s=lengths_s[2],
        is_delay_based=np.array(
            [p.control is Control.DELAY_BASED for p, _ in rows], dtype=np.bool_
        ),
        following=np.array(following, dtype=np.int64),
        next_open=next_open,
        n_between=n_between,
        period=np.array([_period(following, phase) for phase in range(len(rows))], dtype=np.int64),
        is_open=is_open,
        least_ahead_s=ahead_s[0],
        most_ahead_s=ahead_s[2],
        usual_ahead_s=np.minimum(ahead_s, 2.0 * ahead_s[1]),
        demand_lanes=_demand_lanes(lanes, next_open, watch.nowhere),
    )


def _lengths(phase: Phase) -> tuple[float, float, float]:
    """Least, planned and greatest length."""
    return phase.min_s, min(max(phase.duration_s, phase.min_s), phase.max_s), phase.max_s


def _lanes(phase: Phase, links: Sequence[Link], watch: LaneWatch) -> tuple[list[int], list[int]]:
    """Lanes with green, and the others."""
    green = {watch.lanes[link.lane] for link in links if phase.state[link.index] in GREEN}
    red = {watch.lanes[link.lane] for link in links} - green
    return sorted(green), sorted(red)


def _demand_lanes(
    lanes: Sequence[tuple[list[int], list[int]]], next_open: IntArray, nowhere: int
) -> IntArray:
    """Lanes of each sort of demand; empty places are filled with the lane where nobody is."""
    width = max((len(each) for pair in lanes for each in pair), default=0) + 1
    found = np.full((len(lanes), 5, width), nowhere)
    for phase, (green, red) in enumerate(lanes):
        behind = lanes[next_open[phase]][0] if next_open[phase] != NONE else []
        for sort in range(5):
            chosen = {SEEN: behind, ARRIVAL: red}.get(sort, green)
            found[phase, sort, : len(chosen)] = chosen
    return found + np.arange(5)[:, np.newaxis] * (nowhere + 1)


def _next_open(following: Sequence[int], is_open: BoolArray) -> tuple[IntArray, IntArray]:
    """The next open phase behind each, and the number of phases between."""
    found, n_between = np.full(len(following), NONE), np.zeros(len(following), dtype=np.int64)
    for phase, after in enumerate(following):
        at, n_passed = after, 0
        while at != NONE and not is_open[at] and n_passed < len(following):
            at, n_passed = following[at], n_passed + 1
        if at != NONE and is_open[at]:
            found[phase], n_between[phase] = at, n_passed
    return found, n_between


def _period(following: Sequence[int], phase: int) -> int:
    at = following[phase]
    for n in range(1, len(following) + 1):
        if at in (NONE, phase):
            return 0 if at == NONE else n
        at = following[at]
    return 0


def _ahead(following: Sequence[int], length_s: FloatArray, n_ahead: int) -> FloatArray:
    """(n, K) time from the end of each phase to the k-th switch behind it.

    Behind what is certain, the last one is repeated; no green is told there.
    """
    ahead_s = np.zeros((len(following), n_ahead))
    for phase, after in enumerate(following):
        at = after
        for k in range(1, n_ahead):
            ahead_s[phase, k] = ahead_s[phase, k - 1] + (length_s[at] if at != NONE else 0.0)
            at = following[at] if at != NONE else NONE
    return ahead_s
