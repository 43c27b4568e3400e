"""Records: the rows of the table of vehicles as canonical JSON, under pseudonyms."""

import hmac
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

DECIMALS = 6
"""Of figures in records: micrograms, microseconds and micrometres."""
GREATEST = 1e9
"""Figures in records are smaller: with 6 decimals they are exact in a binary number of 64 bits."""
VEHICLE, TRIP = "vehicle_id", "trip"
"""Column of the table, and what stands in a record instead: a pseudonym."""
LEFT_OUT = (VEHICLE, "vehicle_type")
"""Columns that may name a vehicle: types are called as the author of a scenario likes."""
_TRIP_IN_RECORD = re.compile(rb',"trip":"[0-9a-f]{20}"')


def pseudonym(salt: bytes, vehicle_id: str) -> str:
    """20 hexadecimal digits (80 bits) that stand for a vehicle in all arms and seeds of a run."""
    return hmac.digest(salt, vehicle_id.encode(), "sha256").hex()[:20]


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


def read_content(record: bytes) -> dict[str, Any]:
    """What a record says.

    Raises:
        ValueError: It is no record of a trip, though it may be signed.
    """
    content = json.loads(record)
    kinds = {TRIP: str, "arm": str, "seed": int}
    if not all(isinstance(content.get(name), kind) for name, kind in kinds.items()):
        raise ValueError("a record of the ledger is not one of a trip")
    return dict(content)


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
    """Each row as a canonical JSON object: by columns, which is much faster than row by row."""
    parts: list[pl.Expr] = []
    cells = {}
    for name in sorted(table.columns):
        parts += [pl.lit(f"{',' if parts else '{'}{json.dumps(name)}:"), pl.col(name)]
        try:
            cells[name] = _cells(table[name]).fill_null("null")
        except ValueError as error:
            raise ValueError(f"column '{name}' of the table of vehicles: {error}") from None
    texts = pl.DataFrame(cells).select(pl.concat_str(*parts, pl.lit("}")))
    return [text.encode() for text in texts.to_series()]


def _cells(column: pl.Series) -> pl.Series:
    """The values of a column as JSON; null where there is none."""
    dtype = column.dtype
    if dtype.is_float():
        return fixed_decimals(column)
    if dtype.is_integer() or dtype in (pl.Boolean, pl.Null):
        return column.cast(pl.String)
    if dtype == pl.String:
        written = {
            text: json.dumps(text, ensure_ascii=False) for text in column.unique().drop_nulls()
        }
        return pl.Series([text and written[text] for text in column], dtype=pl.String)
    raise ValueError(f"values of type {dtype} cannot stand in a record")


def fixed_decimals(figures: pl.Series) -> pl.Series:
    """Figures as JSON: 6 decimals at most, no exponent; null for those that are none.

    So written they are numbers of RFC 8785 too, for they are the shortest that are meant.

    Raises:
        ValueError: A figure is infinite, or too large for so many decimals.
    """
    numbers = figures.cast(pl.Float64).fill_nan(None)
    largest = numbers.abs().to_numpy().max(initial=0.0, where=~numbers.is_null().to_numpy())
    if largest >= GREATEST:
        raise ValueError(f"figures must be within ±{GREATEST:.0e}, got {largest}")
    scale = 10**DECIMALS
    # By whole numbers: how a library writes fractions may change.
    whole = pl.Series("n", np.rint(numbers.fill_null(0.0).to_numpy() * scale).astype(np.int64))
    size = pl.col("n").abs()
    fraction = (size % scale).cast(pl.String).str.zfill(DECIMALS).str.strip_chars_end("0")
    sign = pl.when(pl.col("n") < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    texts = pl.concat_str(sign, size // scale, pl.lit("."), fraction).str.strip_suffix(".")
    return (
        pl.DataFrame([whole])
        .select(pl.when(pl.Series(numbers.is_not_null())).then(texts))
        .to_series()
    )
