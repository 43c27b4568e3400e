"""Many runs: each in a process of its own, some at a time, none lost by the death of another."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from experiments.order import Order
from experiments.worker import MARK

CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")
"""Signals by which a program dies of its own faults."""
WAIT_S = 0.2
"""Ctrl-C is heard within this time."""
LAST_WORDS = 8
"""Lines of a dead child's stderr that are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the runner tells while it works."""

    kind: Literal["started", "progress", "done", "kept", "failed"]
    order: Order
    time_s: float = 0.0
    """Simulated time (progress)."""
    n_running: int = 0
    """Vehicles under way (progress)."""
    share_arrived: float = 0.0
    """Of its vehicles (progress)."""
    wall_s: float = 0.0
    """Since the run started."""
    message: str = ""
    """Why it failed."""


@dataclass(slots=True)
class Runner:
    """Does orders in child processes.

    Args:
        n_jobs: Children at a time.
        tell: Is called with each event, from several threads but never at the same time.
    """

    n_jobs: int
    tell: Callable[[Event], None]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _children: set[subprocess.Popen[str]] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def do(self, orders: Sequence[Order]) -> list[str | None]:
        """Do all orders; a finished one is not done again.

        Returns:
            For each order: None if the run's folder stands, else why it does not.

        Raises:
            KeyboardInterrupt: After the children have ended; finished runs are kept.
        """
        with ThreadPoolExecutor(self.n_jobs) as pool:
            futures = [pool.submit(self._do, order) for order in orders]
            try:
                _wait_for(futures)
                return [future.result() for future in futures]
            except BaseException:
                self._stopping.set()
                for future in futures:
                    future.cancel()
                with self._lock:
                    for child in self._children:
                        _kill(child)
                raise

    def _do(self, order: Order) -> str | None:
        if self._stopping.is_set():
            return "stopped"
        if order.out.is_dir():
            self._tell(Event(kind="kept", order=order))
            return None
        self._tell(Event(kind="started", order=order))
        started_s = time.perf_counter()
        order.out.parent.mkdir(parents=True, exist_ok=True)
        errors = order.out.with_name(f"{order.out.name}.stderr")
        with errors.open("w", encoding="utf-8") as stream:
            child = self._start(stream.fileno())
            farewell = self._listen(child, order, started_s)
        words = errors.read_text(encoding="utf-8", errors="replace")
        errors.unlink()
        wall_s = time.perf_counter() - started_s
        if child.returncode == 0 and order.out.is_dir():
            self._tell(Event(kind="done", order=order, wall_s=wall_s))
            return None
        _sweep(order)
        if self._stopping.is_set():
            return "stopped"
        message = _epitaph(child.returncode, farewell, words)
        self._tell(Event(kind="failed", order=order, wall_s=wall_s, message=message))
        return message

    def _start(self, stderr: int) -> subprocess.Popen[str]:
        environment = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "experiments.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            start_new_session=True,
        )
        with self._lock:
            self._children.add(child)
            if self._stopping.is_set():
                _kill(child)
        return child

    def _listen(
        self, child: subprocess.Popen[str], order: Order, started_s: float
    ) -> Mapping[str, object]:
        """Hand over the order, pass on progress until the child ends; why it failed, if it says."""
        farewell: Mapping[str, object] = {}
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            # stdin stays open: its end tells the child that its parent is gone.
            child.stdin.write(order.to_json() + "\n")
            child.stdin.flush()
            for line in child.stdout:
                if not line.startswith(MARK):
                    continue
                told = json.loads(line.removeprefix(MARK))
                if "failure" in told:
                    farewell = told
                else:
                    wall_s = time.perf_counter() - started_s
                    self._tell(Event(kind="progress", order=order, wall_s=wall_s, **told))
        except BrokenPipeError:
            pass
        finally:
            child.wait()
            child.stdin.close()
            child.stdout.close()
            with self._lock:
                self._children.discard(child)
        return farewell

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


def _kill(child: subprocess.Popen[str]) -> None:
    """End a child, and SUMO's programs that it waits for: it leads a group of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _epitaph(returncode: int, farewell: Mapping[str, object], stderr: str) -> str:
    """Why a run failed: its own word, or how the process ended; with SUMO's last words."""
    if "failure" in farewell:
        cause = str(farewell["failure"])
        if not farewell["has_last_words"]:
            return cause
    elif returncode < 0:
        name = signal.Signals(-returncode).name
        cause = f"the process was ended by {name}"
        if name in CRASHES:
            cause += ": SUMO crashed"
    else:
        cause = f"the process ended with code {returncode}"
    lines = stderr.strip().splitlines()
    errors = [line for line in lines if not line.startswith("Warning:")] or lines
    quoted = "\n".join(f"    {line}" for line in errors[-LAST_WORDS:])
    return f"{cause}; its last words:\n{quoted}" if quoted else f"{cause}; it left no last words"


def _sweep(order: Order) -> None:
    """Remove what a dead child left half-written."""
    for rest in order.out.parent.glob(f"{order.out.name}.part-*"):
        shutil.rmtree(rest, ignore_errors=True)


def sweep_all(folder: Path) -> None:
    """Remove what an earlier, killed call left half-written in a store of runs."""
    for pattern in ("*.part-*", "*.stderr"):
        for rest in folder.glob(pattern):
            if rest.is_dir():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink(missing_ok=True)
