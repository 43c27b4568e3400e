"""Checks of what surrounds SUMO: Python, system libraries, names, room, the cache.

Each judges facts that it is given, and names the command that mends what is wrong.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from experiments import machine

PACKAGES = ("controller", "corridor", "emissions", "experiments", "sumo_nets")
RESULTS_DISK_GB = 1.0
"""Less room than this may not hold the results of a large experiment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    level: Literal["ok", "warning", "error"]
    """With an error nothing can be trusted; with a warning something is missing or odd."""
    found: str
    remedy: str = ""
    """What to do, a command where there is one; empty where all is well."""


def check_python(version: tuple[int, int]) -> Check:
    """Whether this Python (major, minor) is one that is tested."""
    found = ".".join(map(str, version))
    oldest = ".".join(map(str, machine.OLDEST_PYTHON))
    newest = ".".join(map(str, machine.NEWEST_PYTHON))
    if version < machine.OLDEST_PYTHON:
        remedy = f"install Python {oldest} or newer, then: make install PYTHON=python{oldest}"
        return Check(name="Python", level="error", found=f"{found} is too old", remedy=remedy)
    if version > machine.NEWEST_PYTHON:
        remedy = f"if something fails: make clean install PYTHON=python{newest}"
        found = f"{found} is newer than what is tested ({newest})"
        return Check(name="Python", level="warning", found=found, remedy=remedy)
    return Check(name="Python", level="ok", found=found)


def check_libraries(missing: Sequence[machine.Library]) -> Check:
    """Whether the system libraries are there that SUMO loads even without a window."""
    if missing:
        return Check(
            name="system libraries",
            level="error",
            found="missing: " + ", ".join(library.soname for library in missing),
            remedy=machine.library_remedy(tuple(missing)),
        )
    return Check(name="system libraries", level="ok", found="all that SUMO loads")


def check_scenarios(version: str | None) -> Check:
    """Whether the package with the public networks `resco:*` is installed."""
    if version is not None:
        return Check(name="resco networks", level="ok", found=f"sumo-rl {version}")
    return Check(
        name="resco networks",
        level="warning",
        found="sumo-rl is not installed: resco:* and the default experiment need it",
        remedy=f"in the project's folder: {sys.executable} -m pip install '.[scenarios]'",
    )


def check_shadows(here: Path, our_folder: Path) -> Check:
    """Whether a module in the current folder hides one of ours of the same name.

    A folder without `__init__.py` hides nothing: Python looks on.

    Args:
        here: The current folder.
        our_folder: Where our packages are.
    """
    shadows = [
        name
        for name in PACKAGES
        if (here / name / "__init__.py").is_file() or (here / f"{name}.py").is_file()
    ]
    if not shadows or here.resolve() == our_folder.resolve():
        return Check(name="names", level="ok", found="nothing here hides our packages")
    return Check(
        name="names",
        level="warning",
        found=f"{', '.join(shadows)} in {here} hides ours under `python -m` and in scripts",
        remedy="use the command ecocorridor or `python -P`, or work in another folder",
    )


def check_disk(free_gb: float, folder: Path) -> Check:
    """Whether there is room (10^9 bytes) for results."""
    found = f"{free_gb:.1f} GB free at {folder}"
    if free_gb < RESULTS_DISK_GB:
        remedy = "free some, or write elsewhere: ecocorridor run --out DIR"
        return Check(name="disk", level="warning", found=found, remedy=remedy)
    return Check(name="disk", level="ok", found=found)


def check_cache(folder: Path) -> Check:
    """Whether the folder for what is kept between runs is writable, or can be made."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    try:
        tempfile.TemporaryFile(dir=existing).close()
    except OSError as error:
        return Check(
            name="cache",
            level="error",
            found=f"{folder} cannot be written to: {error.strerror}",
            remedy=f"sudo chown -R $USER {existing}, or export XDG_CACHE_HOME=DIR",
        )
    return Check(name="cache", level="ok", found=f"{folder} is writable")
