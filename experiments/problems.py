"""Problems of a configuration, told in the words and at the places of who wrote it."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from experiments.source import Source
from experiments.strict_yaml import Path
from experiments.units import parse_quantity, unit_suffix

Error = Mapping[str, Any]
"""One of pydantic's errors: an item of `ValidationError.errors()`."""

ErrorsOf = Callable[[object], Sequence[Error]]
"""What pydantic finds wrong with a tree of plain values."""

UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
"""Types of pydantic's errors that mean a key nobody knows (of a model, of a dataclass)."""

_PLAIN = {
    "missing": "required, but not given",
    "missing_argument": "required, but not given",
    "dataclass_type": "should be a mapping of keys",
    "dict_type": "should be a mapping of keys",
    "model_type": "should be a mapping of keys",
    "finite_number": "should be a finite number",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


_MANY = 5


def told(source: Source, errors_of: ErrorsOf, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """All problems of what was written, a line each, in the order of the file.

    Args:
        source: What was written, and where.
        errors_of: Finds what is wrong; nothing: all is right.
        schema: JSON Schema of the whole, for the keys that are known.
    """
    found = {}
    for problem in source.document.problems:
        line = source.place(problem.path, at_key=True, mark=problem.mark) + problem.message
        found[line] = (1, problem.mark.line, problem.mark.column)
    told_before = {problem.path for problem in source.document.problems}
    for error in _all_errors(errors_of, source.tree):
        path: Path = error["loc"]
        if path in told_before:
            continue
        at_key = error["type"] in UNKNOWN_KEY
        line = source.place(path, at_key=at_key) + explain(error, path, schema)
        found[line] = source.order(path, at_key=at_key)
    return tuple(sorted(found, key=lambda line: found[line]))


def _all_errors(errors_of: ErrorsOf, tree: object) -> list[Error]:
    """Errors of the whole, and those that others hide.

    What compares several values is not checked while one of them is wrong. So all is checked
    once more without what is wrong, and each section of parameters by itself.
    """
    errors = list(errors_of(tree))
    inside = {error["loc"][:-1] for error in errors}
    # A list that holds nothing right counts as empty: what is wrong in it is enough.
    errors = [e for e in errors if e["type"] != "too_short" or e["loc"] not in inside]
    if not errors or not isinstance(tree, dict):
        return errors
    wrong = {error["loc"][0] for error in errors if error["loc"]}
    rest = {key: value for key, value in tree.items() if key not in wrong}
    errors += [error for error in errors_of(rest) if error["type"] == "value_error"]
    for section in wrong:
        values = tree.get(section)
        if isinstance(values, dict):
            own = _errors_at_keys(errors_of, tree, section, wrong_before=errors)
            if own:
                errors = [error for error in errors if error["loc"] != (section,)] + own
    return errors


def _errors_at_keys(
    errors_of: ErrorsOf, tree: dict[str, Any], section: str, *, wrong_before: Sequence[Error]
) -> list[Error]:
    """What a section of parameters finds wrong with itself, at the keys that are to blame.

    A dataclass that checks itself tells the first thing wrong, and not which key it is. To blame
    is a key without which it would not say so; it is left out, and the rest checked again.
    """
    wrong = {e["loc"][1] for e in wrong_before if e["loc"][0] == section and len(e["loc"]) > 1}
    given = {key: value for key, value in tree[section].items() if key not in wrong}

    def said(values: dict[str, object]) -> str:
        errors = errors_of({**tree, section: values})
        return next(
            (e["msg"] for e in errors if e["loc"] == (section,) and e["type"] == "value_error"), ""
        )

    found: list[Error] = []
    while message := said(given):
        to_blame = [
            key for key in given if said({k: v for k, v in given.items() if k != key}) != message
        ]
        if not to_blame:
            break
        named = [key for key in to_blame if key in message]
        key = min(named, key=message.index) if named else to_blame[0]
        found.append({"type": "value_error", "loc": (section, key), "msg": message})
        del given[key]
    return found


def explain(error: Error, path: Path, schema: Mapping[str, Any]) -> str:
    """One of pydantic's errors in plain words; arguments as in `told`."""
    kind = error["type"]
    if kind in UNKNOWN_KEY:
        return f"unknown key; {suggest_key(path, schema)}"
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    got = error.get("input")
    suffix = unit_suffix(str(path[-1])) if path else None
    if suffix and isinstance(got, str) and (wrong := _wrong_quantity(got, suffix)):
        return wrong
    if kind == "literal_error":
        return _wrong_choice(str(error["msg"]).removeprefix("Input "), got)
    message = str(error["msg"]).removeprefix("Input ") + f", got {_quote(got)}"
    if isinstance(got, str) and re.fullmatch(r"\s*[\d.]+\s*%\s*", got):
        message += f"; write {float(got.strip(' %')) / 100:g}"
    return message


def _wrong_quantity(text: str, suffix: str) -> str | None:
    try:
        parse_quantity(text, suffix)
    except ValueError as error:
        return str(error)
    return None


def _wrong_choice(message: str, got: object) -> str:
    """What a wrong name may be meant for; of many names only that."""
    choices = re.findall(r"'([^']*)'", message)
    close = difflib.get_close_matches(str(got), choices, n=1)
    if close and len(choices) > _MANY:
        message = "should be one of the known names"
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return f"{message}, got {_quote(got)}{hint}"


def suggest_key(path: Path, schema: Mapping[str, Any]) -> str:
    """What the writer of an unknown key may have meant."""
    section, wrong = path[:-1], str(path[-1])
    here = list(_properties(schema, section))
    if close := difflib.get_close_matches(wrong, here, n=1):
        return f"did you mean '{close[0]}'?"
    everywhere = {leaf[-1]: ".".join(leaf) for leaf in _leaves(schema, ())}
    if close := difflib.get_close_matches(wrong, list(everywhere), n=1, cutoff=0.75):
        return f"did you mean '{everywhere[close[0]]}'?"
    return f"known here: {', '.join(here)}"


def _quote(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def _properties(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    node: Mapping[str, Any] = schema
    for part in path:
        node = _resolve(schema, node)
        # Of a mapping with free keys each entry has the same form.
        entry = node.get("additionalProperties") or {}
        by_key = node.get("properties", {})
        node = node.get("items", {}) if isinstance(part, int) else by_key.get(part, entry)
    found: Mapping[str, Any] = _resolve(schema, node).get("properties", {})
    return found


def _leaves(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, child in _properties(schema, path).items():
        is_section = "properties" in _resolve(schema, child)
        yield from _leaves(schema, (*path, name)) if is_section else [(*path, name)]


def _resolve(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node
