import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.units import parse_quantity, unit_suffix


@pytest.mark.parametrize(
    ("text", "suffix", "expected"),
    [("50 km/h", "mps", 50 / 3.6), ("5 km/h", "mps", 5 / 3.6), ("10mph", "mps", 4.4704),
     ("0.3 km", "m", 300.0), ("300", "m", 300.0), ("100 ms", "s", 0.1), ("2 min", "s", 120.0),
     ("1.5 h", "s", 5400.0), ("-1 s", "s", -1.0), ("10 Hz", "hz", 10.0), ("1.5 m/s²", "mps2", 1.5),
     ("1e3 m", "m", 1000.0)],
)  # fmt: skip
def test_quantities_are_read_in_the_unit_of_their_key(text, suffix, expected):
    assert parse_quantity(text, suffix) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "suffix", "words"),
    [("50 km/h", "m", "a length in metres"), ("3 m", "s", "a time in seconds"),
     ("3 s", "mps", "a speed in metres per second"), ("5 furlong", "m", "not a known unit"),
     ("fast", "mps", "a speed"), ("", "s", "a time"), ("1,5 s", "s", "a time"),
     ("7:30", "s", "write 450 for minutes"), ("7:30", "s", "or 27000 for hours"),
     ("07:30:10", "s", "write 27010"), ("7:30", "m", "a length")],
)  # fmt: skip
def test_a_wrong_quantity_is_told_with_what_was_expected(text, suffix, words):
    with pytest.raises(ValueError, match=words) as caught:
        parse_quantity(text, suffix)
    assert repr(text) in str(caught.value)


def test_only_a_known_ending_behind_an_underscore_is_a_unit():
    assert [unit_suffix(key) for key in ("range_m", "lag_s", "s", "loss", "seeds", "a_b")] == [
        "m", "s", None, None, None, None,
    ]  # fmt: skip


@given(st.floats(0.001, 1e6))
def test_kilometres_are_a_thousand_metres(number):
    assert parse_quantity(f"{number!r} km", "m") == pytest.approx(number * 1000)
