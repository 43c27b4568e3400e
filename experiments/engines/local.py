"""Many runs: each in a process of its own, some at a time, none lost by the death of another."""

import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from experiments.engines.children import Children
from experiments.engines.events import Tell
from experiments.engines.retries import PAUSE_S, RETRIES, Attempts
from experiments.engines.starting import nursery
from experiments.engines.unit import do_order
from experiments.order import Order

WAIT_S = 0.2
"""Ctrl-C is heard within this time."""


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
    _children: Children = field(default_factory=Children)
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._attempts = Attempts(tell_one=self.tell, retries=self.retries)

    def do(self, orders: Sequence[Order]) -> list[str | None]:
        """Do all orders; see `Engine`."""
        with nursery(), ThreadPoolExecutor(self.n_jobs) as pool:
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
        for n_before in itertools.count():
            end = do_order(
                order,
                timeout_s=self.timeout_s,
                tell=self._attempts.tell,
                children=self._children,
            )
            if self._attempts.is_last(order, end, n_before):
                break
            if not self._children.pause(self.pause_s):
                return "stopped"
        return end.outcome


def _wait_for(futures: Iterable[Future[str | None]]) -> None:
    """Wait until all are done; raises what any of them raised, at once."""
    waiting = set(futures)
    while waiting:
        # Polars makes the system resume a wait after Ctrl-C: only short ones let it through.
        done, waiting = wait(waiting, timeout=WAIT_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
