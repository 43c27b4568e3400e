"""The conflict monitor: the only one that sets what a signal shows, and refuses what is unsafe."""

import numpy as np

from corridor.columns import FloatArray
from corridor.engine import Engine
from corridor.signal_control.changes import CONTROLLED, YELLOW, has_green
from corridor.signal_control.stages import Stages

EARLY_S = 1e-3
"""Times are sums of steps: so much too early is rounding."""


class ConflictMonitor:
    """Guards one signal, by what its own program shows.

    It knows nothing of plans: it looks at the letters that are to be shown and at those that were
    shown before. Greens meet only as in the program; a green lasts its least length, ends with the
    program's yellow, and conflicting ones keep the distance that they have in the program.

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
        n_letters = len(letters)
        self.letters = letters
        """What the signal shows."""
        self.since_s = since_s
        """Since when."""
        self._is_green = has_green(letters)
        # Whoever has green when it takes over has had it for long enough; who has none has been
        # without it for long enough, as both were the program's own doing.
        self._since_s: FloatArray = np.full(n_letters, -np.inf)
        self._green_end_s: FloatArray = np.full(n_letters, -np.inf)
        self._yellow_start_s: FloatArray = np.full(n_letters, -np.inf)
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
        wrong = wrong or self._wrong_now(letters, time_s)
        if wrong:
            return wrong
        self._engine.set_signal_letters(self._stages.signal_id, letters)
        self._note(letters, time_s)
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

    def _wrong_now(self, letters: str, time_s: float) -> str:
        """What is wrong with letters after what was shown."""
        clearance, before = self._stages.clearance, self.letters
        now = has_green(letters)
        loses = (self._is_green & ~now).nonzero()[0]
        for place in loses.tolist():
            if time_s - self._since_s[place] < self._least_s[place] - EARLY_S:
                return f"green of link {place} is shorter than {self._least_s[place]:g} s"
            if clearance.yellow_s[place] > 0.0 and letters[place] not in YELLOW:
                return f"link {place} has no yellow"
        for place, letter in enumerate(before):
            if letter in YELLOW and letters[place] not in YELLOW:
                shown_s = time_s - self._yellow_start_s[place]
                if shown_s < clearance.yellow_s[place] - EARLY_S:
                    return f"yellow of link {place} is shorter than {clearance.yellow_s[place]:g} s"
        gains = (now & ~self._is_green).nonzero()[0]
        needed_s = clearance.needed_s[:, gains]
        is_soon = (time_s - self._green_end_s)[:, np.newaxis] < needed_s - EARLY_S
        is_soon[loses] |= needed_s[loses] > 0.0
        is_soon[gains, np.arange(gains.size)] = False
        if is_soon.any():
            place, other = np.argwhere(is_soon.T)[0]
            return f"green of link {gains[place]} comes too soon after that of link {other}"
        return ""

    def _note(self, letters: str, time_s: float) -> None:
        now = has_green(letters)
        self._since_s[now & ~self._is_green] = time_s
        self._green_end_s[self._is_green & ~now] = time_s
        turns = [
            a not in YELLOW and b in YELLOW for a, b in zip(self.letters, letters, strict=True)
        ]
        self._yellow_start_s[turns] = time_s
        self.letters, self.since_s, self._is_green = letters, time_s, now
