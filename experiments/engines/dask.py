"""Runs on many machines, through a Dask scheduler; each in a child process of a worker."""

import contextlib
import logging
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.engines.end import End
from experiments.engines.events import Event, Tell
from experiments.engines.remote import (
    RefusedError,
    Terms,
    do_there,
    end_children,
    look,
    made_by,
)
from experiments.engines.rests import remove_rests
from experiments.engines.retries import PAUSE_S, RETRIES, Attempts
from experiments.order import Order

if TYPE_CHECKING:
    from distributed import Client, Future
    from distributed.deploy.cluster import Cluster

log = logging.getLogger(__name__)

CONNECT_S = 20.0
"""Within which a scheduler answers."""
PATIENCE_S = 10.0
"""Within which a shared file system shows what another machine wrote."""
N_NAMED = 5
"""Of many workers that are refused."""


class ClusterError(ConnectionError):
    """The scheduler does not answer, or not any more."""


@dataclass(slots=True, kw_only=True)
class DaskEngine:
    """Does orders on the workers of a Dask scheduler.

    Workers must have one thread each, the same program and libraries as the caller, and see the
    store under the same name; this is checked of each before it does a run.

    Args:
        scheduler: Address as in `tcp://host:8786`, name of a scheduler file, or a cluster of Dask.
        tell: Is called with each event, from several threads but never at the same time.
        timeout_s: A run that takes longer has failed; None: it may.
        retries: Further attempts where a machine failed, not the run.
        pause_s: Before a further attempt.
    """

    scheduler: "str | Cluster"
    tell: Tell
    timeout_s: float | None = None
    retries: int = RETRIES
    pause_s: float = PAUSE_S
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._attempts = Attempts(tell_one=self.tell, retries=self.retries)

    def do(self, orders: Sequence[Order]) -> list[str | None]:
        """Do all orders; see `Engine`.

        Raises:
            ClusterError: The scheduler does not answer; finished runs are kept.
            ValueError: A worker must not be used; says why.
        """
        ends: dict[str, str | None] = {}
        for order in orders:
            if order.out.is_dir():
                self._attempts.tell(Event(kind="kept", order=order))
                ends[str(order.out)] = None
        waiting = {str(o.out): o for o in orders if str(o.out) not in ends}
        if waiting:
            with _connected(self.scheduler) as client, self._agreed(waiting) as terms:
                _check_workers(client, terms)
                call = _Call(
                    client=client,
                    terms=terms,
                    orders=waiting,
                    attempts=self._attempts,
                    pause_s=self.pause_s,
                )
                ends |= call.run()
        return [ends[str(order.out)] for order in orders]

    @contextmanager
    def _agreed(self, orders: Mapping[str, Order]) -> Iterator[Terms]:
        """Terms, and the token that shows workers the store."""
        session = uuid.uuid4().hex[:12]
        store = Path(os.path.commonpath([order.out.parent for order in orders.values()]))
        store.mkdir(parents=True, exist_ok=True)
        token = store / f".seen-{session}"
        token.write_text(session, encoding="utf-8")
        try:
            yield Terms(
                session=session,
                token=token,
                made_by=made_by(),
                timeout_s=self.timeout_s,
                patience_s=PATIENCE_S,
            )
        finally:
            token.unlink(missing_ok=True)


