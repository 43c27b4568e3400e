"""The commands `config ...`: experiment files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.ends import AsJson, errors_told, write_new

config_app = typer.Typer(help="Experiment files: check, schema, init.", no_args_is_help=True)

OfSweep = Annotated[bool, typer.Option("--sweep", help="The file is that of a sweep.")]


@config_app.command("check")
def config_check(
    file: Annotated[Path, typer.Argument(help="An experiment file.")], as_json: AsJson = False
) -> None:
    """Check an experiment file and print it with all defaults filled in."""
    from experiments.config import load_experiment, resolved_dump
    from experiments.ordering import load_checked, try_policies

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
def config_schema(
    of_sweep: OfSweep = False,
) -> None:
    """Print the JSON Schema of experiment files, for editors."""
    from experiments.config_schema import experiment_schema, sweep_schema

    print(json.dumps(sweep_schema() if of_sweep else experiment_schema(), indent=2))


@config_app.command("init")
def config_init(
    file: Annotated[Path, typer.Argument(help="File to write.")] = Path("experiment.yaml"),
    of_sweep: OfSweep = False,
) -> None:
    """Write a commented experiment file to start from; never over another file."""
    from experiments.config_schema import init_sweep_text, init_text

    write_new(file, init_sweep_text() if of_sweep else init_text())
