"""Which of the states to come make up the greens of a link."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corridor.programs import GREEN, OFF, Program

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ENDLESS, UNKNOWN = -1, -2
"""Instead of the number of a switch: it never comes; nobody knows which one it is."""
ENDS_S = np.array([np.nan, np.inf])
"""Times that stand for these two, behind the times of all switches."""
FEW_STATES = 64
"""So many states are looked through before all are."""
REMEMBERED_PHASES = 64
"""Of programs with more phases (recorded ones) nothing is kept by phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greens:
    """Coming greens of some links, as numbers of switches: switch k starts state k."""

    start: IntArray
    """(links, W) switch that starts each green; `UNKNOWN` where no (further) one is known."""
    end: IntArray
    """(links, W) switch that ends it; `ENDLESS` where none does."""

    @property
    def n_switches(self) -> int:
        """How many switches these greens speak of."""
        return int(max(self.start.max(initial=-1), self.end.max(initial=-1))) + 1

    def windows(self, times_s: FloatArray) -> FloatArray:
        """Times of the greens.

        Args:
            times_s: (5, switches) times of the switches.

        Returns:
            (10, links, W) times of their starts, then of their ends; NaN where unknown. A green
            that never ends has an infinite end.
        """
        padded_s = with_ends(times_s)
        return np.concatenate([padded_s[:, self.start], padded_s[:, self.end]])


def with_ends(times_s: FloatArray) -> FloatArray:
    """(..., n + 2) times of switches with two more behind them, for `UNKNOWN` and `ENDLESS`."""
    ends_s = np.broadcast_to(ENDS_S, (*times_s.shape[:-1], 2))
    return np.concatenate([times_s, ends_s], axis=-1)


def is_green(states: Sequence[str], letters: Sequence[int]) -> BoolArray:
    """(states, links) whether each state is green for links at some places of it."""
    return np.array([[state[x] in GREEN for x in letters] for state in states], dtype=np.bool_)


def find_greens(shown: BoolArray, n_windows: int, *, goes_on: bool) -> Greens:
    """Greens within consecutive states.

    Args:
        shown: (states, links) whether the state is green for the link.
        n_windows: How many greens are wanted of each link.
        goes_on: Whether the states repeat for ever, or else nothing is known behind them.
    """
    n_states, n_links = shown.shape
    start = np.full((n_links, n_windows), UNKNOWN)
    end = start.copy()
    edge = np.zeros((n_links, 1), dtype=np.int8)
    change = np.diff(shown.T.astype(np.int8), axis=1, prepend=edge, append=edge)
    for turn, place in ((1, start), (-1, end)):
        link, switch = np.nonzero(change == turn)
        number = np.arange(link.size) - np.searchsorted(link, link)
        is_wanted = number < n_windows
        place[link[is_wanted], number[is_wanted]] = switch[is_wanted]
    # A green that runs into the end of what is known has no known end.
    is_cut = end >= n_states
    start[is_cut] = end[is_cut] = UNKNOWN
    if goes_on:
        always = shown.all(axis=0)
        start[always, 0], end[always, 0] = 0, ENDLESS
    return Greens(start=start, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What follows from a phase on."""

    places: IntArray
    """Phases in order, the present one first."""
    greens: Greens
    later_s: FloatArray
    """Planned times from the end of the present phase to the switches behind it, as far as the
    greens speak of them."""
    is_on: BoolArray
    """(links,) whether the link's signal is not switched off in the present phase."""


@dataclass(slots=True)
class GreenTable:
    """Phases and greens ahead, for each phase of a program.

    Args:
        program: The program.
        letters: Places of the links in its states.
        n_windows: How many greens are wanted of each link.
    """

    program: Program
    letters: Sequence[int]
    n_windows: int
    lengths_s: FloatArray = field(init=False)
    """(phases,) planned lengths."""
    _shown: BoolArray = field(init=False)
    _is_round: bool = field(init=False)
    _known: dict[int, Ahead] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lengths_s = np.array([phase.duration_s for phase in self.program.phases])
        # Whether the phases simply run through the list, over and over.
        n = len(self.program.phases)
        self._is_round = all(self.program.after(place) == (place + 1) % n for place in range(n))
        states = [phase.state for phase in self.program.phases]
        self._shown = is_green(states, self.letters).reshape(len(states), len(self.letters))

    def at(self, place: int) -> Ahead:
        """What follows from a phase on, as far as the order of phases is certain."""
        found = self._known.get(place)
        if found is None:
            found = self._find(place)
            if len(self.program.phases) <= REMEMBERED_PHASES:
                self._known[place] = found
        return found

    def _find(self, place: int) -> Ahead:
        # So many cycles that each green is met; a recorded program is one long cycle.
        n_all = (self.n_windows + 1) * len(self.program.phases)
        n_states = min(n_all, FEW_STATES)
        may_change = self._shown.any(axis=0) & ~self._shown.all(axis=0)
        while True:
            places = self._order(place, n_states)
            greens = find_greens(self._shown[places], self.n_windows, goes_on=False)
            is_short = (greens.start[:, -1] == UNKNOWN) & may_change
            if places.size < n_states or n_states == n_all or not is_short.any():
                break
            n_states = min(2 * n_states, n_all)
        if self._is_round or places.size == n_all:
            to_come = self._shown if self._is_round else self._shown[places]
            always = to_come.all(axis=0)
            greens.start[always, 0], greens.end[always, 0] = 0, ENDLESS
        letters = self.program.phases[place].state
        is_on = np.array([letters[x] not in OFF for x in self.letters], dtype=np.bool_)
        later_s = self.lengths_s[places[1 : greens.n_switches]].cumsum()
        return Ahead(places=places, greens=greens, later_s=later_s, is_on=is_on)

    def _order(self, place: int, n_states: int) -> IntArray:
        """(n,) phases from a place on; fewer than wanted where the order is not certain."""
        if self._is_round:
            return (place + np.arange(n_states)) % len(self.program.phases)
        places = [place]
        while len(places) < n_states:
            following = self.program.after(places[-1])
            if following is None:
                break
            places.append(following)
        return np.array(places)
