"""Canonical JSON (RFC 8785): one value, one text, so that a hash of it is one of the value."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal

_SAFE = 2**53
"""Not all greater whole numbers are binary numbers of 64 bits, as all numbers of JSON are here."""


def canonical_json(value: object) -> bytes:
    """The canonical text of plain values: sorted keys, no spaces, shortest exact numbers.

    Raises:
        ValueError: A number is not finite or too large, a text is no Unicode, or the value is of
            a type that JSON does not have.

    References: RFC 8785, JSON Canonicalization Scheme; ECMA-262, Number::toString.
    """
    try:
        return _text(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"not text in Unicode: {error.object!r}") from None


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return _whole_number(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        # RFC 8785 sorts by UTF-16 units, which is another order than that of Python's texts.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{_text(value[key])}" for key in keys) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(_text, value)) + "]"
    raise ValueError(f"JSON has no {type(value).__name__}, got {value!r}")


def _whole_number(number: int) -> str:
    if abs(number) < _SAFE:
        return str(number)
    # What a greater binary number is written as may be read back as a whole one.
    if abs(number) > sys.float_info.max or _number(float(number)) != str(number):
        raise ValueError(f"whole numbers must be within ±2^53, got {number}")
    return str(number)


def _number(number: float) -> str:
    if not math.isfinite(number):
        raise ValueError(f"JSON has no {number}")
    if number == 0:
        return "0"
    if 1e-6 <= abs(number) < 1e21:
        text = f"{Decimal(repr(number)):f}"
        return text.removesuffix(".0")
    mantissa, _, exponent = repr(number).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
