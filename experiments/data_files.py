"""YAML files with a fixed form, read with every mistake told at its place."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from experiments.problems import told
from experiments.source import Source
from experiments.strict_yaml import Document, YamlSyntaxError, read_yaml
from experiments.strict_yaml import Path as YamlPath

ModelT = TypeVar("ModelT", bound=BaseModel)


class ConfigError(ValueError):
    """A file that cannot be used as it is written."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
        """All problems: `file:line:column: key: message`, or `--option: message`."""


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


def read_data_file(path: Path, model: type[ModelT], context: object = None) -> DataFile[ModelT]:
    """A file that has the form of a model.

    Args:
        path: The file.
        model: Its form.
        context: Is handed to the model.

    Raises:
        ConfigError: With all that is wrong: `file:line:column: key: message`.
    """
    data, document = _read(path)
    source = Source.merged(document, {}, file=str(path))
    content = checked(source, model, context)
    return DataFile(content=content, source=source, sha256=hashlib.sha256(data).hexdigest())


def read_document(path: Path) -> Document:
    """What a YAML file holds, with the place of each value.

    Raises:
        ConfigError: It cannot be read, or is no YAML.
    """
    return _read(path)[1]


def without_empty(source: Source, model: type[BaseModel]) -> Source:
    """A source whose keys without a value (all below them commented out) are keys not given.

    A wrong key stays, to be told.
    """
    if isinstance(source.tree, dict):
        empty = {key for key in model.model_fields if source.tree.get(key) is None}
        source.tree = {key: value for key, value in source.tree.items() if key not in empty}
    return source


def checked(source: Source, model: type[ModelT], context: object = None) -> ModelT:
    """What was written, in the form of a model.

    Args:
        source: What was written where.
        model: Its form.
        context: Is handed to the model.

    Raises:
        ConfigError: With all that is wrong: `file:line:column: key: message`.
    """

    def errors_of(tree: object) -> Sequence[dict[str, Any]]:
        # By way of JSON, for only there is strictness no more than "true is not a number".
        try:
            model.model_validate_json(json.dumps(tree), strict=True)
        except ValidationError as error:
            return [dict(item) for item in error.errors(include_url=False)]
        return []

    if problems := told(source, errors_of, model.model_json_schema()):
        raise ConfigError(problems)
    return model.model_validate_json(json.dumps(source.tree), strict=True, context=context)


def _read(path: Path) -> tuple[bytes, Document]:
    try:
        data = path.read_bytes()
        return data, read_yaml(data)
    except YamlSyntaxError as error:
        raise ConfigError([f"{path}:{error}"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
