"""A policy that a user brings: where its class is written, and what it is made of."""

import base64
import hashlib
import inspect
import pickle
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.arms import RESERVED_NAMES

EXAMPLE = "my_policy.py:MyPolicy"
PROTOCOL = 5
"""Of pickle: the same objects give the same bytes on all versions of Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPolicy:
    """A policy of the user's own, as it is handed to the process of a run."""

    arm: str
    """Name of its arm."""
    file: Path
    """Where its class is written."""
    class_name: str
    pickled: bytes | None = None
    """The object, or its class, that was given in Python; None: the file alone tells."""
    search_path: tuple[str, ...] = ()
    """Folders in which modules are looked for, after all others."""
    sources: tuple[tuple[Path, str], ...] = ()
    """The user's files that it is made of: those it imports, and data that it reads as it is made
    or first asked. Each with its SHA-256; known once it was rehearsed."""

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return f"policy {self.file.name}:{self.class_name}"

    @property
    def reference(self) -> str:
        """As an experiment names it."""
        return f"{self.file}:{self.class_name}"

    def content(self) -> dict[str, Any]:
        """What it is, without names and places of files: equal contents advise alike."""
        (_, own), *others = self.sources
        return {
            "class": self.class_name,
            # Those beside it are found by their names.
            "files": [own, *sorted(f"{file.name} {digest}" for file, digest in others)],
            "object": None if self.pickled is None else hashlib.sha256(self.pickled).hexdigest(),
        }

    def to_plain(self) -> dict[str, Any]:
        """JSON values."""
        pickled = None if self.pickled is None else base64.b64encode(self.pickled).decode()
        return {
            "arm": self.arm,
            "file": str(self.file),
            "class_name": self.class_name,
            "pickled": pickled,
            "search_path": list(self.search_path),
            "sources": [[str(file), digest] for file, digest in self.sources],
        }

    @classmethod
    def from_plain(cls, content: Mapping[str, Any]) -> "OwnPolicy":
        """What `to_plain` gave."""
        pickled = content["pickled"]
        return cls(
            arm=content["arm"],
            file=Path(content["file"]),
            class_name=content["class_name"],
            pickled=None if pickled is None else base64.b64decode(pickled),
            search_path=tuple(content["search_path"]),
            sources=tuple((Path(file), digest) for file, digest in content["sources"]),
        )


def check_arm_name(name: str) -> None:
    """Check the name of an own policy.

    Raises:
        ValueError: It is taken, or would be hard to write in results and conditions.
    """
    if name in RESERVED_NAMES:
        raise ValueError(f"'{name}' is built in; a policy of your own needs another name")
    if not re.fullmatch(r"[^\W\d][\w-]*", name):
        raise ValueError(
            f"'{name}' cannot be the name of an arm; it takes letters, then also digits, '_', '-'"
        )


def split_reference(reference: str) -> tuple[str, str]:
    """File and class of `FILE.py:CLASS`.

    Raises:
        ValueError: It is not written so.
    """
    file, _, class_name = reference.rpartition(":")
    if not file.endswith(".py") or not all(map(str.isidentifier, class_name.split("."))):
        raise ValueError(f"'{reference}' must be FILE.py:CLASS, for example {EXAMPLE}")
    return file, class_name


def named_by_class(references: Iterable[str]) -> dict[str, str]:
    """Arm → reference with its whole path; arms are called as the classes, in lower case.

    Raises:
        ValueError: A reference is not written as it should be, or two give the same name.
    """
    found: dict[str, str] = {}
    for reference in references:
        _, class_name = split_reference(reference)
        arm = class_name.rpartition(".")[2].lower()
        if arm in found:
            raise ValueError(f"'{reference}' would be a second arm '{arm}'; rename its class")
        found[arm] = absolute_reference(reference)
    return found


def absolute_reference(reference: str) -> str:
    """A reference whose path starts from the working directory, with its whole path."""
    file, colon, class_name = reference.rpartition(":")
    return f"{Path(file).absolute()}{colon}{class_name}" if file else reference


def policy_of_file(arm: str, reference: str, folder: Path | None) -> OwnPolicy:
    """An own policy from its reference.

    Args:
        arm: Name of its arm.
        reference: `FILE.py:CLASS`.
        folder: Where relative paths start from; None: the working directory.

    Raises:
        ValueError: There is no such file.
    """
    name, class_name = split_reference(reference)
    file = ((folder or Path()) / name).resolve()
    if not file.is_file():
        raise ValueError(f"policy {name}:{class_name}: there is no file {file}")
    return OwnPolicy(arm=arm, file=file, class_name=class_name, search_path=(str(file.parent),))


def policy_of_object(arm: str, thing: object) -> OwnPolicy:
    """An own policy from an object that advises, or from a class of such objects.

    Args:
        arm: Name of its arm.
        thing: The object or class; it goes to the runs' own processes by pickle.

    Raises:
        ValueError: Another process could not make it again.
    """
    made_by = thing if isinstance(thing, type) else type(thing)
    name = made_by.__qualname__
    elsewhere = "write the class into a file of its own, and import it or name it as FILE.py:CLASS"
    if made_by.__module__ == "__main__":
        raise ValueError(
            f"policy {name}: its class is part of the script or notebook that is running, which "
            f"the processes of the runs cannot import; {elsewhere}"
        )
    try:
        file = inspect.getsourcefile(made_by)
    except TypeError:
        file = None
    if file is None or not Path(file).is_file():
        raise ValueError(f"policy {name}: no file is known in which it is written; {elsewhere}")
    try:
        pickled = pickle.dumps(thing, protocol=PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"policy {name}: it cannot be handed to another process: {error}; "
            "classes and functions at the top level of a file can, and plain values"
        ) from None
    return OwnPolicy(
        arm=arm,
        file=Path(file).resolve(),
        class_name=name,
        pickled=pickled,
        search_path=tuple(str(Path(folder).absolute()) for folder in sys.path),
    )
