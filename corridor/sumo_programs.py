"""Signal programs as SUMO tells them, taken over as ours."""

import math

from corridor.programs import Control, Phase, Program

UNBOUNDED_S = 1e6
"""SUMO writes a phase without a greatest length as one of 2147483 s."""
GREEN, YELLOW = frozenset("Gg"), frozenset("yYu")
"""Letters by which SUMO knows a green phase, and one that is none."""
YES = frozenset({"true", "True", "TRUE", "1", "yes", "on", "x", "t"})
"""What SUMO takes for yes."""


def program_of(logic: object) -> Program:
    """A program, from what SUMO calls its logic."""
    control = _control(logic.type)  # type: ignore[attr-defined]
    parameters = dict(logic.subParameter)  # type: ignore[attr-defined]
    overruns = control is Control.DELAY_BASED and parameters.get("extendMaxDur") in YES
    return Program(
        program_id=logic.programID,  # type: ignore[attr-defined]
        control=control,
        offset_s=0.0,
        phases=tuple(
            Phase(
                state=phase.state,
                duration_s=phase.duration,
                min_s=phase.minDur,
                max_s=math.inf if overruns and _is_green(phase.state) else _greatest_s(phase),
                following=tuple(phase.next),
            )
            for phase in logic.phases  # type: ignore[attr-defined]
        ),
    )


def _greatest_s(phase: object) -> float:
    max_s = float(phase.maxDur)  # type: ignore[attr-defined]
    return max_s if max_s < UNBOUNDED_S else math.inf


def _is_green(state: str) -> bool:
    """Whether SUMO takes a phase for a green one, which may last beyond its greatest length."""
    return not YELLOW.intersection(state) and not GREEN.isdisjoint(state)


def _control(number: int) -> Control:
    try:
        return Control(number)
    except ValueError:
        return Control.OFF
