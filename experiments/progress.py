"""What a user sees while runs are under way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from experiments.engines import Event
from experiments.saying import Say

QUIET_SHARE = 0.1
"""Without a terminal, a line is printed each time this share of the runs is done."""


def _time_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _failed_words(n_failed: int) -> str:
    return f", {n_failed} failed" if n_failed else ""


def _what_happened(event: Event) -> str:
    return f"{event.kind}: {event.order.label}: {event.message}"


@dataclass(slots=True)
class Lines:
    """One short line now and then, for logs."""

    say: Say
    """Prints a sentence."""
    n_runs: int
    started_s: float = field(default_factory=time.perf_counter)
    n_done: int = 0
    n_failed: int = 0
    n_told: int = 0

    def expect(self, n_runs: int) -> None:
        """Take note of runs that there are more."""
        self.n_runs += n_runs

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        if event.kind in ("failed", "retried"):
            self.say(_what_happened(event))
        if event.kind not in ("done", "kept", "failed"):
            return
        self.n_done += 1
        self.n_failed += event.kind == "failed"
        is_due = self.n_done - self.n_told >= QUIET_SHARE * self.n_runs
        if is_due or self.n_done == self.n_runs:
            self.n_told = self.n_done
            spent_s = time.perf_counter() - self.started_s
            left_s = spent_s / self.n_done * (self.n_runs - self.n_done)
            self.say(
                f"{self.n_done} of {self.n_runs} runs{_failed_words(self.n_failed)}, "
                f"{_time_words(spent_s)}, "
                f"about {_time_words(left_s)} left"
            )


@dataclass(slots=True)
class Bars:
    """One bar for all runs, and one for each run under way."""

    progress: Progress
    n_runs: int
    whole: TaskID
    started_s: float = field(default_factory=time.perf_counter)
    n_done: int = 0
    n_failed: int = 0
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def expect(self, n_runs: int) -> None:
        """Take note of runs that there are more."""
        self.n_runs += n_runs
        self.progress.update(self.whole, total=float(self.n_runs))

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        key = event.order.key
        if event.kind == "started":
            self._remove(key)  # where another machine starts it anew
            self.tasks[key] = self.progress.add_task(
                event.order.label, total=1.0, detail="starting"
            )
        elif event.kind == "progress":
            self.progress.update(
                self.tasks[key], completed=event.share_arrived, detail=self._detail(event)
            )
        elif event.kind == "retried":
            self._remove(key)
            self.say(_what_happened(event))
        else:
            self._finish(event, key)

    def say(self, text: str) -> None:
        """Print a sentence above the bars."""
        self.progress.console.print(text, highlight=False, markup=False)

    def _finish(self, event: Event, key: str) -> None:
        self._remove(key)
        if event.kind == "failed":
            self.say(_what_happened(event))
        self.n_done += 1
        self.n_failed += event.kind == "failed"
        spent_s = time.perf_counter() - self.started_s
        left_s = spent_s / self.n_done * (self.n_runs - self.n_done)
        detail = f"{self.n_done} of {self.n_runs}{_failed_words(self.n_failed)}, "
        detail += f"{len(self.tasks)} running, about {_time_words(left_s)} left"
        self.progress.update(self.whole, completed=self.n_done, detail=detail)

    def _remove(self, key: str) -> None:
        if key in self.tasks:
            self.progress.remove_task(self.tasks.pop(key))

    def _detail(self, event: Event) -> str:
        simulated_s = event.time_s - event.order.scenario.begin_s
        factor = simulated_s / event.wall_s if event.wall_s else 0.0
        words = (
            f"{simulated_s:.0f} s simulated, {event.n_running} vehicles, {factor:.0f}x real time"
        )
        if event.share_arrived > 0.0:
            left_s = event.wall_s * (1.0 / event.share_arrived - 1.0)
            words += f", about {_time_words(left_s)} left"
        return words


@contextmanager
def showing(console: Console, n_runs: int) -> Iterator[Lines | Bars]:
    """Bars on a terminal, lines elsewhere."""
    if not console.is_terminal:
        print_line = partial(console.print, highlight=False, markup=False, soft_wrap=True)
        yield Lines(print_line, n_runs)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"))
    with Progress(*columns, console=console, transient=True) as progress:
        whole = progress.add_task("all runs", total=float(n_runs), detail="")
        yield Bars(progress, n_runs, whole)
