"""The unit of work: one order, done once in a process of its own."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from experiments.engines.children import Children, kill
from experiments.engines.end import End, LastWords, end_of
from experiments.engines.events import Event
from experiments.engines.rests import remove_rests
from experiments.engines.starting import Child, start_child
from experiments.order import Order
from experiments.shortages import shortage_of
from experiments.worker import MARK


def do_order(
    order: Order,
    *,
    timeout_s: float | None = None,
    tell: Callable[[Event], None] = lambda _event: None,
    children: Children | None = None,
) -> End:
    """Do an order once, unless it is done: its folder appears whole, or there is a cause.

    Args:
        order: What is to be done.
        timeout_s: The process is killed when it takes longer; None: it may.
        tell: Is called with the start and the progress.
        children: Those that may be ended from outside.
    """
    children = children or Children()
    if children.are_ending():
        return End(kind="stopped")
    if order.out.is_dir():
        return End(kind="kept")
    tell(Event(kind="started", order=order))
    watch = _Watch(order=order, tell=tell, timeout_s=timeout_s, started_s=time.perf_counter())
    try:
        order.out.parent.mkdir(parents=True, exist_ok=True)
        child = start_child(order.scenario.net_file)
    except OSError as error:
        why = shortage_of(error)
        return End(kind="lost" if why else "failed", why=why or f"cannot start: {error}")
    children.add(child)
    try:
        watch.listen(child)
    finally:
        children.remove(child)
    # Also where another process did the same order meanwhile.
    is_done = order.out.is_dir()
    remove_rests(order)
    if is_done or children.are_ending():
        return End(kind="done" if is_done else "stopped", wall_s=watch.wall_s)
    return watch.end(child.wait())


@dataclass(slots=True, kw_only=True)
class _Watch:
    """What is heard of a child."""

    order: Order
    tell: Callable[[Event], None]
    timeout_s: float | None
    started_s: float
    words: LastWords = field(default_factory=LastWords)
    farewell: Mapping[str, object] = field(default_factory=dict)
    progress: Event | None = None
    is_late: bool = False

    @property
    def wall_s(self) -> float:
        """Since the start."""
        return time.perf_counter() - self.started_s

    def listen(self, child: Child) -> None:
        """Hand over the order, and hear what the child tells until it ends."""
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        listener = threading.Thread(target=self.words.hear, args=(child.stderr,), daemon=True)
        listener.start()
        with self._limited(child), child.stdin, child.stdout, child.stderr:
            try:
                # stdin stays open: its end tells the child that its parent is gone.
                child.stdin.write(self.order.to_json() + "\n")
                child.stdin.flush()
                for line in child.stdout:
                    if line.startswith(MARK):
                        self._hear(json.loads(line.removeprefix(MARK)))
            except BrokenPipeError:
                pass
            except BaseException:
                kill(child)
                raise
            finally:
                child.wait()
                listener.join()

    def end(self, returncode: int) -> End:
        """How a run ended whose folder does not stand."""
        if not self.is_late:
            return end_of(returncode, self.farewell, self.words.quoted, self.wall_s)
        why = f"did not end within {self.timeout_s:g} s; "
        if self.progress is None:
            why += "nothing was simulated yet"
        else:
            time_s, n_running = self.progress.time_s, self.progress.n_running
            why += f"at simulated time {time_s:.0f} s, {n_running} vehicles under way"
        return End(kind="failed", why=why, wall_s=self.wall_s)

    def _hear(self, told: dict[str, Any]) -> None:
        if "failure" in told:
            self.farewell = told
        else:
            self.progress = Event(kind="progress", order=self.order, wall_s=self.wall_s, **told)
            self.tell(self.progress)

    @contextmanager
    def _limited(self, child: Child) -> Iterator[None]:
        """Kill a child that takes too long."""

        def end_late() -> None:
            self.is_late = True
            kill(child)

        if self.timeout_s is None:
            yield
            return
        timer = threading.Timer(self.timeout_s, end_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
