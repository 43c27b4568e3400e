"""Conditions on results, as in `--require "eco.trip_time_pct.high <= 1"`."""

import difflib
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.factor_cells import factor_paths
from experiments.measures import (
    ARM_MEANS,
    EFFECT_FIELDS,
    GROUPS,
    LONGEST_WAITS,
    PEOPLE_MEANS,
    RUN_COUNTERS,
    SAFETY_COUNTERS,
    SAFETY_RATES,
    SEEDS_WITH_MORE,
    difference_key,
    effect_columns,
    effect_key,
    per_km_place,
    reference_arm,
)
from experiments.run_accounts import compared_columns

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(r"\s*(?P<path>.*?\S)\s*(?P<operator>[<>=!]+)\s*(?P<number>\S.*?)\s*")
WIDTH = "width"
"""Field of an effect that a condition may name, and that is not kept: high - low."""

CONDITION_FIELDS = (*EFFECT_FIELDS, WIDTH)
"""Fields of an effect that a condition may name."""

_EXAMPLE = "glosa.trip_time_pct.high <= 1"


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure of the summary that must stand in a relation to a number."""

    text: str
    """As it was written."""
    path: tuple[str, ...]
    """Keys of the figure in the summary."""
    operator: str
    number: float

    def value(self, summary: Mapping[str, Any]) -> float | None:
        """The figure; None where the summary has none."""
        if self.field != WIDTH:
            return _number_at(summary, self.path)
        low, high = (_number_at(summary, (*self.path[:-1], end)) for end in ("low", "high"))
        return None if low is None or high is None else high - low

    @property
    def field(self) -> str:
        """Last key of the figure: of an effect, one of `CONDITION_FIELDS`."""
        return self.path[-1]

    def holds(self, summary: Mapping[str, Any]) -> bool:
        """Whether the condition is met; a figure that is missing meets none."""
        value = self.value(summary)
        return value is not None and _OPERATORS[self.operator](value, self.number)

    def sentence(self, summary: Mapping[str, Any]) -> str:
        """Whether the condition is met, and the value found."""
        met = "met" if self.holds(summary) else "not met"
        return f"required {self.text}: {met}, {self.found(summary)}"

    def found(self, summary: Mapping[str, Any]) -> str:
        """The value found, in words."""
        value = self.value(summary)
        return "there is no such figure in the results" if value is None else f"it is {value:.4g}"


def parse_condition(text: str, arms: Sequence[str], accounts: Sequence[str] = ()) -> Condition:
    """Condition from its written form: a path, one of < <= > >= == !=, and a number.

    The path starts with an arm (`glosa.equipped.co2_own_pct.high`: an effect), with
    `arms.<arm>` (`arms.glosa.collisions`: a figure), with `smoothing` or with `factors`
    (`factors.shares_kept.actuated.eco.co2_hbefa4_share.low`: how advice gets along with signals).

    Args:
        text: The condition.
        arms: Names of the arms of the experiment; they may hold dots themselves.
        accounts: Further accounts of the experiment, as a user writes them.

    Raises:
        ValueError: It is no condition, or about a figure that the results will not have.
    """
    match = _CONDITION.fullmatch(text)
    if match is None or match["operator"] not in _OPERATORS:
        raise ValueError(
            f"'{text}' is no condition; write a figure, one of {' '.join(_OPERATORS)} and a "
            f"number, such as '{_EXAMPLE}'"
        )
    try:
        number = float(match["number"])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"'{text}' must compare with a number, got '{match['number']}'")
    path = _resolve(match["path"], arms, list(compared_columns(accounts)))
    return Condition(text.strip(), path, match["operator"], number)


def _number_at(summary: Mapping[str, Any], path: Sequence[str]) -> float | None:
    found: Any = summary
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, int | float) else None


def _resolve(written: str, arms: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Keys of a figure from its written path."""
    known = dict(_known_figures(arms, columns))
    if written in known:
        return known[written]
    reference = reference_arm(arms)
    start = written.removeprefix("effects.")
    if start.startswith(f"{reference}."):
        raise ValueError(
            f"'{written}': {reference} is what the others are compared with and has no effects; "
            f"its own figures are 'arms.{reference}.…'"
        )
    endings = ("." + ".".join(figure) for figure in _effect_figures(columns))
    if ending := max(filter(start.endswith, endings), key=len, default=None):
        arm = start.removesuffix(ending)
        wrong = f"'{arm}' is not among the arms"
        if arm == "smoothing":
            wrong = "smoothing needs both 'unadvised' and 'none' among the arms"
        raise ValueError(f"'{written}': {wrong} ({', '.join(arms)})")
    if any(path.startswith(f"{written}.") for path in known):
        raise ValueError(
            f"'{written}' is several figures; add one of "
            f"{', '.join(_next_words(written, known))}, such as '{_EXAMPLE}'"
        )
    if close := difflib.get_close_matches(written, list(known), n=1):
        raise ValueError(f"no figure is called '{written}'; did you mean '{close[0]}'?")
    metrics = ", ".join(map(effect_key, effect_columns(columns)))
    raise ValueError(
        f"no figure is called '{written}'; write an arm ({', '.join(arms)}), a metric "
        f"({metrics}) and one of {', '.join(CONDITION_FIELDS)}, "
        f"such as '{_EXAMPLE}'"
    )


def _next_words(start: str, known: Iterable[str]) -> list[str]:
    """What may stand behind the dot after the start of a path, in the order of the figures."""
    rest = (path.removeprefix(f"{start}.") for path in known if path.startswith(f"{start}."))
    return list(dict.fromkeys(f".{words.split('.')[0]}" for words in rest))


def _known_figures(
    arms: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every figure that a summary of these arms may have: as it is written, and its keys.

    Whole paths are compared, never split at dots: `glosa-sumo:300/2/1.0` holds one itself.
    """
    reference = reference_arm(arms)
    for arm in arms:
        for figure in _arm_figures(columns):
            yield ".".join(("arms", arm, *figure)), ("arms", arm, *figure)
        for figure in _effect_figures(columns) if arm != reference else ():
            keys = ("effects", arm, *figure)
            yield ".".join(keys), keys
            yield ".".join(keys[1:]), keys
    if reference == "unadvised" and "none" in arms:
        for figure in _effect_figures(columns):
            yield ".".join(("smoothing", *figure)), ("smoothing", *figure)
    for path in factor_paths(arms, columns) if reference == "unadvised" else ():
        for field in CONDITION_FIELDS:
            yield ".".join((*path, field)), (*path, field)


def _effect_figures(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for metric in effect_columns(columns):
        for field in CONDITION_FIELDS:
            yield (effect_key(metric), field)
            for group in GROUPS:
                yield (group, effect_key(metric), field)
    for rate in SAFETY_RATES:
        for field in CONDITION_FIELDS:
            yield (difference_key(rate), field)
    for name in SAFETY_COUNTERS:
        yield (SEEDS_WITH_MORE, name)


def _arm_figures(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for name in (*ARM_MEANS, *PEOPLE_MEANS, *LONGEST_WAITS, *RUN_COUNTERS):
        yield (name,)
    yield from filter(None, map(per_km_place, columns))
