"""Where the values of an experiment were written: a file, the command line, or both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.strict_yaml import Document, Mark, Path, read_scalar
from experiments.units import parse_quantity, unit_suffix

_OPTIONS = {
    "rsu.range_m": "--range",
    "begin_s": "--begin",
    "end_s": "--end",
    "step_length_s": "--step-length",
}
"""Key → option of the command line, where the option is not called as the key."""


@dataclass(slots=True)
class Source:
    """What was written, and where."""

    file: str | None = None
    """Name of the file, as the user gave it."""
    document: Document = field(default_factory=Document)
    """What the file holds."""
    options: dict[Path, str] = field(default_factory=dict)
    """Path of a value that the command line (or a call) gave → its option (or key)."""
    tree: object = None
    """Plain values of file and command line together, quantities in the units of their keys."""

    @classmethod
    def merged(
        cls,
        document: Document,
        overrides: Mapping[str, object],
        *,
        file: str | None = None,
        by_option: bool = True,
    ) -> "Source":
        """A document with the values of the command line, or of a call, put over it.

        Args:
            document: What the file holds.
            overrides: Key (`rsu.range_m` for one in a section) → value. None: not given.
            file: Name of the file.
            by_option: Whether they were given as options of the command line, else by their keys.
        """
        source = cls(file=file, document=document, tree=document.value)
        for key, value in overrides.items():
            path = tuple(key.split("."))
            parent = value_at(source.tree, path[:-1])
            if value is None or not isinstance(source.tree, dict):
                continue
            if parent is not None and not isinstance(parent, dict):
                continue  # the file has no section there, and is told so
            number = read_scalar(value) if isinstance(value, str) else None
            source.tree = with_value(source.tree, path, value if number is None else number)
            source.options[path] = _option_of(key) if by_option else key
        source.tree = _in_own_units(source.tree)
        return source

    def place(self, path: Path, *, at_key: bool, mark: Mark | None = None) -> str:
        """Start of a problem's line: `file:line:column: key: `, or `--option: `."""
        option = self._option(path)
        if option is not None and mark is None:
            return f"{option}: "
        key = f"{'.'.join(map(str, path))}: " if path else ""
        if self.file is None:
            return key
        mark = mark or self._mark(path, at_key=at_key)
        return f"{self.file}:{mark.line}:{mark.column}: {key}"

    def order(self, path: Path, *, at_key: bool) -> tuple[int, int, int]:
        """Sort key of a problem: the command line first, then down the file."""
        if self._option(path) is not None:
            return (0, 0, 0)
        mark = self._mark(path, at_key=at_key)
        return (1, mark.line, mark.column)

    def _option(self, path: Path) -> str | None:
        ends = range(len(path), 0, -1)
        return next((self.options[path[:n]] for n in ends if path[:n] in self.options), None)

    def _mark(self, path: Path, *, at_key: bool) -> Mark:
        keys, values = self.document.key_marks, self.document.value_marks
        if at_key and path in keys:
            return keys[path]
        ends = range(len(path), -1, -1)
        return next((values[path[:n]] for n in ends if path[:n] in values), Mark(1, 1))


def _option_of(key: str) -> str:
    if key.startswith("policies."):
        return "--policy"
    return _OPTIONS.get(key, "--" + key.replace("_", "-"))


def value_at(tree: object, path: Path) -> object:
    """Value at a path of plain values; None where there is none."""
    for part in path:
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            return None
    return tree


def with_value(tree: object, path: Path, value: object) -> object:
    """A tree with one value replaced or added; the given one stays as it is."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(tree, list) and isinstance(first, int):
        return [with_value(v, rest, value) if i == first else v for i, v in enumerate(tree)]
    mapping = tree if isinstance(tree, dict) else {}
    return {**mapping, first: with_value(mapping.get(first), rest, value)}


def _in_own_units(tree: object) -> object:
    """Written quantities as numbers; what is no quantity of its key stays, to be told as wrong."""
    if isinstance(tree, list):
        return [_in_own_units(value) for value in tree]
    if not isinstance(tree, dict):
        return tree
    return {key: _own_value(key, value) for key, value in tree.items()}


def _own_value(key: str, value: object) -> object:
    suffix = unit_suffix(key)
    if suffix is None or not isinstance(value, str):
        return _in_own_units(value)
    try:
        return parse_quantity(value, suffix)
    except ValueError:
        return value
