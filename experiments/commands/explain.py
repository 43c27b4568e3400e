"""The command `explain`: what happened to one vehicle, and why."""

import math
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from experiments.commands.ends import errors_told, table_console

if TYPE_CHECKING:
    from experiments.report.account import Account
    from experiments.report.explained import Candidate

WIDEST = 100
"""Longer lines are hard to read."""


def explain(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")],
    vehicle: Annotated[
        str | None, typer.Option(help="Id of a vehicle; without it those worth a look are listed.")
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="An advised arm.", show_default="eco, if it was run")
    ] = None,
    signal: Annotated[str | None, typer.Option(help="Only this signal.")] = None,
    seed: Annotated[int | None, typer.Option(help="The recorded seed is the first.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html|.png|.svg",
            help="Page or picture.",
            show_default="DIR/explained/ARM-VEHICLE.html",
        ),
    ] = None,
) -> None:
    """Tell and draw what one vehicle knew, was told and did, with advice and without."""
    from experiments.report.account import account_of, chosen_approaches
    from experiments.report.explained import worth_a_look
    from experiments.report.explained_page import (
        EXPLAINED,
        check_kind,
        page_name,
        write_explained,
    )
    from experiments.report.journeys import read_records

    with errors_told():
        records = read_records(directory, seed)
        chosen = records.arm(arm)
        if vehicle is None:
            _list(worth_a_look(records, chosen), chosen)
            return
        target = out or directory / EXPLAINED / page_name(vehicle, chosen)
        check_kind(target)
        explained = records.explained(vehicle, chosen)
        account = account_of(explained, signal)
        write_explained(target, explained, chosen_approaches(explained, signal), account)
    _tell(account)
    print(f"\npicture: {target}")


def _tell(account: "Account") -> None:
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)

    def say(text: str, first: str = "", rest: str = "") -> None:
        print(
            textwrap.fill(
                text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
            )
        )

    say(account.title)
    for line in account.summary:
        say(line)
    for part in account.parts:
        print()
        say(part.title)
        for line in part.lines:
            say(line, "  - ", "    ")


def _list(candidates: "list[Candidate]", arm: str) -> None:
    if not candidates:
        print(f"no equipped vehicle met a signal under {arm}")
        return
    table = Table(
        title=f"{arm}: advised vehicles worth a look",
        title_justify="left",
        caption="with advice minus without; CO2 by the own class; give one as --vehicle",
        caption_justify="left",
    )
    table.add_column("why")
    table.add_column("vehicle", no_wrap=True)
    for name in ("signals with advice", "advised, s", "trip time, s", "CO2, g", "CO2, %"):
        table.add_column(name, justify="right")
    for found in candidates:
        table.add_row(
            found.why,
            found.vehicle_id,
            str(found.n_signals),
            _number(found.advised_s, "{:.0f}"),
            _number(found.later_s, "{:+.1f}"),
            _number(found.co2_g, "{:+.1f}"),
            _number(found.co2_pct, "{:+.1f}"),
        )
    table_console(200).print(table)


def _number(value: float | None, form: str) -> str:
    return "-" if value is None or math.isnan(value) else form.format(value)
