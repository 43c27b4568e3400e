"""What helps to write an experiment file: its schema for editors, and a file to start from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.config import Experiment
from experiments.extending import EXTENDS
from experiments.units import unit_pattern, unit_suffix

_EXTENDS = {
    "title": "Extends",
    "type": "string",
    "description": "Another experiment file, by its path from this one; keys here are put over it.",
}

DEFAULT_EXPERIMENT = Path(__file__).parent / "data" / "default.yaml"
"""The experiment that runs when none is named."""
DEFAULT_SWEEP = DEFAULT_EXPERIMENT.with_name("sweep.yaml")
"""A sweep to start from."""


def experiment_schema() -> dict[str, Any]:
    """JSON Schema of the experiment file, for editors."""
    schema = Experiment.model_json_schema()
    schema["properties"] = {EXTENDS: _EXTENDS} | schema["properties"]
    # What is missing here may stand in the file that is extended.
    schema["anyOf"] = [{"required": schema.pop("required")}, {"required": [EXTENDS]}]
    for section in (schema, *schema["$defs"].values()):
        for key, value in section.get("properties", {}).items():
            if suffix := unit_suffix(key):
                _allow_units(value, suffix)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def init_sweep_text() -> str:
    """A commented file of a sweep to start from."""
    return DEFAULT_SWEEP.read_text(encoding="utf-8")


def sweep_schema() -> dict[str, Any]:
    """JSON Schema of the file of a sweep, for editors."""
    from experiments.sweeps.form import NOT_SWEPT, Form

    schema, form = experiment_schema(), Form.model_json_schema()
    form["$defs"]["Sample"]["properties"]["keys"]["propertyNames"] = known = {
        "anyOf": [
            {"enum": [key for key in _dotted_keys(schema, schema) if key not in NOT_SWEPT]},
            {"pattern": r"^policies\."},
        ]
    }
    for end in ("low", "high"):
        form["$defs"]["Sampled"]["properties"][end] = {"type": ["number", "string"]}
    grid, points, sample = (form["properties"][key] for key in ("grid", "list", "sample"))
    grid["anyOf"][0]["propertyNames"] = known
    points["anyOf"][0]["items"]["propertyNames"] = known
    schema["properties"] |= {
        "grid": {"anyOf": [*schema["properties"]["grid"]["anyOf"], *grid["anyOf"]]},
        "list": points,
        "sample": sample,
    }
    schema["$defs"] |= form["$defs"]
    del schema["anyOf"]  # the scenario may be swept
    return schema


def _dotted_keys(
    schema: dict[str, Any], section: dict[str, Any], prefix: str = ""
) -> Iterator[str]:
    """The keys of an experiment file, those of sections with the name of the section."""
    for key, value in section["properties"].items():
        inner = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
        if "properties" in inner:
            yield from _dotted_keys(schema, inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def init_text() -> str:
    """A commented experiment file to start from."""
    return DEFAULT_EXPERIMENT.read_text(encoding="utf-8")


def _allow_units(value: dict[str, Any], suffix: str) -> None:
    """Let a schema of a number also take a text with a unit."""
    limits = ("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    number = {key: value.pop(key) for key in limits if key in value}
    value["anyOf"] = [
        *value.pop("anyOf", [number]),
        {"type": "string", "pattern": unit_pattern(suffix)},
    ]
