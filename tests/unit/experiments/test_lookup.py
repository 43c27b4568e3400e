import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from experiments.lookup import as_enum, groups, is_first, looked_up, numbered, run_lengths

names = st.lists(st.sampled_from(["a", "b10", "b9", None]), max_size=20)


@given(names)
def test_names_kept_as_numbers_sort_as_text_does(rows):
    text = pl.Series("name", rows, dtype=pl.String)
    assert as_enum(text).sort().to_list() == text.sort().to_list()


@given(names)
def test_each_row_finds_its_name_again(rows):
    text = pl.Series("name", rows, dtype=pl.String)
    for kept in (text, as_enum(text)):
        number, values = numbered(kept)
        assert [*values, None][: values.len() + 1] == [*sorted(set(rows) - {None}), None]
        assert [[*values, None][place] for place in number] == rows


def test_what_no_key_has_is_null():
    table = pl.DataFrame({"lane": ["x", "y"], "limit_mps": [10.0, 20.0]})
    keys = pl.Series("lane", ["y", "z", None, "x", "y"])
    assert looked_up(keys, table)["limit_mps"].to_list() == [20.0, None, None, 10.0, 20.0]


@given(st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.booleans(), st.integers(-3, 5))))
def test_rows_are_of_one_group_where_all_keys_are_the_same(rows):
    schema = {"name": pl.String, "flag": pl.Boolean, "minute": pl.Int64}
    number, first = groups(pl.DataFrame(rows, schema=schema, orient="row"), list(schema))
    assert first.size == len(set(rows))
    assert [rows[place] for place in first[number]] == rows


def test_runs_end_with_their_vehicle():
    is_in = np.array([1, 1, 0, 1, 1, 1, 0], dtype=bool)
    vehicle = np.array([4, 4, 4, 4, 5, 5, 5])
    assert is_first(vehicle).tolist() == [True, False, False, False, True, False, False]
    owner, lengths = run_lengths(is_in, vehicle)
    assert owner.tolist() == [4, 4, 5]
    assert lengths.tolist() == [2, 1, 2]


def test_where_nothing_is_in_there_is_no_run():
    for n in (0, 3):
        owner, lengths = run_lengths(np.zeros(n, dtype=bool), np.zeros(n, dtype=np.int64))
        assert owner.size == lengths.size == 0
