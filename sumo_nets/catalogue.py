"""One name or path → a checked scenario; and the names that need no file of the user's."""

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from sumo_nets.arterial import BUNDLED, arterial_scenario
from sumo_nets.binaries import cache_folder, sumo_home
from sumo_nets.describe import describe_signals
from sumo_nets.loading import (
    scenario_of_configuration,
    scenario_of_files,
    scenario_of_network,
    with_window,
)
from sumo_nets.network import read_network
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import XmlError, did_you_mean

RESCO_ORIGIN = (
    "RESCO benchmark, from the package sumo-rl; cologne*: TAPAS Cologne (Creative Commons), "
    "ingolstadt*: InTAS (GPL-3.0), grids: synthetic"
)
SUMO_ORIGIN = "scene of SUMO's own distribution (EPL-2.0 or GPL-2.0-or-later)"
RESCO_HINT = "pip install 'ecocorridor[scenarios]'"
SUMO_HINT = "pip install eclipse-sumo"
OVERLOADED = frozenset({"fokr_bs_demo"})
"""Scenes with more demand than their signals serve: two thirds never get onto the road."""
RESCO = {
    "arterial4x4": "synthetic grid of 4 x 4 signals with arterials",
    "cologne1": "one signal in Cologne, 07:00-08:00",
    "cologne3": "3 signals in Cologne, 07:00-08:00",
    "cologne8": "8 signals in Cologne, 07:00-08:00",
    "grid4x4": "synthetic grid of 4 x 4 signals",
    "ingolstadt1": "one signal in Ingolstadt, 16:00-17:00",
    "ingolstadt21": "21 signals in Ingolstadt, 16:00-17:00",
    "ingolstadt7": "corridor of 7 signals in Ingolstadt, 16:00-17:00",
}
"""Networks of the package, known also where it is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A scenario that has a name."""

    name: str
    description: str
    available: bool
    hint: str
    """How to get it, where it is not available."""


def list_scenarios() -> tuple[CatalogueEntry, ...]:
    """All scenarios with a name: our own, those of `sumo-rl`, the scenes in SUMO's wheel."""
    own = CatalogueEntry(
        name="arterial",
        description="our own arterial of 6 signals with pockets, static plans, one hour",
        available=True,
        hint="",
    )
    return (own, *_resco_entries(), *_sumo_entries())


def load_scenario(
    name: str,
    *,
    base: Path | None = None,
    begin_s: float | None = None,
    end_s: float | None = None,
    step_length_s: float | None = None,
    require_signals: bool = True,
    cache_dir: Path | None = None,
) -> Scenario:
    """The scenario of a name or path, checked: all files are there and well-formed.

    Args:
        name: `arterial`, `resco:NAME`, `sumo:NAME`, a `.sumocfg`, a network (its routes are
            looked for beside it), `NETWORK,ROUTES[,ROUTES…]`, or the YAML of an arterial.
        base: Folder that relative paths start from; the working folder by default.
        begin_s: Replaces the begin of the scenario.
        end_s: Replaces the end of the scenario.
        step_length_s: Replaces the step length of the scenario.
        require_signals: Refuse a network without signals for motor traffic.
        cache_dir: Where networks built from a YAML are kept; the user's cache by default.

    Raises:
        ScenarioError: with all problems at once.
    """
    scenario = _find(name.strip(), (base or Path.cwd()).resolve(), cache_dir or cache_folder())
    scenario = with_window(scenario, begin_s=begin_s, end_s=end_s, step_length_s=step_length_s)
    if require_signals and not read_network(scenario.net_file).signal_ids:
        raise ScenarioError(
            [f"{scenario.net_file}: has no signal for motor traffic, so there is nothing to advise"]
        )
    return scenario


