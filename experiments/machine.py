"""What a machine must have before SUMO runs: a Python, four system libraries, room on the disk.

Standard library only, nothing of ours, and no syntax newer than Python 3.6: `bootstrap.py` reads
this file before anything is installed, perhaps with a Python that is too old for the rest.
"""

import ctypes
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
"""Both ends are tested; a newer Python may work."""

INSTALL_DISK_GB = 2.0
"""What `.venv` and its making take, SUMO alone half of it."""


class Library(NamedTuple):
    """A system library that SUMO loads even without a window."""

    soname: str
    debian_package: str
    fedora_package: str


LIBRARIES = (
    Library("libGL.so.1", "libgl1", "mesa-libGL"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libXext.so.6", "libxext6", "libXext"),
    Library("libXrender.so.1", "libxrender1", "libXrender"),
)


def missing_libraries() -> "tuple[Library, ...]":
    """Those of `LIBRARIES` that the loader does not find; none are needed outside Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    return tuple(library for library in LIBRARIES if not _loads(library.soname))


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def library_remedy(missing: "tuple[Library, ...]") -> str:
    """Command that installs the missing libraries, for the package manager found on PATH."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        return sudo + "apt-get install -y " + " ".join(each.debian_package for each in missing)
    if shutil.which("dnf"):
        return sudo + "dnf install -y " + " ".join(each.fedora_package for each in missing)
    return "install the packages that hold " + ", ".join(each.soname for each in missing)


def free_disk_gb(folder: Path) -> float:
    """Room on the disk (10^9 bytes) that `folder` is, or would be, on."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(str(folder)).free / 1e9


def cache_folder() -> Path:
    """Folder for what is costly to make and can be made again; need not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"  # noqa: PTH117
    return root / "ecocorridor"
