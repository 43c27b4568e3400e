"""The experiment and the scenario that a manifest tells of, once more."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.config import Experiment
from experiments.data_files import ConfigError
from experiments.ordering import load_checked
from sumo_nets import Scenario, ScenarioError


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


def scenario_again(experiment: Experiment) -> Scenario:
    """The scenario of such an experiment.

    Raises:
        ScenarioError: It is not here; says how to tell where it is.
    """
    try:
        return load_checked(experiment)
    except ScenarioError as error:
        is_relative = not Path(experiment.scenario.split(",")[0]).is_absolute()
        hint = ["--base FOLDER says where its path starts from"] if is_relative else []
        raise ScenarioError([*error.problems, *hint]) from None
