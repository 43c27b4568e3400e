"""Numbers have as many digits as their intervals bear, and claims are never rounded up."""

from hypothesis import given
from hypothesis import strategies as st

from experiments.mrv.figures import floored, number, places_of, share, span


def test_half_the_width_has_two_digits():
    assert places_of(-4.5, 9.4) == 1
    assert places_of(0.0, 4_600.0) == -2
    assert places_of(0.10, 0.16) == 3


def test_no_interval_gives_no_places():
    assert places_of(None, None) is None
    assert places_of(2.0, 2.0) is None


def test_numbers_are_told_with_three_digits_where_nothing_else_is_known():
    assert number(2.7912) == "2.79"
    assert number(0.0) == "0.0"
    assert number(float("nan")) == "not known"


def test_a_small_loss_that_rounds_to_zero_has_no_sign():
    assert number(-0.01, 1) == "0.0"


def test_the_ends_of_an_interval_share_their_places_and_one_line():
    assert span(-4.54, 9.99, "g") == "−4.5\u00a0to\u00a010.0\u202fg"
    assert span(None, None, "g") == "no interval"


def test_ends_that_read_the_same_are_told_once():
    assert span(0.301, 0.302, "g", 1) == "0.3\u202fg"


@given(value=st.floats(0.001, 1e6), places=st.integers(-2, 4))
def test_a_claim_is_never_rounded_up(value, places):
    told = float(floored(value, places).replace("\u202f", "").replace("−", "-"))
    assert told <= value * (1 + 1e-9) + 1e-9


def test_nothing_but_all_is_100_percent():
    assert share(99_999, 100_000) == "99.9\u202f%"
    assert share(5, 5) == "100\u202f%"
    assert share(0, 0) == "none"
