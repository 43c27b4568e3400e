"""YAML 1.2 with positions: what PyYAML would read as something else is read right, or refused.

PyYAML follows YAML 1.1, where `on` is true, `7:30` is 450, `010` is 8 and the last of two equal
keys wins. Here scalars resolve by the core schema of YAML 1.2, and what is likely a mistake is a
problem with its place.

References: YAML 1.2.2, section 10.3 (core schema).
"""

import re
from dataclasses import dataclass, field

import yaml

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a document to one value."""

MAX_DEPTH = 40
"""Deeper nesting is refused; it also ends a document that contains itself by an alias."""

MAX_NODES = 100_000
"""More values than this are refused; aliases of aliases grow without bound."""

_TAG = "tag:yaml.org,2002:"
_NUMBER_START = list("-+.0123456789")
_FLOAT = (
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_RESOLVERS: tuple[tuple[str, str, list[str]], ...] = (
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)", _NUMBER_START),
    ("float", _FLOAT, _NUMBER_START),
)
_PATTERNS = {name: re.compile(pattern) for name, pattern, _ in _RESOLVERS}
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the implicit types of the YAML 1.2 core schema alone."""


_CoreLoader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _RESOLVERS:
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(f"^{_pattern}$"), _first)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlProblem:
    """What is wrong with one value, key or line."""

    mark: Mark
    path: Path
    """Where it is in the document; empty for an error of syntax."""
    message: str


class YamlSyntaxError(ValueError):
    """The text is not YAML."""

    def __init__(self, problem: YamlProblem) -> None:
        super().__init__(f"{problem.mark.line}:{problem.mark.column}: {problem.message}")
        self.problem = problem
        """What is wrong, and where."""


@dataclass(slots=True)
class Document:
    """A YAML document as plain values, with the place of each."""

    value: object = None
    """dict, list, str, int, float, bool or None."""
    key_marks: dict[Path, Mark] = field(default_factory=dict)
    """Where the key of a mapping's entry stands."""
    value_marks: dict[Path, Mark] = field(default_factory=dict)
    """Where each value starts."""
    problems: list[YamlProblem] = field(default_factory=list)
    """All that is wrong although the syntax is right."""


def read_yaml(data: bytes) -> Document:
    """Document of a YAML file's content, in UTF-8.

    Raises:
        YamlSyntaxError: It is not text, not YAML, or holds more than one document.
    """
    try:
        root = yaml.compose(data.decode("utf-8-sig"), Loader=_CoreLoader)
    except UnicodeDecodeError as error:
        raise YamlSyntaxError(_at_offset(data, error.start, "not text in UTF-8")) from None
    except yaml.reader.ReaderError as error:
        offset = len(data.decode("utf-8-sig")[: error.position].encode())
        message = f"the character U+{error.character:04X} is not allowed in YAML"
        raise YamlSyntaxError(_at_offset(data, offset, message)) from None
    except yaml.MarkedYAMLError as error:
        raise YamlSyntaxError(_syntax_problem(error)) from None
    except RecursionError:
        raise YamlSyntaxError(YamlProblem(Mark(1, 1), (), "nested too deeply")) from None
    document = Document()
    if root is None:
        document.problems.append(YamlProblem(Mark(1, 1), (), "the file is empty"))
    else:
        document.value = _Reader(document).read(root, ())
    return document


def read_scalar(text: str) -> object:
    """Value of a plain scalar by the core schema: a number, bool, None, or the text itself."""
    for name, pattern in _PATTERNS.items():
        if pattern.fullmatch(text) and not _LEADING_ZERO.match(text):
            return _plain_value(name, text)
    return text


def _at_offset(data: bytes, offset: int, message: str) -> YamlProblem:
    line_start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[line_start:offset].decode("utf-8", "replace")) + 1
    return YamlProblem(Mark(data.count(b"\n", 0, offset) + 1, column), (), message)


def _syntax_problem(error: yaml.MarkedYAMLError) -> YamlProblem:
    place = error.problem_mark or error.context_mark
    mark = Mark(place.line + 1, place.column + 1) if place else Mark(1, 1)
    message = " ".join(part for part in (error.context, error.problem) if part)
    if "\\t" in message:
        message += "; indent with spaces, not with tabs"
    return YamlProblem(mark, (), f"not valid YAML: {message}")


def _plain_value(kind: str, text: str) -> object:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


class _Reader:
    """Turns nodes into plain values and notes places and problems in a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._n_nodes = 0
        self._is_too_large = False

    def read(self, node: yaml.Node, path: Path) -> object:
        """Plain value of a node; None where there is a problem with it."""
        mark = _mark(node)
        self._document.value_marks[path] = mark
        self._n_nodes += 1
        if self._is_too_large:
            return None
        if len(path) > MAX_DEPTH or self._n_nodes > MAX_NODES:
            self._is_too_large = True
            self._problem(mark, path[:3], "nested too deeply or too large (an alias of itself?)")
            return None
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.read(child, (*path, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._problem(mark, path, f"the tag '{_short(node.tag)}' is not supported")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TAG + "str":
                written = f" '{key_node.value}'" if isinstance(key_node, yaml.ScalarNode) else ""
                self._problem(mark, path, f"the key{written} is not text; put it in quotes")
                continue
            key = key_node.value
            if key in values:
                first = self._document.key_marks[(*path, key)]
                self._problem(
                    mark, (*path, key), f"duplicate key, first written in line {first.line}"
                )
                continue
            self._document.key_marks[(*path, key)] = mark
            values[key] = self.read(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        kind, text = node.tag.removeprefix(_TAG), node.value
        if kind == "str":
            return text
        if kind not in _PATTERNS:
            self._problem(_mark(node), path, f"the tag '{_short(node.tag)}' is not supported")
        elif not _PATTERNS[kind].fullmatch(text):
            self._problem(_mark(node), path, f"'{text}' is not of the stated type '{kind}'")
        elif _LEADING_ZERO.match(text):
            right = text.lstrip("+-0") or "0"
            self._problem(
                _mark(node),
                path,
                f"'{text}' starts with a zero, which some read as octal; write {right}, "
                "or put it in quotes if it is text",
            )
        elif len(text) > 400:
            self._problem(_mark(node), path, f"a number of {len(text)} digits is not sensible")
        else:
            return _plain_value(kind, text)
        return None

    def _problem(self, mark: Mark, path: Path, message: str) -> None:
        self._document.problems.append(YamlProblem(mark, path, message))


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def _short(tag: str) -> str:
    return tag.replace(_TAG, "!!")
