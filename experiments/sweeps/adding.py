"""Seeds that are added at each point of a sweep until conditions hold there, or a cap is reached.

Every point waits for the same conditions and looks after the same numbers of seeds, each on its
own. All points look together, round by round, so that the runs of all of them fill the machine.
"""

from collections.abc import Sequence
from dataclasses import replace

from experiments.results import summary_of
from experiments.saying import Say
from experiments.sweeps.plan import Plan
from experiments.sweeps.points import Sweep, SweepPoint
from experiments.sweeps.store import Store
from experiments.until import Until, ended, parse_until, seeds_wanted


def waiting_for(
    sweep: Sweep, texts: Sequence[str], *, batch: int | None = None, most: int | None = None
) -> Sweep:
    """A sweep whose points wait for conditions; the same sweep where there are none.

    Args:
        sweep: What is asked.
        texts: Conditions as those of `--until`.
        batch: Seeds to add at a time.
        most: Cap.

    Raises:
        ValueError: A condition, the batch or the cap cannot be, be it at one point only.
    """
    found = [parse_until(texts, p.experiment, batch=batch, most=most) for p in sweep.points]
    return replace(sweep, until=found[0])


def has_ended(sweep: Sweep) -> bool:
    """Whether no point waits for further seeds."""
    return sweep.until is None or all(point.sequential is not None for point in sweep.points)


def after_look(plan: Plan, store: Store, say: Say) -> Sweep:
    """The sweep after a look at its runs: with more seeds at the points that wait for them.

    The same runs give the same looks: a second call, or one after a kill, ends where it would have.
    """
    until = plan.sweep.until
    assert until is not None
    points = tuple(
        point if point.sequential is not None else _looked(plan, point, until, store)
        for point in plan.sweep.points
    )
    n_open = sum(point.sequential is None for point in points)
    n_missed = sum(p.sequential is not None and p.sequential.stopped_by == "cap" for p in points)
    say(
        f"{' and '.join(each.text for each in until.conditions)}: holds at "
        f"{len(points) - n_open - n_missed} of {len(points)} points, the cap is reached at "
        f"{n_missed}" + (f"; adding seeds at {n_open}" if n_open else "")
    )
    return replace(plan.sweep, points=points)


def _looked(plan: Plan, point: SweepPoint, until: Until, store: Store) -> SweepPoint:
    units = plan.record.of_point(point.number)
    finished = store.finished(unit.key for unit in units)
    folders = {(u.arm, u.seed): store.folder / u.key for u in units if u.key in finished}
    summary = summary_of(folders, study=plan.record.points[point.number].study)
    n_seeds = len(point.experiment.seeds)
    if more := seeds_wanted(summary, until, n_seeds):
        seeds = (*point.experiment.seeds, *more)
        return replace(point, experiment=point.experiment.model_copy(update={"seeds": seeds}))
    looks = tuple(n for n in until.planned_looks if n <= n_seeds)
    return replace(point, sequential=ended(until, looks, summary))
