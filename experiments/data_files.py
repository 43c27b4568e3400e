"""YAML files of data with a fixed form, read with every mistake told at its place."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from experiments.config import ConfigError
from experiments.problems import told
from experiments.source import Source
from experiments.strict_yaml import Path as YamlPath
from experiments.strict_yaml import YamlSyntaxError, read_yaml

ModelT = TypeVar("ModelT", bound=BaseModel)


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty: every row says where it is from")
    return text


Said = Annotated[str, AfterValidator(_said)]
"""A text that says something: the source of a row."""
Year = Annotated[int, Field(ge=1990, le=2100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile(Generic[ModelT]):
    """A file that has the form of its model."""

    content: ModelT
    source: Source
    """Where each value stands."""
    sha256: str
    """Hash of the file."""

    def problem(self, path: YamlPath, message: str) -> str:
        """Line that tells what is wrong with a value, or with a key that is there."""
        return self.source.place(path, at_key=True) + message


def read_data_file(path: Path, model: type[ModelT]) -> DataFile[ModelT]:
    """A file that has the form of a model.

    Raises:
        ConfigError: With all that is wrong: `file:line:column: key: message`.
    """
    try:
        data = path.read_bytes()
        document = read_yaml(data)
    except YamlSyntaxError as error:
        raise ConfigError([f"{path}:{error}"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    source = Source.merged(document, {}, file=str(path))

    def errors_of(tree: object) -> Sequence[dict[str, Any]]:
        try:
            model.model_validate_json(json.dumps(tree), strict=True)
        except ValidationError as error:
            return [dict(item) for item in error.errors(include_url=False)]
        return []

    if problems := told(source, errors_of, model.model_json_schema()):
        raise ConfigError(problems)
    content = model.model_validate_json(json.dumps(source.tree), strict=True)
    return DataFile(content=content, source=source, sha256=hashlib.sha256(data).hexdigest())
