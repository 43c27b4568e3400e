"""What a sweep's file says beyond an experiment: which keys are swept, and over which values."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from experiments.curves.designs import DEFAULT_SEED
from experiments.source import Source
from experiments.strict_yaml import Path as YamlPath
from experiments.units import parse_quantity, unit_suffix

Kind = Literal["grid", "list", "sample"]
KINDS: tuple[Kind, ...] = ("grid", "list", "sample")
NOT_SWEPT = {
    "arms": "every point has all arms: write them as a key of their own",
    "seeds": "every point has all seeds: write them as a key of their own",
    "policies": "name one policy, as in policies.mine; every point has all arms",
    "version": "it is that of the file",
}
"""Keys of an experiment that cannot be swept, and why."""
_STRICT = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        raise ValueError("should be a value, not a mapping; write dotted keys, as in rsu.range_m")
    return value


Value = Annotated[Any, AfterValidator(_plain)]
Values = Annotated[list[Value], Field(min_length=1)]


class Sampled(BaseModel):
    """Where the values of a sampled key come from: a range, or a list."""

    model_config = _STRICT

    low: float | None = None
    """Lower end."""
    high: float | None = None
    """Upper end."""
    log: bool = False
    """Whether the logarithm is sampled evenly."""
    values: Values | None = None
    """Values that all have the same share of the points."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        ends = (self.low, self.high)
        if (self.values is None) == (None in ends) or (self.values is not None and any(ends)):
            raise ValueError("takes low and high, or values")
        if self.low is not None and self.high is not None:
            if not self.low < self.high:
                raise ValueError(f"low must be below high, got {self.low:g} and {self.high:g}")
            if self.log and self.low <= 0.0:
                raise ValueError(f"low must be positive where log is true, got {self.low:g}")
        return self


class Sample(BaseModel):
    """Points that are drawn."""

    model_config = _STRICT

    method: Literal["random", "sobol", "sobol_indices", "morris"]
    """How: at random, evenly by Sobol's sequence, or for Sobol's indices or Morris' effects."""
    n: int = Field(ge=1)
    """Points, base points or paths, as the method says."""
    seed: int = Field(default=DEFAULT_SEED, ge=0)
    """Of the draw; it has nothing to do with the seeds of the runs."""
    keys: dict[str, Sampled] = Field(min_length=1)
    """Key of an experiment → where its values come from."""


class Form(BaseModel):
    """The keys of a sweep's file that are none of an experiment; one of them is given."""

    model_config = _STRICT

    grid: dict[str, Values] | None = Field(default=None, min_length=1)
    """Key of an experiment → values; every value of each with every value of the others."""
    points: list[Annotated[dict[str, Value], Field(min_length=1)]] | None = Field(
        default=None, alias="list", min_length=1
    )
    """The points themselves: key → value; a key that is left out is as in the experiment."""
    sample: Sample | None = None
    """Points that are drawn."""

    @property
    def kind(self) -> Kind:
        """Which of them it is."""
        if self.grid is not None:
            return "grid"
        return "list" if self.points is not None else "sample"

    @property
    def keys(self) -> tuple[str, ...]:
        """The swept keys, in the order of the file."""
        if self.grid is not None:
            return tuple(self.grid)
        if self.sample is not None:
            return tuple(self.sample.keys)
        return tuple(dict.fromkeys(key for point in self.points or () for key in point))


def split_form(source: Source) -> tuple[dict[str, object], dict[str, object]]:
    """The keys of the experiment in a sweep's file, and those of the sweep.

    A `grid` that is a text is the electricity of the experiment's fleet.
    """
    tree = source.tree if isinstance(source.tree, dict) else {}
    form = {
        key: value
        for key, value in tree.items()
        if key in KINDS and not (key == "grid" and isinstance(value, str))
    }
    if isinstance(sample := form.get("sample"), dict) and isinstance(sample.get("keys"), dict):
        keys = {key: _ends_in_own_units(key, value) for key, value in sample["keys"].items()}
        form["sample"] = {**sample, "keys": keys}
    return {key: value for key, value in tree.items() if key not in form}, form


def _ends_in_own_units(key: str, sampled: object) -> object:
    suffix = unit_suffix(key)
    if suffix is None or not isinstance(sampled, dict):
        return sampled
    found = dict(sampled)
    for end in ("low", "high"):
        try:
            found[end] = parse_quantity(found[end], suffix)
        except (KeyError, TypeError, ValueError):
            continue  # what is no quantity stays, to be told as wrong
    return found


def places_of_keys(form: Form) -> dict[str, list[YamlPath]]:
    """Swept key → where it stands in the file."""
    if form.grid is not None:
        return {key: [("grid", key)] for key in form.grid}
    if form.sample is not None:
        return {key: [("sample", "keys", key)] for key in form.sample.keys}
    found: dict[str, list[YamlPath]] = {}
    for position, point in enumerate(form.points or ()):
        for key in point:
            found.setdefault(key, []).append(("list", position, key))
    return found


def wrong_keys(form: Form, source: Source) -> Sequence[str]:
    """A line for each key that cannot be swept."""
    return [
        source.place(place, at_key=True) + f"cannot be swept: {NOT_SWEPT[key]}"
        for key, places in places_of_keys(form).items()
        if key in NOT_SWEPT
        for place in places
    ]
