"""The file of a tuning: an experiment, what may be changed in it, and what is wished."""

import difflib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from experiments.choices import wrong_seeds
from experiments.config import Experiment, read_experiment, resolved_dump
from experiments.data_files import ConfigError, checked, without_empty
from experiments.measures import FEW_SEEDS, effect_columns
from experiments.require import Condition, parse_condition
from experiments.run_accounts import compared_columns
from experiments.source import Source
from experiments.strict_yaml import Path as YamlPath
from experiments.tuning.knobs import Knob, changed, searchable


class Objective(BaseModel):
    """What is to be small: the change of a metric against the reference, or of several."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    mean: tuple[str, ...] = Field(min_length=1)
    """Metrics, as in `co2_hbefa4` or `trip_time`; the mean of their changes counts."""

    @property
    def name(self) -> str:
        """As it is told."""
        return self.mean[0] if len(self.mean) == 1 else f"mean of {', '.join(self.mean)}"


def _written_objective(value: object) -> object:
    """A metric by itself, as the mean of one."""
    if isinstance(value, str):
        return {"mean": (value,)}
    if isinstance(value, dict) and set(value) == {"metric"}:
        return {"mean": (value["metric"],)}
    if isinstance(value, dict) and isinstance(value.get("mean"), list):
        return value | {"mean": tuple(value["mean"])}
    return value


class TuneFile(Experiment):
    """The current configuration, which is an experiment, and how a better one is searched."""

    tuned_arm: str | None = Field(default=None, alias="arm")
    """Arm that is tuned; not needed where one arm alone has parameters."""
    search: dict[str, Knob] = Field(min_length=1)
    """Key (`rsu.range_m` for one in a section) → values that it may have."""
    objectives: tuple[Annotated[Objective, BeforeValidator(_written_objective)], ...] = Field(
        min_length=1
    )
    """What is to be small; several: those that none of the others beats in all."""
    constraints: tuple[str, ...] | None = None
    """What must hold, as of `--require`; without: trip time at most +0.5 %, no collision more."""
    trials: int = Field(default=40, ge=2, le=10_000)
    """Configurations that are tried, the current one among them."""
    confirm_seeds: int | tuple[int, ...] | None = None
    """Seeds on which the best is confirmed, or how many of the next ones; without: 8 or more."""
    sampler_seed: int = Field(default=1, ge=0, le=2**31 - 1)
    """Start of the sampler's chance."""


