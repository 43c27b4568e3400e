"""The sweep that a folder keeps, once more, without the file that it was asked by."""

from pathlib import Path

from experiments.asked_again import experiment_again
from experiments.sweeps.form import KINDS
from experiments.sweeps.points import Sweep, SweepPoint
from experiments.sweeps.record import read_record


def sweep_again(out: Path) -> Sweep:
    """The sweep of a folder.

    Raises:
        ValueError: It holds none, or one that this version cannot read.
    """
    record = read_record(out)
    return Sweep(
        name=record.name,
        kind=next(kind for kind in KINDS if kind == record.kind),
        keys=record.keys,
        form=record.form,
        points=tuple(
            SweepPoint(
                number=number,
                values=point.values,
                experiment=experiment_again(point.experiment, record.folder),
            )
            for number, point in enumerate(record.points)
        ),
        folder=record.folder,
    )
