"""Slurm: Dask workers as jobs, or an array of jobs that needs nothing but Slurm."""

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.engines.profiles import SlurmProfile

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster

PLACEHOLDER = "tcp://SCHEDULER:8786"
"""In a job script that is only shown."""
DEATH_TIMEOUT_S = 600.0
"""A worker without a scheduler for so long ends."""


def worker_script(profile: SlurmProfile) -> str:
    """Script of a job that does runs for a scheduler, as `--slurm` submits it."""
    job = _slurm_cluster().job_cls(scheduler=PLACEHOLDER, name="ecocorridor", **_of_job(profile))
    return str(job.job_script())


@contextmanager
def slurm_cluster(profile: SlurmProfile) -> Iterator["SLURMCluster"]:
    """A scheduler in this process and its workers as jobs of Slurm; they end with the block."""
    wishes = _of_job(profile)
    with _slurm_cluster()(scheduler_options={"dashboard": False}, **wishes) as cluster:
        cluster.scale(jobs=profile.n_jobs)
        yield cluster


def array_script(profile: SlurmProfile, *, sweep: Path, out: Path, n_shards: int) -> str:
    """Script of an array of jobs, each of which does its share of a sweep.

    Args:
        profile: Of the cluster; at most its `n_jobs` jobs run at a time.
        sweep: File of the sweep.
        out: Folder for the results.
        n_shards: Jobs in all.
    """
    options = {
        "job-name": "ecocorridor",
        "array": f"1-{n_shards}%{profile.n_jobs}",
        "partition": profile.queue,
        "account": profile.account,
        "ntasks": 1,
        "cpus-per-task": profile.cores,
        "mem": f"{round(profile.memory_gb * 1000)}M",
        "time": profile.walltime,
        "output": f"{profile.log_dir}/%A_%a.out",
    }
    lines = [f"--{name}={value}" for name, value in options.items() if value is not None]
    words = ["sweep", str(sweep), "--out", str(out), "--jobs", str(profile.cores)]
    call = f"{_program(profile)} {shlex.join(words)}"
    return "\n".join(
        [
            "#!/usr/bin/env bash",
            *(f"#SBATCH {line}" for line in (*lines, *profile.directives)),
            "set -e",
            *profile.prologue,
            f'{call} --shard "$SLURM_ARRAY_TASK_ID/{n_shards}"',
            "",
        ]
    )


def _program(profile: SlurmProfile) -> str:
    """The command on a node: beside its interpreter, or in the path that the prologue sets."""
    if profile.python is None:
        return "ecocorridor"
    return shlex.quote(str(Path(profile.python).with_name("ecocorridor")))


def _of_job(profile: SlurmProfile) -> dict[str, Any]:
    return {
        "queue": profile.queue,
        "account": profile.account,
        "cores": profile.cores,
        # A process for each core, so that none has more than one thread.
        "processes": profile.cores,
        "memory": f"{profile.memory_gb:g} GB",
        "walltime": profile.walltime,
        "job_extra_directives": list(profile.directives),
        "job_script_prologue": list(profile.prologue),
        "job_name": "ecocorridor",
        "python": profile.python or sys.executable,
        "interface": profile.interface,
        "log_directory": profile.log_dir,
        "local_directory": profile.local_dir,
        "death_timeout": DEATH_TIMEOUT_S,
    }


def _slurm_cluster() -> "type[SLURMCluster]":
    ctrl_c = signal.getsignal(signal.SIGINT)
    try:
        from dask_jobqueue import SLURMCluster
    except ImportError:
        raise ValueError(
            "--slurm needs the extra 'cluster': pip install 'ecocorridor[cluster]'"
        ) from None
    finally:
        # It makes Ctrl-C a quiet end with code 0, which neither ends the runs nor says so.
        signal.signal(signal.SIGINT, ctrl_c)
    cluster: type[SLURMCluster] = SLURMCluster
    return cluster
