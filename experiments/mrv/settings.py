"""The file `mrv.yaml`: what a report takes as given, checked with the place of each mistake."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.data_files import checked, read_document, without_empty
from experiments.source import Source
from experiments.strict_yaml import Document

DEFAULT_MRV = Path(__file__).parents[1] / "data" / "mrv.yaml"
"""A commented file with all defaults."""

SAME_FLOW = 0.1
"""Hours whose flow is less than the simulated one by no more than this are like it."""

Grade = Literal["measured", "derived", "default"]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Project(_Section):
    """Words for the head of the report."""

    title: str = ""
    """Name of the project."""
    operator: str = ""
    """Who would run it."""
    place: str = ""
    """City, corridor."""


class Stretch(_Section):
    """Hours of a day with one flow of vehicles."""

    hours: float = Field(gt=0.0, le=24.0)
    """How many of a day."""
    flow: float = Field(default=1.0, gt=0.0, le=5.0)
    """Vehicles per hour, as a share of the simulated flow."""

    @property
    def is_simulated(self) -> bool:
        """Whether the flow is the simulated one or a little less; never more than was simulated."""
        return 1.0 - SAME_FLOW - 1e-12 <= self.flow <= 1.0


class Operation(_Section):
    """How often the simulated time comes in a year."""

    days_per_year: float = Field(default=250.0, gt=0.0, le=366.0)
    """Days like the simulated one."""
    profile: tuple[Stretch, ...] = ()
    """Hours of such a day; empty: the simulated window, once."""

    @model_validator(mode="after")
    def _check_hours(self) -> Self:
        hours = sum(stretch.hours for stretch in self.profile)
        if hours > 24.0 + 1e-9:
            raise ValueError(f"profile: a day has 24 hours, got {hours:g}")
        return self


class Platform(_Section):
    """What the devices at the road draw."""

    hours_per_day: float = Field(default=24.0, gt=0.0, le=24.0)
    """Hours that the devices are on."""
    days_per_year: float = Field(default=365.0, gt=0.0, le=366.0)
    """Days that the devices are on."""
    rsu_count: int | None = Field(default=None, ge=0)
    """Roadside units; not given: one per signal of the network."""
    rsu_power_w: float | None = Field(default=None, gt=0.0)
    """Mean power of one; not given: the factor file's value."""
    mec_count: int = Field(default=1, ge=0)
    """Computers at the edge of the network."""
    mec_power_w: float | None = Field(default=None, gt=0.0)
    """Mean power of one; not given: the factor file's value."""
    embodied_kg_per_device: float | None = Field(default=None, ge=0.0)
    """CO2e of making one device; not given: not counted."""
    lifetime_years: float | None = Field(default=None, gt=0.0)
    """Years that a device lasts."""

    @model_validator(mode="after")
    def _check_embodied(self) -> Self:
        if (self.embodied_kg_per_device is None) != (self.lifetime_years is None):
            raise ValueError("embodied_kg_per_device and lifetime_years are given both or neither")
        return self


class Quality(_Section):
    """What the inputs of the simulation are worth."""

    network: Grade = "default"
    """Roads, lanes, limits."""
    signal_plans: Grade = "default"
    """Programs of the signals."""
    demand: Grade = "default"
    """Vehicles, routes, departures."""
    equipped_share: Grade = "default"
    """Share of equipped vehicles."""
    compliance: Grade = "default"
    """How drivers follow advice."""
    calibration: str = ""
    """What was compared with the real road; empty: nothing is stated."""


class MrvSettings(_Section):
    """All that a report takes as given."""

    version: Literal[1] = 1
    """Version of this format."""
    project: Project = Project()
    """Words for the head."""
    grid: str = Field(default="CN/2023", min_length=1)
    """Carbon intensity of electricity: the factor's key without `grid/`."""
    fuel: str = Field(default="petrol", min_length=1)
    """Fuel of the petrol-car accounts: the part of the factors' keys behind `fuel/`."""
    operation: Operation = Operation()
    """How often the simulated time comes."""
    platform: Platform = Platform()
    """What the devices draw."""
    quality: Quality = Quality()
    """What the inputs are worth."""
    n_draws: int = Field(default=10_000, ge=1_000, le=1_000_000)
    """Draws of the Monte Carlo over the factors."""
    seed: int = Field(default=1, ge=0)
    """Of the draws."""


def load_settings(path: Path | None, overrides: Mapping[str, object] | None = None) -> MrvSettings:
    """Settings of a YAML file, with values of the command line put over it.

    Args:
        path: The file; None: the defaults.
        overrides: Key → value; None is left out.

    Raises:
        ConfigError: With all problems, `file:line:column: key: message` each.
    """
    document = Document(value={}) if path is None else read_document(path)
    file = None if path is None else str(path)
    source = Source.merged(document, overrides or {}, file=file)
    return checked(without_empty(source, MrvSettings), MrvSettings)


def stated_keys(path: Path | None) -> frozenset[str]:
    """Dotted keys that a file gives a value, for telling what is stated from what is default."""
    if path is None:
        return frozenset()
    return frozenset(_leaves(read_document(path).value, ""))


def _leaves(tree: object, prefix: str) -> list[str]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in _leaves(value, f"{prefix}{key}.")]
    return [] if tree is None else [prefix.removesuffix(".")]
