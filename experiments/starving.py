"""Whether somebody starves: waits far longer in an arm than anybody in the reference."""

from collections.abc import Mapping
from typing import Any

from experiments.people import LONGEST_AT

LONGER_FACTOR, ENOUGH_CYCLES = 1.25, 2.0
"""Somebody starves who waits longer than anybody in the reference, by this factor, and for more
cycles of the scenario's own plan than these."""
UNKNOWN_CYCLE_S = 120.0
"""Taken where the cycle of the own plan is not known: few are longer."""


def is_starving(here_s: float, there_s: float, cycle_s: float) -> bool:
    """Whether the longest wait of an arm is far too long.

    Args:
        here_s: The longest wait in the arm.
        there_s: The longest one in the reference.
        cycle_s: Of the own plan where that is.
    """
    return here_s > max(LONGER_FACTOR * there_s, ENOUGH_CYCLES * cycle_s)


def starving_drivers(
    arm: str, here: Mapping[str, Any], there: Mapping[str, Any], cycles_s: Mapping[str, float]
) -> list[str]:
    """Warnings of vehicles that wait too long at a signal, or to enter the road.

    Args:
        arm: Name of the arm.
        here: Its figures, as of `people.arm_figures`.
        there: Those of the reference.
        cycles_s: Of the scenario's own plan, by signal.
    """
    if not (LONGEST_AT in here and LONGEST_AT in there):
        return []
    told = _at_signal(arm, "vehicle", "longest wait", (here, there), cycles_s)
    here_s, there_s = here["longest_entry_wait_s"], there["longest_entry_wait_s"]
    cycle_s = max(cycles_s.values(), default=UNKNOWN_CYCLE_S)
    if is_starving(here_s, there_s, cycle_s):
        told.append(
            f"{arm}: somebody starves: a vehicle waits {here_s:.0f} s to enter the road; the "
            f"longest such wait in the reference is {there_s:.0f} s, two of the longest cycles of "
            f"the own plan are {2 * cycle_s:.0f} s"
        )
    return told


def starving_walkers(
    arm: str, here: Mapping[str, Any], there: Mapping[str, Any], cycles_s: Mapping[str, float]
) -> list[str]:
    """The same of persons who wait at a crossing.

    Args:
        arm: Name of the arm.
        here: Its figures of persons, as of `people_on_foot.persons_of`.
        there: Those of the reference.
        cycles_s: Of the scenario's own plan, by signal.
    """
    return _at_signal(arm, "person", "longest such wait", (here, there), cycles_s)


def _at_signal(
    arm: str,
    who: str,
    wait: str,
    figures: tuple[Mapping[str, Any], Mapping[str, Any]],
    cycles_s: Mapping[str, float],
) -> list[str]:
    here, there = figures
    at = here[LONGEST_AT]
    if at is None:
        return []
    here_s, there_s = here["longest_wait_s"], there["longest_wait_s"]
    cycle_s = cycles_s.get(at["signal_id"], UNKNOWN_CYCLE_S)
    whose = "of the own plan there" if at["signal_id"] in cycles_s else "of an unknown length"
    if not is_starving(here_s, there_s, cycle_s):
        return []
    return [
        f"{arm}: somebody starves: {who} {at[f'{who}_id']} waits {here_s:.0f} s at signal "
        f"{at['signal_id']} (seed {at['seed']}); the {wait} in the reference is {there_s:.0f} s, "
        f"two cycles {whose} are {2 * cycle_s:.0f} s"
    ]