def _of_experiment(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values without those of keys that are about tuning."""
    return {key: value for key, value in values.items() if key in Experiment.model_fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A tuning, checked."""

    current: Experiment
    """What there is now; its arms are the reference and the arm, its seeds those of the search."""
    arm: str
    """The one that is tuned."""
    search: dict[str, Knob]
    objectives: tuple[Objective, ...]
    constraints: tuple[Condition, ...]
    trials: int
    confirm_seeds: tuple[int, ...]
    sampler_seed: int
    written: dict[str, Any]
    """The current configuration as it was written, without what is about tuning."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that results have."""
        return tuple(effect_columns(compared_columns(self.current.accounts)))


def load_tuning(path: Path) -> Tuning:
    """The tuning of a file.

    Raises:
        ValueError: What searches is not installed.
        ConfigError: With all that is wrong: `file:line:column: key: message`.
    """
    if importlib.util.find_spec("optuna") is None:
        raise ValueError("optimize needs the extra 'optimize': pip install 'ecocorridor[optimize]'")
    document = read_experiment(path)
    source = without_empty(Source.merged(document, {}, file=str(path)), TuneFile)
    file = checked(source, TuneFile, context=path.parent)
    arm = file.tuned_arm or next(iter(_tunable(file)), None)
    problems = list(_problems(file, arm))
    if problems or arm is None:
        problems.sort(key=lambda problem: source.order(problem[0], at_key=False))
        raise ConfigError([source.place(where, at_key=False) + said for where, said in problems])
    constraints = _constraints(file, arm)
    assert isinstance(source.tree, dict)
    return Tuning(
        current=_current(file, arm),
        arm=arm,
        search=file.search,
        objectives=file.objectives,
        constraints=tuple(
            parse_condition(text, (file.reference, arm), file.accounts) for text in constraints
        ),
        trials=file.trials,
        confirm_seeds=_confirm_seeds(file),
        sampler_seed=file.sampler_seed,
        written=_of_experiment(source.tree),
    )


def _current(file: TuneFile, arm: str) -> Experiment:
    """The experiment of the reference and one arm."""
    own = {name: reference for name, reference in file.policies.items() if name == arm}
    plain = _of_experiment(resolved_dump(file)) | {
        "arms": [file.reference, *([] if own else [arm])],
        "policies": own,
    }
    return Experiment.model_validate_json(json.dumps(plain), strict=True, context=file.folder)


def _tunable(file: TuneFile) -> list[str]:
    return [arm for arm in file.all_arms if file.arm(arm).policy is not None]


def _constraints(file: TuneFile, arm: str) -> tuple[str, ...]:
    if file.constraints is not None:
        return file.constraints
    return (f"{arm}.trip_time_pct.mean <= 0.5", f"{arm}.seeds_with_more.collisions == 0")


def _confirm_seeds(file: TuneFile) -> tuple[int, ...]:
    wanted = file.confirm_seeds
    if isinstance(wanted, tuple):
        return wanted
    start = max(file.seeds) + 1
    return tuple(range(start, start + (wanted or max(FEW_SEEDS, len(file.seeds)))))


def _problems(file: TuneFile, arm: str | None) -> Iterator[tuple[YamlPath, str]]:
    """What is wrong although each value has its form, and where."""
    known = _tunable(file)
    if arm not in known:
        yield ("arm",), f"should be one of {', '.join(known) or 'no arm'}, got '{arm}'"
        return
    if file.tuned_arm is None and len(known) > 1:
        yield ("arms",), f"several arms may be tuned ({', '.join(known)}); say which by 'arm'"
    yield from _wrong_search(file, arm)
    metrics = list(effect_columns(compared_columns(file.accounts)))
    for place, objective in enumerate(file.objectives):
        for metric in objective.mean:
            if metric not in metrics:
                yield ("objectives", place), _unknown("metric", metric, metrics)
    for place, text in enumerate(_constraints(file, arm)):
        try:
            parse_condition(text, (file.reference, arm), file.accounts)
        except ValueError as error:
            yield ("constraints", place), str(error)
    yield from _wrong_confirm_seeds(file)


def _wrong_search(file: TuneFile, arm: str) -> Iterator[tuple[YamlPath, str]]:
    current = _current(file, arm)
    keys = searchable(current, arm)
    for key, knob in file.search.items():
        if key not in keys:
            yield ("search", key), _not_searchable(key, keys, arm)
            continue
        for value in knob.ends:
            try:
                changed(current, {key: value})
            except ValueError as error:
                yield ("search", key), f"{value} cannot be: {error}"


def _not_searchable(key: str, keys: Sequence[str], arm: str) -> str:
    return (
        f"'{key}' is nothing to search for '{arm}' (demand, time and how people drive are no "
        f"choice); {_hint(key, keys)}"
    )


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"no {what} is called '{name}'; {_hint(name, known)}"


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"there are {', '.join(known)}"


def _wrong_confirm_seeds(file: TuneFile) -> Iterator[tuple[YamlPath, str]]:
    seeds = _confirm_seeds(file)
    if len(seeds) < FEW_SEEDS:
        yield ("confirm_seeds",), f"must be at least {FEW_SEEDS} seeds, got {len(seeds)}"
    if both := sorted(set(seeds) & set(file.seeds)):
        listed = ", ".join(map(str, both))
        yield ("confirm_seeds",), f"must be other seeds than those of the search, got {listed}"
    if wrong := wrong_seeds(seeds):
        yield ("confirm_seeds",), wrong[0].message
