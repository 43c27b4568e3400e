"""Which of a configuration's options a comparison takes over, and why not the others."""

import functools
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree

from sumo_nets.binaries import sumo_home

SYNONYMS = {
    "n": "net-file",
    "net": "net-file",
    "r": "route-files",
    "routes": "route-files",
    "a": "additional-files",
    "additional": "additional-files",
    "w": "weight-files",
    "weights": "weight-files",
    "b": "begin",
    "e": "end",
    "s": "route-steps",
    "srand": "seed",
    "summary": "summary-output",
    "tripinfo": "tripinfo-output",
    "vehroutes": "vehroute-output",
    "netstate": "netstate-dump",
    "ndump": "netstate-dump",
    "carfollow.model": "default.carfollowmodel",
    "railsignal.moving-block": "railsignal-moving-block",
    "taxi.vclasses": "device.taxi.vclasses",
    "device.fcd-replay.file": "device.fcd-replay.files",
}
"""Other names that SUMO knows an option by."""

GUI_OPTIONS = frozenset({"osg-view", "gui-settings-file", "breakpoints"})
"""Options of `sumo-gui` alone, which may be missing among those of `sumo`."""


class Use(Enum):
    """What becomes of an option."""

    TAKEN = "taken over"
    ROUTING = "used by the run that freezes the routes, not by the compared runs"
    SCENARIO = "a field of the scenario"
    IGNORED = "left out without a word"
    LEFT_OUT = "left out, and told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of SUMO, as its own schema describes it."""

    name: str
    topic: str
    """As in `processing` or `output`."""
    is_file: bool


SCENARIO_OPTIONS = frozenset(
    {"net-file", "route-files", "additional-files", "begin", "end", "step-length"}
)
SILENT_TOPICS = frozenset({"configuration", "report", "gui_only", "traci_server"})
REASONS = {
    "output": "every run writes its own results, never next to your files",
    "random_number": "the seeds of the experiment are used",
    "mesoscopic": "advice needs single vehicles on lanes, so runs are microscopic",
    "load-state": "runs start from an empty network",
    "max-depart-delay": "vehicles that cannot depart in time must not vanish from a comparison",
    "max-num-vehicles": "vehicles must not vanish from a comparison",
    "max-num-persons": "persons must not vanish from a comparison",
    "max-num-teleports": "a run must not end early",
    "keep-after-arrival": "runs end when the last vehicle has arrived",
    "threads": "runs must be repeatable",
    "time-to-teleport": "a teleported vehicle emits nothing, so compared runs do not teleport",
    "collision": "collisions are counted, with the same settings in every run",
    "intermodal-collision": "collisions are counted, with the same settings in every run",
    "device.glosa": "advice is what is compared",
    "device.fcd-replay": "replayed vehicles cannot follow advice",
    "device.ssm": "it would write files; the runs measure by themselves",
    "device.toc": "take-over of control would mix with the advice",
    "device.emissions": "every vehicle is measured",
    "device.tripinfo": "every vehicle is measured",
    "device.vehroute": "every vehicle is measured",
    "device.fcd": "every vehicle is measured",
    "device.btreceiver": "it only writes output",
    "device.btsender": "it only writes output",
    "person-device": "it concerns output or routing of persons only",
    "device.rerouting": "routes are frozen, so that all runs drive the same ones",
    "person-device.rerouting": "routes are frozen, so that all runs drive the same ones",
    "scale": "the frozen demand is scaled already",
    "scale-suffix": "the frozen demand is scaled already",
    "random-depart-offset": "the frozen departures hold it already",
}
"""Why an option, the options below a dotted name, or those of a topic are left out."""
ROUTING_ONLY = ("device.rerouting", "scale", "scale-suffix", "random-depart-offset")


@functools.cache
def known_options() -> dict[str, Option]:
    """All options of the installed SUMO by name, read from the schema in its wheel."""
    tag = "{http://www.w3.org/2001/XMLSchema}"
    path = sumo_home() / "data" / "xsd" / "types" / "sumoConfigurationType.xsd"
    options: dict[str, Option] = {}
    for group in ElementTree.parse(path).getroot().iter(f"{tag}complexType"):
        name = group.get("name", "")
        topic = name.removeprefix("sumo").removesuffix("TopicType")
        if not name.endswith("TopicType"):
            continue
        for element in group.iter(f"{tag}element"):
            option = element.get("name", "")
            is_file = element.get("type") == "fileOptionType"
            options[option] = Option(name=option, topic=topic, is_file=is_file)
    return options


def canonical(name: str) -> str:
    """The name that an option is documented under."""
    return SYNONYMS.get(name, name)


def judge(option: Option, value: str) -> tuple[Use, str]:
    """What becomes of an option with a value, and the reason where it is left out."""
    if option.name in SCENARIO_OPTIONS:
        return Use.SCENARIO, ""
    if _says_nothing(option, value):
        return Use.IGNORED, ""
    if option.name.endswith(".output"):
        return Use.LEFT_OUT, REASONS["output"]
    for key in _keys(option):
        if key in REASONS:
            is_routing = option.name.startswith(ROUTING_ONLY)
            return (Use.ROUTING if is_routing else Use.LEFT_OUT), REASONS[key]
    return Use.TAKEN, ""


def _says_nothing(option: Option, value: str) -> bool:
    """Whether leaving the option out changes nothing for whoever compares arms."""
    if option.topic == "mesoscopic":
        return option.name != "mesosim" or not is_true(value)
    if option.name in ("scale", "scale-suffix"):
        return value in ("1", "1.0", ".")
    return option.topic in SILENT_TOPICS or option.name in GUI_OPTIONS


def is_true(value: str) -> bool:
    """Whether SUMO takes the value of a switch for yes."""
    return value.strip().lower() in ("1", "yes", "true", "on", "x", "t")


def _keys(option: Option) -> list[str]:
    """The option's name, the dotted names above it, longest first, and its topic."""
    parts = option.name.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)] + [option.topic]
