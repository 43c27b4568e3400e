"""Scenarios from files: a configuration, a network with routes beside it, a list of files."""

from collections.abc import Callable
from pathlib import Path

from sumo_nets.configuration import Configuration, missing_files, read_configuration
from sumo_nets.network import read_network
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import XmlError, scan


def scenario_of_configuration(path: Path, *, name: str, origin: str) -> Scenario:
    """The scenario of a `.sumocfg`.

    Raises:
        ScenarioError: with all problems of the configuration and of the files it names.
    """
    path = path.resolve()
    found = read_configuration(path)
    if not found.problems and len(found.net_files) != 1:
        found.problems.append(f"{path}: names {len(found.net_files)} networks, needs one net-file")
    if not found.problems and not found.route_files and not found.additional_files:
        found.problems.append(f"{path}: names no route-files, so there is no traffic")
    return _checked(found, name=name, origin=origin)


def scenario_of_network(path: Path) -> Scenario:
    """The scenario of a network and of the routes beside it, `X.rou.xml` or `X_*.rou.xml`.

    Raises:
        ScenarioError: where there are no routes, or a file is broken.
    """
    path = path.resolve()
    stem = path.name.partition(".net.xml")[0]
    routes = [
        file
        for pattern in (f"{stem}.rou.xml", f"{stem}_*.rou.xml")
        for suffix in ("", ".gz")
        for file in sorted(path.parent.glob(f"{pattern}{suffix}"))
    ]
    if not routes:
        raise ScenarioError(
            [
                f"{path}: found no routes beside it ({stem}.rou.xml or {stem}_*.rou.xml); "
                f"name them: '{path.name},ROUTES'"
            ]
        )
    return scenario_of_files([path, *routes])


def scenario_of_files(files: list[Path]) -> Scenario:
    """The scenario of a network (first) and route files.

    Raises:
        ScenarioError: with all missing or broken files.
    """
    files = [file.resolve() for file in files]
    found = Configuration(net_files=files[:1], route_files=files[1:])
    found.problems.extend(missing_files(files, "scenario"))
    if not files[1:]:
        found.problems.append(f"{files[0]}: no route files are named")
    stem = files[0].name.partition(".net.xml")[0]
    return _checked(found, name=stem, origin=f"your file {files[0].name}")


def with_window(
    scenario: Scenario,
    *,
    begin_s: float | None,
    end_s: float | None,
    step_length_s: float | None,
) -> Scenario:
    """The scenario with some of its times replaced.

    Raises:
        ScenarioError: where the times make no sense.
    """
    changes = {"begin_s": begin_s, "end_s": end_s, "step_length_s": step_length_s}
    changed = scenario.model_copy(update={k: v for k, v in changes.items() if v is not None})
    problems: list[str] = []
    if changed.begin_s < 0:
        problems.append(f"begin_s must not be negative, got {changed.begin_s:g}")
    if changed.end_s is not None and changed.end_s <= changed.begin_s:
        own = "; the scenario's own begin is meant where none is given" if begin_s is None else ""
        problems.append(
            f"end_s must be later than begin_s, got {changed.begin_s:g} to {changed.end_s:g}{own}"
        )
    if not 0.001 <= changed.step_length_s <= 10:
        problems.append(f"step_length_s must be in 0.001..10, got {changed.step_length_s:g}")
    if problems:
        raise ScenarioError(f"{scenario.name}: {problem}" for problem in problems)
    return changed


def _checked(found: Configuration, *, name: str, origin: str) -> Scenario:
    problems = list(found.problems)
    for file in found.net_files:
        problems.extend(_broken(file, read_network))
    for file in (*found.route_files, *found.additional_files):
        problems.extend(_broken(file, _well_formed))
    if problems:
        raise ScenarioError(problems)
    scenario = Scenario(
        name=name,
        net_file=found.net_files[0],
        route_files=tuple(found.route_files),
        additional_files=tuple(found.additional_files),
        options=tuple(found.options),
        routing_options=tuple(found.routing_options),
        begin_s=0.0,
        left_out=tuple(found.left_out),
        origin=origin,
    )
    return with_window(
        scenario, begin_s=found.begin_s, end_s=found.end_s, step_length_s=found.step_length_s
    )


def _broken(file: Path, read: Callable[[Path], object]) -> list[str]:
    """The problem of a file that is there but cannot be read."""
    if not file.is_file():
        return []
    try:
        read(file)
    except (XmlError, OSError) as error:
        return [str(error)]
    return []


def _well_formed(file: Path) -> None:
    scan(file, lambda _tag, _attributes: None)
