"""The processes that do runs: how all are ended at once."""

import contextlib
import os
import signal
import threading
from dataclasses import dataclass, field

from experiments.engines.starting import Child


def kill(child: Child) -> None:
    """End a child, and SUMO's programs that it waits for."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


@dataclass(slots=True)
class Children:
    """The children at work; another thread may end them."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _alive: set[Child] = field(default_factory=set)
    _ending: threading.Event = field(default_factory=threading.Event)

    def add(self, child: Child) -> None:
        """Take note of a child; it is killed at once if all are to end."""
        with self._lock:
            self._alive.add(child)
            if self.are_ending():
                kill(child)

    def remove(self, child: Child) -> None:
        """Forget a child that has ended."""
        with self._lock:
            self._alive.discard(child)

    def end(self) -> None:
        """Kill all, and those that are still to come."""
        self._ending.set()
        with self._lock:
            for child in self._alive:
                kill(child)

    def are_ending(self) -> bool:
        """Whether no further child should start."""
        return self._ending.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait; false if all are to end meanwhile."""
        return not self._ending.wait(seconds)
