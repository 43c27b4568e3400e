"""Names as numbers: the rows of a trace are many, the vehicles, lanes and roads in them few."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Numbered(NamedTuple):
    """Which of some distinct values each row has."""

    number: IntArray
    """(n,) place among the values; their number where a row has none."""
    values: pl.Series
    """(k,) the distinct values; some may be in no row."""


def as_enum(names: pl.Series) -> pl.Series:
    """The same names, kept as numbers that sort as they do: several times as fast to work with."""
    return names.cast(pl.Enum(names.drop_nulls().unique().sort()))


def numbered(values: pl.Series) -> Numbered:
    """The distinct values of a column of names, truth values or whole numbers, and who has which.

    Args:
        values: (n,) names may be kept as text or as numbers.
    """
    if values.dtype == pl.Boolean:
        distinct = pl.Series([False, True])
        places = values.cast(pl.UInt32)
    elif values.dtype.is_integer():
        numbers = values.drop_nulls().to_numpy()
        least, most = (int(numbers.min()), int(numbers.max())) if numbers.size else (0, -1)
        distinct = pl.Series(range(least, most + 1), dtype=values.dtype)
        places = values - least
    else:
        names = values if isinstance(values.dtype, pl.Enum) else as_enum(values)
        dtype = names.dtype
        assert isinstance(dtype, pl.Enum)
        distinct, places = dtype.categories, names.to_physical()
    places = places.cast(pl.Int64)
    return Numbered(places.fill_null(distinct.len()).to_numpy(), distinct)


def looked_up(keys: pl.Series, table: pl.DataFrame) -> pl.DataFrame:
    """For each key the row of a table that has it, without the key; nulls where none has.

    Args:
        keys: (n,) names, with the name of the table's key.
        table: One row per key.
    """
    number, values = numbered(keys)
    known = pl.DataFrame({keys.name: values}).join(
        table, on=keys.name, how="left", maintain_order="left"
    )
    return known.vstack(known.clear(1)).drop(keys.name)[number]


class Groups(NamedTuple):
    """Rows that have the same keys."""

    number: IntArray
    """(n,) group of each row."""
    first: IntArray
    """(g,) a row of each group."""


def groups(table: pl.DataFrame, keys: list[str]) -> Groups:
    """Rows of a table by some columns of names, truth values or whole numbers."""
    number = np.zeros(table.height, dtype=np.int64)
    for key in keys:
        own, values = numbered(table[key])
        number = number * (values.len() + 1) + own
        # Numbers in use become those from 0 on, so that the next key cannot make them huge.
        is_used = np.bincount(number) > 0
        number = (np.cumsum(is_used) - 1)[number]
    first = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first[number[::-1]] = np.arange(table.height - 1, -1, -1)
    return Groups(number, first)


def is_first(number: IntArray) -> BoolArray:
    """(n,) whether a row has another number than the one before."""
    return np.asarray(np.diff(number, prepend=-1) != 0)


def run_lengths(is_in: BoolArray, number: IntArray) -> tuple[IntArray, IntArray]:
    """Runs of rows that are in, of one number each.

    Args:
        is_in: (n,) whether a row is.
        number: (n,) equal in all rows of one vehicle.

    Returns:
        (r,) the number of each run; (r,) how many rows it has.
    """
    begins = is_in & (is_first(number) | ~np.concatenate([[False], is_in[:-1]]))
    run = np.cumsum(begins)[is_in] - 1
    return number[begins], np.bincount(run, minlength=int(begins.sum()))
