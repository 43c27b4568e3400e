"""What a phase of a program is: a green, and how long it lasts at least."""

from collections.abc import Collection
from xml.etree.ElementTree import Element

GREEN, YELLOW = frozenset("Gg"), frozenset("yYu")
"""Letters that a green phase has, and letters that make a phase a change between greens."""
LEAST_GREEN_S = 5.0
"""Least length of a green whose program states none, unless it was planned shorter."""


def is_fixed(program: Element) -> bool:
    """Whether a program (`tlLogic`) runs by the clock."""
    return program.get("type", "static") == "static"


def is_green(state: str) -> bool:
    """Whether a state is a green: green for somebody, and yellow for nobody."""
    return YELLOW.isdisjoint(state) and not GREEN.isdisjoint(state)


def least_green_s(
    phase: Element, on_foot: Collection[int], unstated_s: float = LEAST_GREEN_S
) -> float:
    """Least length of a green: as stated, and as planned while people on foot have green.

    Args:
        phase: A green phase of a program.
        on_foot: Places in the states of letters that are for people on foot.
        unstated_s: Of a green that states none; it never lasts longer than planned.
    """
    planned_s, state = float(phase.get("duration", "0")), phase.get("state", "")
    if any(place < len(state) and state[place] in GREEN for place in on_foot):
        return planned_s
    return min(planned_s, float(phase.get("minDur", unstated_s)))
