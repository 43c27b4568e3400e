"""Makes `.venv` with the locked packages and the project; does nothing where that is up to date.

Needs the standard library only, and no syntax newer than Python 3.6, so that a machine whose
`python3` is too old gets a sentence instead of a SyntaxError. Run by the Makefile.
"""

import hashlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.sha256"
"""Written last: an installation without it is unfinished."""
INPUTS = ("requirements.lock", "pyproject.toml")


class SetupError(Exception):
    """The machine lacks something; says what, and the command that mends it."""


def load_machine() -> ModuleType:
    """`experiments/machine.py` by its path: the package around it needs libraries."""
    path = ROOT / "experiments" / "machine.py"
    spec = importlib.util.spec_from_file_location("machine", str(path))
    if spec is None or spec.loader is None:
        raise SetupError(f"{path} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fingerprint() -> str:
    """Of all that decides what is installed; the path too, as a moved `.venv` does not work."""
    digest = hashlib.sha256(str(ROOT).encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def version_of(python: str) -> "tuple[int, int] | None":
    """(major, minor) of an interpreter; None where it does not run."""
    command = [python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]
    try:
        words = subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().split()
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(words[0]), int(words[1])


def choose_python(machine: ModuleType) -> str:
    """This interpreter if it is supported, else a supported one on PATH, else a newer one.

    Raises:
        SetupError: There is none, or it cannot make a virtual environment.
    """
    oldest, newest = machine.OLDEST_PYTHON, machine.NEWEST_PYTHON
    names = [f"python3.{minor}" for minor in range(newest[1], oldest[1] - 1, -1)]
    found = [(name, version_of(name)) for name in [sys.executable, *names]]
    able = [(python, version) for python, version in found if version and version >= oldest]
    able.sort(key=lambda each: each[1] > newest)  # stable: supported ones first
    if not able:
        raise SetupError(
            f"Python {dotted(oldest)} or newer is needed; {sys.executable} is "
            f"{dotted(sys.version_info[:2])}.\n"
            "  Install one, for example: apt-get install python3.11 python3.11-venv\n"
            "  or name one:              make install PYTHON=/path/to/python3.11"
        )
    python, version = able[0]
    if version > newest:
        say(f"Python {dotted(version)} is newer than what is tested ({dotted(newest)}); going on.")
    if subprocess.call([python, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL):
        raise SetupError(
            f"{python} cannot make a virtual environment.\n"
            f"  On Debian and Ubuntu: apt-get install python{dotted(version)}-venv"
        )
    return python


def dotted(version: "tuple[int, ...]") -> str:
    """(3, 11) as people write it."""
    return ".".join(str(part) for part in version)


def check_machine(machine: ModuleType) -> None:
    """Whether SUMO will find its libraries and the packages their room.

    Raises:
        SetupError: They will not.
    """
    missing = machine.missing_libraries()
    if missing:
        names = ", ".join(library.soname for library in missing)
        raise SetupError(
            f"SUMO needs system libraries that are missing: {names}.\n"
            f"  {machine.library_remedy(missing)}"
        )
    free_gb = machine.free_disk_gb(ROOT)
    if not VENV.exists() and free_gb < machine.INSTALL_DISK_GB:
        raise SetupError(
            f"{machine.INSTALL_DISK_GB:.0f} GB of disk are needed at {ROOT}, "
            f"{free_gb:.1f} are free.\n"
            f"  What takes the room: du -xh --max-depth=2 {ROOT.anchor} | sort -h | tail"
        )


def is_at_home() -> bool:
    """Whether `.venv` is whole and was made where it stands: its commands hold its path."""
    try:
        words = subprocess.check_output([str(VENV / "bin" / "pip"), "--version"])
    except (OSError, subprocess.CalledProcessError):
        return False
    return str(VENV).encode() in words


def install(python: str, oldest: "tuple[int, int]") -> None:
    """Make `.venv` if there is none that works, then fill it.

    Raises:
        SetupError: pip failed; its own words are on stderr already.
    """
    version = version_of(str(VENV_PYTHON))
    if version is None or version < oldest or not is_at_home():
        run([python, "-m", "venv", "--clear", str(VENV)])
    pip = [str(VENV_PYTHON), "-m", "pip", "install"]
    pip += ["--quiet", "--no-input", "--disable-pip-version-check"]
    say("Installing the locked packages into .venv (1 GB; a minute or two) ...")
    # The lock is complete. Left to resolve it anew, old pips go for a newer release of a package
    # that is also wanted with an extra (coverage[toml]), and then refuse it for its hash.
    run([*pip, "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements.lock")])
    # Built with the locked hatchling: nothing unlocked is fetched.
    run([*pip, "--no-build-isolation", "--no-deps", "-e", str(ROOT)])


def run(command: "list[str]") -> None:
    """Run a command whose output the user sees.

    Raises:
        SetupError: It failed.
    """
    code = subprocess.call(command)
    if code:
        raise SetupError(
            f"This failed with exit code {code}: {' '.join(command)}\n"
            "  Its own words are above. Once mended, `make install` goes on; `make clean install`\n"
            "  begins anew."
        )


def say(text: str) -> None:
    """One line to the user."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Set up; returns the exit code."""
    wanted = fingerprint()
    if VENV_PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    start_s = time.monotonic()
    machine = load_machine()
    try:
        check_machine(machine)
        python = choose_python(machine)
        install(python, machine.OLDEST_PYTHON)
    except SetupError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("Interrupted; `make install` goes on.")
        return 130
    STAMP.write_text(wanted)
    say(f"Installed in {time.monotonic() - start_s:.0f} s; the commands are in .venv/bin.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
