"""`ecocorridor signals`: plans of the signals of a whole scenario."""

import typer

from experiments.commands.plans import check, compare, import_, show
from experiments.commands.signals_optimize import signals_optimize

signals_app = typer.Typer(help="Plans of the signals of a whole scenario.", no_args_is_help=True)
signals_app.command()(show)
signals_app.command()(check)
signals_app.command()(compare)
signals_app.command("import")(import_)
signals_app.command("optimize")(signals_optimize)
