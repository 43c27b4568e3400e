"""The configuration reference, from the schema that checks experiment files."""

import json
from collections.abc import Iterator
from typing import Any

from experiments.config_schema import experiment_schema
from experiments.units import unit_suffix

UNITS = {"m": "m", "s": "s", "mps": "m/s", "mps2": "m/s²", "hz": "1/s"}
"""Suffix of a key → unit of its value."""
LIMITS = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
MANY = 6
"""Longer lists of choices are told in a sentence of their own."""
TOP = """# Configuration

Every key of an experiment file. This page is made of the schema that checks the files
(`ecocorridor config schema`); `ecocorridor config init` writes a file with all keys and more words.

Keys tell their unit. Another one may be written out: `"0.3 km"`, `"100 ms"`, `"18 km/h"`. A key
that is left out has its default; an unknown one is an error with its place. Keys of a section are
written below it, and elsewhere with a dot: `rsu.range_m`. Further limits (a share within 0 to 1, a
time above 0) are told by `ecocorridor config check`.
"""

Schema = dict[str, Any]


def configuration_page() -> str:
    """The page, as Markdown."""
    schema = experiment_schema()
    return "\n".join([TOP, *_section("", schema, schema["$defs"])])


def _section(name: str, section: Schema, defs: dict[str, Schema]) -> Iterator[str]:
    """A table of the keys, then the sections below."""
    title = name or "Experiment"
    yield f"## {f'`{title}`' if name else title}\n"
    if description := section.get("description"):
        yield f"{_line(description)}\n"
    yield "| key | type | unit | default | limits | meaning |"
    yield "|---|---|---|---|---|---|"
    below = []
    required = section.get("required", ())
    for key, value in section["properties"].items():
        target = _target(value, defs)
        if target is not None:
            below.append((f"{name}.{key}" if name else key, target))
        yield _row(key, value, defs, is_required=key in required)
    yield ""
    for place, target in below:
        yield from _section(place, target, defs)


def _target(value: Schema, defs: dict[str, Schema]) -> Schema | None:
    """The section that a key holds, or whose items it lists."""
    for each in (value, *value.get("allOf", ()), value.get("items", {})):
        if "$ref" in each:
            found = defs[each["$ref"].rpartition("/")[2]]
            return found if "properties" in found else None
    return None


def _row(key: str, value: Schema, defs: dict[str, Schema], *, is_required: bool) -> str:
    target = _target(value, defs)
    suffix = unit_suffix(key)
    default = "required" if is_required else _default(value, is_section=target is not None)
    meaning = _line(value.get("description", ""))
    if target is not None:
        meaning += " See below."
    cells = (f"`{key}`", _type(value, target), UNITS.get(suffix or "", ""), default)
    return f"| {' | '.join(cells)} | {_limits(value)} | {meaning} |"


def _type(value: Schema, target: Schema | None) -> str:
    if target is not None:
        return "list of sections" if value.get("type") == "array" else "section"
    named = [value, *value.get("anyOf", ())]
    kinds: dict[str, None] = {}
    for each in named:
        found = each.get("type", ())
        kinds |= dict.fromkeys([found] if isinstance(found, str) else found)
    if not kinds and any("const" in each or "enum" in each for each in named):
        return "choice"
    # A text with a unit is told at the top; that a key may be left out, by its default.
    if "number" in kinds:
        kinds.pop("string", None)
    return ", ".join(kind for kind in kinds if kind != "null")


def _default(value: Schema, *, is_section: bool) -> str:
    if is_section and value.get("type") != "array":
        return ""
    default = value.get("default")
    if default is None:
        return "none"
    if isinstance(default, float):
        return f"`{default:.4g}`"
    if isinstance(default, list) and len(default) > MANY:
        return f"{len(default)} of them"
    return f"`{json.dumps(default)}`"


def _limits(value: Schema) -> str:
    told = []
    for each in (value, value.get("items", {}), *value.get("anyOf", ())):
        told += [f"{sign} {each[name]:g}" for name, sign in LIMITS if name in each]
        choices = each.get("enum", [each["const"]] if "const" in each else [])
        told.append(", ".join(f"`{choice}`" for choice in choices))
    return ", ".join(each for each in told if each)


def _line(text: str) -> str:
    """Words for one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
