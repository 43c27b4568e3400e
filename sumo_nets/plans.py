"""Plans of signals as they stand in files: phases with lengths and letters, and their places."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent

from sumo_nets.network import RAIL_SIGNALS
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.signal_plans import PLAN_ID
from sumo_nets.xml_source import Piece, XmlError, as_text, read_pieces, seconds

LETTERS = frozenset("rygGsuoO")
"""Letters of a state that SUMO knows on roads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One interval of a plan, in which no letter changes."""

    duration_s: float
    state: str
    """One letter per link."""
    min_s: float | None = None
    """Bounds where traffic decides; None: none given."""
    max_s: float | None = None
    place: str = ""
    """`file:line:column`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One program (`tlLogic`) of a signal."""

    signal_id: str
    program_id: str
    control: str
    """SUMO's type, as in `static` or `actuated`."""
    offset_s: float
    """The first phase begins at this simulated time, modulo the cycle."""
    phases: tuple[Phase, ...]
    extras: tuple[str, ...] = ()
    """What else decides its course, and is kept neither here nor in a timing sheet."""
    place: str = ""

    @property
    def cycle_s(self) -> float:
        """Sum of all phases."""
        return sum(phase.duration_s for phase in self.phases)

    def element(self) -> Element:
        """The plan as SUMO's `tlLogic`.

        Raises:
            ScenarioError: It has what is not kept here.
        """
        if self.extras:
            raise ScenarioError([f"{self.place}: {self.extras_said}"])
        found = Element(
            "tlLogic",
            {
                "id": self.signal_id,
                "type": self.control,
                "programID": self.program_id,
                "offset": number(self.offset_s),
            },
        )
        for phase in self.phases:
            bounds = {"minDur": phase.min_s, "maxDur": phase.max_s}
            SubElement(
                found,
                "phase",
                {"duration": number(phase.duration_s), "state": phase.state}
                | {key: number(value) for key, value in bounds.items() if value is not None},
            )
        return found

    @property
    def extras_said(self) -> str:
        """Why it cannot be written, in words."""
        return (
            f"signal '{self.signal_id}', program '{self.program_id}': has {self.extras[0]}, "
            "which a plan of stages in a fixed order cannot hold"
        )


def read_plans(path: Path) -> list[Plan]:
    """All programs of road signals in a network or additional file, in its order.

    A `tlLogic` without phases that only changes an offset, as in files of tlsCoordinator, is left
    out: see `plans_in_force`.

    Raises:
        XmlError: The file is not well-formed, or a number is none.
    """
    return [plan for plan in _programs(path) if plan.phases]


def plans_in_force(files: Iterable[Path]) -> dict[str, Plan]:
    """The plan by which each signal runs where SUMO loads these files in this order.

    The program that is loaded last runs; one without phases changes the offset of the program
    with its id.

    Raises:
        XmlError: A file is not well-formed, or a number is none.
    """
    loaded: dict[str, dict[str, Plan]] = {}
    for path in files:
        for plan in _programs(path):
            own = loaded.setdefault(plan.signal_id, {})
            if plan.phases:
                own.pop(plan.program_id, None)
                own[plan.program_id] = plan
            elif plan.program_id in own:
                own[plan.program_id] = replace(
                    own[plan.program_id], offset_s=plan.offset_s, place=plan.place
                )
    return {signal_id: list(own.values())[-1] for signal_id, own in sorted(loaded.items()) if own}


def plans_of_xml(path: Path) -> dict[str, Plan]:
    """The plan of each signal in one network or additional file.

    Raises:
        ScenarioError: It holds none.
        XmlError: It is not well-formed, or a number is none.
    """
    if not read_plans(path):
        raise ScenarioError([f"{path}: holds no plan (no tlLogic with phases)"])
    return plans_in_force([path])


def plans_of(scenario: Scenario, *more: Path) -> dict[str, Plan]:
    """The plans of a scenario, with further additional files put over them.

    Raises:
        XmlError: A file is not well-formed, or a number is none.
    """
    return plans_in_force((scenario.net_file, *scenario.additional_files, *more))


def additional_text(plans: Iterable[Plan]) -> str:
    """Plans as the text of an additional file.

    Their program is called `PLAN_ID`, so that it can be loaded over those of a network.

    Raises:
        ScenarioError: One has what is not kept here.
    """
    root = Element("additional")
    root.extend([replace(plan, program_id=PLAN_ID).element() for plan in plans])
    indent(root, space="    ")
    return f"{as_text(root)}\n"


def number(value: float) -> str:
    """A number as short as it can be read back without loss."""
    return str(int(value)) if value == int(value) else repr(value)


def _programs(path: Path) -> Iterable[Plan]:
    places: dict[int, str] = {}
    for piece in read_pieces(path, places=places):
        element = piece.element
        if element.tag == "tlLogic" and element.get("type", "static") not in RAIL_SIGNALS:
            yield _plan(piece, places)


def _plan(piece: Piece, places: dict[int, str]) -> Plan:
    element = piece.element
    phases = []
    extras = [
        f"param '{param.get('key')}'"
        for param in element.findall("param")
        if element.get("type", "static") != "static"
    ]
    for phase in element.findall("phase"):
        place = places[id(phase)]
        extras += [f"'{key}' in a phase" for key in ("next", "earlyTarget") if phase.get(key)]
        phases.append(
            Phase(
                duration_s=_seconds(phase, "duration", place) or 0.0,
                state=phase.get("state", ""),
                min_s=_seconds(phase, "minDur", place),
                max_s=_seconds(phase, "maxDur", place),
                place=place,
            )
        )
    return Plan(
        signal_id=element.get("id", ""),
        program_id=element.get("programID", "0"),
        control=element.get("type", "static"),
        offset_s=_seconds(element, "offset", piece.place) or 0.0,
        phases=tuple(phases),
        extras=tuple(extras),
        place=piece.place,
    )


def _seconds(element: Element, key: str, place: str) -> float | None:
    text = element.get(key)
    if text is None:
        return None
    try:
        found_s = seconds(text)
    except ValueError as error:
        raise XmlError(f"{place}: {element.tag} {key}: {error}") from error
    if not math.isfinite(found_s):
        raise XmlError(f"{place}: {element.tag} {key}: must be finite, got '{text}'")
    return found_s
