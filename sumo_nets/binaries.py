"""SUMO's programs of the installed wheel, started with that wheel's own data."""

import functools
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LAST_WORDS = 12
"""Lines of SUMO's stderr that an error message quotes."""


class SumoProgramError(RuntimeError):
    """A program of SUMO crashed, or is not there; not the fault of the scenario."""


@functools.cache
def sumo_home() -> Path:
    """Folder of the installed SUMO wheel; a `SUMO_HOME` of the environment is not asked.

    Raises:
        SumoProgramError: if the wheel is not installed.
    """
    spec = importlib.util.find_spec("sumo")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in map(Path, folders):
        if (folder / "bin").is_dir():
            return folder
    raise SumoProgramError("SUMO is not installed; 'pip install eclipse-sumo' brings it")


@functools.cache
def sumo_version() -> str:
    """Version of the installed SUMO wheel, as in `1.28.0`."""
    return importlib.metadata.version("eclipse-sumo")


def cache_folder() -> Path:
    """The user's cache of this project: `$XDG_CACHE_HOME/ecocorridor`, else in `~/.cache`."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "ecocorridor"


def run_program(
    name: str, arguments: Sequence[str], *, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run one of SUMO's programs to its end.

    Args:
        name: As in `sumo` or `netconvert`.
        arguments: Command line without the program.
        folder: Working folder; whatever the program writes unasked lands there.

    Returns:
        The finished process; 0 or 1 as return code, 1 for input that SUMO refuses.

    Raises:
        SumoProgramError: if the program died.
    """
    home = sumo_home()
    program = home / "bin" / (f"{name}.exe" if os.name == "nt" else name)
    proj = str(home / "data" / "proj")
    environment = {**os.environ, "SUMO_HOME": str(home), "PROJ_LIB": proj, "PROJ_DATA": proj}
    try:
        done = subprocess.run(
            [str(program), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SumoProgramError(f"cannot start {program}: {error}") from error
    if done.returncode not in (0, 1):
        words = "\n".join(done.stderr.strip().splitlines()[-LAST_WORDS:]) or "(no last words)"
        raise SumoProgramError(f"{name} died with return code {done.returncode}:\n{words}")
    return done


def run_tool(
    name: str, arguments: Sequence[str], *, folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run one of SUMO's tools in Python to its end, whatever its return code is.

    Args:
        name: Its path below `tools`, as in `tlsCoordinator.py`.
        arguments: Command line without the tool.
        folder: Working folder.
    """
    home = sumo_home()
    return subprocess.run(
        [sys.executable, str(home / "tools" / name), *arguments],
        cwd=folder,
        # Tools walk through sets: their order must be the same every time.
        env={**os.environ, "SUMO_HOME": str(home), "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def complaints(done: subprocess.CompletedProcess[str], kind: str) -> tuple[str, ...]:
    """Distinct messages of one kind (`Error` or `Warning`) that a program printed, in order."""
    lines = (line for text in (done.stderr, done.stdout) for line in text.splitlines())
    prefix = f"{kind}: "
    return tuple(dict.fromkeys(line[len(prefix) :] for line in lines if line.startswith(prefix)))
