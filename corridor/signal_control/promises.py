"""What was promised of switches, and what happened."""

import math
from collections import deque
from dataclasses import dataclass, field

KEPT_S = 0.5
"""A switch that is off by more is a broken promise."""
LOST_S = 60.0
"""A switch that has not come so long after its time does not come."""


@dataclass(slots=True, kw_only=True)
class Promise:
    """One switch that was announced."""

    signal: str
    stage: int
    """Which green ends or starts."""
    is_start: bool
    announced_s: float
    promised_s: float
    letters: str
    """What the signal shows from then on."""
    happened_s: float = math.nan
    """NaN: it never came."""

    @property
    def is_kept(self) -> bool:
        """Whether it happened when it was promised."""
        return abs(self.happened_s - self.promised_s) <= KEPT_S


@dataclass(slots=True)
class PromiseRecord:
    """All switches that were announced, compared with what the engine shows.

    Nothing of our own books counts: what happened is read back from the signals.
    """

    done: list[Promise] = field(default_factory=list)
    """Those whose time has come, in the order of what happened."""
    _open: dict[str, deque[Promise]] = field(default_factory=dict)
    _shown: dict[str, tuple[str, float]] = field(default_factory=dict)
    """What each signal shows, and since when."""

    def add(self, promise: Promise) -> None:
        """A switch is announced."""
        self._open.setdefault(promise.signal, deque()).append(promise)

    def watch(self, signal: str, letters: str, since_s: float) -> None:
        """A signal shows something in a step.

        Args:
            signal: Its id.
            letters: What it shows.
            since_s: When the step began.
        """
        before = self._shown.get(signal)
        is_new = before is not None and letters != before[0]
        if before is None or is_new:
            self._shown[signal] = before = letters, since_s
        shown_since_s = before[1]
        waiting = self._open.get(signal)
        while waiting:
            first = waiting[0]
            if letters == first.letters and (is_new or since_s >= first.promised_s):
                # Where nothing changes to the eye, it is as promised; what came while one before
                # it was waited for is as late as it was.
                in_time_s = max(first.promised_s, shown_since_s)
                first.happened_s = since_s if is_new else in_time_s
            elif since_s < first.promised_s + LOST_S:
                return
            self.done.append(waiting.popleft())

    def finish(self, since_s: float) -> None:
        """The run is over: what was due by now and has not come is a broken promise.

        Args:
            since_s: When the last step began.
        """
        for waiting in self._open.values():
            while waiting and waiting[0].promised_s + KEPT_S < since_s:
                self.done.append(waiting.popleft())

    @property
    def n_kept(self) -> int:
        """Switches that happened when they were promised."""
        return sum(promise.is_kept for promise in self.done)
