"""A sweep from its points to its table; what is done is not done again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.claim import STORE, claimed
from experiments.engines import Engine, Event, Tell
from experiments.engines.local import Runner
from experiments.engines.rests import remove_all_rests
from experiments.machine import cache_folder
from experiments.order import Order
from experiments.saying import Say, say_nothing
from experiments.sweeps.adding import after_look, has_ended
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


@dataclass(slots=True)
class _Doing:
    """Does the runs of a sweep, all at once or round by round, with one engine."""

    store: Store
    wishes: SweepWishes
    show: Callable[[int], Tell]
    say: Say
    keeper: _Keeper = field(init=False)
    tried: set[str] = field(default_factory=set)
    """Keys of the runs that were done or failed."""
    _engine: Engine | None = None

    def __post_init__(self) -> None:
        self.keeper = _Keeper(self.store)

    def do(self, orders: Sequence[Order]) -> None:
        """Do runs; why any of them failed is kept."""
        n_jobs, keeper = self.wishes.n_jobs, self.keeper
        if self._engine is None:
            make = self.wishes.engine
            self._engine = make(keeper) if make else Runner(n_jobs=n_jobs, tell=keeper)
        broken = prepare(orders, self.store, n_jobs=n_jobs, say=self.say)
        keeper.tell = self.show(len(orders))
        for order in orders:
            if order.key in broken:
                keeper(Event(kind="failed", order=order, message=broken[order.key]))
        rest = [order for order in orders if order.key not in broken]
        for order, why in zip(rest, self._engine.do(rest), strict=True):
            if why is not None:
                self.store.note_failure(order.key, order.label, why)
        self.tried |= {order.key for order in orders}


def run_sweep(
    sweep: Sweep,
    wishes: SweepWishes,
    *,
    show: Callable[[int], Tell] = lambda _n: lambda _event: None,
    say: Say = say_nothing,
) -> SweepOutcome:
    """Do the runs of a sweep that are not done, and write its table.

    Args:
        sweep: What is asked.
        wishes: How it is carried out.
        show: Is called with the number of runs to be done, or of further ones; gives what is told
            of them.
        say: Is called with a sentence on each longer step.

    Raises:
        ConfigError: Scenarios or policies cannot be used; no run was done.
        ValueError: The folder for the results holds something else; or shards were asked for where
            seeds are added.
    """
    if sweep.until is not None and wishes.shard is not None:
        raise ValueError(
            "--shard: what is run next --until conditions hold depends on all runs before; "
            "give either of the two"
        )
    plan = plan_of(sweep, store=wishes.out / STORE, cache_dir=cache_folder())
    with claimed(wishes.out, of_sweep=True, is_shared=wishes.shard is not None) as folder:
        store = Store(folder)
        remove_all_rests(folder)
        doing = _Doing(store, wishes, show, say)
        plan = _do_all(plan, doing)
        write_record(wishes.out, plan.record)
        if doing.tried:
            say("writing the table and the report")
        collected = collect(wishes.out, folder)
        finished, failed_now = store.finished(plan.orders), store.failures(plan.orders)
    return SweepOutcome(
        summary=collected.summary,
        page=collected.page,
        why_no_page=collected.why_no_page,
        n_runs=len(plan.orders),
        n_done=doing.keeper.n_done,
        n_missing=len(plan.orders) - len(finished) - len(failed_now),
        failures=tuple(f"{plan.orders[key].label}: {why}" for key, why in failed_now.items()),
        n_failed_before=len(set(failed_now) - doing.tried),
    )


def _do_all(plan: Plan, doing: _Doing) -> Plan:
    """Do the runs that are asked for; with `until`, those of ever more seeds.

    Returns:
        The plan with the seeds that it came to.
    """
    store, wishes = doing.store, doing.wishes
    while True:
        tried = _to_try(plan, store, wishes, doing.tried)
        doing.say(_words(plan, store, wishes, tried))
        if tried:
            write_record(wishes.out, plan.record)
            doing.do(tried)
        if wishes.only_failed or has_ended(plan.sweep):
            return plan
        sweep = after_look(plan, store, doing.say)
        plan = plan_of(sweep, store=wishes.out / STORE, cache_dir=cache_folder(), before=plan)
        if has_ended(sweep):
            return plan


def _to_try(plan: Plan, store: Store, wishes: SweepWishes, tried: Collection[str]) -> list[Order]:
    """The runs to do now, none of which was tried by this call."""
    failed = store.failures(plan.orders)
    keys = [key for key in plan.orders if key not in tried]
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
