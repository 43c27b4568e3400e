"""Persons who walk or ride, in the summary: how long they take and wait, arm by arm."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.people import LONGEST_AT
from experiments.starving import starving_walkers
from experiments.statistics import FloatArray, paired_effect
from experiments.study import Run, Selection, Study

PERSONS = "persons"
"""Key of the section in the summary, and of what a run counted."""
MEANS = ("persons", "arrived", "crossings", "trip_time_s", "ride_wait_s", "wait_p95_s")
"""Figures of an arm that are means over seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """What is told of persons."""

    figures: dict[str, Any]
    """By arm; empty where the scenario has no persons."""
    warnings: list[str]


def persons_of(selection: Selection, reference: str | None, study: Study) -> Persons:
    """What is told of the persons of all arms.

    Args:
        selection: The runs that are compared.
        reference: Arm that the others are compared with; None: nothing is compared.
        study: What was asked for.
    """
    told = {arm: _counted(selection.of(arm)) for arm in selection.arms}
    if not all(all(runs) for runs in told.values()):
        return Persons(figures={}, warnings=[])
    figures = {arm: _figures(selection.seeds, runs) for arm, runs in told.items()}
    warnings = []
    for arm, each in figures.items():
        if each["arrived"] < each["persons"]:
            warnings.append(
                f"{arm}: of {each['persons']:g} persons {each['arrived']:g} had arrived when the "
                "last vehicle did; times are of those who had"
            )
        if reference is not None and arm != reference:
            pair = (_means(told[name], "trip_time_s") for name in (reference, arm))
            effect = paired_effect(*pair, confidence=study.confidence)
            each["trip_time_pct"] = None if effect is None else asdict(effect)
            warnings += starving_walkers(arm, each, figures[reference], study.cycles_s)
    return Persons(figures=figures, warnings=warnings)


def _counted(runs: Sequence[Run]) -> list[Mapping[str, Any]]:
    return [run.counters.get(PERSONS) or {} for run in runs]


def _means(told: Sequence[Mapping[str, Any]], name: str) -> FloatArray:
    """(n,) a figure of each run; NaN where it has none."""
    return np.array([each[name] for each in told], dtype=np.float64)


def _figures(seeds: Sequence[int], told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {name: float(_means(told, name).mean()) for name in MEANS}
    waits_s = np.nan_to_num(_means(told, "longest_wait_s"))
    first = int(waits_s.argmax())
    found["longest_wait_s"] = float(waits_s[first])
    at = {"seed": seeds[first], "person_id": told[first]["longest_wait_person"]}
    signal_id = told[first]["longest_wait_signal"]
    found[LONGEST_AT] = at | {"signal_id": signal_id} if signal_id is not None else None
    return found
