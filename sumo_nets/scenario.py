"""What road and demand there is: checked paths, a time window, options of the simulation."""

import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ScenarioError(ValueError):
    """What the user named is no usable scenario; all problems are told at once."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, one sentence each."""
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[tuple[str, ...]]]:
        """Pickle with the problems, for errors that cross a process border."""
        return type(self), (self.problems,)


class Scenario(BaseModel):
    """A network with its demand, as the user has it; nothing is copied or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: str = Field(min_length=1)
    """As the user named it, or the stem of the path."""
    net_file: Path
    """Absolute."""
    route_files: tuple[Path, ...]
    """Absolute; empty where additional files hold the demand."""
    additional_files: tuple[Path, ...] = ()
    """Absolute, in SUMO's order of loading."""
    options: tuple[tuple[str, str], ...] = ()
    """Further options of SUMO that every run takes over, names without dashes."""
    routing_options: tuple[tuple[str, str], ...] = ()
    """Options that only the run which freezes the routes takes over."""
    begin_s: float = Field(0.0, ge=0)
    end_s: float | None = None
    """Vehicles that want to depart from here on are not part of the scenario; None keeps all."""
    step_length_s: float = Field(1.0, gt=0)
    left_out: tuple[str, ...] = ()
    """One sentence each: what of the user's configuration is ignored, and why."""
    origin: str = ""
    """Where it comes from and under which licence, in one line."""

    @property
    def slug(self) -> str:
        """The name as a safe name of a folder."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.name).strip("-.") or "scenario"
