"""The catalogue of columns as a Frictionless schema, and as Markdown."""

from typing import Any

from experiments.columns import Column, Table, load_tables, placeholder_words

_TOP = """# Files and columns

<!-- Written by `ecocorridor schema --markdown`; change experiments/data/columns.yaml instead. -->

All tables that a run writes: plain Parquet, CSV and JSON lines, so that pandas, polars, R and
DuckDB need nothing of ours. `ecocorridor schema vehicles` prints one of these tables, `--json`
makes it a [Frictionless](https://specs.frictionlessdata.io/table-schema/) schema. Parquet files
tell units and meanings in their metadata, as JSON under the key `ecocorridor.columns`. Times of
the simulation are SUMO's, from the 0 of its clock.
"""


def data_package(tables: list[Table]) -> dict[str, Any]:
    """Frictionless data package: what each table holds."""
    return {"resources": [resource(table) for table in tables]}


def resource(table: Table) -> dict[str, Any]:
    """Frictionless resource of one table; `unit` and `pattern` are properties of our own."""
    return {
        "name": table.name,
        "path": table.file,
        "description": table.rows,
        "schema": {"fields": [_field(column) for column in table.columns]},
    }


def markdown() -> str:
    """A page of all tables."""
    names = [f"- `{{{name}}}`: {words}" for name, words in placeholder_words().items()]
    told = "\n".join(["Parts of names in braces stand for", "", *names])
    return "\n".join([_TOP, told, "", *(_section(table) for table in load_tables().values())])


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.unit:
        field["unit"] = column.unit
    if column.placeholders:
        field["pattern"] = column.pattern
    return field | {"description": column.meaning}


def _section(table: Table) -> str:
    rows = [
        f"| `{column.name}` | {column.type} | {column.unit} | {column.meaning} |"
        for column in table.columns
    ]
    top = [f"## {table.name}: `{table.file}`", "", f"{table.rows[0].upper()}{table.rows[1:]}.", ""]
    return "\n".join([*top, "| column | type | unit | meaning |", "|---|---|---|---|", *rows, ""])
