"""The points of a sweep: which values, and where each of them was written."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.config import Experiment
from experiments.curves import between, chosen, n_rows, unit_design
from experiments.sequential import Sequential
from experiments.strict_yaml import Path as YamlPath
from experiments.sweeps.form import Form, Kind, Sample
from experiments.until import Until

MAX_POINTS = 100_000
"""More points than this are taken for a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPoint:
    """A point as it was written."""

    values: Mapping[str, object]
    """Swept key → value."""
    places: Mapping[str, YamlPath]
    """Swept key → where its value stands in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPoint:
    """A point that was checked."""

    number: int
    """In the order of the sweep, from 0."""
    values: Mapping[str, Any]
    """Swept key → value in the experiment, in its own unit."""
    experiment: Experiment
    sequential: Sequential | None = None
    """How seeds were added, once that has ended."""

    @property
    def label(self) -> str:
        """What a user calls it."""
        return f"point {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One experiment at many points."""

    name: str
    kind: Kind
    keys: tuple[str, ...]
    """What is swept, in the order of the file."""
    form: Mapping[str, Any]
    """The keys of the file that say how, as they were written."""
    points: tuple[SweepPoint, ...]
    folder: Path
    """Where relative paths start from."""
    until: Until | None = None
    """What each point adds seeds for; None: all have the same."""
    place: Callable[[int, str], str] = field(default=lambda _number, _key: "", compare=False)
    """Of a point's key in the file: begins the line of a problem."""

    @property
    def arms(self) -> tuple[str, ...]:
        """Of every point."""
        return self.points[0].experiment.all_arms

    @property
    def seeds(self) -> tuple[int, ...]:
        """That were listed for every arm."""
        if self.until is not None:
            return self.until.listed
        return self.points[0].experiment.seeds


def n_points(form: Form) -> int:
    """How many points there are."""
    if form.grid is not None:
        n = 1
        for values in form.grid.values():
            n *= len(values)
        return n
    if form.sample is not None:
        return n_rows(form.sample.method, form.sample.n, len(form.sample.keys))
    return len(form.points or ())


def written_points(form: Form) -> Iterator[WrittenPoint]:
    """The points of a sweep, in order.

    Raises:
        ValueError: A sample cannot be drawn so.
    """
    if form.grid is not None:
        keys = list(form.grid)
        for positions in itertools.product(*(range(len(v)) for v in form.grid.values())):
            at = dict(zip(keys, positions, strict=True))
            yield WrittenPoint(
                values={key: form.grid[key][place] for key, place in at.items()},
                places={key: ("grid", key, place) for key, place in at.items()},
            )
    elif form.sample is not None:
        yield from _drawn(form.sample)
    else:
        for position, values in enumerate(form.points or ()):
            places: dict[str, YamlPath] = {key: ("list", position, key) for key in values}
            yield WrittenPoint(values=values, places=places)


def ends_of_ranges(form: Form, point: WrittenPoint) -> Iterator[WrittenPoint]:
    """A point with each sampled key at the ends of its range, one after the other."""
    for key, sampled in form.sample.keys.items() if form.sample is not None else ():
        for end in ("low", "high") if sampled.values is None else ():
            yield WrittenPoint(
                values={**point.values, key: getattr(sampled, end)},
                places={**point.places, key: ("sample", "keys", key, end)},
            )


def _drawn(sample: Sample) -> Iterator[WrittenPoint]:
    units = unit_design(sample.method, sample.n, len(sample.keys), sample.seed)
    columns: dict[str, list[Any]] = {}
    places: dict[str, list[YamlPath]] = {}
    for column, (key, sampled) in enumerate(sample.keys.items()):
        unit = units[:, column]
        if sampled.values is not None:
            at = chosen(unit, len(sampled.values)).tolist()
            columns[key] = [sampled.values[place] for place in at]
            places[key] = [("sample", "keys", key, "values", place) for place in at]
        else:
            assert sampled.low is not None
            assert sampled.high is not None
            columns[key] = between(unit, sampled.low, sampled.high, log=sampled.log).tolist()
            places[key] = [("sample", "keys", key)] * len(units)
    for row in range(len(units)):
        yield WrittenPoint(
            values={key: values[row] for key, values in columns.items()},
            places={key: found[row] for key, found in places.items()},
        )
