"""A suite: frozen cases that all policies are compared on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from experiments.choices import WrongItem, split_items, written_seeds, wrong_arms, wrong_seeds
from experiments.config import Experiment, resolved_dump
from experiments.data_files import read_data_file
from experiments.measures import reference_arm
from experiments.own_policy import check_arm_name

SUITES = Path(__file__).parent.parent / "data" / "suites"
SHIPPED = ("smoke", "full")
SHARED_KEYS = ("version", "arms", "seeds", "policies")
"""Keys of an experiment that a case leaves to its suite."""
POLICY_KEYS = (
    *("eco", "eco_accounts", "glosa"),
    *("max_pressure", "committed", "control_limit_s", "signal_plan"),
)
"""Keys of an experiment that are parameters of policies and of control of signals: their defaults
are put to the test, so that they are part of a definition only where it sets others."""
WEIGHT_KEYS = ("occupancy",)
"""The same of keys that weigh what is measured, and change nothing of what a suite compares."""
_FORM = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


class Case(BaseModel):
    """One road with its traffic, and who drives on it."""

    model_config = _FORM

    name: _Name
    control: Literal["own", "actuated", "delay_based"] = "own"
    """The scenario's own signals, or what its fixed programs become."""
    inputs_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of everything of the scenario that decides what happens in it."""
    experiment: Experiment
    """Keys of an experiment, but for those that all cases share."""

    @field_validator("experiment")
    @classmethod
    def _check_experiment(cls, experiment: Experiment) -> Experiment:
        if wrong := sorted(experiment.model_fields_set.intersection(SHARED_KEYS)):
            raise ValueError(f"{', '.join(wrong)}: not here; the same for all cases of a suite")
        return experiment

    def conditions(self) -> dict[str, Any]:
        """All values of its experiment that no policy is free to choose, defaults included."""
        resolved, default = (
            resolved_dump(each) for each in (self.experiment, Experiment(scenario="any"))
        )
        given = {key: _other(resolved[key], default[key]) for key in (*POLICY_KEYS, *WEIGHT_KEYS)}
        left_out = (*SHARED_KEYS, *POLICY_KEYS, *WEIGHT_KEYS)
        conditions = {key: value for key, value in resolved.items() if key not in left_out}
        return conditions | {key: value for key, value in given.items() if value}


class Suite(BaseModel):
    """Cases, and the arms and seeds that all of them are run with."""

    model_config = _FORM

    version: Literal[1]
    name: _Name
    label: str = Field(min_length=1)
    """What its results are worth, in a few words; stands over every table."""
    arms: Annotated[tuple[str, ...], BeforeValidator(split_items)]
    """As in an experiment: the peers, and what they are compared with."""
    seeds: Annotated[tuple[int, ...], BeforeValidator(written_seeds)] = Field(min_length=1)
    """A count n (the seeds 1 to n) or a list."""
    cases: tuple[Case, ...] = Field(min_length=1)

    @field_validator("arms")
    @classmethod
    def _check_arms(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        _raise_first(wrong_arms(arms, own=()))
        reference_arm(arms)
        return arms

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        _raise_first(wrong_seeds(seeds))
        return seeds

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [case.name for case in self.cases]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"cases with the same name: {', '.join(twice)}")
        return self

    @property
    def reference(self) -> str:
        """Arm that the others are compared with."""
        return reference_arm(self.arms)

    def content(self) -> dict[str, Any]:
        """The definition as plain values: whatever changes it changes what is measured."""
        return {
            "name": self.name,
            "arms": list(self.arms),
            "seeds": list(self.seeds),
            "cases": {
                case.name: {
                    "control": case.control,
                    "inputs_sha256": case.inputs_sha256,
                    "experiment": case.conditions(),
                }
                for case in self.cases
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSuite:
    """A suite and where it is written."""

    suite: Suite
    file: Path

    @property
    def reference_file(self) -> Path:
        """Where its kept results are, or will be."""
        return self.file.with_name(f"{self.file.stem}.reference.json")


def load_suite(name: str) -> LoadedSuite:
    """The suite of a name (`smoke`, `full`) or of a YAML file.

    Raises:
        ConfigError: With all that is wrong in it.
        ValueError: It is no name of a suite, and no YAML file.
    """
    file = SUITES / f"{name}.yaml" if name in SHIPPED else Path(name)
    if file.suffix not in (".yaml", ".yml"):
        raise ValueError(f"--suite: '{name}' is none of {', '.join(SHIPPED)}, and no FILE.yaml")
    suite = read_data_file(file, Suite, context=file.parent).content
    return LoadedSuite(suite=suite, file=file)


def definition_sha256(content: Mapping[str, Any]) -> str:
    """Hash of a definition: of `Suite.content`."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def chosen_cases(suite: Suite, names: Sequence[str]) -> tuple[Case, ...]:
    """Some cases, or all where none is named.

    Raises:
        ValueError: There is no such case.
    """
    known = [case.name for case in suite.cases]
    for name in names:
        if name not in known:
            raise ValueError(f"--case: '{name}' is no case of {suite.name}: {', '.join(known)}")
    return tuple(case for case in suite.cases if not names or case.name in names)


def experiment_of(suite: Suite, case: Case, policies: Mapping[str, str]) -> Experiment:
    """The experiment of a case, with the user's own policies as further arms.

    Args:
        suite: The case is of it.
        case: The case.
        policies: Arm → FILE.py:CLASS with its whole path.

    Raises:
        ValueError: A policy is called as one of our arms.
    """
    for arm in policies:
        check_arm_name(arm)
    shared = {"arms": suite.arms, "seeds": suite.seeds, "policies": dict(policies)}
    return case.experiment.model_copy(update=shared)


def _other(value: object, default: object) -> object:
    """What of a policy's parameters is not the default; nothing where all is."""
    if isinstance(value, dict) and isinstance(default, dict):
        return {key: each for key, each in value.items() if each != default.get(key)}
    return None if value == default else value


def _raise_first(wrong: list[WrongItem]) -> None:
    if wrong:
        raise ValueError(wrong[0].message)
