"""The experiment file: what it may hold, and every mistake in it told at once with its place."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from controller import (
    CommittedParameters,
    Driver,
    EcoParameters,
    Glosa,
    MaxPressureParameters,
)
from corridor import EquipmentParameters, RsuParameters
from experiments.arms import Arm, parse_arm
from experiments.choices import (
    VehicleClass,
    WrongItem,
    repeated,
    split_items,
    written_seeds,
    wrong_arms,
    wrong_policies,
    wrong_seeds,
)
from experiments.data_files import checked, without_empty
from experiments.extending import read_extended
from experiments.measures import reference_arm
from experiments.planning_maps import PlanningAccount
from experiments.run_accounts import wrong_accounts
from experiments.source import Source
from experiments.strict_yaml import Document
from sumo_nets import JUNCTION_BLOCKER_S


class Equipment(BaseModel):
    """Which vehicles may be equipped; how many of them is `penetration`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    classes: Annotated[tuple[VehicleClass, ...], BeforeValidator(split_items)] = Field(
        default=EquipmentParameters().classes, min_length=1, validate_default=True
    )
    """SUMO vehicle classes that may be equipped."""


class Experiment(BaseModel):
    """One experiment: the same traffic in several arms, with equal seeds."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    version: Literal[1] = 1
    """Version of this format."""
    scenario: str = Field(min_length=1)
    """Name or path of road and traffic; paths are relative to the file."""
    policies: dict[str, str] = Field(default_factory=dict)
    """Own policies: name of the arm → FILE.py:CLASS, relative to the file; each is an arm."""
    arms: Annotated[
        tuple[str, ...],
        BeforeValidator(split_items),
        WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
    ] = ("none", "unadvised", "glosa-sumo", "glosa", "eco")
    """What is compared: none, unadvised, glosa-sumo[:RANGE/MIN/FACTOR], glosa, eco, or a policy;
    with other signals as SIGNALS or SIGNALS+ADVICE (actuated, optimized+eco)."""
    seeds: Annotated[
        tuple[int, ...],
        BeforeValidator(written_seeds),
        WithJsonSchema({"type": ["integer", "array", "string"], "items": {"type": "integer"}}),
    ] = Field(default=(1, 2, 3, 4, 5, 6, 7, 8), min_length=1)
    """A count n (the seeds 1 to n) or a list; arms are compared on equal seeds."""
    execution: Literal["automated", "driver"] = "driver"
    """Who carries out advice: the vehicle, or a human driver."""
    penetration: float = Field(default=1.0, ge=0.0, le=1.0)
    """Equipped share of the vehicles of the classes in `equipment` (0 to 1)."""
    sensing: Literal["all", "connected"] = "all"
    """Which vehicles ahead a roadside unit knows of."""
    spat: Literal["estimated", "oracle"] = "estimated"
    """What is told of signals that traffic decides: what was learned so far, or their future."""
    begin_s: float | None = Field(default=None, ge=0.0)
    """Start of the time window; the scenario's own if not given."""
    end_s: float | None = Field(default=None, gt=0.0)
    """End of the time window; the scenario's own if not given."""
    step_length_s: float | None = Field(default=None, ge=0.001, le=1.0)
    """Length of a simulation step; the scenario's own if not given."""
    demand_scale: float = Field(default=1.0, gt=0.0)
    """Factor on the number of vehicles."""
    drain_s: float = Field(default=14_400.0, gt=0.0)
    """A run that is not empty this long after the last departure has failed."""
    junction_blocker_s: float = Field(default=JUNCTION_BLOCKER_S, gt=0.0)
    """A vehicle that has blocked a junction for so long is driven around, in all arms."""
    equipment: Equipment = Equipment()
    """Which vehicles may be equipped."""
    rsu: RsuParameters = RsuParameters()
    """How roadside units send."""
    driver: Driver = Driver()
    """How a human driver follows advice."""
    glosa: Glosa = Glosa()
    """Parameters of the policy `glosa`."""
    eco: EcoParameters = EcoParameters()
    """Parameters of the policy `eco`."""
    eco_accounts: Annotated[tuple[PlanningAccount, ...], BeforeValidator(split_items)] = Field(
        default=("hbefa4", "hbefa4_nojump", "phemlight5", "bev"),
        min_length=1,
        validate_default=True,
    )
    """Accounts whose emission maps `eco` plans with."""
    max_pressure: MaxPressureParameters = MaxPressureParameters()
    """Parameters of `max-pressure` and `max-pressure-cyclic`."""
    committed: CommittedParameters = CommittedParameters()
    """Parameters of `committed`."""
    control_limit_s: float = Field(default=5.0, gt=0.0)
    """A controller of signals whose plan comes later, by the clock, is not asked again."""
    signal_plan: str | None = None
    """Plan of the arm `optimized`: additional file or timing sheet; one is sought if not given."""
    accounts: Annotated[tuple[str, ...], BeforeValidator(split_items)] = ()
    """Further accounts of the same drives: emission classes, as in HBEFA3/PC_G_EU4."""
    fleet_mix: str | None = None
    """Mix that gives each vehicle its emission class: CN-2024 (see `factors mix`), or FILE.yaml."""
    grid: str | None = None
    """Electricity of that fleet, for its figure from well to wheel, as in CN/2023."""
    factors: str | None = None
    """File of factors that are put over those of the project, see `ecocorridor factors`."""

    occupancy: Mapping[VehicleClass, Annotated[float, Field(gt=0.0)]] = Field(default_factory=dict)
    """Persons in a vehicle by SUMO vehicle class, put over: cars 1.7, buses 11, all others 1."""

    _folder: Path | None = PrivateAttr(default=None)

    @staticmethod
    def from_scenario(
        name: str, overrides: Mapping[str, object] | None = None, *, by_option: bool = True
    ) -> "Experiment":
        """The default experiment on another scenario.

        Args:
            name: As `scenario` in a file; relative to the working directory.
            overrides: Key (`rsu.range_m` for one in a section) → value; None is left out.
            by_option: Whether problems name options of the command line, else keys.

        Raises:
            ConfigError: With all problems.
        """
        document = Document(value={"scenario": name})
        source = Source.merged(document, overrides or {}, by_option=by_option)
        return checked(without_empty(source, Experiment), Experiment)

    @property
    def folder(self) -> Path | None:
        """Folder that relative paths start from; None: the working directory."""
        return self._folder

    @property
    def all_arms(self) -> tuple[str, ...]:
        """The arms as they were listed, then the own policies that were not."""
        return tuple(dict.fromkeys((*self.arms, *self.policies)))

    def arm(self, name: str) -> Arm:
        """What one of the arms is."""
        return parse_arm(name, tuple(self.policies))

    @property
    def reference(self) -> str:
        """Arm that the others are compared with."""
        return reference_arm(self.arms)

    @property
    def equipment_parameters(self) -> EquipmentParameters:
        """Which vehicles are equipped, and how many of them."""
        return EquipmentParameters(penetration=self.penetration, classes=self.equipment.classes)

    def model_post_init(self, context: object, /) -> None:
        """Take over where relative paths start."""
        if isinstance(context, Path):
            self._folder = context

    @field_validator("policies")
    @classmethod
    def _check_policies(cls, policies: dict[str, str]) -> dict[str, str]:
        _raise_if_any(wrong_policies(policies))
        return policies

    @field_validator("arms")
    @classmethod
    def _check_arms(cls, arms: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _raise_if_any(wrong_arms(arms, own=info.data.get("policies", {})))
        reference_arm(arms)
        return arms

    @field_validator("eco_accounts")
    @classmethod
    def _check_eco_accounts(
        cls, accounts: tuple[PlanningAccount, ...]
    ) -> tuple[PlanningAccount, ...]:
        _raise_if_any(repeated(accounts))
        return accounts

    @field_validator("accounts")
    @classmethod
    def _check_accounts(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        _raise_if_any(wrong_accounts(accounts))
        return accounts

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        _raise_if_any(wrong_seeds(seeds))
        return seeds

    @model_validator(mode="after")
    def _check_window(self) -> Self:
        if self.begin_s is not None and self.end_s is not None and self.begin_s >= self.end_s:
            message = f"must be after begin_s ({self.begin_s:g}), got {self.end_s:g}"
            _raise_if_any([WrongItem("end_s", message, self.end_s)])
        return self


def load_experiment(
    path: str | Path,
    overrides: Mapping[str, object] | None = None,
    *,
    by_option: bool = True,
) -> Experiment:
    """Experiment of a YAML file, with values of the command line or of a call put over it.

    Args:
        path: The file. Relative paths in it start from its folder.
        overrides: Key (`rsu.range_m` for one in a section) → value. None: not given.
        by_option: Whether problems name options of the command line, else keys.

    Raises:
        ConfigError: With all problems of file and overrides.
    """
    document = read_experiment(Path(path))
    source = Source.merged(document, overrides or {}, file=str(path), by_option=by_option)
    return checked(without_empty(source, Experiment), Experiment, context=Path(path).parent)


def read_experiment(path: Path) -> Document:
    """What an experiment file holds, with what it `extends` below it.

    Raises:
        ConfigError: A file cannot be read, or one that is extended is no whole experiment.
    """

    def check(document: Document, base: Path) -> None:
        source = Source.merged(document, {}, file=str(base))
        checked(without_empty(source, Experiment), Experiment, context=base.parent)

    return read_extended(path, check)


def _raise_if_any(wrong: Sequence[WrongItem]) -> None:
    """Raise what is wrong with several items of one value, together and each at its place."""
    lines = []
    for each in wrong:
        kind = PydanticCustomError("value_error", "{message}", {"message": each.message})
        lines.append(InitErrorDetails(type=kind, loc=(each.item,), input=each.got))
    if lines:
        raise ValidationError.from_exception_data("items", lines)


def resolved_dump(experiment: Experiment) -> dict[str, Any]:
    """All values of an experiment, defaults included, as plain JSON values."""
    return experiment.model_dump(mode="json")
