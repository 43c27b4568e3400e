"""Options of commands that do many runs: where, how long at most, and what becomes of failures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.ends import errors_told

if TYPE_CHECKING:
    from experiments.engines import Engine, Tell

Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS|FILE",
        help="Do the runs on the workers of a Dask scheduler, as in tcp://host:8786.",
    ),
]
Slurm = Annotated[
    Path | None,
    typer.Option(
        "--slurm", metavar="PROFILE.yaml", help="Do the runs as jobs of Slurm, see docs/engines.md."
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", help="A run that takes longer has failed, as in '30 min'."),
]
Retries = Annotated[
    int, typer.Option("--retries", min=0, help="Further attempts where a machine failed.")
]
N_RETRIES = 2


@contextmanager
def engine_of(
    *,
    jobs: int,
    scheduler: str | None = None,
    slurm: Path | None = None,
    timeout: str | None = None,
    retries: int = N_RETRIES,
) -> Iterator["Callable[[Tell], Engine]"]:
    """The engine that the options ask for, made when it is known what it tells whom.

    Args:
        jobs: Runs at a time, on this machine.
        scheduler: Of Dask: its address or its file.
        slurm: Profile of a cluster.
        timeout: Of a run, with a unit or in seconds.
        retries: Further attempts where a machine failed.

    Raises:
        ValueError: The options contradict each other, or cannot be used.
    """
    from experiments.engines.local import Runner

    timeout_s = timeout_of(timeout)
    if scheduler is not None and slurm is not None:
        raise ValueError("--slurm starts a scheduler of its own: give either it or --scheduler")
    if slurm is not None:
        from experiments.engines.profiles import SlurmProfile, load_profile
        from experiments.engines.slurm import slurm_cluster

        with slurm_cluster(load_profile(slurm, SlurmProfile)) as cluster:
            yield _on_dask(cluster, timeout_s, retries)
    elif scheduler is not None:
        yield _on_dask(scheduler, timeout_s, retries)
    else:
        yield lambda tell: Runner(n_jobs=jobs, tell=tell, timeout_s=timeout_s, retries=retries)


def timeout_of(text: str | None) -> float | None:
    """Seconds of `--timeout`.

    Raises:
        ValueError: It is no time.
    """
    from experiments.units import parse_quantity

    if text is None:
        return None
    try:
        timeout_s = parse_quantity(text, "s")
    except ValueError as error:
        raise ValueError(f"--timeout: {error}") from None
    if timeout_s <= 0.0:
        raise ValueError(f"--timeout: must be positive, got '{text}'")
    return timeout_s


def job_script(
    slurm: Slurm = None,
    kubernetes: Annotated[
        Path | None, typer.Option(metavar="PROFILE.yaml", help="Print a manifest of Kubernetes.")
    ] = None,
    shards: Annotated[
        int | None, typer.Option(min=1, help="Print an array of jobs that needs no Dask.")
    ] = None,
    sweep: Annotated[
        Path | None, typer.Option(metavar="SWEEP.yaml", help="What the array does.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the array puts results.")] = None,
) -> None:
    """Print what a cluster would be given; nothing is submitted."""
    with errors_told():
        print(_script(slurm, kubernetes, shards, sweep, out), end="")


def _script(
    slurm: Path | None,
    kubernetes: Path | None,
    shards: int | None,
    sweep: Path | None,
    out: Path | None,
) -> str:
    from experiments.engines.kubernetes import manifest
    from experiments.engines.profiles import KubernetesProfile, SlurmProfile, load_profile
    from experiments.engines.slurm import array_script, worker_script

    if (slurm is None) == (kubernetes is None):
        raise ValueError("name one profile: --slurm PROFILE.yaml or --kubernetes PROFILE.yaml")
    if kubernetes is not None:
        return manifest(load_profile(kubernetes, KubernetesProfile))
    assert slurm is not None
    profile = load_profile(slurm, SlurmProfile)
    if shards is None:
        return worker_script(profile)
    if sweep is None or out is None:
        raise ValueError("--shards: an array does a sweep: give --sweep SWEEP.yaml and --out DIR")
    return array_script(profile, sweep=sweep, out=out, n_shards=shards)


def _on_dask(
    scheduler: object, timeout_s: float | None, retries: int
) -> "Callable[[Tell], Engine]":
    from experiments.engines.dask import DaskEngine

    return lambda tell: DaskEngine(
        scheduler=scheduler, tell=tell, timeout_s=timeout_s, retries=retries
    )
