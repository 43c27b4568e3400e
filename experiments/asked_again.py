"""The experiment that a manifest tells of, once more."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.config import Experiment
from experiments.data_files import ConfigError


def experiment_again(content: Mapping[str, Any], base: Path | None) -> Experiment:
    """The experiment as a manifest holds it.

    Args:
        content: Under `experiment` in the manifest.
        base: Folder that relative paths in it start from; None: the working directory.

    Raises:
        ConfigError: It cannot be read by this version.
    """
    try:
        return Experiment.model_validate_json(json.dumps(content), strict=True, context=base)
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise ConfigError([f"the experiment of the results cannot be read here: {first}"]) from None
