"""The commands `signals …`: plans of the signals, made better, shown, checked and compared."""

import typer

from experiments.commands.signals_optimize import signals_optimize

signals_app = typer.Typer(help="Plans of the signals of a whole scenario.", no_args_is_help=True)


@signals_app.callback()
def _common() -> None:
    pass


signals_app.command("optimize")(signals_optimize)
