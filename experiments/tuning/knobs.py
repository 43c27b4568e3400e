"""What may be changed in a configuration, and how a changed one is made."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from experiments.arms import PARAMETERS
from experiments.config import Experiment, resolved_dump
from experiments.source import value_at, with_value

Changes = Mapping[str, Any]
"""Key (`rsu.range_m` for one in a section) → value; only what differs from the current one."""

_DECIDED = ("rsu", "driver", "sensing")
"""Sections and keys that whoever builds a corridor decides, beside those of the policy."""

_NOT_DECIDED = (
    *("driver.compliant_drivers", "driver.compliant_time", "driver.lag_s"),
    *("driver.dawdling_mps2", "driver.ease_off_mps2"),
)
"""How people are: a better corridor cannot be had by wishing for better drivers."""

_DIGITS = 4
"""Significant digits of a tried number: more cannot be told apart."""


class Knob(BaseModel):
    """Values that a key may have: from `low` to `high`, or one of `values`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    low: float | None = None
    """Least value."""
    high: float | None = None
    """Greatest value."""
    log: bool = False
    """Whether small values are tried as finely as large ones, in proportion."""
    step: float | None = Field(default=None, gt=0.0)
    """Distance between the values that are tried; without: any."""
    values: tuple[Any, ...] | None = Field(default=None, min_length=2)
    """The values, where they are no range."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.values is not None:
            if {"low", "high", "log", "step"} & self.model_fields_set:
                raise ValueError("takes either low and high, or values")
            return self
        if self.low is None or self.high is None:
            raise ValueError("needs low and high, or values")
        if not self.low < self.high:
            raise ValueError(f"low must be less than high, got {self.low:g} and {self.high:g}")
        if self.log and self.step is not None:
            raise ValueError("takes either log or step")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low above 0, got {self.low:g}")
        return self

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values that must be possible for the others to be."""
        return (self.low, self.high) if self.values is None else self.values

    def tried(self, number: float, current: object) -> float:
        """A number of the range with few digits; the current one keeps all that it has."""
        assert self.low is not None
        assert self.high is not None
        if isinstance(current, int | float) and _few_digits(current) == _few_digits(number):
            return float(current)
        return min(max(_few_digits(number), self.low), self.high)


def _few_digits(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def searchable(experiment: Experiment, arm: str) -> tuple[str, ...]:
    """Keys that may be searched for an arm."""
    policy = experiment.arm(arm).policy or ""
    sections = (*_DECIDED, *PARAMETERS.get(policy, ()))
    dump = resolved_dump(experiment)
    found = (key for name in sections for key in _leaves(name, dump[name]))
    return tuple(key for key in found if key not in _NOT_DECIDED)


def _leaves(key: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(f"{key}.{name}", each)
    elif not key.endswith(".kind") and key != "rsu.outages":
        yield key


def current_value(experiment: Experiment, key: str) -> object:
    """Value of a key, be it given or a default."""
    return value_at(resolved_dump(experiment), tuple(key.split(".")))


def changed(experiment: Experiment, changes: Changes) -> Experiment:
    """The experiment with other values of some keys.

    Raises:
        ValueError: They cannot be together; says why in one line.
    """
    tree: object = resolved_dump(experiment)
    for key, value in changes.items():
        tree = with_value(tree, tuple(key.split(".")), value)
    try:
        return Experiment.model_validate_json(
            json.dumps(tree), strict=True, context=experiment.folder
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def nested(changes: Changes) -> dict[str, Any]:
    """Changes as sections of a file."""
    tree: Any = {}
    for key, value in changes.items():
        tree = with_value(tree, tuple(key.split(".")), value)
    return dict(tree)
