"""The catalogue of all columns that a run writes: type, unit and meaning of each."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

CATALOGUE = Path(__file__).parent / "data" / "columns.yaml"
METADATA_KEY = "ecocorridor.columns"
"""Of the metadata of a Parquet file: column → unit and meaning, as JSON."""
_OWN = "own"
_BRACES = re.compile(r"\{(\w+)\}")

ColumnType = Literal["string", "integer", "number", "boolean"]
"""As in a Frictionless table schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, or several of one kind: then its name has a part in braces."""

    name: str
    type: ColumnType
    unit: str
    """Empty where there is none."""
    meaning: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What stands in braces in the name."""
        return tuple(_BRACES.findall(self.name))

    @property
    def pattern(self) -> str:
        """Regular expression of the names of the columns."""
        literal = [re.escape(part) for part in re.split(r"\{\w+\}", self.name)]
        return "^" + r"([\w.]+)".join(literal) + "$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of rows."""

    name: str
    file: str
    """In the folder of results."""
    rows: str
    """What a row is."""
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The entry of a column; None: it is not in the catalogue.

        Args:
            name: As in the file, `co2_hbefa4_g` for the entry `co2_{account}_g`.
        """
        fitting = [each for each in self.columns if re.fullmatch(each.pattern, name)]
        # Of several the most exact one: its name has most letters beside the braces.
        return max(fitting, key=lambda each: len(_BRACES.sub("", each.name)), default=None)


@cache
def load_tables() -> dict[str, Table]:
    """All tables, by name."""
    content = _content()
    groups = {name: _columns(columns) for name, columns in content["groups"].items()}
    return {
        name: Table(
            name=name,
            file=table["file"],
            rows=table["rows"],
            columns=tuple(
                column
                for part in table["parts"]
                for column in (_columns(table["own"]) if part == _OWN else groups[part])
            ),
        )
        for name, table in content["tables"].items()
    }


def placeholder_words() -> dict[str, str]:
    """What the parts of names in braces stand for."""
    return dict(_content()["names"])


def parquet_metadata(name: str, columns: Iterable[str]) -> dict[str, str]:
    """Metadata for a Parquet file: unit and meaning of each column that the catalogue has.

    Args:
        name: Of the table.
        columns: Of the file.
    """
    table = load_tables()[name]
    entries = {column: table.column(column) for column in columns}
    told = {
        column: {"unit": entry.unit, "meaning": entry.meaning}
        for column, entry in entries.items()
        if entry is not None
    }
    return {METADATA_KEY: json.dumps(told, ensure_ascii=False)}


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return content


def _columns(entries: dict[str, tuple[ColumnType, str, str]]) -> list[Column]:
    return [
        Column(name=name, type=kind, unit=unit, meaning=meaning)
        for name, (kind, unit, meaning) in entries.items()
    ]
