"""Numbers as text, with no more digits than their intervals bear."""

import math

THIN = "\u202f"
_KEPT = "\u00a0"
"""A space at which no line ends."""


def places_of(low: float | None, high: float | None) -> int | None:
    """Decimal places at which half the width of an interval has two digits.

    Returns:
        Below 0: tens, hundreds and so on. None: there is no interval, or it has no width.
    """
    if low is None or high is None or not high > low:
        return None
    return 1 - math.floor(math.log10((high - low) / 2.0))


def number(value: float, places: int | None = None, *, digits: int = 3) -> str:
    """A number with a true minus and thin spaces between thousands.

    Args:
        value: What is to be told.
        places: Decimal places, as from `places_of`; None: by `digits`.
        digits: Significant digits where no places are given.

    >>> number(12345.6, -1), number(-0.04321), number(-0.001, 1)
    ('12\u202f350', '−0.0432', '0.0')
    """
    if not math.isfinite(value):
        return "not known"
    if places is None:
        places = 1 if value == 0 else digits - 1 - math.floor(math.log10(abs(value)))
    value = round(value, places) + 0.0
    text = f"{value:,.{max(places, 0)}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace(",", THIN).replace("-", "\u2212")


def floored(value: float, places: int | None = None) -> str:
    """A claim as text: what is above 0 is never rounded up.

    >>> floored(2.79, 1), floored(2.796)
    ('2.7', '2.79')
    """
    if places is None:
        places = 2 - math.floor(math.log10(abs(value))) if value else 1
    scale = 10.0**places
    # What is exact in decimals is not to lose a digit by its binary form.
    return number(math.floor(value * scale + 1e-9) / scale, places)


def span(low: float | None, high: float | None, unit: str, places: int | None = None) -> str:
    """An interval, as in `−4.5 to 9.4 g`; says so where there is none."""
    if low is None or high is None:
        return "no interval"
    places = places_of(low, high) if places is None else places
    low_text, high_text = number(low, places), number(high, places)
    if low_text == high_text:
        return with_unit(low_text, unit)
    return with_unit(f"{low_text}{_KEPT}to{_KEPT}{high_text}", unit)


def with_unit(text: str, unit: str) -> str:
    """A number as text and its unit, which may be none."""
    return f"{text}{THIN}{unit}" if unit else text


def share(part: float, whole: float) -> str:
    """A completeness in percent, rounded down so that 100 % means all.

    >>> share(9_999, 10_000), share(1, 1)
    ('99.9\u202f%', '100\u202f%')
    """
    if whole == 0:
        return "none"
    if part >= whole:
        return f"100{THIN}%"
    return f"{math.floor(1000.0 * part / whole) / 10.0:.1f}{THIN}%"
