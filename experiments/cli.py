"""The command line: the documented door to everything."""

import importlib.metadata
import json
import logging
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from experiments.cli_bench import bench_app
from experiments.cli_bound import bound
from experiments.cli_ends import (
    BAD_INPUT,
    FAILED,
    INTERRUPTED,
    NOT_MET,
    AsJson,
    errors_told,
    stop,
)
from experiments.cli_explain import explain
from experiments.cli_nets import nets_app
from experiments.config import (
    Experiment,
    experiment_schema,
    init_text,
    load_experiment,
    resolved_dump,
)

app = typer.Typer(
    help="How much CO2 does eco-speed advice at traffic lights save, for whom, and how sure is it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_app = typer.Typer(help="Experiment files: check, schema, init.", no_args_is_help=True)
app.add_typer(nets_app, name="nets")
app.add_typer(bench_app, name="bench")
app.add_typer(config_app, name="config")


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
        str | None, typer.Option(help="As in none,unadvised,glosa-sumo,glosa,eco.")
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
    out: Annotated[Path | None, typer.Option(help="Folder for the results.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = os.cpu_count() or 1,
    keep_raw: Annotated[bool, typer.Option("--keep-raw", help="Keep SUMO's own outputs.")] = False,
    as_json: AsJson = False,
    gui: Annotated[bool, typer.Option("--gui", help="Show SUMO's window, one run a time.")] = False,
    engine: Annotated[
        Literal["libsumo", "traci"], typer.Option(help="How SUMO is reached.")
    ] = "libsumo",
    require: Annotated[
        list[str] | None,
        typer.Option(help='Exit 3 unless it holds, as in "glosa.trip_time_pct.high <= 1".'),
    ] = None,
) -> None:
    """Run the arms of an experiment on equal traffic, compare them, and write a report."""
    from experiments.asked import asked_experiment
    from experiments.main_job import Wishes, run_experiment
    from experiments.progress import showing
    from experiments.require import parse_condition

    overrides: dict[str, object] = {
        "arms": arms,
        "seeds": seeds,
        "penetration": penetration,
        "execution": execution,
        "rsu.range_m": range_,
        "begin_s": begin,
        "end_s": end,
        "step_length_s": step_length,
    }
    console = Console(stderr=True)
    _check_machine()
    with errors_told():
        if gui and sys.platform == "linux" and not os.environ.get("DISPLAY"):
            raise ValueError("--gui: there is no display (DISPLAY is not set)")
        experiment = asked_experiment(what, overrides | _own_policies(policy or ()))
        conditions = [parse_condition(text, experiment.all_arms) for text in require or ()]
        wishes = Wishes(
            out=out or Path("runs") / _run_name(what, experiment),
            n_jobs=1 if gui else jobs,
            keeps_raw=keep_raw,
            api="traci" if gui else engine,
            gui=gui,
            command=shlex.join(["ecocorridor", *sys.argv[1:]]),
        )
        n_runs = len(experiment.all_arms) * len(experiment.seeds)
        with showing(console, n_runs) as shown:
            outcome = run_experiment(experiment, wishes, tell=shown.tell, say=shown.say)
    _tell_outcome(outcome.summary, wishes.out, as_json=as_json)
    for condition in conditions:
        print(condition.sentence(outcome.summary), file=sys.stderr)
    if outcome.failures:
        n_failed, first = len(outcome.failures), outcome.failures[0].splitlines()[0]
        stop(f"{n_failed} of {n_runs} runs failed, the first one: {first}", FAILED)
    if not all(condition.holds(outcome.summary) for condition in conditions):
        raise typer.Exit(NOT_MET)


def _check_machine() -> None:
    from experiments.doctor import preflight, render

    if failing := preflight():
        stop(render(failing), FAILED)


def _own_policies(references: Sequence[str]) -> dict[str, str]:
    """Key of each own policy in an experiment → its reference."""
    from experiments.own_policy import named_by_class

    try:
        named = named_by_class(references)
    except ValueError as error:
        raise ValueError(f"--policy: {error}") from None
    return {f"policies.{arm}": reference for arm, reference in named.items()}


def _run_name(what: str | None, experiment: Experiment) -> str:
    if what is None:
        return "default"
    stem = Path(what).stem if Path(what).suffix else experiment.scenario
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in stem).strip("-.") or "run"


def _tell_outcome(summary: Mapping[str, Any], out: Path, *, as_json: bool) -> None:
    from experiments.cli_tables import arms_table, effects_table

    if as_json:
        print(json.dumps(summary, sort_keys=True))
        return
    if not summary:
        return
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(arms_table(summary))
    if summary["effects"]:
        console.print(effects_table(summary))
    for warning in summary["warnings"]:
        console.print(f"warning: {warning}", highlight=False, markup=False)
    console.print(f"report: {out / 'report.html'}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def report(
    directory: Annotated[Path, typer.Argument(help="Folder of results.")],
) -> None:
    """Write the report of a folder of results anew."""
    from experiments.report.page import write_report

    with errors_told():
        print(write_report(directory))


app.command()(explain)
app.command()(bound)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and installation; says what mends what is wrong."""
    from experiments.doctor import diagnose, render

    checks = diagnose()
    print(json.dumps([asdict(check) for check in checks]) if as_json else render(checks))
    if any(check.level == "error" for check in checks):
        raise typer.Exit(FAILED)


@config_app.command("check")
def config_check(
    file: Annotated[Path, typer.Argument(help="An experiment file.")], as_json: AsJson = False
) -> None:
    """Check an experiment file and print it with all defaults filled in."""
    from experiments.main_job import load_checked, try_policies

    with errors_told():
        experiment = load_experiment(file)
        load_checked(experiment)
        try_policies(experiment, {})
    dump = resolved_dump(experiment)
    if as_json:
        print(json.dumps(dump))
        return
    import yaml

    print(yaml.safe_dump(dump, sort_keys=False, allow_unicode=True), end="")


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of experiment files, for editors."""
    print(json.dumps(experiment_schema(), indent=2))


@config_app.command("init")
def config_init(
    file: Annotated[Path, typer.Argument(help="File to write.")] = Path("experiment.yaml"),
) -> None:
    """Write a commented experiment file to start from; never over another file."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(init_text())
    except FileExistsError:
        stop(f"{file}: exists already; name another file", BAD_INPUT)
    except OSError as error:
        stop(f"{file}: cannot be written: {error.strerror}", BAD_INPUT)
    print(file)
