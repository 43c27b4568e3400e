"""The commands `factors …`: emission factors and fleet mixes, and where each number is from."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from experiments.commands.ends import AsJson, errors_told, table_console

if TYPE_CHECKING:
    from emissions import Factor, FleetMix

factors_app = typer.Typer(help="Emission factors and fleet mixes.", no_args_is_help=True)

Over = Annotated[
    Path | None, typer.Option("--factors", help="A file of factors put over those of the project.")
]


@factors_app.command("list")
def factors_list(
    pattern: Annotated[
        str, typer.Argument(help="Keys that hold this text, or fit it, as in 'grid/CN*'.")
    ] = "",
    file: Over = None,
    as_json: AsJson = False,
) -> None:
    """Factors with their bounds, years and regions."""
    from fnmatch import fnmatchcase

    from experiments.factor_files import load_factors

    with errors_told():
        factors = load_factors(file)
        found = {
            key: factor
            for key, factor in factors.items()
            if pattern in key or fnmatchcase(key, pattern)
        }
        if not found:
            raise ValueError(f"no key of a factor fits '{pattern}'")
    if as_json:
        print(json.dumps([asdict(factor) for factor in found.values()]))
        return
    table_console().print(_factors_table(found))


@factors_app.command("show")
def factors_show(
    key: Annotated[str, typer.Argument(help="As in grid/CN/2023.")],
    file: Over = None,
    as_json: AsJson = False,
) -> None:
    """All that is known of one factor."""
    from experiments.factor_files import load_factors

    with errors_told():
        factor = load_factors(file)[key]
    told = asdict(factor)
    if as_json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        if value not in {"", ()}:
            print(f"{name}: {_plain(value)}")


@factors_app.command("check")
def factors_check(
    file: Annotated[Path, typer.Argument(help="A file of factors, or of fleet mixes.")],
) -> None:
    """Check a file of factors, or of fleet mixes; exit code 2 with all that is wrong."""
    from experiments.factor_files import load_factors
    from experiments.mix_files import holds_mixes, load_mixes

    with errors_told():
        if holds_mixes(file):
            mixes = load_mixes(file)
            print(f"{file}: fleet mixes {', '.join(mixes)}; nothing wrong")
        else:
            factors = load_factors(file)
            print(f"{file}: {len(factors)} factors with those of the project; nothing wrong")


@factors_app.command("mix")
def factors_mix(
    name: Annotated[str, typer.Argument(help="As in EU-2024; or FILE.yaml, or FILE.yaml:NAME.")],
    as_json: AsJson = False,
) -> None:
    """Shares of a fleet by emission class, with their sources."""
    from experiments.mix_files import load_mix

    with errors_told():
        mix = load_mix(name)
    if as_json:
        cells = [asdict(cell) for cell in mix.cells]
        print(json.dumps({"name": mix.name, "title": mix.title, "cells": cells}))
        return
    console = table_console()
    console.print(_mix_table(mix))
    for number, source in enumerate(_sources(mix), start=1):
        console.print(f"[{number}] {source}", highlight=False, markup=False, soft_wrap=True)


def _factors_table(factors: Mapping[str, "Factor"]) -> Table:
    table = Table()
    for title, justify in (("key", "left"), ("value", "right"), ("low", "right")):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for title in ("high", "unit", "year", "region", "scope", "quality"):
        table.add_column(title, no_wrap=True)
    for key, factor in factors.items():
        numbers = (f"{number:.5g}" for number in (factor.value, factor.low, factor.high))
        rest = (factor.unit, str(factor.year), factor.region, factor.scope, factor.quality)
        table.add_row(key, *numbers, *rest)
    return table


def _mix_table(mix: "FleetMix") -> Table:
    sources = _sources(mix)
    table = Table(
        title=f"{mix.name}: {mix.title} (version {mix.version})",
        title_justify="left",
        caption="share: of the group; assumed: share or split is an assumption, as its source says",
        caption_justify="left",
    )
    for title in ("group", "powertrain", "emission class", "share", "year", "quality", "source"):
        table.add_column(title, justify="right" if title == "share" else "left")
    for group in dict.fromkeys(mix.groups.values()):
        for cell in mix.cells:
            if cell.group == group:
                numbers = (f"[{sources.index(part) + 1}]" for part in cell.source.split(" | "))
                table.add_row(
                    group,
                    cell.powertrain,
                    cell.emission_class,
                    f"{100 * cell.share:.2f} %",
                    str(cell.year),
                    cell.quality,
                    " ".join(numbers).replace("[", r"\["),
                )
    return table


def _sources(mix: "FleetMix") -> list[str]:
    parts = (part for cell in mix.cells for part in cell.source.split(" | "))
    return list(dict.fromkeys(parts))


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return " × ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
