"""The programs by which a scenario's signals run, and files that put others in their place."""

import copy
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

from sumo_nets.actuate import ActuationRule, TrafficControl
from sumo_nets.describe import describe_signals
from sumo_nets.network import read_network
from sumo_nets.phases import is_fixed
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import PROGRAM, as_text, open_xml, write_pieces

PLAN_ID = "plan"
"""Id of programs that are put in the place of a scenario's own."""


def own_programs(scenario: Scenario) -> dict[str, Element]:
    """The program (`tlLogic`) by which each signal for motor traffic runs, by its id.

    SUMO runs the last one that it reads: network first, then additional files.

    Raises:
        ScenarioError: A signal changes its program by plan (WAUT): it has no one program.
    """
    described = describe_signals(scenario, read_network(scenario.net_file))
    if switched := sorted(each.id for each in described if each.is_switched):
        raise ScenarioError(
            f"{scenario.name}: signal '{signal}' changes its program by plan (WAUT); another "
            "control cannot be put in its place"
            for signal in switched
        )
    wanted = {each.id for each in described}
    found: dict[str, Element] = {}
    for path in (scenario.net_file, *scenario.additional_files):
        with open_xml(path) as file:
            texts = PROGRAM.findall(file.read())
        for program in map(fromstring, texts):
            if program.get("id", "") in wanted:
                found[program.get("id", "")] = program
    return dict(sorted(found.items()))


def cycles_s(scenario: Scenario) -> dict[str, float]:
    """How long a cycle of the program lasts by which each signal for motor traffic begins.

    It is nominal where the program does not run by the clock.
    """
    described = describe_signals(scenario, read_network(scenario.net_file))
    return {each.id: each.cycle_s for each in described if each.control != "off"}


def write_plan(path: Path, programs: Iterable[Element]) -> None:
    """Write an additional file by which signals run by other programs than their own."""
    texts = []
    for program in programs:
        renamed = copy.deepcopy(program)
        renamed.set("programID", PLAN_ID)
        texts.append(as_text(renamed))
    write_pieces(path, "additional", texts)


def write_actuated_plan(scenario: Scenario, path: Path, *, control: TrafficControl) -> None:
    """Write programs that are decided by traffic, for all signals that run by fixed ones.

    Raises:
        ScenarioError: None does, or one changes its program by plan.
    """
    fixed = [each for each in own_programs(scenario).values() if is_fixed(each)]
    if not fixed:
        raise ScenarioError([f"{scenario.name}: has no fixed program that traffic could decide"])
    rule = ActuationRule.of(scenario, control)
    for program in fixed:
        rule.change(program)
    write_plan(path, fixed)
