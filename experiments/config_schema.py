"""What helps to write an experiment file: its schema for editors, and a file to start from."""

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
