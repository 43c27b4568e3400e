"""The command `schema`: files, columns, types and units of the results."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from experiments.commands.ends import AsJson, errors_told, table_console


def schema(
    table: Annotated[
        str | None, typer.Argument(help="Name of a table, as in vehicles. Default: all of them.")
    ] = None,
    as_json: AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print all tables as a page.")
    ] = False,
) -> None:
    """Print what the files of results hold: columns, types, units, meaning."""
    from experiments.column_words import data_package, markdown, resource
    from experiments.columns import load_tables

    with errors_told():
        tables = load_tables()
        if table is not None and table not in tables:
            raise ValueError(f"no table '{table}'; there are {', '.join(tables)}")
        if as_markdown and (as_json or table is not None):
            raise ValueError("--markdown prints all tables; leave TABLE and --json out")
    if as_markdown:
        print(markdown(), end="")
        return
    if as_json:
        chosen = data_package(list(tables.values())) if table is None else resource(tables[table])
        print(json.dumps(chosen, indent=2, ensure_ascii=False))
        return
    if table is None:
        rows = [(each.name, each.file, each.rows) for each in tables.values()]
        _print_table("", ("table", "file", "rows"), rows)
        return
    chosen_table = tables[table]
    columns = [(each.name, each.type, each.unit, each.meaning) for each in chosen_table.columns]
    title = f"{chosen_table.file}: {chosen_table.rows}"
    _print_table(title, ("column", "type", "unit", "meaning"), columns)


def _print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.table import Table

    printed = Table(title=title or None, title_justify="left")
    for head in heads:
        printed.add_column(head, overflow="fold")
    for row in rows:
        printed.add_row(*row)
    table_console().print(printed)
