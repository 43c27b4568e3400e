"""What happens on a Dask worker: the worker is looked at, and does an order in a child process."""

import contextlib
import functools
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.code_hash import code_hash
from experiments.engines.children import Children
from experiments.engines.end import End
from experiments.engines.events import Event
from experiments.engines.unit import do_order
from experiments.order import Order, versions

if TYPE_CHECKING:
    from distributed import Worker

PROGRESS_S = 5.0
"""Between two reports of a run; a scheduler may hear those of a thousand runs."""
_CHILDREN: dict[str, Children] = {}
"""Of each call, at work in this process."""


class RefusedError(ValueError):
    """Runs of this worker would not be those that were asked for; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a worker must be like, and how it does its runs."""

    session: str
    """Name of the call."""
    token: Path
    """A file in the store that holds that name."""
    made_by: tuple[tuple[str, str], ...]
    """Program and libraries of the caller, as of `made_by`."""
    timeout_s: float | None
    """Of a run."""
    patience_s: float
    """Within which a shared file system shows what another machine wrote."""


@functools.cache
def made_by() -> tuple[tuple[str, str], ...]:
    """Program and libraries of this process that results depend on."""
    return (*versions().items(), ("code of ecocorridor", code_hash()[:12]))


def look(terms: Terms, dask_worker: "Worker") -> str | None:
    """Why a worker must not be used; None: it may. Dask hands over the worker."""
    n_threads = dask_worker.state.nthreads
    if n_threads != 1:
        return (
            f"has {n_threads} threads: start it with '--nthreads 1' (and '--nworkers N' for N runs "
            "at a time), as one process of SUMO fills one core"
        )
    wanted, here = dict(terms.made_by), dict(made_by())
    if other := [f"{k} {here[k]}, not {wanted.get(k)}" for k in here if here[k] != wanted.get(k)]:
        return f"has {', '.join(other)}: install there what is here, and start it anew"
    if not _is_seen(terms):
        return (
            f"does not see {terms.token}: results must go to a folder that all machines share, "
            "under the same name"
        )
    return None


def do_there(text: str, terms: Terms, pause_s: float) -> End:
    """Do an order on this worker.

    Args:
        text: The order, as of `Order.to_json`.
        terms: What was agreed.
        pause_s: Before the start.

    Raises:
        RefusedError: The worker must not be used.
    """
    from distributed import get_worker

    worker = get_worker()
    if why := _looked_at(terms):
        raise RefusedError(f"worker {name_of(worker)} {why}")
    order = Order.from_json(text)
    if not order.scenario.net_file.is_file():
        raise RefusedError(
            f"worker {name_of(worker)} does not see {order.scenario.net_file}: the scenario must "
            "be on a file system that all machines share"
        )
    time.sleep(pause_s)
    task, due_s = worker.get_current_task(), 0.0

    def tell(event: Event) -> None:
        nonlocal due_s
        if event.kind == "progress":
            if time.monotonic() < due_s:
                return
            due_s = time.monotonic() + PROGRESS_S
        worker.log_event(terms.session, {"task": task, "event": plain(event)})

    children = _CHILDREN.setdefault(terms.session, Children())
    return do_order(order, timeout_s=terms.timeout_s, tell=tell, children=children)


def end_children(session: str) -> None:
    """End the runs of a call in this process."""
    if session in _CHILDREN:
        _CHILDREN[session].end()


def name_of(worker: "Worker") -> str:
    """How a user finds a worker."""
    return f"{worker.address} on {socket.gethostname()}"


def plain(event: Event) -> dict[str, Any]:
    """An event as it travels: plain values, without the order."""
    return {
        "kind": event.kind,
        "time_s": event.time_s,
        "n_running": event.n_running,
        "share_arrived": event.share_arrived,
        "wall_s": event.wall_s,
    }


@functools.cache
def _looked_at(terms: Terms) -> str | None:
    from distributed import get_worker

    return look(terms, get_worker())


def _is_seen(terms: Terms) -> bool:
    """Whether the caller's token is here, or comes to be seen within seconds."""
    until_s = time.monotonic() + terms.patience_s
    while True:
        with contextlib.suppress(OSError):
            if terms.token.read_text(encoding="utf-8") == terms.session:
                return True
        if time.monotonic() > until_s:
            return False
        time.sleep(0.2)
