"""Effects of an arm as the summary tells them, and how they are said in words."""

from typing import Any

from experiments.arms import split_arm
from experiments.measures import EFFECT_FIELDS, PEOPLE_COLUMNS, TRIP_COLUMNS, effect_key
from experiments.report.language import say
from experiments.statistics import Effect

TRIP_METRICS = tuple(TRIP_COLUMNS)
"""What is compared beside accounts."""

PEOPLE_METRICS = tuple(PEOPLE_COLUMNS)
"""The same, where results tell it."""

CO2_ACCOUNTS = ("co2_hbefa4", "co2_hbefa4_nojump", "co2_phemlight5", "energy_bev")
"""The four accounts of the same trajectories."""

SIDED = ("less", "more")
"""Verdicts that claim an effect."""

MOST_DIGITS = 3
"""Decimals of a percentage."""


def account_metrics(summary: dict[str, Any], *quantities: str) -> list[str]:
    """Metrics of the accounts in which anything was used or emitted, in the order of the page.

    Args:
        summary: Contents of `summary.json`.
        quantities: As the names of their columns begin: `co2`, `energy`, `nox`, `pmx`, `fuel`.
    """
    figures: dict[str, Any] = next(iter(summary["arms"].values()), {})
    return [
        f"{quantity}_{name}"
        for quantity in quantities
        for key, values in figures.items()
        if key.startswith(f"{quantity}_") and key.endswith("_per_km") and isinstance(values, dict)
        for name in sorted(values, key=_place)
        if values[name] or f"{quantity}_{name}" in CO2_ACCOUNTS
    ]


def _place(name: str) -> tuple[int, str]:
    """Own classes and the accounts of the headline first, others as they are called."""
    first = ("own", "hbefa4", "hbefa4_nojump", "phemlight5", "bev")
    return (first.index(name) if name in first else len(first), name)


def compared_words(arm: str) -> str:
    """How a sentence on an arm calls its reference."""
    if split_arm(arm)[0]:
        return say("under the own plan without advice")
    return say("without advice")


def effect(effects: dict[str, Any], metric: str, group: str | None = None) -> Effect | None:
    """One effect out of `summary["effects"][arm]`; None where nothing was compared."""
    place = effects if group is None else effects.get(group) or {}
    return effect_at(place, effect_key(metric))


def effect_at(place: dict[str, Any], key: str) -> Effect | None:
    """The effect or difference that stands under a key; None where nothing was compared."""
    entry = place.get(key)
    if not isinstance(entry, dict) or entry.get("mean") is None:
        return None
    fields: dict[str, Any] = {name: entry.get(name) for name in EFFECT_FIELDS}
    return Effect(**fields)


def arm_effects(summary: dict[str, Any], arm: str) -> dict[str, Any]:
    """All effects of the arm; empty where it was not compared."""
    found = summary["effects"].get(arm)
    return found if isinstance(found, dict) else {}


def signed(value: float, *, digits: int | None = None) -> str:
    r"""A number with its sign, a true minus, and digits that fit its size.

    >>> signed(-2.14), signed(0.031), signed(-41.7)
    ('\u22122.1', '+0.03', '\u221241.7')
    """
    digits = _digits(value) if digits is None else digits
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        text = f"{0:.{digits}f}"
    return text.replace("-", "\u2212")


def change_text(found: Effect) -> str:
    """The mean change, as in `−2.1 %`."""
    return f"{signed(found.mean, digits=digits_of(found))}\u202f%"


def interval_text(found: Effect) -> str:
    """The interval, as in `−2.7 to −1.5 %`; says so where there is none."""
    if found.low is None or found.high is None:
        return say("no interval (one run)")
    digits = digits_of(found)
    low, high = (signed(value, digits=digits) for value in (found.low, found.high))
    return say("{low} to {high} %", low=low, high=high)


def size_parts(found: Effect) -> dict[str, str]:
    """Size and interval without signs, to be put into a sentence.

    Returns:
        size, as in `2.1 %`, and interval, as in ` (95 % interval 1.5 to 2.7 %)`, or empty.
    """
    digits = digits_of(found)
    size = f"{abs(found.mean):.{digits}f}\u202f%"
    if found.low is None or found.high is None:
        return {"size": size, "interval": ""}
    near, far = (f"{v:.{digits}f}" for v in sorted((abs(found.low), abs(found.high))))
    return {"size": size, "interval": say(" (95 % interval {near} to {far} %)", near=near, far=far)}


def digits_of(found: Effect) -> int:
    """Decimals that let mean and ends be told from 0, and the ends from each other."""
    ends = [v for v in (found.low, found.high) if v is not None]
    values = [v for v in (found.mean, *ends) if v != 0]
    digits = max((_digits(value) for value in values), default=1)
    while digits < MOST_DIGITS and len(set(ends)) > len({round(v, digits) for v in ends}):
        digits += 1
    return digits


def _digits(value: float) -> int:
    size = abs(value)
    return 1 if size >= 0.1 or size == 0 else 2
