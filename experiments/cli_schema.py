"""The command `schema`: files, columns, types and units of the results."""

import json
from typing import Annotated

import typer

from experiments.cli_ends import AsJson, errors_told, table_console


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
    from rich.table import Table as Printed

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
    printed = Printed(show_lines=False)
    if table is None:
        heads, rows = ("table", "file", "rows"), [(t.name, t.file, t.rows) for t in tables.values()]
        title = None
    else:
        heads = ("column", "type", "unit", "meaning")
        rows = [(c.name, c.type, c.unit, c.meaning) for c in tables[table].columns]
        title = f"{tables[table].file}: {tables[table].rows}"
    printed.title, printed.title_justify = title, "left"
    for head in heads:
        printed.add_column(head, overflow="fold")
    for row in rows:
        printed.add_row(*row)
    table_console().print(printed)
