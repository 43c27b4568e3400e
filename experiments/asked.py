"""What an experiment is asked for by: a file, a scenario, or nothing at all."""

from collections.abc import Mapping
from pathlib import Path

from experiments.config import Experiment, load_experiment
from experiments.config_schema import DEFAULT_EXPERIMENT


def asked_experiment(
    what: str | None, overrides: Mapping[str, object], *, by_option: bool = True
) -> Experiment:
    """The experiment that is meant.

    Args:
        what: An experiment file, or name or path of a scenario; None: the shipped experiment.
        overrides: Key (`rsu.range_m` for one in a section) → value; None is left out.
        by_option: Whether problems name options of the command line, else keys.

    Raises:
        ConfigError: With all problems.
    """
    if what is None:
        return load_experiment(DEFAULT_EXPERIMENT, overrides, by_option=by_option)
    path = Path(what)
    if path.suffix in (".yaml", ".yml") and not _is_arterial(path):
        return load_experiment(path, overrides, by_option=by_option)
    return Experiment.from_scenario(what, overrides, by_option=by_option)


def _is_arterial(path: Path) -> bool:
    """Whether a YAML file describes a road, not an experiment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.split("#")[0].replace(" ", "").startswith("kind:arterial") for line in lines)