@dataclass(slots=True, kw_only=True)
class _Call:
    """One call of the engine, connected."""

    client: "Client"
    terms: Terms
    orders: Mapping[str, Order]
    """By the name of their folder."""
    attempts: Attempts
    pause_s: float
    at_work: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Key of a task → name of its order, and attempts before it."""

    def run(self) -> dict[str, str | None]:
        """Do all; by name, None or why not."""
        from distributed import as_completed

        ends: dict[str, str | None] = {}
        self.client.subscribe_topic(self.terms.session, self._hear)
        try:
            tasks = as_completed(
                [self._submit(name, 0) for name in self.orders],
                loop=self.client.loop,
                with_results=True,
                raise_errors=False,
            )
            for task, result in tasks:
                name, n_before = self.at_work.pop(task.key)
                end = self._end(task, result, self.orders[name])
                # A result that is kept on a worker would be computed anew when that worker dies.
                task.release()
                if self.attempts.is_last(self.orders[name], end, n_before):
                    # Workers that died left them.
                    remove_rests(self.orders[name])
                    ends[name] = end.outcome
                else:
                    tasks.add(self._submit(name, n_before + 1))
        except BaseException:
            self._give_up()
            raise
        return ends

    def _submit(self, name: str, n_before: int) -> "Future[Any]":
        order = self.orders[name]
        task = self.client.submit(
            do_there,
            order.to_json(),
            self.terms,
            self.pause_s if n_before else 0.0,
            key=f"run-{order.key}-{self.terms.session}-{n_before}",
            pure=False,
        )
        self.at_work[task.key] = (name, n_before)
        return task

    def _end(self, task: "Future[Any]", result: object, order: Order) -> End:
        """What came of a task."""
        from distributed import KilledWorker

        if isinstance(result, End):
            if result.outcome is None and not _is_seen(order.out):
                return End(kind="lost", why=f"done, but {order.out} is not seen here")
            return result
        if task.status == "error":
            failure = task.exception()
            if isinstance(failure, RefusedError):
                raise failure
            if isinstance(failure, KilledWorker):
                return End(kind="lost", why=f"several workers died of it or with it: {failure}")
            raise ClusterError(f"a worker cannot do a run: {type(failure).__name__}: {failure}")
        if self.client.status != "running":
            raise ClusterError(
                "the scheduler is gone; runs that were finished are kept, the same command goes on"
            )
        return End(kind="lost", why="the scheduler gave it up")

    def _hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Pass on what a worker tells, unless the attempt is over."""
        _, told = event
        if (at_work := self.at_work.get(told["task"])) is not None:
            self.attempts.tell(Event(order=self.orders[at_work[0]], **told["event"]))

    def _give_up(self) -> None:
        """End what is under way; nobody waits for it any more."""
        if self.client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self.client.run(end_children, self.terms.session, on_error="ignore")


@contextmanager
def _connected(scheduler: "str | Cluster") -> Iterator["Client"]:
    """A client that ends with the block."""
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "a Dask scheduler needs the extra 'cluster': pip install 'ecocorridor[cluster]'"
        ) from None
    where = {"address": scheduler}
    if isinstance(scheduler, str) and "://" not in scheduler:
        if not Path(scheduler).is_file():
            raise ValueError(
                f"'{scheduler}' is neither an address, such as tcp://host:8786, nor the scheduler "
                "file of a Dask scheduler"
            )
        where = {"scheduler_file": scheduler}
    try:
        client = Client(**where, timeout=CONNECT_S, set_as_default=False, name="ecocorridor")
    except (OSError, TimeoutError) as error:
        raise ClusterError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        yield client


def _check_workers(client: "Client", terms: Terms) -> None:
    """Look at the workers that are there; later ones are looked at when they get a run.

    Raises:
        ValueError: Some must not be used.
    """
    told = client.run(look, terms, on_error="return")
    if not told:
        log.warning("the scheduler has no workers yet; the runs wait for them")
    refused = [
        f"worker {address} {_why_refused(answer)}"
        for address, answer in sorted(told.items())
        if answer is not None
    ]
    if refused:
        more = [f"and {len(refused) - N_NAMED} more"] if len(refused) > N_NAMED else []
        raise ValueError("\n".join(refused[:N_NAMED] + more))


def _why_refused(answer: object) -> str:
    if isinstance(answer, ModuleNotFoundError):
        return f"lacks a package that is here ({answer}): install there what is here"
    return str(answer)


def _is_seen(folder: Path) -> bool:
    """Whether a folder that another machine made is seen here, at once or within seconds."""
    until_s = time.monotonic() + PATIENCE_S
    while not folder.is_dir():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.2)
    return True
