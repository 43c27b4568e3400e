"""The code that figures come from: what one of our modules imports, found in the sources.

A change elsewhere, as in a command or in the report, leaves the hash as it is: finished runs are
kept.
"""

import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from experiments.packages import PACKAGES

RUN = "experiments.worker"
"""Module that does a run."""
ROOT = Path(__file__).parent.parent

_NAMES = "|".join(PACKAGES)
_AT_ONCE = re.compile(rf"^(?:from|import) ((?:{_NAMES})(?:\.\w+)*)".encode(), re.MULTILINE)
_SOONER_OR_LATER = re.compile(
    rf"^[ \t]*(?:from|import) ((?:{_NAMES})(?:\.\w+)*)".encode(), re.MULTILINE
)


@functools.cache
def code_hash(module: str = RUN) -> str:
    """SHA-256 over all of our sources that a module may import, and over their names."""
    digest = hashlib.sha256()
    for name, source in sorted(sources_of(module, ROOT).items()):
        digest.update(f"{name} {len(source)}\n".encode() + source)
    return digest.hexdigest()


def sources_of(module: str, root: Path) -> dict[str, bytes]:
    """The source of a module and of all of ours that it imports, be it inside a function.

    The folder that a module is in is a package, whose own imports come with it as it is opened;
    what its functions would import only then comes by its own name.

    Args:
        module: As in `experiments.worker`.
        root: Folder of our packages.

    Returns:
        By the name of the module.
    """
    asked = _followed([module], _SOONER_OR_LATER, root)
    return asked | _followed(_packages_around(asked) - set(asked), _AT_ONCE, root)


def _followed(modules: Iterable[str], pattern: re.Pattern[bytes], root: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = source = _file_of(module, root).read_bytes()
            waiting += {name.decode() for name in pattern.findall(source)}
            waiting += _packages_around([module]) if pattern is _AT_ONCE else ()
    return found


def _packages_around(modules: Iterable[str]) -> set[str]:
    parts = [module.split(".") for module in modules]
    return {".".join(words[:n]) for words in parts for n in range(1, len(words))}


def _file_of(module: str, root: Path) -> Path:
    path = root.joinpath(*module.split("."))
    file = path.with_suffix(".py")
    return file if file.is_file() else path / "__init__.py"
