import datetime
import json
import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.ledger.canonical import canonical_json
from experiments.ledger.records import anonymous, fixed_decimals, records_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)


def as_binary_number(digits):
    """JSON numbers are binary ones of 64 bits; Python would read more into long whole ones."""
    return int(digits) if abs(int(digits)) < 2**53 else float(digits)


@given(VALUES)
def test_what_is_written_is_json_of_the_same_value(value):
    assert json.loads(canonical_json(value), parse_int=as_binary_number) == value


@given(VALUES)
def test_the_text_of_a_value_that_was_read_is_the_same_text(value):
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        # Appendix B of RFC 8785, and both ends of where ECMA-262 changes to an exponent.
        (0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"), (9.999999999999997e-7, "9.999999999999997e-7"), (0.000001, "0.000001"),
        (333333333.3333333, "333333333.3333333"), (333333333.33333325, "333333333.33333325"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_rfc_8785_does(number, text):
    assert canonical_json(number).decode() == text


def test_keys_are_sorted_as_rfc_8785_does_by_utf_16_units():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]  # its example 3.2.3
    text = canonical_json(dict.fromkeys(keys, 0))
    assert list(json.loads(text)) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53 + 1, 10**400, {1, 2}, "\ud800"])
def test_what_json_does_not_have_is_refused(value):
    with pytest.raises(ValueError, match=r"got|JSON has no|not text"):
        canonical_json([value])


@given(st.lists(st.floats(-9.9e8, 9.9e8), min_size=1))
def test_figures_are_right_to_six_decimals_and_numbers_of_rfc_8785(figures):
    for figure, text in zip(figures, fixed_decimals(pl.Series(figures)), strict=True):
        assert abs(float(text) - figure) <= 0.5e-6 * (1 + 1e-6) + abs(figure) * 2**-52
        assert canonical_json(float(text)).decode() == text


def test_figures_that_are_none_have_no_text():
    assert fixed_decimals(pl.Series([math.nan, None, 1.5])).to_list() == [None, None, "1.5"]
    assert fixed_decimals(pl.Series([None], dtype=pl.Float64)).to_list() == [None]
    assert fixed_decimals(pl.Series([], dtype=pl.Float64)).to_list() == []


@pytest.mark.parametrize("figure", [math.inf, -math.inf, 1e9, -1e12])
def test_figures_too_large_for_their_decimals_are_refused(figure):
    with pytest.raises(ValueError, match="within"):
        fixed_decimals(pl.Series([1.0, figure]))


def test_a_record_is_the_canonical_json_of_its_row():
    table = pl.DataFrame(
        {
            "vehicle_id": ["a"], "vehicle_type": ["of Anna"], "arm": ['e"c\\o\n'], "seed": [3],
            "nox_g": [0.125], "equipped": [True], "advice_changes": [None], "advised_s": [math.nan],
            "stops": pl.Series([7], dtype=pl.UInt8),
            "{odd} name": pl.Series([1.5], dtype=pl.Float32),
        }
    )  # fmt: skip
    values = {
        "arm": 'e"c\\o\n', "seed": 3, "nox_g": 0.125, "equipped": True, "advice_changes": None,
        "advised_s": None, "stops": 7, "{odd} name": 1.5, "trip": "0" * 20,
    }  # fmt: skip
    (record,) = records_of(table, ["0" * 20])
    assert record == canonical_json(values)
    del values["trip"]
    assert anonymous(record) == canonical_json(values)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (pl.Series("trip", ["x"]), "trip"),
        (pl.Series("when", [datetime.date(2026, 1, 1)]), "when"),
        (pl.Series("co2_g", [math.inf]), "co2_g"),
    ],
)
def test_a_table_that_cannot_be_recorded_is_refused_by_the_name_of_its_column(column, what):
    table = pl.DataFrame({"arm": ["eco"], "seed": [1]}).with_columns(column)
    with pytest.raises(ValueError, match=f"'{what}'"):
        records_of(table, ["0" * 20])
