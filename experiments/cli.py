"""The command line: the documented door to everything."""

import importlib.metadata
import json
import logging
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console

from experiments.config import (
    Experiment,
    experiment_schema,
    init_text,
    load_experiment,
    resolved_dump,
)
from experiments.machine import cache_folder

app = typer.Typer(
    help="How much CO2 does eco-speed advice at traffic lights save, for whom, and how sure is it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
nets_app = typer.Typer(help="Scenarios: list, show and check them.", no_args_is_help=True)
config_app = typer.Typer(help="Experiment files: check, schema, init.", no_args_is_help=True)
app.add_typer(nets_app, name="nets")
app.add_typer(config_app, name="config")

FAILED, BAD_INPUT, NOT_MET, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: a run failed; bad input; a --require condition does not hold; Ctrl-C."""
DEFAULT_EXPERIMENT = Path(__file__).parent / "data" / "default.yaml"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


def main() -> None:
    """Console script."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _stop(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        print(f"error: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def _errors_told() -> Iterator[None]:
    """Bad input ends with one line per problem and exit code 2; a failing SUMO with 1."""
    from corridor import EngineError
    from sumo_nets import SumoProgramError

    try:
        yield
    except ValueError as error:
        _stop(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        _stop("stopped; runs that were finished are kept, the same command goes on", INTERRUPTED)
    except (EngineError, SumoProgramError, OSError) as error:
        _stop(str(error), FAILED)


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
    arms: Annotated[str | None, typer.Option(help="As in none,unadvised,glosa-sumo,glosa.")] = None,
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
    from experiments.main_job import Wishes, run_experiment
    from experiments.progress import showing
    from experiments.require import parse_condition

    overrides = {
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
    with _errors_told():
        if gui and sys.platform == "linux" and not os.environ.get("DISPLAY"):
            raise ValueError("--gui: there is no display (DISPLAY is not set)")
        experiment = _experiment(what, overrides)
        conditions = [parse_condition(text, experiment.arms) for text in require or ()]
        wishes = Wishes(
            out=out or Path("runs") / _run_name(what, experiment),
            n_jobs=1 if gui else jobs,
            keeps_raw=keep_raw,
            api="traci" if gui else engine,
            gui=gui,
            command=shlex.join(["ecocorridor", *sys.argv[1:]]),
        )
        n_runs = len(experiment.arms) * len(experiment.seeds)
        with showing(console, n_runs) as shown:
            outcome = run_experiment(experiment, wishes, tell=shown.tell, say=shown.say)
    _tell_outcome(outcome.summary, wishes.out, as_json=as_json)
    for condition in conditions:
        print(condition.sentence(outcome.summary), file=sys.stderr)
    if outcome.failures:
        n_failed, first = len(outcome.failures), outcome.failures[0].splitlines()[0]
        _stop(f"{n_failed} of {n_runs} runs failed, the first one: {first}", FAILED)
    if not all(condition.holds(outcome.summary) for condition in conditions):
        raise typer.Exit(NOT_MET)


def _check_machine() -> None:
    from experiments.doctor import preflight, render

    if failing := preflight():
        _stop(render(failing), FAILED)


def _experiment(what: str | None, overrides: Mapping[str, object]) -> Experiment:
    if what is None:
        return load_experiment(DEFAULT_EXPERIMENT, overrides)
    path = Path(what)
    if path.suffix in (".yaml", ".yml") and not _is_arterial(path):
        return load_experiment(path, overrides)
    return Experiment.from_scenario(what, overrides)


def _is_arterial(path: Path) -> bool:
    """Whether a YAML file describes a road, not an experiment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.split("#")[0].replace(" ", "").startswith("kind:arterial") for line in lines)


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

    with _errors_told():
        print(write_report(directory))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and installation; says what mends what is wrong."""
    from experiments.doctor import diagnose, render

    checks = diagnose()
    print(json.dumps([asdict(check) for check in checks]) if as_json else render(checks))
    if any(check.level == "error" for check in checks):
        raise typer.Exit(FAILED)


@nets_app.command("list")
def nets_list(as_json: AsJson = False) -> None:
    """Scenarios that can be named."""
    from experiments.cli_tables import catalogue_table
    from sumo_nets import list_scenarios

    entries = list_scenarios()
    if as_json:
        print(json.dumps([asdict(entry) for entry in entries]))
    else:
        Console().print(catalogue_table(entries))


@nets_app.command("show")
def nets_show(
    scenario: Annotated[str, typer.Argument(help="Name or path.")], as_json: AsJson = False
) -> None:
    """Signals, roads, demand of a scenario, and what is left out of it."""
    from experiments.cli_tables import road_sentences, signals_table
    from sumo_nets import describe, load_scenario

    with _errors_told():
        description = describe(load_scenario(scenario, require_signals=False))
    if as_json:
        print(json.dumps(asdict(description)))
        return
    console = Console()
    for sentence in road_sentences(description):
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    console.print(signals_table(description))


@nets_app.command("check")
def nets_check(
    scenario: Annotated[str, typer.Argument(help="Name or path.")], as_json: AsJson = False
) -> None:
    """What would make an experiment on a scenario worthless; exit code 1 if anything would."""
    from sumo_nets import check_scenario, load_scenario

    with _errors_told():
        loaded = load_scenario(scenario, require_signals=False)
        findings = check_scenario(loaded, cache_dir=cache_folder())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(f"{finding.level}: {finding.text}")
        if not findings:
            print(f"{loaded.name}: nothing found that would spoil an experiment")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(FAILED)


@nets_app.command("spat")
def nets_spat(
    scenario: Annotated[str, typer.Argument(help="Name or path.")],
    control: Annotated[
        Literal["own", "actuated", "delay_based"],
        typer.Option(help="The scenario's own, or what its fixed programs become."),
    ] = "own",
    duration: Annotated[float, typer.Option(min=1.0, help="Simulated time, s.")] = 3600.0,
) -> None:
    """Predicted greens against those that came; exit code 1 if one left its bounds."""
    from experiments.spat_check import check_spat, sentences
    from sumo_nets import load_scenario

    with _errors_told():
        audit = check_spat(
            load_scenario(scenario),
            control=control,
            duration_s=duration,
            seed=1,
            cache_dir=cache_folder(),
        )
    for sentence in sentences(audit):
        print(sentence)
    if audit.n_outside:
        raise typer.Exit(FAILED)


@config_app.command("check")
def config_check(
    file: Annotated[Path, typer.Argument(help="An experiment file.")], as_json: AsJson = False
) -> None:
    """Check an experiment file and print it with all defaults filled in."""
    from experiments.main_job import load_checked

    with _errors_told():
        experiment = load_experiment(file)
        load_checked(experiment)
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
        _stop(f"{file}: exists already; name another file", BAD_INPUT)
    except OSError as error:
        _stop(f"{file}: cannot be written: {error.strerror}", BAD_INPUT)
    print(file)
