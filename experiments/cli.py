"""The command line: the documented door to everything."""

import importlib.metadata
import json
import logging
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from experiments.commands.bench import bench_app
from experiments.commands.bench_signals import bench_signals
from experiments.commands.bound import bound
from experiments.commands.config import config_app
from experiments.commands.curves import curves, sensitivity
from experiments.commands.emissions import emissions_app
from experiments.commands.ends import FAILED, INTERRUPTED, AsJson
from experiments.commands.explain import explain
from experiments.commands.factors import factors_app
from experiments.commands.ledger import credits_, verify
from experiments.commands.mrv import mrv
from experiments.commands.nets import nets_app
from experiments.commands.networks import networks
from experiments.commands.optimize import optimize
from experiments.commands.report import crate, figures, report
from experiments.commands.run import run
from experiments.commands.schema import schema
from experiments.commands.signals import signals_app
from experiments.commands.sweep import sweep_app

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


app.command()(run)
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
app.command()(networks)
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
