"""The search: configurations that a sampler proposes, one after the other.

All that is known stands in a journal, and the sampler's chance in each trial comes of the trial's
number alone. So a search that was killed goes on as if it had not been, and its trials are those
of an undisturbed one.

References: Bergstra et al. (2011), NeurIPS 24 (TPE); Ozaki et al. (2022), JAIR 73,
doi:10.1613/jair.1.13188 (several objectives); Watanabe and Hutter (2023), IJCAI,
doi:10.24963/ijcai.2023/486 (constraints).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.config import Experiment
from experiments.measures import SAFETY_COUNTERS, effect_key
from experiments.require import Condition
from experiments.saying import Say
from experiments.tuning.knobs import Knob, current_value
from experiments.tuning.measuring import Bench, Measured, RunsFailedError
from experiments.tuning.objectives import reached
from experiments.tuning.tune_file import Tuning

if TYPE_CHECKING:
    import optuna

JOURNAL = "journal.log"
N_CHANCE = 10
"""Trials by chance alone, before the sampler learns from them."""
_MISSING = 1e6
"""How far a constraint is from holding whose figure is missing."""
_LEAST = 1e-9
"""How far one is at least that does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A configuration that was tried on the seeds of the search."""

    number: int
    changes: dict[str, Any]
    """What differs from the current configuration."""
    values: tuple[float, ...]
    """Change against the reference in percent, for each objective; none: it failed."""
    broken: tuple[str, ...]
    """A sentence for each constraint that does not hold."""
    figures: dict[str, float | None]
    """Change of each metric against the reference in percent, and events of the arm."""
    failure: str | None = None
    """Why it could not be measured."""

    @property
    def counts(self) -> bool:
        """Whether it was measured and keeps the constraints."""
        return self.failure is None and not self.broken


def search(tuning: Tuning, bench: Bench, *, folder: Path, about: object, say: Say) -> list[Trial]:
    """Try configurations, the current one first if it is among those that may be.

    Args:
        tuning: What is searched.
        bench: Measures a configuration.
        folder: Where the journal is, or will be.
        about: Plain values that all figures depend on: with others it is another search.
        say: Is called with a sentence on each trial.
    """
    study = _study(tuning, folder / JOURNAL, about)
    trials: list[Trial] = []
    for number in range(tuning.trials):
        study.sampler = _sampler(tuning, number)
        known = study.get_trials(deepcopy=False)
        if number < len(known) and known[number].state.is_finished():
            trials.append(_read(known[number]))
            continue
        trial = _asked(study, number, len(known))
        trials.append(_tried(tuning, bench, trial))
        _tell(study, trial, trials[-1])
        say(_words(tuning, trials))
    return trials


def require_optuna() -> None:
    """Tell which extra is missing.

    Raises:
        ValueError: optuna is not installed.
    """
    if find_spec("optuna") is None:
        raise ValueError("a search needs the extra 'optimize': pip install 'ecocorridor[optimize]'")


def _study(tuning: Tuning, journal: Path, about: object) -> "optuna.Study":
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    _mend(journal)
    content = {
        "about": about,
        "search": {key: knob.model_dump(mode="json") for key, knob in tuning.search.items()},
        "objectives": [each.mean for each in tuning.objectives],
        "constraints": [each.text for each in tuning.constraints],
        "sampler_seed": tuning.sampler_seed,
    }
    name = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(journal))),
        study_name=name,
        directions=["minimize"] * len(tuning.objectives),
        sampler=_sampler(tuning, 0),
        load_if_exists=True,
    )
    if not study.trials and (start := _start(tuning)) is not None:
        study.enqueue_trial(start)
    return study


def _mend(journal: Path) -> None:
    """Leave whole lines alone, and no lock: a killed call may have been writing."""
    if journal.is_file():
        data = journal.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            journal.write_bytes(whole)
    # The folder of results is claimed: nobody else writes here.
    journal.with_name(f"{journal.name}.lock").unlink(missing_ok=True)


def _sampler(tuning: Tuning, number: int) -> "optuna.samplers.BaseSampler":
    import optuna

    seed = int(np.random.SeedSequence((tuning.sampler_seed, number)).generate_state(1)[0])
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=N_CHANCE)


def _start(tuning: Tuning) -> dict[str, Any] | None:
    """The current configuration as parameters; None: the search does not contain it."""
    found = {key: _parameter(tuning.current, key, knob) for key, knob in tuning.search.items()}
    return None if any(value is None for value in found.values()) else found


def _parameter(experiment: Experiment, key: str, knob: Knob) -> float | int | None:
    value: Any = current_value(experiment, key)
    if knob.values is not None:
        return knob.values.index(value) if value in knob.values else None
    assert knob.low is not None
    assert knob.high is not None
    if not isinstance(value, int | float) or not knob.low <= value <= knob.high:
        return None
    if knob.step is not None:
        n_steps = (value - knob.low) / knob.step
        return float(value) if abs(n_steps - round(n_steps)) < _LEAST else None
    return float(value)


def _asked(study: "optuna.Study", number: int, n_known: int) -> "optuna.Trial":
    """The next trial: a new one, the first one, or one that was not ended."""
    import optuna

    if number < n_known and study.trials[number].state == optuna.trial.TrialState.RUNNING:
        return optuna.Trial(study, study.trials[number]._trial_id)  # noqa: SLF001 (no other door)
    return study.ask()


def _tried(tuning: Tuning, bench: Bench, trial: "optuna.Trial") -> Trial:
    changes = {}
    for key, knob in tuning.search.items():
        current = current_value(tuning.current, key)
        value = _suggested(trial, key, knob, current)
        if value != current:
            changes[key] = value
    try:
        measured = bench.measure(changes, tuning.current.seeds)
    except (RunsFailedError, ValueError) as error:
        return Trial(
            number=trial.number,
            changes=changes,
            values=(),
            broken=(),
            figures={},
            failure=str(error).splitlines()[0],
        )
    for condition in tuning.constraints:
        trial.set_constraint(condition.text, _missed_by(condition, measured.summary))
    return Trial(
        number=trial.number,
        changes=changes,
        values=tuple(reached(each, measured) for each in tuning.objectives),
        broken=broken(tuning, measured),
        figures=figures_of(tuning, measured),
    )


def _suggested(trial: "optuna.Trial", key: str, knob: Knob, current: object) -> Any:  # noqa: ANN401 (any value)
    if knob.values is not None:
        return knob.values[trial.suggest_categorical(key, range(len(knob.values)))]
    assert knob.low is not None
    assert knob.high is not None
    number = trial.suggest_float(key, knob.low, knob.high, step=knob.step, log=knob.log)
    return knob.tried(number, current)


def broken(tuning: Tuning, measured: Measured) -> tuple[str, ...]:
    """A sentence for each constraint that does not hold."""
    return tuple(
        f"{each.text} ({each.found(measured.summary)})"
        for each in tuning.constraints
        if not each.holds(measured.summary)
    )


def figures_of(tuning: Tuning, measured: Measured) -> dict[str, float | None]:
    """Changes against the reference in percent, and events of the arm over all seeds."""
    effects: Mapping[str, Any] = measured.summary["effects"].get(tuning.arm, {})
    arm: Mapping[str, Any] = measured.summary["arms"][tuning.arm]
    found: dict[str, float | None] = {}
    for key in map(effect_key, tuning.metrics):
        if key in effects:
            found[key] = None if effects[key] is None else effects[key]["mean"]
    return found | {name: arm[name] for name in SAFETY_COUNTERS}


def _missed_by(condition: Condition, summary: Mapping[str, Any]) -> float:
    """How far a condition is from holding; 0: it holds."""
    if condition.holds(summary):
        return 0.0
    value = condition.value(summary)
    return _MISSING if value is None else max(abs(value - condition.number), _LEAST)


def _tell(study: "optuna.Study", trial: "optuna.Trial", tried: Trial) -> None:
    import optuna

    for name in ("changes", "broken", "figures", "failure"):
        trial.set_user_attr(name, getattr(tried, name))
    if tried.failure is not None:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    else:
        study.tell(trial, list(tried.values))


def _read(known: "optuna.trial.FrozenTrial") -> Trial:
    told = known.user_attrs
    return Trial(
        number=known.number,
        changes=told["changes"],
        values=tuple(known.values or ()),
        broken=tuple(told["broken"]),
        figures=told["figures"],
        failure=told["failure"],
    )


def _words(tuning: Tuning, trials: list[Trial]) -> str:
    trial = trials[-1]
    start = f"trial {trial.number + 1} of {tuning.trials}: "
    if trial.failure is not None:
        return f"{start}failed: {trial.failure}"
    return (
        start
        + "; ".join(_value_words(tuning, trials))
        + "".join(f"; breaks {said}" for said in trial.broken)
    )


def _value_words(tuning: Tuning, trials: list[Trial]) -> Iterator[str]:
    for place, objective in enumerate(tuning.objectives):
        best = min((each.values[place] for each in trials if each.counts), default=None)
        told = "" if best is None else f" (best {best:+.2f} %)"
        yield f"{objective.name} {trials[-1].values[place]:+.2f} %{told}"
