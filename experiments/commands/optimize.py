"""The command `optimize`: better parameters of a corridor, confirmed on held-out seeds."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.ends import FAILED, AsJson, errors_told, stop
from experiments.commands.engines import N_RETRIES, Retries, Scheduler, Slurm, Timeout, engine_of

if TYPE_CHECKING:
    from experiments.engines import Event


def optimize(
    what: Annotated[
        Path,
        typer.Argument(
            metavar="TUNE.yaml", help="An experiment, with what is searched and what is wished."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results; a second call goes on.")],
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = os.cpu_count() or 1,
    scheduler: Scheduler = None,
    slurm: Slurm = None,
    timeout: Timeout = None,
    retries: Retries = N_RETRIES,
    as_json: AsJson = False,
) -> None:
    """Search for better parameters on some seeds, and confirm the best on others."""
    from experiments.doctor import preflight, render
    from experiments.tuning import load_tuning
    from experiments.tuning import optimize as tune
    from experiments.tuning.measuring import RunsFailedError

    if failing := preflight():
        stop(render(failing), FAILED)
    with errors_told():
        tuning = load_tuning(what)
        engines = engine_of(
            jobs=jobs, scheduler=scheduler, slurm=slurm, timeout=timeout, retries=retries
        )
        try:
            with engines as engine:
                tuned = tune(tuning, out=out, engine=engine(_tell), n_jobs=jobs, say=_say)
        except RunsFailedError as error:
            stop(f"nothing can be told: {error}", FAILED)
    if as_json:
        print(json.dumps(tuned.content, sort_keys=True))
        return
    print(tuned.verdict)
    for each in tuned.confirmation.better if tuned.confirmation else ():
        changes = ", ".join(f"{key} = {value}" for key, value in each.trial.changes.items())
        print(f"trial {each.trial.number}: {changes}")
    overlay = out / "tuned.yaml"
    print(f"overlay: {overlay}" if overlay.is_file() else "no tuned.yaml was written")
    print(f"page: {out / 'optimize.html'}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _tell(event: "Event") -> None:
    if event.kind == "failed":
        _say(f"failed: {event.order.label}: {event.message}")
