"""`extends:` of an experiment file: what another one holds, and only what differs written anew."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.data_files import ConfigError, read_document
from experiments.source import Source, with_value
from experiments.strict_yaml import Document
from experiments.strict_yaml import Path as YamlPath

EXTENDS = "extends"
"""Key of the file that is extended."""

Check = Callable[[Document, Path], object]
"""Raises a ConfigError where a file, by its document and its path, is no whole experiment."""


def read_extended(path: Path, check: Check, *, above: tuple[Path, ...] = ()) -> Document:
    """What a file holds, put over what the file holds that it extends, section by section.

    Args:
        path: The file.
        check: Is called for a file that is extended: it must be whole by itself, so that what is
            wrong in it is told at its own place.
        above: Files that extend this one.

    Raises:
        ConfigError: A file cannot be read, or is extended and not there, not whole or by itself.
    """
    document = read_document(path)
    tree = document.value
    if not isinstance(tree, dict) or tree.get(EXTENDS) is None:
        return document
    base = _base(tree[EXTENDS], path, document, above)
    inherited = read_extended(base, check, above=(*above, path.resolve()))
    check(inherited, base)
    assert isinstance(inherited.value, dict)  # or it is no experiment
    own = {key: value for key, value in tree.items() if key != EXTENDS and value is not None}
    document.value = _merged(rebased(inherited.value, base.parent, path.parent), own)
    return document


def _base(named: object, path: Path, document: Document, above: tuple[Path, ...]) -> Path:
    """The file that is extended."""
    place = Source(file=str(path), document=document).place((EXTENDS,), at_key=False)
    if not isinstance(named, str):
        raise ConfigError([f"{place}should be the path of an experiment file, got {named!r}"])
    base = path.parent / named
    if not base.is_file():
        raise ConfigError([f"{place}there is no file {base}"])
    chain = (*above, path.resolve(), base.resolve())
    if base.resolve() in chain[:-1]:
        circle = " → ".join(each.name for each in chain[chain.index(base.resolve()) :])
        raise ConfigError([f"{place}files must not extend each other in a circle: {circle}"])
    return base


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Sections are merged; lists and values are replaced."""
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        are_sections = isinstance(before, dict) and isinstance(value, dict)
        merged[key] = _merged(merged[key], value) if are_sections else value
    return merged


def rebased(tree: Mapping[str, Any], old: Path, new: Path) -> dict[str, Any]:
    """Values of a file in one folder, with relative paths as they are written in another one."""
    moved: Any = dict(tree)
    if old.resolve() == new.resolve():
        return dict(moved)
    places: list[YamlPath] = [("scenario",), ("fleet_mix",), ("factors",)]
    policies = tree.get("policies")
    places += [("policies", name) for name in policies] if isinstance(policies, dict) else []
    for place in places:
        value: Any = tree
        for key in place:
            value = value.get(key)
        if isinstance(value, str):
            written = ",".join(_moved(part.strip(), old, new) for part in value.split(","))
            moved = with_value(moved, place, written)
    return dict(moved)


def _moved(name: str, old: Path, new: Path) -> str:
    """A path, perhaps with `:NAME` behind it; what is no file by its name stays as it is."""
    file, colon, rest = name.partition(":")
    if not file or not (old / file).is_file():
        return name
    return f"{os.path.relpath((old / file).resolve(), new.resolve())}{colon}{rest}"
