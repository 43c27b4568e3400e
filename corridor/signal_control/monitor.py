"""The conflict monitor: the only one that sets what a signal shows, and refuses what is unsafe."""

from typing import NamedTuple

import numpy as np

from corridor.columns import BoolArray, FloatArray, IntArray
from corridor.engine import Engine
from corridor.signal_control.changes import CONTROLLED, has_green, has_yellow
from corridor.signal_control.stages import Stages

EARLY_S = 1e-3
"""Times are sums of steps: so much too early is rounding."""
IN_GREEN, IN_YELLOW, NO_GREEN = range(3)
"""Since when: the start of each link's last green, that of its yellow, and the end of its green."""


class _Turn(NamedTuple):
    """Letters that follow others."""

    least_s: FloatArray
    """(3, L) so long ago what was last must be, as `IN_GREEN`, `IN_YELLOW` and `NO_GREEN`."""
    gaining: IntArray
    """(L,) who gets green that must keep the greatest distance from each link's."""
    begins: BoolArray
    """(3, L) what begins by it."""
    wrong: str
    """What is wrong whenever it happens; empty: nothing."""


class ConflictMonitor:
    """Guards one signal, by what its own program shows.

    It knows nothing of plans: it looks at the letters that are to be shown and at those that were
    shown before. Greens meet only as in the program; a green lasts its least length, ends with the
    program's yellow, and conflicting ones keep `Clearance.needed_s`: the distance that they have in
    the program, or that of those who follow the first one there directly, if it is shorter.

    Args:
        engine: Running simulation.
        stages: What the signal's own program shows.
        letters: What it shows now.
        since_s: Since when.
    """

    def __init__(self, engine: Engine, stages: Stages, letters: str, since_s: float) -> None:
        self._engine = engine
        self._stages = stages
        self._known: dict[str, str] = {}
        self.letters = letters
        """What the signal shows."""
        self.since_s = since_s
        """Since when."""
        # Whoever has green when it takes over has had it for long enough; who has none has been
        # without it for long enough, as both were the program's own doing.
        self._last_s: FloatArray = np.full((3, len(letters)), -np.inf)
        self._turns: dict[tuple[str, str], _Turn] = {}
        shown = np.array([has_green(each) for each in stages.letters])
        # The shortest of the stages that a link has green in.
        least_s = np.where(shown, stages.min_s[:, np.newaxis], np.inf).min(axis=0)
        self._least_s = np.where(np.isfinite(least_s), least_s, 0.0)

    def hold(self) -> None:
        """Show on what is shown, and no longer as the signal's own program goes on."""
        self._engine.set_signal_letters(self._stages.signal_id, self.letters)

    def show(self, letters: str, time_s: float) -> str:
        """Show other letters, if that is safe.

        Args:
            letters: One per link.
            time_s: Now.

        Returns:
            Why they are refused, and nothing was changed; empty: they are shown.
        """
        wrong = self._known.get(letters)
        if wrong is None:
            wrong = self._known[letters] = self._wrong_together(letters)
        if wrong:
            return wrong
        turn = self._turn_to(letters)
        wrong = self._wrong_now(turn, time_s)
        if wrong:
            return wrong
        self._engine.set_signal_letters(self._stages.signal_id, letters)
        np.copyto(self._last_s, time_s, where=turn.begins)
        self.letters, self.since_s = letters, time_s
        return ""

    def _wrong_together(self, letters: str) -> str:
        """What is wrong with letters whatever was shown before."""
        clearance = self._stages.clearance
        if len(letters) != len(self.letters):
            return f"{len(letters)} letters for {len(self.letters)} links"
        unknown = sorted(set(letters) - CONTROLLED)
        if unknown:
            return f"letter '{unknown[0]}'"
        green, protected = has_green(letters), np.array([x == "G" for x in letters])
        for one, other, allowed in (
            (green, green, clearance.may_meet),
            (protected, green, clearance.may_meet_protected),
            (protected, protected, clearance.are_protected),
        ):
            wrong = one[:, np.newaxis] & other & ~allowed
            np.fill_diagonal(wrong, val=False)
            if wrong.any():
                first, second = np.argwhere(wrong)[0]
                return f"links {first} and {second} have green together"
        never = green & ~clearance.may_meet.diagonal()
        if never.any():
            return f"link {np.flatnonzero(never)[0]} never has green"
        return ""

    def _wrong_now(self, turn: _Turn, time_s: float) -> str:
        """What is wrong with a turn now, after what was shown."""
        is_early = time_s + EARLY_S - self._last_s < turn.least_s
        if not is_early.any():
            return turn.wrong
        kind, place = np.argwhere(is_early)[0].tolist()
        if kind == NO_GREEN:
            return f"green of link {turn.gaining[place]} comes too soon after that of link {place}"
        name = "green" if kind == IN_GREEN else "yellow"
        return f"{name} of link {place} is shorter than {turn.least_s[kind, place]:g} s"

    def _turn_to(self, letters: str) -> _Turn:
        """What must lie behind when letters follow those that are shown."""
        key = self.letters, letters
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = self._turn(*key)
        return turn

    def _turn(self, before: str, letters: str) -> _Turn:
        """What must lie behind when letters follow others."""
        clearance = self._stages.clearance
        was, now = has_green(before), has_green(letters)
        was_yellow, is_yellow = has_yellow(before), has_yellow(letters)
        gains, loses = (now & ~was).nonzero()[0], was & ~now
        needed_s = clearance.needed_s[:, gains]
        needed_s[gains, np.arange(gains.size)] = 0.0
        least_s = np.zeros((3, len(letters)))
        least_s[IN_GREEN, loses] = self._least_s[loses]
        ends_yellow = was_yellow & ~is_yellow
        least_s[IN_YELLOW, ends_yellow] = clearance.yellow_s[ends_yellow]
        least_s[NO_GREEN] = needed_s.max(axis=1, initial=0.0)
        gaining = gains[needed_s.argmax(axis=1)] if gains.size else np.zeros_like(now, np.int64)
        wrong = ""
        at_once = (loses & (least_s[NO_GREEN] > 0.0)).nonzero()[0]
        if at_once.size:
            place = at_once[0]
            wrong = f"green of link {gaining[place]} comes too soon after that of link {place}"
        bare = (loses & ~is_yellow & (clearance.yellow_s > 0.0)).nonzero()[0]
        if bare.size:
            wrong = f"link {bare[0]} has no yellow"
        begins = np.array((now & ~was, is_yellow & ~was_yellow, loses))
        return _Turn(least_s=least_s, gaining=gaining, begins=begins, wrong=wrong)
