"""The command line: the documented door to everything."""

import importlib.metadata
import json
import logging
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from experiments.commands.bench import bench_app
from experiments.commands.bench_signals import bench_signals
from experiments.commands.bound import bound
from experiments.commands.config import config_app
from experiments.commands.curves import curves, sensitivity
from experiments.commands.emissions import emissions_app
from experiments.commands.ends import (
    FAILED,
    INTERRUPTED,
    NOT_MET,
    AsJson,
    errors_told,
    stop,
)
from experiments.commands.engines import Timeout, timeout_of
from experiments.commands.explain import explain
from experiments.commands.factors import factors_app
from experiments.commands.ledger import credits_, verify
from experiments.commands.mrv import mrv
from experiments.commands.nets import nets_app
from experiments.commands.optimize import optimize
from experiments.commands.outcome import tell_outcome
from experiments.commands.report import crate, figures, report
from experiments.commands.schema import schema
from experiments.commands.signals import signals_app
from experiments.commands.sweep import sweep_app

if TYPE_CHECKING:
    from experiments.config import Experiment
    from experiments.ledger import Signer

app = typer.Typer(
    help="How much CO2 does eco-speed advice at traffic lights save, for whom, and how sure is it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(nets_app, name="nets")
bench_app.command("signals")(bench_signals)
app.add_typer(bench_app, name="bench")
app.add_typer(sweep_app, name="sweep")
app.add_typer(emissions_app, name="emissions")
app.add_typer(config_app, name="config")
app.add_typer(factors_app, name="factors")
app.add_typer(signals_app, name="signals")


def main() -> None:
    """Console script."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"ecocorridor {importlib.metadata.version('ecocorridor')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def run(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXPERIMENT.yaml | SCENARIO]",
            help="An experiment file, or a scenario (see 'nets list'). Default: the shipped "
            "experiment on resco:ingolstadt7.",
        ),
    ] = None,
    arms: Annotated[
        str | None, typer.Option(help="As in unadvised,eco,actuated,actuated+eco,committed:10+eco.")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE.py:CLASS",
            help="A policy of your own; adds an arm called as the class, in lower case.",
        ),
    ] = None,
    seeds: Annotated[str | None, typer.Option(help="A count, or a list as in 1,2,5.")] = None,
    penetration: Annotated[str | None, typer.Option(help="Equipped share, 0 to 1.")] = None,
    execution: Annotated[str | None, typer.Option(help="automated or driver.")] = None,
    range_: Annotated[str | None, typer.Option("--range", help="Reach of roadside units.")] = None,
    begin: Annotated[str | None, typer.Option(help="Start of the window, s.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the window, s.")] = None,
    step_length: Annotated[str | None, typer.Option(help="Simulation step, s.")] = None,
    accounts: Annotated[
        str | None,
        typer.Option(help="Further emission classes, as in HBEFA3/PC_G_EU4,PHEMlight/PC_G_EU4."),
    ] = None,
    fleet_mix: Annotated[
        str | None, typer.Option(help="Mix that gives each vehicle its class, as in CN-2024.")
    ] = None,
    grid: Annotated[str | None, typer.Option(help="Electricity of the fleet: CN/2023.")] = None,
    factors: Annotated[
        Path | None, typer.Option(help="A file of factors put over those of the project.")
    ] = None,
    signal_plan: Annotated[
        Path | None,
        typer.Option(help="Plan of the arm 'optimized': additional file or timing sheet."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = os.cpu_count() or 1,
    keep_raw: Annotated[bool, typer.Option("--keep-raw", help="Keep SUMO's own outputs.")] = False,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Write a signed record of every trip, see 'verify'.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="Private key that signs the ledger; made if there is none."),
    ] = None,
    timeout: Timeout = None,
    as_json: AsJson = False,
    gui: Annotated[bool, typer.Option("--gui", help="Show SUMO's window, one run a time.")] = False,
    engine: Annotated[
        Literal["libsumo", "traci"], typer.Option(help="How SUMO is reached.")
    ] = "libsumo",
    require: Annotated[
        list[str] | None,
        typer.Option(help='Exit 3 unless it holds, as in "glosa.trip_time_pct.high <= 1".'),
    ] = None,
    until: Annotated[
        list[str] | None,
        typer.Option(help='Add seeds until it holds, as in "eco.co2_own_pct.width < 1".'),
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="With --until: seeds to add at a time; 4.")
    ] = None,
    most_seeds: Annotated[int | None, typer.Option(help="With --until: the cap; 64.")] = None,
) -> None:
    """Run the arms of an experiment on equal traffic, compare them, and write a report."""
    from experiments.asked import asked_experiment
    from experiments.main_job import Wishes, run_experiment
    from experiments.progress import showing
    from experiments.require import parse_condition
    from experiments.until import parse_until

    overrides: dict[str, object] = {
        "arms": arms,
        "seeds": seeds,
        "penetration": penetration,
        "execution": execution,
        "rsu.range_m": range_,
        "begin_s": begin,
        "end_s": end,
        "step_length_s": step_length,
        "accounts": accounts,
        "grid": grid,
    }
    _check_machine()
    with errors_told():
        _check_display(gui=gui)
        files = _own_files(policy or (), fleet_mix, factors, signal_plan)
        experiment = asked_experiment(what, overrides | files)
        conditions = [
            parse_condition(text, experiment.all_arms, experiment.accounts)
            for text in require or ()
        ]
        folder = out or Path("runs") / _run_name(what, experiment)
        wishes = Wishes(
            out=folder,
            n_jobs=1 if gui else jobs,
            timeout_s=timeout_of(timeout),
            keeps_raw=keep_raw,
            api="traci" if gui else engine,
            gui=gui,
            command=shlex.join(["ecocorridor", *sys.argv[1:]]),
            signer=_signer(key, folder) if ledger or key else None,
            until=parse_until(until or (), experiment, batch=batch, most=most_seeds),
        )
        n_runs = len(experiment.all_arms) * len(experiment.seeds)
        with showing(Console(stderr=True), n_runs) as shown:
            outcome = run_experiment(
                experiment, wishes, tell=shown.tell, say=shown.say, expect=shown.expect
            )
    tell_outcome(outcome.summary, wishes.out, as_json=as_json)
    for condition in conditions:
        print(condition.sentence(outcome.summary), file=sys.stderr)
    if outcome.failures:
        n_failed, first = len(outcome.failures), outcome.failures[0].splitlines()[0]
        stop(f"{n_failed} of {shown.n_runs} runs failed, the first one: {first}", FAILED)
    if not all(condition.holds(outcome.summary) for condition in conditions):
        raise typer.Exit(NOT_MET)


def _signer(key: Path | None, out: Path) -> "Signer":
    """Who signs the ledger; told of a wrong key before anything is simulated."""
    from experiments.ledger import key_file, load_or_make_key

    return load_or_make_key(key_file(key), results=out)


def _check_machine() -> None:
    from experiments.doctor import preflight, render

    if failing := preflight():
        stop(render(failing), FAILED)


def _check_display(*, gui: bool) -> None:
    if gui and sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise ValueError("--gui: there is no display (DISPLAY is not set)")


def _own_files(
    references: Sequence[str],
    fleet_mix: str | None,
    factors: Path | None,
    signal_plan: Path | None,
) -> dict[str, str]:
    """Keys of files of the user in an experiment → with whole paths."""
    from experiments.mix_files import absolute_mix
    from experiments.own_policy import named_by_class

    try:
        named = named_by_class(references)
    except ValueError as error:
        raise ValueError(f"--policy: {error}") from None
    found = {f"policies.{arm}": reference for arm, reference in named.items()}
    if fleet_mix:
        found["fleet_mix"] = absolute_mix(fleet_mix)
    files = {"factors": factors, "signal_plan": signal_plan}
    return found | {key: str(path.absolute()) for key, path in files.items() if path}


def _run_name(what: str | None, experiment: "Experiment") -> str:
    if what is None:
        return "default"
    stem = Path(what).stem if Path(what).suffix else experiment.scenario
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in stem).strip("-.") or "run"


app.command()(report)
app.command()(figures)
app.command()(crate)
app.command()(explain)
app.command()(mrv)
app.command()(verify)
app.command("credits")(credits_)
app.command()(bound)
app.command()(optimize)
app.command()(curves)
app.command()(sensitivity)
app.command()(schema)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and installation; says what mends what is wrong."""
    from experiments.doctor import diagnose, render

    checks = diagnose()
    print(json.dumps([asdict(check) for check in checks]) if as_json else render(checks))
    if any(check.level == "error" for check in checks):
        raise typer.Exit(FAILED)
