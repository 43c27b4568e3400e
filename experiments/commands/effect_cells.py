"""An effect as a cell of a table on the command line."""

from collections.abc import Mapping
from typing import Any

from experiments.statistics import Effect, verdict
from experiments.two_factors import KEPT, LOST, share_verdict

SHARE_MARKS = {KEPT: "!", LOST: "x"}
"""What is shown of a share of a saving."""


def change_cell(entry: Mapping[str, Any] | None, *, is_stacked: bool = False) -> str:
    """A change in %, with a star where its interval contains 0.

    Args:
        entry: Effect as in the summary; None: not known.
        is_stacked: Whether the interval has a line of its own.
    """
    if entry is None:
        return "-"
    effect = Effect(**entry)
    return effect_cell(effect, "+.2f", star(effect) or " ", is_stacked=is_stacked)


def share_cell(entry: Mapping[str, Any] | None) -> str:
    """A share of a saving, marked where it is shown to be kept or lost; on two lines.

    Args:
        entry: Share as in the summary; None: there is no saving.
    """
    if entry is None:
        return "-"
    share = Effect(**entry)
    return effect_cell(share, ".2f", SHARE_MARKS.get(share_verdict(share), ""), is_stacked=True)


def effect_cell(effect: Effect, form: str, mark: str, *, is_stacked: bool = False) -> str:
    """The mean, with its interval and a mark where it has one.

    Args:
        effect: What is told.
        form: How its numbers are written, as in `+.2f`.
        mark: What the interval shows.
        is_stacked: Whether the interval has a line of its own.
    """
    mean = format(effect.mean, form)
    if effect.low is None or effect.high is None:
        return mean
    interval = f"[{effect.low:{form}}, {effect.high:{form}}]"
    return f"{mean}{mark}\n{interval}" if is_stacked else f"{mean} {interval}{mark}"


def star(effect: Effect) -> str:
    """A star where the interval contains 0, else nothing."""
    return "*" if verdict(effect) == "no effect shown" else ""
