"""What of a signal's program may be timed anew: lengths of its greens, and its offset.

Three modules cut a program into stages, each into what it is for, from the same letters and least
greens. Here a stage is a green phase, and all other phases are fixed: a plan changes lengths alone,
so that the program comes back with every letter that it had. `corridor.signal_control.stages` makes
stages that a controller can show in any order: green phases that look alike and follow each other
are one, and the change between any two stages is worked out, also where the program shows none.
`sumo_nets.timing_sheet` makes rows for engineers: any plan must come through unchanged, so that a
change of many intervals takes several rows. None can stand for another: the first has no changes
but the program's, the second no longer the program's phases, the third no bounds that hold.
"""

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from sumo_nets import (
    Scenario,
    crossing_places,
    is_fixed,
    is_green,
    least_green_s,
    own_programs,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How one signal is timed."""

    greens_s: tuple[float, ...]
    """Length of each green phase, in the order of the program."""
    offset_s: float
    """The program begins at times that are this many seconds behind a multiple of the cycle."""


Plan = Mapping[str, Times]
"""Signal → how it is timed."""


def plan_key(plan: Plan) -> tuple[object, ...]:
    """Equal for equal plans."""
    return tuple(sorted((name, each.greens_s, each.offset_s) for name, each in plan.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSignal:
    """A signal that runs by a fixed program, and what of it may change."""

    id: str
    states: tuple[str, ...]
    """Of all phases."""
    durations_s: tuple[float, ...]
    """Of all phases, as the scenario has them."""
    greens: tuple[int, ...]
    """Indices of the phases whose length may change: green for somebody and yellow for nobody."""
    min_s: tuple[float, ...]
    """Least length of each of these."""
    own: Times
    """As the scenario has it."""

    @property
    def fixed_s(self) -> float:
        """Sum of the phases that stay: yellow, all-red and what lies between them."""
        return sum(self.durations_s) - sum(self.own.greens_s)

    @property
    def lead_s(self) -> float:
        """From the begin of the program to its first green that may change."""
        return sum(self.durations_s[: self.greens[0]])

    @property
    def changes_s(self) -> tuple[float, ...]:
        """From the end of each green to the start of the next: fixed."""
        places = (*self.greens, self.greens[0] + len(self.states))
        doubled_s = self.durations_s * 2
        return tuple(sum(doubled_s[place + 1 : following]) for place, following in pairwise(places))

    @property
    def min_cycle_s(self) -> float:
        """Shortest cycle with all least greens."""
        return self.fixed_s + sum(self.min_s)

    def cycle_s(self, times: Times) -> float:
        """Length of the cycle."""
        return self.fixed_s + sum(times.greens_s)

    def allows(self, times: Times) -> bool:
        """Whether all greens are as long as they must be."""
        return all(
            green_s >= min_s for green_s, min_s in zip(times.greens_s, self.min_s, strict=True)
        )


def timed_signals(scenario: Scenario) -> dict[str, FixedSignal]:
    """The signals of a scenario that may be timed anew, by id.

    Signals that traffic decides stay as they are, and so do programs that jump (`next`), that
    show no green, or that show nothing but one green.

    Raises:
        ScenarioError: A signal changes its program by plan (WAUT).
    """
    on_foot = crossing_places(scenario)
    found = {}
    for signal, program in own_programs(scenario).items():
        timed = _timed(program, on_foot.get(signal, ()), scenario.begin_s)
        if timed is not None:
            found[signal] = timed
    return found


def _timed(program: Element, on_foot: Collection[int], begin_s: float) -> FixedSignal | None:
    phases = program.findall("phase")
    if not is_fixed(program) or any("next" in each.attrib for each in phases):
        return None
    states = tuple(phase.get("state", "") for phase in phases)
    durations_s = tuple(float(phase.get("duration", "0")) for phase in phases)
    greens = tuple(index for index, state in enumerate(states) if is_green(state))
    if not greens or len(phases) == 1:
        return None
    return FixedSignal(
        id=program.get("id", ""),
        states=states,
        durations_s=durations_s,
        greens=greens,
        min_s=tuple(least_green_s(phases[index], on_foot) for index in greens),
        own=Times(
            greens_s=tuple(durations_s[index] for index in greens),
            offset_s=_offset_s(program.get("offset", "0"), begin_s) % max(sum(durations_s), 1e-9),
        ),
    )


def _offset_s(written: str, begin_s: float) -> float:
    return begin_s if written == "begin" else float(written)


def own_plan(signals: Mapping[str, FixedSignal]) -> dict[str, Times]:
    """The scenario's own plan of signals."""
    return {signal: timed.own for signal, timed in signals.items()}


def retimed_programs(scenario: Scenario, plan: Plan) -> list[Element]:
    """The programs (`tlLogic`) of a scenario's signals, timed as a plan says.

    Args:
        scenario: Whose programs they are.
        plan: Times of some of its signals.
    """
    programs = own_programs(scenario)
    return [_retimed(programs[signal], times) for signal, times in sorted(plan.items())]


def _retimed(program: Element, times: Times) -> Element:
    changed = copy.deepcopy(program)
    timed = _timed(program, (), 0.0)
    if timed is None:
        raise ValueError(f"signal '{program.get('id')}' does not run by a fixed program")
    phases = changed.findall("phase")
    for index, green_s in zip(timed.greens, times.greens_s, strict=True):
        phases[index].set("duration", f"{green_s:g}")
    changed.set("offset", f"{times.offset_s:g}")
    return changed
