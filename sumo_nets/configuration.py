"""A `.sumocfg` as it comes, read into the fields of a scenario with all its problems."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from sumo_nets.options import Option, Use, canonical, judge, known_options
from sumo_nets.xml_source import XmlError, did_you_mean, read_pieces, seconds


@dataclass(slots=True, kw_only=True)
class Configuration:
    """What a configuration says, and what is wrong with it."""

    net_files: list[Path] = field(default_factory=list)
    route_files: list[Path] = field(default_factory=list)
    additional_files: list[Path] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    routing_options: list[tuple[str, str]] = field(default_factory=list)
    begin_s: float = 0.0
    end_s: float | None = None
    step_length_s: float = 1.0
    left_out: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """One line each: `file:line:column: option: what is wrong`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One option as written."""

    name: str
    value: str
    place: str
    folder: Path
    """Relative files are relative to it."""


def read_configuration(path: Path) -> Configuration:
    """Read a configuration of SUMO; nothing is raised, problems are collected.

    Args:
        path: An existing `.sumocfg`.
    """
    found = Configuration()
    left_out: dict[str, list[str]] = {}
    for setting in _settings(path, found):
        name = canonical(setting.name)
        option = known_options().get(name)
        if option is None:
            hint = did_you_mean(name, known_options())
            found.problems.append(f"{setting.place}: {setting.name}: no such option of SUMO{hint}")
            continue
        use, reason = judge(option, setting.value)
        if use is Use.SCENARIO:
            _take_field(found, option, setting)
        elif use is Use.TAKEN:
            if option.is_file:
                where = f"{setting.place}: {setting.name}"
                found.problems.extend(missing_files(_files(setting), where))
            found.options.append((name, _value(option, setting)))
        elif use is Use.ROUTING:
            found.routing_options.append((name, _value(option, setting)))
        if reason:
            left_out.setdefault(reason, []).append(name)
    found.left_out = [f"{', '.join(names)}: {reason}" for reason, names in left_out.items()]
    return found


def _settings(path: Path, found: Configuration) -> list[Setting]:
    settings: list[Setting] = []
    places: dict[int, str] = {}
    try:
        pieces = list(read_pieces(path, places=places))
    except XmlError as error:
        found.problems.append(str(error))
        return []
    for piece in pieces:
        for element in piece.element.iter():
            value = element.get("value", element.get("v", element.text))
            if value is None:
                if not len(element) and element is not piece.element:
                    found.problems.append(f"{places[id(element)]}: {element.tag}: has no value")
                continue
            settings.append(
                Setting(
                    name=element.tag,
                    value=_expanded(value.strip()),
                    place=places[id(element)],
                    folder=piece.file.parent,
                )
            )
    return settings


def _expanded(value: str) -> str:
    """The value with SUMO's `${NAME}` replaced by the environment's."""
    return re.sub(r"\$\{(\w+)\}", lambda found: os.environ.get(found[1], found[0]), value)


def _files(setting: Setting) -> list[Path]:
    names = [name.strip() for name in re.split(r"[,;]", setting.value) if name.strip()]
    return [Path(os.path.normpath(setting.folder / name)) for name in names]


def _value(option: Option, setting: Setting) -> str:
    return ",".join(map(str, _files(setting))) if option.is_file else setting.value


def _take_field(found: Configuration, option: Option, setting: Setting) -> None:
    if option.is_file:
        files = _files(setting)
        found.problems.extend(missing_files(files, f"{setting.place}: {setting.name}"))
        target = {
            "net-file": found.net_files,
            "route-files": found.route_files,
            "additional-files": found.additional_files,
        }[option.name]
        target.extend(files)
        return
    try:
        value_s = seconds(setting.value)
    except ValueError as error:
        found.problems.append(f"{setting.place}: {setting.name}: {error}")
        return
    if option.name == "begin":
        found.begin_s = value_s
    elif option.name == "end":
        found.end_s = value_s if value_s >= 0 else None
    else:
        found.step_length_s = value_s


def missing_files(files: list[Path], where: str) -> list[str]:
    """A line for each file that is not there, with the name of a neighbour that is like it."""
    problems: list[str] = []
    for file in files:
        if not file.exists():
            near = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
            hint = did_you_mean(file.name, near)
            problems.append(f"{where}: {file} does not exist{hint}")
    return problems
