"""Who waits too long for a green, whatever a controller plans."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from corridor.columns import BoolArray, IntArray
from corridor.links import Link
from corridor.signal_control.changes import GREEN, has_green
from corridor.signal_control.stages import Stages

PATIENCE_CYCLES, SHORTEST_S, LONGEST_S = 4.0 / 3.0, 60.0, 120.0
"""Nobody waits longer for the start of a green than so many cycles of the scenario's own program,
within these bounds; the change to it comes on top."""


class StarvationGuard:
    """Notes for each link since when somebody waits at red.

    People on foot are not seen: where they have a green of their own, somebody always waits.

    Args:
        stages: Of the controlled signals.
        links: All links of the network.
        on_foot: By signal, letters of people on foot.
    """

    def __init__(
        self,
        stages: Sequence[Stages],
        links: Sequence[Link],
        on_foot: Mapping[str, Collection[int]],
    ) -> None:
        self._stages = stages
        self._first: list[int] = []
        """Place of each signal's first letter among all."""
        n = 0
        for each in stages:
            self._first.append(n)
            n += len(each.letters[0])
        self._signal = np.repeat(np.arange(len(stages)), [len(s.letters[0]) for s in stages])
        numbers = {each.signal_id: number for number, each in enumerate(stages)}
        # Links of other signals count for a place behind the last.
        self._of_row = np.full(max((link.row for link in links), default=-1) + 1, n)
        for link in links:
            if link.signal in numbers:
                self._of_row[link.row] = self._first[numbers[link.signal]] + link.index
        self._walks = np.zeros(n, dtype=np.bool_)
        self._ever = np.zeros(n, dtype=np.bool_)
        for first, each in zip(self._first, stages, strict=True):
            self._walks[[first + place for place in on_foot[each.signal_id]]] = True
            self._ever[first : first + len(each.letters[0])] = np.any(
                [has_green(letters) for letters in each.letters], axis=0
            )
        self._is_green = np.zeros(n, dtype=np.bool_)
        self._since_s = np.full(n, np.inf)
        cycles_s = np.array([each.cycle_s for each in stages])
        patience_s = np.clip(PATIENCE_CYCLES * cycles_s, SHORTEST_S, LONGEST_S)
        self._patience_s = patience_s[self._signal] if stages else np.zeros(0)

    def show(self, number: int, letters: str) -> None:
        """A signal shows other letters."""
        first = self._first[number]
        self._is_green[first : first + len(letters)] = has_green(letters)

    def owed(self, link_rows: IntArray, time_s: float) -> dict[int, int]:
        """By signal, the letter of whoever has waited longest, and longer than is right.

        Args:
            link_rows: (m,) links that vehicles in sight will cross by.
            time_s: Now.
        """
        n = self._since_s.size
        has_demand: BoolArray = self._walks.copy()
        places = self._of_row[link_rows]
        has_demand[places[places < n]] = True
        waits = has_demand & ~self._is_green & self._ever
        self._since_s = np.where(waits, np.minimum(self._since_s, time_s), np.inf)
        overdue = (time_s - self._since_s >= self._patience_s).nonzero()[0]
        found: dict[int, int] = {}
        for place in overdue[np.argsort(self._since_s[overdue], kind="stable")]:
            number = int(self._signal[place])
            found.setdefault(number, int(place) - self._first[number])
        return found

    def stage_for(self, number: int, letter: int, stage: int) -> int:
        """The next stage, in the order of the program, that gives green to a letter.

        Args:
            number: Of the signal.
            letter: Of it.
            stage: The last one that is committed, which is meant if it does so.
        """
        stages = self._stages[number]
        for _ in range(len(stages)):
            if stages.letters[stage][letter] in GREEN:
                break
            stage = int(stages.following[stage])
        return stage
