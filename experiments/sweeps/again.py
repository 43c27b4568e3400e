"""The sweep that a folder keeps, once more, without the file that it was asked by."""

from pathlib import Path

from experiments.asked_again import experiment_again
from experiments.config import Experiment
from experiments.sweeps.form import KINDS
from experiments.sweeps.points import Sweep, SweepPoint
from experiments.sweeps.record import SweepRecord, read_record
from experiments.until import Until, parse_until


def sweep_again(out: Path) -> Sweep:
    """The sweep of a folder.

    Raises:
        ValueError: It holds none, or one that this version cannot read.
    """
    record = read_record(out)
    points = tuple(
        SweepPoint(
            number=number,
            values=point.values,
            experiment=experiment_again(point.experiment, record.folder),
            sequential=point.study.sequential,
        )
        for number, point in enumerate(record.points)
    )
    return Sweep(
        name=record.name,
        kind=next(kind for kind in KINDS if kind == record.kind),
        keys=record.keys,
        form=record.form,
        points=points,
        folder=record.folder,
        until=_until_again(record, points[0].experiment),
    )


def _until_again(record: SweepRecord, experiment: Experiment) -> Until | None:
    kept = record.until
    if kept is None:
        return None
    asked = experiment.model_copy(update={"seeds": tuple(kept["listed"])})
    return parse_until(kept["conditions"], asked, batch=kept["batch"], most=kept["most_seeds"])