def _find(name: str, base: Path, cache_dir: Path) -> Scenario:
    if name == BUNDLED:
        return arterial_scenario(cache_dir=cache_dir)
    for prefix, folder, origin, hint in (
        ("resco:", resco_folder(), RESCO_ORIGIN, RESCO_HINT),
        ("sumo:", game_folder(), SUMO_ORIGIN, SUMO_HINT),
    ):
        if name.startswith(prefix):
            return _of_collection(name, prefix, folder, origin, hint)
    return _of_path(name, base, cache_dir)


def _of_collection(name: str, prefix: str, folder: Path | None, origin: str, hint: str) -> Scenario:
    if folder is None:
        raise ScenarioError([f"{name}: is not installed; {hint}"])
    stem = name.removeprefix(prefix)
    path = folder / stem / f"{stem}.sumocfg" if prefix == "resco:" else folder / f"{stem}.sumocfg"
    if Path(stem).name != stem or not path.is_file():
        known = [entry.name for entry in list_scenarios() if entry.name.startswith(prefix)]
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise ScenarioError([f"{name}: no such scenario{hint}"])
    return scenario_of_configuration(path, name=name, origin=origin)


def _of_path(name: str, base: Path, cache_dir: Path) -> Scenario:
    if "," in name:
        return scenario_of_files([base / part.strip() for part in name.split(",")])
    path = base / name
    if path.is_dir():
        found = sorted(entry.name for entry in path.glob("*.sumocfg"))
        raise ScenarioError(
            [f"{path}: is a folder; name one of its configurations: {', '.join(found) or '(none)'}"]
        )
    if not path.is_file():
        raise ScenarioError([f"{name}: no such file or scenario{_likely(name, path)}"])
    if path.suffix in (".yaml", ".yml"):
        return arterial_scenario(path, cache_dir=cache_dir)
    if ".net.xml" in path.name:
        return scenario_of_network(path)
    return scenario_of_configuration(path, name=path.stem, origin=f"your file {path.name}")


def _likely(name: str, path: Path) -> str:
    entries = [entry.name for entry in list_scenarios()]
    same = [entry for entry in entries if entry.partition(":")[2] == name]
    if same:
        return f"; did you mean '{same[0]}'?"
    near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(name, entries) or did_you_mean(path.name, near)
    return hint or "; 'ecocorridor nets list' tells which scenarios there are"


def resco_folder() -> Path | None:
    """Folder of the RESCO networks in an installed `sumo-rl`, found without importing it."""
    spec = importlib.util.find_spec("sumo_rl")
    for folder in list(spec.submodule_search_locations or ()) if spec else []:
        path = Path(folder) / "nets" / "RESCO"
        if path.is_dir():
            return path
    return None


def game_folder() -> Path:
    """Folder of the scenes in SUMO's wheel."""
    return sumo_home() / "tools" / "game"


def _resco_entries() -> list[CatalogueEntry]:
    folder = resco_folder()
    return [
        CatalogueEntry(
            name=f"resco:{stem}",
            description=text,
            available=folder is not None and (folder / stem / f"{stem}.sumocfg").is_file(),
            hint=RESCO_HINT,
        )
        for stem, text in RESCO.items()
    ]


@functools.cache
def _sumo_entries() -> tuple[CatalogueEntry, ...]:
    """Scenes with road signals that work by themselves, and not by a player's hand."""
    entries: list[CatalogueEntry] = []
    for path in sorted(game_folder().glob("*.sumocfg")):
        try:
            scenario = scenario_of_configuration(path, name=f"sumo:{path.stem}", origin=SUMO_ORIGIN)
            signals = describe_signals(scenario, read_network(scenario.net_file))
        except (ScenarioError, XmlError):
            continue
        if (
            path.stem not in OVERLOADED
            and signals
            and all(signal.works_by_itself for signal in signals)
        ):
            span = f", {scenario.end_s - scenario.begin_s:.0f} s" if scenario.end_s else ""
            count = f"{len(signals)} signal{'s' * (len(signals) > 1)}"
            entries.append(
                CatalogueEntry(
                    name=scenario.name,
                    description=f"scene of SUMO with {count}{span}",
                    available=True,
                    hint=SUMO_HINT,
                )
            )
    return tuple(entries)
