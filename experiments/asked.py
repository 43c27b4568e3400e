"""What an experiment is asked for by: a file, a scenario, or nothing at all."""

from collections.abc import Mapping
from pathlib import Path

from experiments.arms import split_arm
from experiments.config import Experiment, load_experiment
from experiments.config_schema import DEFAULT_EXPERIMENT
from experiments.data_files import ConfigError, read_document
from experiments.source import Source
from experiments.sweeps.form import KINDS


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
        ValueError: A plan of signals is given that is no file, or that no arm uses.
    """
    asked = _asked(what, overrides, by_option=by_option)
    if overrides.get("signal_plan") is not None:
        _check_plan(Path(str(overrides["signal_plan"])), asked, by_option=by_option)
    return asked


def _check_plan(plan: Path, asked: Experiment, *, by_option: bool) -> None:
    """Told before routes are frozen; who names a plan wants it to be used."""
    name = "--signal-plan" if by_option else "signal_plan"
    if not plan.is_file():
        raise ValueError(f"{name}: {plan} does not exist")
    if not any(split_arm(arm)[0] == "optimized" for arm in asked.arms):
        raise ValueError(f"{name}: no arm uses it; add the arm 'optimized'")


def _asked(what: str | None, overrides: Mapping[str, object], *, by_option: bool) -> Experiment:
    if what is None:
        return load_experiment(DEFAULT_EXPERIMENT, overrides, by_option=by_option)
    path = Path(what)
    if path.suffix in (".yaml", ".yml") and not _is_arterial(path):
        _check_no_sweep(path)
        return load_experiment(path, overrides, by_option=by_option)
    return Experiment.from_scenario(what, overrides, by_option=by_option)


def _check_no_sweep(path: Path) -> None:
    """A sweep is asked for by a command of its own, which its file does not say."""
    document = read_document(path)
    value = document.value
    for kind in KINDS:
        if isinstance(value, dict) and isinstance(value.get(kind), dict | list):
            place = Source.merged(document, {}, file=str(path)).place((kind,), at_key=True)
            raise ConfigError([f"{place}this file is a sweep; 'ecocorridor sweep {path}' runs it"])


def _is_arterial(path: Path) -> bool:
    """Whether a YAML file describes a road, not an experiment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.split("#")[0].replace(" ", "").startswith("kind:arterial") for line in lines)
