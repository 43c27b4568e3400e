"""What a user says of a cluster: small YAML files, checked as all others are."""

import math
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from experiments.data_files import read_data_file

ProfileT = TypeVar("ProfileT", bound=BaseModel)


class SlurmProfile(BaseModel):
    """Jobs of a Slurm cluster; each does as many runs at a time as it has cores."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    cores: int = Field(ge=1)
    """Of one job, on one node; a run takes one."""
    memory_gb: float = Field(gt=0.0)
    """Of one job; a run takes 0.3 to 1.5."""
    walltime_s: float = Field(gt=0.0)
    """After which Slurm ends a job; runs under way are then done again by another one."""
    n_jobs: int = Field(default=1, ge=1)
    """Jobs at a time."""
    queue: str | None = None
    """Partition."""
    account: str | None = None
    """Who pays."""
    directives: tuple[str, ...] = ()
    """Further options of sbatch, as in `--exclusive`."""
    prologue: tuple[str, ...] = ()
    """Lines of shell before the work, as in `module load python`."""
    python: str | None = None
    """Interpreter on the nodes; that of the caller if not given."""
    interface: str | None = None
    """Network between the nodes, as in `ib0`."""
    log_dir: str = "slurm-logs"
    """Where jobs write what they say."""
    local_dir: str = "/tmp"
    """Of a node, for what workers keep for themselves."""

    @property
    def walltime(self) -> str:
        """As Slurm writes it, in whole seconds."""
        minutes, seconds = divmod(math.ceil(self.walltime_s), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


class KubernetesProfile(BaseModel):
    """Workers on Kubernetes, one run at a time each, with a volume that all of them share."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    image: str = Field(min_length=1)
    """Container with `ecocorridor[cluster]` in it."""
    claim: str = Field(min_length=1)
    """PersistentVolumeClaim (ReadWriteMany) that holds inputs and results."""
    workers: int = Field(ge=1)
    """Runs at a time."""
    memory_gb: float = Field(default=2.0, gt=0.0)
    """Of one worker."""
    mount: str = Field(default="/data", pattern="^/")
    """Where containers see the volume."""
    name: str = Field(default="ecocorridor", pattern="^[a-z]([-a-z0-9]*[a-z0-9])?$")
    """Begins the names of all that is made."""
    namespace: str | None = None
    env: dict[str, str] = Field(default_factory=dict)
    """Environment of all containers."""
    command: str | None = None
    """As in `ecocorridor sweep /data/s.yaml --out /data/out`; becomes a Job with `--scheduler`."""


def load_profile(path: Path, form: type[ProfileT]) -> ProfileT:
    """A profile from its file.

    Raises:
        ConfigError: With all that is wrong: `file:line:column: key: message`.
    """
    return read_data_file(path, form).content
