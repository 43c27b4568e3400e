"""Quantities written with their unit, as in `50 km/h`, for keys that carry a unit in their name."""

import re

_FACTORS: dict[str, dict[str, float]] = {
    "m": {"m": 1.0, "km": 1000.0, "cm": 0.01, "ft": 0.3048, "mi": 1609.344},
    "s": {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0},
    "mps": {"m/s": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6, "mph": 0.44704},
    "mps2": {"m/s2": 1.0, "m/s^2": 1.0, "m/s²": 1.0},
    "hz": {"Hz": 1.0, "hz": 1.0, "kHz": 1000.0, "1/s": 1.0},
}
"""Suffix of a key → unit as written → factor to the key's own unit."""

_EXAMPLES = {
    "m": "a length in metres, such as 300, '300 m' or '0.3 km'",
    "s": "a time in seconds, such as 90, '90 s', '1.5 min' or '100 ms'",
    "mps": "a speed in metres per second, such as 5, '5 m/s' or '18 km/h'",
    "mps2": "an acceleration in metres per second squared, such as 1.5 or '1.5 m/s2'",
    "hz": "a frequency in hertz, such as 10 or '10 Hz'",
}
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\s\d].*?)?\s*")
_CLOCK = re.compile(r"\s*(\d+):([0-5]\d)(?::([0-5]\d))?\s*")


def unit_suffix(key: str) -> str | None:
    """Suffix of a key that names its unit (`range_m` → `m`), or None."""
    _, separator, suffix = key.rpartition("_")
    return suffix if separator and suffix in _FACTORS else None


def unit_pattern(suffix: str) -> str:
    """Regular expression of what `parse_quantity` takes for a suffix, for a JSON Schema."""
    units = "|".join(re.escape(unit) for unit in _FACTORS[suffix])
    return rf"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*({units})?\s*$"


def parse_quantity(text: str, suffix: str) -> float:
    """Value of a written quantity in the unit that the suffix names.

    Args:
        text: A number, with a unit or without.
        suffix: One of `m`, `s`, `mps`, `mps2`, `hz`.

    Raises:
        ValueError: No number, an unknown unit, or one of another dimension.
    """
    if clock := _CLOCK.fullmatch(text):
        raise ValueError(_clock_message(text, suffix, [int(part or 0) for part in clock.groups()]))
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"expected {_EXAMPLES[suffix]}, got '{text}'")
    number, unit = match.groups()
    if unit is None:
        return float(number)
    factor = _FACTORS[suffix].get(unit)
    if factor is None:
        known = any(unit in units for units in _FACTORS.values())
        wrong = "is another kind of quantity" if known else "is not a known unit"
        raise ValueError(f"expected {_EXAMPLES[suffix]}, got '{text}': '{unit}' {wrong}")
    # A division by 3.6 is exact to the last digit where a product with 1 / 3.6 is not.
    return float(number) / 3.6 if factor == 1 / 3.6 else float(number) * factor


def _clock_message(text: str, suffix: str, parts: list[int]) -> str:
    if suffix != "s":
        return f"expected {_EXAMPLES[suffix]}, got '{text}'"
    first, second, third = parts
    long_s = first * 3600 + second * 60 + third
    if text.count(":") == 2:
        return f"'{text}' is not read as a time of day; write {long_s} (seconds)"
    return (
        f"'{text}' could be read in two ways; write {first * 60 + second} for minutes and "
        f"seconds, or {long_s} for hours and minutes"
    )
