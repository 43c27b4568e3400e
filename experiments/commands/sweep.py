"""The commands `sweep ...`: the arms of an experiment at many points, each run done once."""

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from experiments.commands.ends import FAILED, AsJson, errors_told, stop, table_console
from experiments.commands.engines import (
    N_RETRIES,
    Retries,
    Scheduler,
    Slurm,
    Timeout,
    engine_of,
    job_script,
)

if TYPE_CHECKING:
    from experiments.engines import Engine, Tell
    from experiments.progress import Bars, Lines
    from experiments.sweeps import Sweep, SweepOutcome, SweepWishes
    from experiments.sweeps.ending import Collected
    from experiments.sweeps.status import SweepStatus

DEFAULT = "run"
"""Command that is meant where none is named."""


class _WithDefault(TyperGroup):
    """A group whose first word may also be the file of a sweep."""

    default_command = DEFAULT

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (typer's own)
        """Put the default command before what is none of ours."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)


sweep_app = typer.Typer(
    cls=_WithDefault,
    help="Run an experiment at many points: 'sweep SWEEP.yaml --out DIR'; for its options see "
    "'sweep run --help'.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help="An experiment with a sweep.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Runs at a time.")]
N_JOBS = os.cpu_count() or 1


@sweep_app.command(DEFAULT)
def sweep_run(
    file: File,
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    jobs: Jobs = N_JOBS,
    shard: Annotated[
        str | None,
        typer.Option(metavar="i/n", help="Do every n-th run from the i-th; others do the rest."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also try again what failed before.")
    ] = False,
    scheduler: Scheduler = None,
    slurm: Slurm = None,
    timeout: Timeout = None,
    retries: Retries = N_RETRIES,
    until: Annotated[
        list[str] | None,
        typer.Option(help='Add seeds to a point until it holds: "eco.co2_own_pct.width < 1".'),
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="With --until: seeds to add at a time; 4.")
    ] = None,
    most_seeds: Annotated[
        int | None, typer.Option(help="With --until: the cap at a point; 64.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Do all runs that are not done yet and write the table; the same as 'sweep SWEEP.yaml'."""
    from experiments.sweeps import SweepWishes, load_sweep, waiting_for

    with errors_told():
        part = _shard(shard)
        sweep = waiting_for(load_sweep(file), until or (), batch=batch, most=most_seeds)
        wishes = SweepWishes(out=out, n_jobs=jobs, shard=part, retries_failed=retry_failed)
        outcome = _carry_out(
            *(sweep, wishes), scheduler=scheduler, slurm=slurm, timeout=timeout, retries=retries
        )
    _tell_outcome(outcome, out, as_json=as_json)


@sweep_app.command("plan")
def sweep_plan(
    file: File,
    out: Annotated[
        Path | None, typer.Option(help="Folder of results, to tell what is done.")
    ] = None,
    jobs: Jobs = N_JOBS,
    as_json: AsJson = False,
) -> None:
    """Tell points and runs of a sweep, how many are done, and how long the rest will take."""
    from experiments.sweeps import load_sweep
    from experiments.sweeps.status import planned

    with errors_told():
        sweep = load_sweep(file)
        told = planned(sweep, out, n_jobs=jobs)
    if as_json:
        print(json.dumps(told, sort_keys=True))
        return
    table_console().print(_points_table(told["points"], sweep.keys))
    print(
        f"{len(told['points'])} points × {len(sweep.arms)} arms × {len(sweep.seeds)} seeds: "
        f"{told['places']} places in the table, {told['runs']} runs that differ, "
        f"{told['done']} done, {told['failed']} failed"
    )
    if told["missing"] and told["estimate_s"] is not None:
        print(f"about {told['estimate_s'] / 60.0:.1f} min left with {jobs} at a time")


@sweep_app.command("status")
def sweep_status(directory: Folder, as_json: AsJson = False) -> None:
    """Tell what is done, missing and failed, also while a sweep runs."""
    from experiments.claim import STORE
    from experiments.sweeps.status import status_of

    with errors_told():
        status = status_of(directory, directory / STORE)
    if as_json:
        print(json.dumps(asdict(status), sort_keys=True))
        return
    _tell_status(status)


@sweep_app.command("collect")
def sweep_collect(directory: Folder, as_json: AsJson = False) -> None:
    """Write the table from the runs that are there; says what is missing."""
    from experiments.claim import STORE
    from experiments.sweeps.ending import collect

    with errors_told():
        found = collect(directory, directory / STORE)
    _tell_found(found, directory, as_json=as_json)


@sweep_app.command("retry")
def sweep_retry(
    directory: Folder,
    jobs: Jobs = N_JOBS,
    scheduler: Scheduler = None,
    slurm: Slurm = None,
    timeout: Timeout = None,
    retries: Retries = N_RETRIES,
    as_json: AsJson = False,
) -> None:
    """Try the runs again that failed, and no others."""
    from experiments.sweeps import SweepWishes
    from experiments.sweeps.again import sweep_again

    with errors_told():
        sweep = sweep_again(directory)
        wishes = SweepWishes(out=directory, n_jobs=jobs, only_failed=True)
        outcome = _carry_out(
            *(sweep, wishes), scheduler=scheduler, slurm=slurm, timeout=timeout, retries=retries
        )
    _tell_outcome(outcome, directory, as_json=as_json)


sweep_app.command("job-script")(job_script)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, n = text.partition("/")
    if not (first.isdecimal() and n.isdecimal() and 1 <= int(first) <= int(n)):
        raise ValueError(f"--shard: must be i/n with i from 1 to n, as in 2/8, got '{text}'")
    return int(first), int(n)


def _carry_out(
    sweep: "Sweep",
    wishes: "SweepWishes",
    *,
    scheduler: str | None,
    slurm: Path | None,
    timeout: str | None,
    retries: int,
) -> "SweepOutcome":
    """Do a sweep on the engine that the options ask for, which is opened when it is needed."""
    from experiments.doctor import preflight, render
    from experiments.progress import showing
    from experiments.sweeps import run_sweep

    if failing := preflight():
        stop(render(failing), FAILED)
    console = Console(stderr=True)
    with ExitStack() as stack:

        def engine(tell: "Tell") -> "Engine":
            asked = engine_of(
                jobs=wishes.n_jobs,
                scheduler=scheduler,
                slurm=slurm,
                timeout=timeout,
                retries=retries,
            )
            return stack.enter_context(asked)(tell)

        shown: list[Lines | Bars] = []

        def show(n_runs: int) -> "Tell":
            if shown:
                shown[0].expect(n_runs)
            else:
                shown.append(stack.enter_context(showing(console, n_runs)))
            return shown[0].tell

        return run_sweep(
            sweep,
            replace(wishes, engine=engine),
            show=show,
            say=lambda text: console.print(text, highlight=False, markup=False, soft_wrap=True),
        )


def _tell_outcome(outcome: "SweepOutcome", out: Path, *, as_json: bool) -> None:
    _tell_found(outcome, out, as_json=as_json)
    if outcome.failures:
        if outcome.n_failed_before:
            print(
                f"{outcome.n_failed_before} runs failed before and were not tried again; "
                f"'sweep retry {out}' does",
                file=sys.stderr,
            )
        first = outcome.failures[0].splitlines()[0]
        stop(
            f"{len(outcome.failures)} of {outcome.n_runs} runs failed, the first one: {first}",
            FAILED,
        )


def _tell_found(found: "SweepOutcome | Collected", out: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.summary, sort_keys=True))
        return
    for warning in found.summary["warnings"]:
        print(f"warning: {warning}")
    print(f"table: {out / 'runs.csv'}")
    print(f"report: {found.page}" if found.page else f"no report: {found.why_no_page}")


def _tell_status(status: "SweepStatus") -> None:
    points = [asdict(point) for point in status.points]
    keys = tuple(status.points[0].values)
    table_console().print(_points_table(points, keys))
    running = f" ({status.running} under way)" if status.running else ""
    print(f"{status.done} done, {status.failed} failed, {status.missing} missing{running}")
    for failure in status.failures:
        print(f"failed: {failure['run']}: {failure['why']}")


def _points_table(points: list[dict[str, Any]], keys: tuple[str, ...]) -> Table:
    from experiments.curves import value_text

    table = Table()
    for name in ("point", *keys, "done", "failed", "missing"):
        table.add_column(name, justify="left" if name in keys else "right")
    for point in points:
        values = [value_text(point["values"][key]) for key in keys]
        counts = [str(point[name]) for name in ("done", "failed", "missing")]
        table.add_row(str(point["point"]), *values, *counts)
    return table
