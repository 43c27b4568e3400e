"""A scenario whose fixed signal programs are decided by traffic instead."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, ElementTree, SubElement, fromstring, indent

from sumo_nets.network import read_network, read_programs
from sumo_nets.phases import LEAST_GREEN_S, is_fixed, is_green, least_green_s
from sumo_nets.sanitise import for_routing
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import PROGRAM, as_text, open_xml, read_pieces, write_pieces

TrafficControl = Literal["actuated", "delay_based"]
"""What decides from now on: gaps between vehicles, or their delay."""

NET_NAME = "actuated.net.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActuationBounds:
    """How long a green may last that traffic decides."""

    min_green_s: float = LEAST_GREEN_S
    """Least length, unless it was planned shorter."""
    max_share: float = 2.0
    """Greatest length as a multiple of the planned one."""

    def __post_init__(self) -> None:
        if not self.min_green_s > 0:
            raise ValueError(f"min_green_s must be positive, got {self.min_green_s:g}")
        if not self.max_share >= 1:
            raise ValueError(f"max_share must be at least 1, got {self.max_share:g}")


def actuate_scenario(
    scenario: Scenario,
    folder: Path,
    *,
    control: TrafficControl,
    bounds: ActuationBounds | None = None,
) -> Path:
    """Write a scenario on the same road and with the same demand, decided by traffic.

    All phases but greens stay as they are, and so do greens that bring bounds of their own. While
    people on foot have green, it lasts as long as planned at least. The demand is referred to.

    Args:
        scenario: What to change; its files stay as they are.
        folder: Where network and configuration are written; it must not hold anything yet.
        control: What decides from now on.
        bounds: How long greens may last.

    Returns:
        The configuration (`.sumocfg`) of the new scenario.

    Raises:
        ScenarioError: No program is fixed, or the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScenarioError([f"{folder}: holds something already; name another folder"])
    programs = read_network(scenario.net_file).programs
    programs = programs + [p for path in scenario.additional_files for p in read_programs(path)]
    if not any(program.kind == "static" for program in programs):
        raise ScenarioError([f"{scenario.name}: has no fixed program that traffic could decide"])
    folder.mkdir(parents=True, exist_ok=True)
    rule = ActuationRule(control, bounds or ActuationBounds(), crossing_places(scenario))
    net_file = folder / NET_NAME
    net_file.write_bytes(rule.rewrite(_content(scenario.net_file)))
    additional = [
        _actuated_additional(path, folder / f"actuated-{number}.add.xml", rule)
        for number, path in enumerate(scenario.additional_files)
    ]
    path = folder / f"{scenario.slug}-{control}.sumocfg"
    _write_configuration(scenario, path, [Path(NET_NAME)], additional)
    return path


def actuated_network(scenario: Scenario, path: Path, *, control: TrafficControl) -> Path:
    """Write the network alone, with fixed programs decided by traffic."""
    rule = ActuationRule.of(scenario, control)
    path.write_bytes(rule.rewrite(_content(scenario.net_file)))
    return path


@dataclass(frozen=True, slots=True)
class ActuationRule:
    """How programs change."""

    control: TrafficControl
    bounds: ActuationBounds
    crossings: Mapping[str, Collection[int]] = field(default_factory=dict)
    """Places of crossings of people on foot in the states, by signal."""

    @classmethod
    def of(cls, scenario: Scenario, control: TrafficControl) -> "ActuationRule":
        """The rule for a scenario, with the usual bounds."""
        return cls(control, ActuationBounds(), crossing_places(scenario))

    def rewrite(self, content: bytes) -> bytes:
        """A file's text with its programs changed; all else stays to the letter."""
        return PROGRAM.sub(self._rewritten, content)

    def _rewritten(self, found: re.Match[bytes]) -> bytes:
        program = fromstring(found.group())
        if not is_fixed(program):
            return found.group()
        self.change(program)
        return as_text(program).encode()

    def change(self, program: Element) -> None:
        """Let traffic decide a fixed program."""
        program.set("type", self.control)
        on_foot = self.crossings.get(program.get("id", ""), ())
        for phase in program.iter("phase"):
            is_bound = "minDur" in phase.attrib or "maxDur" in phase.attrib
            if is_bound or not is_green(phase.get("state", "")):
                continue
            planned_s = float(phase.get("duration", "0"))
            min_s = least_green_s(phase, on_foot, self.bounds.min_green_s)
            phase.set("minDur", f"{min_s:g}")
            phase.set("maxDur", f"{self.bounds.max_share * planned_s:g}")


def crossing_places(scenario: Scenario) -> dict[str, set[int]]:
    """Places of crossings of people on foot in the states, by signal."""
    found: dict[str, set[int]] = {}
    for link in read_network(scenario.net_file).links:
        if not link.is_vehicle:
            found.setdefault(link.signal_id, set()).add(link.index)
    return found


def _content(path: Path) -> bytes:
    with open_xml(path) as file:
        return file.read()


def _actuated_additional(path: Path, copy: Path, rule: ActuationRule) -> Path:
    """An additional file as it is, or a changed copy of one that holds fixed programs."""
    if not any(program.kind == "static" for program in read_programs(path)):
        return path
    texts: list[str] = []
    for piece in read_pieces(path):
        element = for_routing(piece)
        if element.tag == "tlLogic" and is_fixed(element):
            rule.change(element)
        texts.append(as_text(element))
    write_pieces(copy, "additional", texts)
    return Path(copy.name)


def _write_configuration(
    scenario: Scenario, path: Path, net_files: list[Path], additional: list[Path]
) -> None:
    root = Element("configuration")
    inputs = SubElement(root, "input")
    for name, files in (
        ("net-file", net_files),
        ("route-files", scenario.route_files),
        ("additional-files", additional),
    ):
        if files:
            SubElement(inputs, name, value=",".join(map(str, files)))
    window = SubElement(root, "time")
    SubElement(window, "begin", value=f"{scenario.begin_s:.10g}")
    if scenario.end_s is not None:
        SubElement(window, "end", value=f"{scenario.end_s:.10g}")
    SubElement(window, "step-length", value=f"{scenario.step_length_s:.10g}")
    options = (*scenario.options, *scenario.routing_options)
    # SUMO takes an empty section for an option without a value.
    section = SubElement(root, "processing") if options else root
    for name, value in options:
        SubElement(section, name, value=value)
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
