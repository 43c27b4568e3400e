"""The commands `signals …`: plans of the signals, made better, shown, checked and compared."""

import typer

from experiments.commands.plans import check, compare, show

signals_app = typer.Typer(help="Plans of the signals of a whole scenario.", no_args_is_help=True)
signals_app.command()(show)
signals_app.command()(check)
signals_app.command()(compare)
