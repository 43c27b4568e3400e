"""Checks of the installed SUMO: one version, of one origin, that starts.

SUMO is tried in processes of its own: a library that cannot be loaded, or that crashes, must not
take the doctor with it.
"""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.machine_checks import Check

SUMO_DISTRIBUTIONS = ("eclipse-sumo", "libsumo", "traci", "sumolib", "sumo-data")
SUMO_MODULES = ("sumo", "libsumo", "traci", "sumolib", "sumo_data")
CHILD_TIMEOUT_S = 60.0
TRY_LIBSUMO = "import libsumo; print(libsumo.getVersion()[1])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a child process that tried SUMO said."""

    version: str | None
    """As in `1.28.0`; None where SUMO did not start."""
    last_words: str


def check_versions(installed: Mapping[str, str | None], pinned: Mapping[str, str]) -> Check:
    """Whether SUMO's distributions are all there, in the one version that is pinned.

    Args:
        installed: Version of each of SUMO's distributions; None where it is missing.
        pinned: The version that ecocorridor asks for; empty where it is not installed itself.
    """
    if not pinned:
        found = "ecocorridor itself is not installed, so no version is asked for"
        return Check(name="SUMO versions", level="error", found=found, remedy="make install")
    if all(installed.get(name) == version for name, version in pinned.items()):
        versions = ", ".join(sorted(set(pinned.values())))
        return Check(name="SUMO versions", level="ok", found=f"{versions} in all of them")
    found = ", ".join(f"{name} {installed.get(name) or 'missing'}" for name in pinned)
    remedy = " ".join(f"{name}=={version}" for name, version in pinned.items())
    return Check(
        name="SUMO versions",
        level="error",
        found=f"mixed: {found}",
        remedy=f"{sys.executable} -m pip install {remedy}",
    )


def check_origins(folders: Collection[Path], site_folders: Collection[Path]) -> Check:
    """Whether `import traci` and the like mean the installed ones, not those of another SUMO.

    Args:
        folders: Where SUMO's modules would be imported from.
        site_folders: Where this Python's packages are installed.
    """
    foreign = [folder for folder in folders if folder.parent not in site_folders]
    if not foreign:
        return Check(name="SUMO modules", level="ok", found="the installed ones")
    return Check(
        name="SUMO modules",
        level="error",
        found="imported from another SUMO: " + ", ".join(map(str, foreign)),
        remedy="unset PYTHONPATH",
    )


def check_trial(name: str, trial: Trial, pinned: Mapping[str, str]) -> Check:
    """Whether SUMO starts, as a program or as a library, and is of the pinned version."""
    wanted = pinned.get("eclipse-sumo")
    if trial.version is None:
        remedy = f"mend what is said above; else: {sys.executable} -m pip install --force-reinstall"
        remedy += f" --no-deps eclipse-sumo=={wanted} libsumo=={wanted}" if wanted else ""
        found = f"does not start: {trial.last_words}"
        return Check(name=name, level="error", found=found, remedy=remedy)
    if wanted is not None and trial.version != wanted:
        return Check(
            name=name,
            level="error",
            found=f"is {trial.version}, pinned is {wanted}",
            remedy=f"{sys.executable} -m pip install --force-reinstall eclipse-sumo=={wanted}",
        )
    return Check(name=name, level="ok", found=f"starts, {trial.version}")


def check_sumo_home(value: str | None, homes: Sequence[Path]) -> Check:
    """Whether SUMO_HOME is unset or points to the installed SUMO.

    Args:
        value: Of the variable; None where it is not set.
        homes: Folders of the installed SUMO that it may point to.
    """
    if not value:
        return Check(name="SUMO_HOME", level="ok", found="not set, nor needed")
    if Path(value).resolve() in [home.resolve() for home in homes]:
        return Check(name="SUMO_HOME", level="ok", found=f"{value}, the installed SUMO")
    kind = "another SUMO" if Path(value).is_dir() else "a folder that is not there"
    return Check(
        name="SUMO_HOME",
        level="warning",
        found=f"{value} is {kind}; runs do not use it, other programs may",
        remedy="unset SUMO_HOME",
    )


def attempt(command: Sequence[str], environment: Mapping[str, str]) -> Trial:
    """Try SUMO in a child process; never raises because of what the child does."""
    try:
        child = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CHILD_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Trial(version=None, last_words=str(error))
    words = (child.stderr.strip() or child.stdout.strip()).splitlines()
    last_words = words[-1] if words else ""
    if child.returncode < 0:
        last_words = f"killed by signal {-child.returncode} {last_words}".rstrip()
    version = re.search(r"SUMO (?:sumo )?v?(?:Version )?(\d+\.\d+\.\d+)", child.stdout)
    if child.returncode or version is None:
        return Trial(version=None, last_words=last_words or f"exit code {child.returncode}")
    return Trial(version=version[1], last_words=last_words)


def version_of(distribution: str) -> str | None:
    """Version of an installed distribution; None where it is missing."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def pinned_versions() -> dict[str, str]:
    """Version of each of SUMO's distributions that ecocorridor asks for; empty if not installed."""
    try:
        requirements = importlib.metadata.requires("ecocorridor") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    pins = (requirement.partition("==") for requirement in requirements)
    return {name: version for name, _, version in pins if name in SUMO_DISTRIBUTIONS}


def site_folders() -> set[Path]:
    """Folders that SUMO's distributions are installed in; one, unless something is odd."""
    present = (name for name in SUMO_DISTRIBUTIONS if version_of(name))
    return {Path(str(importlib.metadata.distribution(name).locate_file(""))) for name in present}


def module_folders() -> list[Path]:
    """Where SUMO's modules would be imported from, found without importing them."""
    specs = (importlib.util.find_spec(name) for name in SUMO_MODULES)
    places = ([*(spec.submodule_search_locations or ()), spec.origin] for spec in specs if spec)
    return [Path(place[0]) for place in places if place[0]]
