"""A sweep from its points to its table; what is done is not done again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.claim import STORE, claimed
from experiments.engines import Engine, Event, Tell
from experiments.machine import cache_folder
from experiments.order import Order
from experiments.runner import Runner, sweep_all
from experiments.sweeps.ending import collect
from experiments.sweeps.plan import Plan, plan_of
from experiments.sweeps.points import Sweep
from experiments.sweeps.preparing import prepare
from experiments.sweeps.record import write_record
from experiments.sweeps.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepWishes:
    """How a sweep is carried out; nothing here changes its results."""

    out: Path
    n_jobs: int
    """Things done at a time on this machine."""
    shard: tuple[int, int] | None = None
    """(i, n): only every n-th run from the i-th (from 1); others may do the rest meanwhile."""
    retries_failed: bool = False
    """Whether runs that failed before are tried again."""
    only_failed: bool = False
    """Whether nothing else is done."""
    engine: Callable[[Tell], Engine] | None = None
    """Makes what does the runs; None: processes on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOutcome:
    """What came of a call."""

    summary: dict[str, Any]
    """Contents of `summary.json`."""
    page: Path | None
    """The report, if there can be one."""
    why_no_page: str
    """Empty where there is one."""
    n_runs: int
    """Runs of the sweep that differ."""
    n_done: int
    """Of them, those that this call did."""
    n_missing: int
    """Those left to other shards."""
    failures: tuple[str, ...]
    """A sentence for each run that failed, now or before."""
    n_failed_before: int
    """Of them, those that were not tried again."""


@dataclass(slots=True)
class _Keeper:
    """Keeps why runs failed as soon as they did, and passes on what is told."""

    store: Store
    tell: Tell = lambda _event: None
    n_done: int = 0

    def __call__(self, event: Event) -> None:
        order = event.order
        if event.kind == "failed":
            self.store.note_failure(order.key, order.label, event.message)
        elif event.kind in ("done", "kept"):
            self.store.forget_failure(order.key)
            self.n_done += event.kind == "done"
        self.tell(event)


def run_sweep(
    sweep: Sweep,
    wishes: SweepWishes,
    *,
    show: Callable[[int], Tell] = lambda _n: lambda _event: None,
    say: Callable[[str], None] = lambda _text: None,
) -> SweepOutcome:
    """Do the runs of a sweep that are not done, and write its table.

    Args:
        sweep: What is asked.
        wishes: How it is carried out.
        show: Is called with the number of runs to be done; gives what is told of them.
        say: Is called with a sentence on each longer step.

    Raises:
        ConfigError: Scenarios or policies cannot be used; no run was done.
        ValueError: The folder for the results holds something else.
    """
    plan = plan_of(sweep, store=wishes.out / STORE, cache_dir=cache_folder())
    with claimed(wishes.out, of_sweep=True, is_shared=wishes.shard is not None) as folder:
        write_record(wishes.out, plan.record)
        store = Store(folder)
        sweep_all(folder)
        failed = store.failures(plan.orders)
        tried = _to_try(plan, store, wishes, failed)
        say(_words(plan, store, wishes, tried))
        n_done = _do(tried, store, wishes, show, say) if tried else 0
        if tried:
            say("writing the table and the report")
        collected = collect(wishes.out, folder)
        finished, failed_now = store.finished(plan.orders), store.failures(plan.orders)
    return SweepOutcome(
        summary=collected.summary,
        page=collected.page,
        why_no_page=collected.why_no_page,
        n_runs=len(plan.orders),
        n_done=n_done,
        n_missing=len(plan.orders) - len(finished) - len(failed_now),
        failures=tuple(f"{plan.orders[key].label}: {why}" for key, why in failed_now.items()),
        n_failed_before=len(set(failed_now) - {order.key for order in tried}),
    )


def _to_try(plan: Plan, store: Store, wishes: SweepWishes, failed: Collection[str]) -> list[Order]:
    """The runs of this call."""
    keys = list(plan.orders)
    if wishes.shard is not None:
        first, step = wishes.shard
        keys = keys[first - 1 :: step]
    finished = store.finished(keys)
    wanted = [key for key in keys if key not in finished]
    if wishes.only_failed:
        wanted = [key for key in wanted if key in failed]
    elif not wishes.retries_failed:
        wanted = [key for key in wanted if key not in failed]
    return [plan.orders[key] for key in wanted]


def _words(plan: Plan, store: Store, wishes: SweepWishes, tried: Sequence[Order]) -> str:
    n_places, n_runs = len(plan.record.units), len(plan.orders)
    n_finished = len(store.finished(plan.orders))
    shared = f" ({n_places} places in the table)" if n_places != n_runs else ""
    words = f"{len(plan.sweep.points)} points, {n_runs} runs{shared}, {n_finished} done before"
    if wishes.shard is not None:
        words += f"; shard {wishes.shard[0]} of {wishes.shard[1]}"
    return f"{words}; {len(tried)} to do" if tried else f"{words}; nothing to do"


def _do(
    orders: Sequence[Order],
    store: Store,
    wishes: SweepWishes,
    show: Callable[[int], Tell],
    say: Callable[[str], None],
) -> int:
    """Do runs; how many of them."""
    keeper = _Keeper(store)
    engine = wishes.engine(keeper) if wishes.engine else Runner(n_jobs=wishes.n_jobs, tell=keeper)
    broken = prepare(orders, store, n_jobs=wishes.n_jobs, say=say)
    keeper.tell = show(len(orders))
    for order in orders:
        if order.key in broken:
            keeper(Event(kind="failed", order=order, message=broken[order.key]))
    rest = [order for order in orders if order.key not in broken]
    for order, why in zip(rest, engine.do(rest), strict=True):
        if why is not None:
            store.note_failure(order.key, order.label, why)
    return keeper.n_done
