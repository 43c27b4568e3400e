"""Many runs: each in a process of its own, some at a time, none lost by the death of another."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from experiments.engines.child import Children
from experiments.engines.end import End
from experiments.engines.events import Event, Tell
from experiments.engines.unit import do_order
from experiments.order import Order

WAIT_S = 0.2
"""Ctrl-C is heard within this time."""
RETRIES = 2
"""Further attempts after a failure of the machine."""
PAUSE_S = 1.0
"""Before the next attempt."""
ABANDONED_S = 86400.0
"""What nobody wrote to for so long is left over, whoever wrote it."""


@dataclass(slots=True)
class Runner:
    """The engine of this machine: does orders in child processes.

    Args:
        n_jobs: Children at a time.
        tell: Is called with each event, from several threads but never at the same time.
        timeout_s: A run that takes longer has failed; None: it may.
        retries: Further attempts where the machine failed, not the run.
        pause_s: Before a further attempt.
    """

    n_jobs: int
    tell: Tell
    timeout_s: float | None = None
    retries: int = RETRIES
    pause_s: float = PAUSE_S
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _children: Children = field(default_factory=Children)

    def do(self, orders: Sequence[Order]) -> list[str | None]:
        """Do all orders; see `Engine`."""
        with ThreadPoolExecutor(self.n_jobs) as pool:
            futures = [pool.submit(self._do, order) for order in orders]
            try:
                _wait_for(futures)
                return [future.result() for future in futures]
            except BaseException:
                self._children.end()
                for future in futures:
                    future.cancel()
                raise

    def _do(self, order: Order) -> str | None:
        end = self._attempt(order)
        for attempt in range(1, self.retries + 1):
            if end.kind != "lost":
                break
            told = f"{end.why} (attempt {attempt} of {self.retries + 1})"
            self._tell(Event(kind="retried", order=order, wall_s=end.wall_s, message=told))
            if not self._children.pause(self.pause_s):
                return "stopped"
            end = self._attempt(order)
        if end.kind in ("done", "kept"):
            self._tell(Event(kind=end.kind, order=order, wall_s=end.wall_s))
        elif end.kind != "stopped":
            self._tell(Event(kind="failed", order=order, wall_s=end.wall_s, message=end.why))
        return end.outcome

    def _attempt(self, order: Order) -> End:
        return do_order(order, timeout_s=self.timeout_s, tell=self._tell, children=self._children)

    def _tell(self, event: Event) -> None:
        with self._lock:
            self.tell(event)


def _wait_for(futures: Iterable[Future[str | None]]) -> None:
    """Wait until all are done; raises what any of them raised, at once."""
    waiting = set(futures)
    while waiting:
        # Polars makes the system resume a wait after Ctrl-C: only short ones let it through.
        done, waiting = wait(waiting, timeout=WAIT_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()


def sweep_all(folder: Path) -> None:
    """Remove what dead processes left half-written in a store of runs."""
    for rest in folder.glob("*.part-*"):
        if not is_written(rest):
            shutil.rmtree(rest, ignore_errors=True)


def is_written(part: Path) -> bool:
    """Whether a process may still write to a folder `KEY.part-HOST-PID`."""
    host, _, pid = part.name.partition(".part-")[2].rpartition("-")
    try:
        if host != socket.gethostname():
            return time.time() - part.stat().st_mtime < ABANDONED_S
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return False
    return True
