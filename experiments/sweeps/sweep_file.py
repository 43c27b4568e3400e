"""The file of a sweep, checked at every point, with each mistake told where it was written."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.config import Experiment, read_experiment, resolved_dump
from experiments.data_files import ConfigError, checked, read_document, without_empty
from experiments.extending import EXTENDS
from experiments.source import Source, value_at, with_value
from experiments.strict_yaml import Document, Mark
from experiments.strict_yaml import Path as YamlPath
from experiments.sweeps.form import KINDS, Form, places_of_keys, split_form, wrong_keys
from experiments.sweeps.points import (
    MAX_POINTS,
    Sweep,
    SweepPoint,
    WrittenPoint,
    ends_of_ranges,
    n_points,
    written_points,
)

TOLD_POINTS = 20
"""Of how many points that are wrong only as a whole the problems are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A file of a sweep, its experiment and its points apart."""

    source: Source
    """All of the file."""
    base: dict[str, object]
    """Keys of the experiment."""
    folder: Path

    def at(self, point: WrittenPoint) -> Source:
        """The experiment at a point, without places."""
        tree: object = self.base
        for key, value in point.values.items():
            tree = with_value(tree, tuple(key.split(".")), value)
        source = Source.merged(Document(value=tree), {}, file=self.source.file)
        return without_empty(source, Experiment)

    def placed(self, point: WrittenPoint) -> Source:
        """The experiment at a point; each swept value has the place where it was written."""
        source, own = self.at(point), self.source.document
        keys, values = dict(own.key_marks), dict(own.value_marks)
        for key, place in point.places.items():
            path: YamlPath = tuple(key.split("."))
            keys[path] = _mark_of_key(own, place)
            for written in own.value_marks:
                if written[: len(place)] == place:
                    values[path + written[len(place) :]] = own.value_marks[written]
        source.document = replace(
            own, value=source.tree, key_marks=keys, value_marks=values, problems=[]
        )
        return source


def load_sweep(path: str | Path) -> Sweep:
    """The sweep of a YAML file, each of its points checked.

    Args:
        path: The file. Relative paths in it start from its folder.

    Raises:
        ConfigError: With all problems.
    """
    path = Path(path)
    source = Source.merged(read_experiment(path), {}, file=str(path))
    base, form_tree = split_form(source)
    if "grid" in form_tree:
        base |= _extended_grid(path)
    written = _Written(source=source, base=base, folder=path.parent)
    form = _checked_form(written, form_tree)
    points = _written_points(form, source)
    _raise_if_wrong(written, form, points)
    found = tuple(_point(written, form, n, point) for n, point in enumerate(points))
    _raise_if_arms_differ(written, points, found)
    if form.kind != "sample":
        _raise_if_repeated(written, points, found)

    def place(number: int, key: str) -> str:
        path = points[number].places.get(key, (key,))
        return source.place(path, at_key=False).replace(".".join(map(str, path)), key)

    return Sweep(
        name=path.stem,
        kind=form.kind,
        keys=form.keys,
        form=form_tree,
        points=found,
        folder=path.parent.absolute(),
        place=place,
    )


def _extended_grid(path: Path) -> dict[str, object]:
    """The electricity of the experiment that a file extends, which a grid of points hides."""
    own = read_document(path).value
    named = own.get(EXTENDS) if isinstance(own, dict) else None
    below = read_experiment(path.parent / named).value if isinstance(named, str) else None
    grid = below.get("grid") if isinstance(below, dict) else None
    return {"grid": grid} if isinstance(grid, str) else {}


def _checked_form(written: _Written, tree: dict[str, object]) -> Form:
    source = written.source
    given = [key for key in KINDS if tree.get(key) is not None]
    problems: list[str] = []
    if len(given) != 1:
        said = f"got {' and '.join(given)}" if given else "got none of them"
        place = source.place((given[-1],) if given else (), at_key=True)
        problems.append(f"{place}a sweep has one of grid (a mapping), list and sample; {said}")
    try:
        form = checked(replace(source, tree=tree), Form)
        problems += wrong_keys(form, source)
        if not problems:
            return form
        swept = {key.partition(".")[0] for key in places_of_keys(form)}
    except ConfigError as error:
        problems += error.problems
        swept = set(Experiment.model_fields)
    # What else is wrong is told with it.
    try:
        checked(without_empty(replace(source, tree=written.base), Experiment), Experiment)
    except ConfigError as error:
        missing = tuple(f": {key}: required, but not given" for key in swept)
        problems += [line for line in error.problems if not line.endswith(missing)]
    raise ConfigError(list(dict.fromkeys(problems)))


def _written_points(form: Form, source: Source) -> list[WrittenPoint]:
    n = n_points(form)
    place = source.place((form.kind,), at_key=True)
    if n > MAX_POINTS:
        raise ConfigError([f"{place}{n} points are more than {MAX_POINTS}"])
    try:
        return list(written_points(form))
    except ValueError as error:
        raise ConfigError([f"{place}{error}"]) from None


def _raise_if_wrong(written: _Written, form: Form, points: Sequence[WrittenPoint]) -> None:
    """Tell what is wrong with single values, or else with points as a whole."""
    single = [*ends_of_ranges(form, points[0]), *_first_with_each_value(points)]
    for some, most in ((single, len(single)), (points, TOLD_POINTS)):
        wrong = (point for point in some if _has_errors(written.at(point)))
        lines = [
            line
            for point in itertools.islice(wrong, most)
            for line in _problems(written.placed(point))
        ]
        if lines:
            raise ConfigError(sorted(dict.fromkeys(lines), key=_place_of))


def _first_with_each_value(points: Sequence[WrittenPoint]) -> Iterator[WrittenPoint]:
    seen: set[tuple[str, YamlPath]] = set()
    for point in points:
        new = set(point.places.items()) - seen
        if new:
            seen |= new
            yield point


def _has_errors(source: Source) -> bool:
    try:
        Experiment.model_validate_json(json.dumps(source.tree), strict=True)
    except ValidationError:
        return True
    return False


def _problems(source: Source) -> Sequence[str]:
    try:
        checked(source, Experiment)
    except ConfigError as error:
        return error.problems
    return ()


def _place_of(line: str) -> tuple[int, ...]:
    """Line and column of a problem: `FILE:LINE:COLUMN: ` begins it."""
    return tuple(int(word) for word in line.split(": ", 1)[0].rsplit(":", 2)[1:])


def _point(written: _Written, form: Form, number: int, point: WrittenPoint) -> SweepPoint:
    tree = written.at(point).tree
    experiment = Experiment.model_validate_json(
        json.dumps(tree), strict=True, context=written.folder
    )
    content = resolved_dump(experiment)
    values: dict[str, Any] = {key: value_at(content, tuple(key.split("."))) for key in form.keys}
    return SweepPoint(number=number, values=values, experiment=experiment)


def _raise_if_arms_differ(
    written: _Written, points: Sequence[WrittenPoint], found: Sequence[SweepPoint]
) -> None:
    arms = found[0].experiment.all_arms
    for point in found:
        if point.experiment.all_arms != arms:
            place = written.source.place(_somewhere(points[point.number]), at_key=True)
            names = (", ".join(each) for each in (point.experiment.all_arms, arms))
            words = "every point must have the same arms; here {}, before {}".format(*names)
            raise ConfigError([place + words])


def _raise_if_repeated(
    written: _Written, points: Sequence[WrittenPoint], found: Sequence[SweepPoint]
) -> None:
    first: dict[str, int] = {}
    problems: dict[str, None] = {}
    for point in found:
        before = first.setdefault(json.dumps(point.values, sort_keys=True), point.number)
        if before != point.number:
            old, new = points[before].places, points[point.number].places
            place = next((p for key, p in new.items() if old.get(key) != p), _somewhere(points[0]))
            line = written.source.place(place, at_key=False)
            problems[f"{line}the same as before it; each point counts once"] = None
    if problems:
        raise ConfigError(list(problems))


def _somewhere(point: WrittenPoint) -> YamlPath:
    return next(iter(point.places.values()))


def _mark_of_key(document: Document, place: YamlPath) -> Mark:
    """Where the key stands whose value is at a place."""
    ends = (place[:n] for n in range(len(place), 0, -1))
    return next((document.key_marks[end] for end in ends if end in document.key_marks), Mark(1, 1))
