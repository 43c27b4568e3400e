"""Records: the rows of the table of vehicles as canonical JSON, under pseudonyms."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from experiments.ledger.canonical import fixed_decimals

VEHICLE, TRIP = "vehicle_id", "trip"
"""Column of the table, and what stands in a record instead: a pseudonym."""
LEFT_OUT = (VEHICLE, "vehicle_type")
"""Columns that may name a vehicle: types are called as the author of a scenario likes."""
_TRIP_IN_RECORD = re.compile(rb',"trip":"[a-z2-7]{16}"')


def pseudonym(salt: bytes, vehicle_id: str) -> str:
    """16 letters and digits (80 bits) that stand for a vehicle in all arms and seeds of a run."""
    digest = hmac.digest(salt, vehicle_id.encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def trips_of(table: pl.DataFrame, salt: bytes) -> list[str]:
    """The pseudonym of each row of a table of vehicles."""
    names = {each: pseudonym(salt, each) for each in table[VEHICLE].unique()}
    return [names[each] for each in table[VEHICLE]]


def record_columns(table: pl.DataFrame) -> list[str]:
    """Columns of the table that stand in records."""
    return [name for name in table.columns if name not in LEFT_OUT]


def records_of(table: pl.DataFrame, trips: Sequence[str]) -> list[bytes]:
    """A canonical record for each row.

    Args:
        table: With `arm` and `seed`; all columns but `LEFT_OUT` stand in the records.
        trips: Pseudonym of each row.

    Raises:
        ValueError: A column holds what cannot stand in a record, or is called `trip`.
    """
    if TRIP in table.columns:
        raise ValueError(
            f"the table of vehicles has a column '{TRIP}', which stands for pseudonyms"
        )
    return _rows(
        table.select(record_columns(table)).with_columns(pl.Series(TRIP, trips, pl.String))
    )


def anonymous_records_of(table: pl.DataFrame) -> list[bytes]:
    """The same without pseudonyms: what can be compared without the key."""
    return _rows(table.select(record_columns(table)))


def anonymous(record: bytes) -> bytes:
    """A record without its pseudonym."""
    return _TRIP_IN_RECORD.sub(b"", record, count=1)


def runs_in_order(table: pl.DataFrame) -> list[tuple[str, int, int]]:
    """(arm, seed, number of rows) of each run in a table, as they first appear."""
    counted = table.group_by("arm", "seed", maintain_order=True).len()
    return [(arm, seed, n) for arm, seed, n in counted.iter_rows()]


def _rows(table: pl.DataFrame) -> list[bytes]:
    names = sorted(table.columns)
    columns = [_cells(table[name]) for name in names]
    # A format of its own for each table is much faster than to make each record by itself.
    form = "{{" + ",".join(f"{json.dumps(n)}:".replace("{", "{{") + "{}" for n in names) + "}}"
    return [form.format(*cells).encode() for cells in zip(*columns, strict=True)]


def _cells(column: pl.Series) -> list[str]:
    """The values of a column as JSON."""
    try:
        write = _writer(column.dtype)
        return ["null" if value is None else write(value) for value in column]
    except ValueError as error:
        raise ValueError(f"column '{column.name}' of the table of vehicles: {error}") from None


def _writer(dtype: pl.DataType) -> Callable[[Any], str]:
    if dtype.is_float() or dtype == pl.Null:
        return fixed_decimals
    if dtype.is_integer():
        return str
    if dtype == pl.Boolean:
        return lambda value: "true" if value else "false"
    if dtype == pl.String:
        return lambda value: json.dumps(value, ensure_ascii=False)
    raise ValueError(f"values of type {dtype} cannot stand in a record")
