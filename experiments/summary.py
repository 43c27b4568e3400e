"""The summary of an experiment: figures of each arm, and effects against the reference."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from experiments.control_counts import control_warnings
from experiments.factor_cells import UNADVISED
from experiments.measures import (
    ARM_MEANS,
    FEW_SEEDS,
    GROUPS,
    RUN_COUNTERS,
    SAFETY_COUNTERS,
    SAFETY_RATES,
    SEEDS_WITH_MORE,
    TOLD_DELAY_SHARE,
    difference_key,
    effect_columns,
    effect_key,
    per_km_place,
)
from experiments.people import arm_figures
from experiments.people_on_foot import PERSONS, persons_of
from experiments.per_passage import per_passage
from experiments.starving import starving_drivers
from experiments.statistics import CONFIDENCE, FloatArray, paired_difference, paired_effect
from experiments.study import Run, Selection, Study
from experiments.two_factors import factors_of

SCHEMA_VERSION = 1
PER_PASSAGE = "per_passage"
"""Key of the changes per passage of a stop line."""


def summarise(
    study: Study, selection: Selection, failures: Sequence[str], warnings: Sequence[str]
) -> dict[str, Any]:
    """The contents of `summary.json`, unrounded.

    Args:
        study: What was asked for.
        selection: The runs that are compared.
        failures: A sentence for each run that failed.
        warnings: What else is to be told, first.
    """
    reference = study.reference if study.reference in selection.arms else None
    told = [*warnings, *failures, *selection.warnings]
    if study.sequential is not None:
        told += study.sequential.missed
    if reference is None:
        told.append(f"{study.reference}: without this reference nothing is compared")
    elif len(selection.seeds) < FEW_SEEDS:
        told.append(
            f"few seeds ({len(selection.seeds)}): intervals are wide or missing, and rest on an "
            f"assumption that is safer with {FEW_SEEDS} or more"
        )
    effects = {}
    for arm in selection.arms:
        if reference is None or arm == reference:
            continue
        difference = _difference_of_demand(selection, arm, reference)
        if difference:
            told.append(difference)
        else:
            pairs = selection.of(reference), selection.of(arm)
            effects[arm] = effects_of(*pairs, confidence=study.confidence) | {
                PER_PASSAGE: per_passage(*pairs, confidence=study.confidence)
            }
    told += _event_warnings(selection, reference)
    figures = {arm: _arm_figures(selection.of(arm)) for arm in selection.arms}
    if reference is not None:
        for arm in effects:
            told += starving_drivers(arm, figures[arm], figures[reference], study.cycles_s)
    persons = persons_of(selection, reference, study)
    told += persons.warnings
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": study.scenario,
        "reference": reference,
        "seeds": list(selection.seeds),
        "failed_runs": failed_runs(study, selection),
        "execution": study.execution,
        "penetration": study.penetration,
        "step_length_s": study.step_length_s,
        "warnings": list(dict.fromkeys(told)),
        "arms": figures,
        "effects": effects,
        **({} if study.sequential is None else {"sequential": study.sequential.to_plain()}),
        **({PERSONS: persons.figures} if persons.figures else {}),
        **_factors(selection, reference, [*effects], study.confidence),
    } | _smoothing(selection, reference, study.confidence)


def _factors(
    selection: Selection, reference: str | None, compared: list[str], confidence: float
) -> dict[str, Any]:
    """The table of signals and advice, where the arms make one."""
    if reference != UNADVISED:
        return {}
    arms = [arm for arm in selection.arms if arm == reference or arm in compared]
    found = factors_of(selection, arms, confidence)
    return {} if found is None else {"factors": found}


def effects_of(
    reference: Sequence[Run], arm: Sequence[Run], *, confidence: float = CONFIDENCE
) -> dict[str, Any]:
    """Effects on all metrics, for all vehicles and for each group, and what became of safety.

    None stands where there is nothing to compare.

    Args:
        reference: Runs of the reference, in the order of the seeds.
        arm: Runs of the arm, of the same seeds and vehicles.
        confidence: Probability that the intervals are made for.
    """
    metrics = effect_columns(reference[0].vehicles.columns)
    columns = list(metrics.values())
    before, after = [], []
    for run_before, run_after in zip(reference, arm, strict=True):
        masks = _group_masks(run_before.vehicles, run_after.vehicles)
        before.append(_group_means(run_before.vehicles.select(columns), masks))
        after.append(_group_means(run_after.vehicles.select(columns), masks))
    found: dict[str, Any] = {}
    for row, group in enumerate(("all", *GROUPS)):
        entries = {}
        for column, metric in enumerate(metrics):
            pairs = (np.array([means[row, column] for means in runs]) for runs in (before, after))
            effect = paired_effect(*pairs, confidence=confidence)
            entries[effect_key(metric)] = None if effect is None else asdict(effect)
        found |= entries if group == "all" else {group: entries}
    return found | _safety(reference, arm, confidence)


def _safety(reference: Sequence[Run], arm: Sequence[Run], confidence: float) -> dict[str, Any]:
    """Differences of all safety rates, and in how many seeds the arm has more events."""
    found: dict[str, Any] = {}
    for rate in SAFETY_RATES:
        pairs = (np.array([run.figures[rate] for run in runs]) for runs in (reference, arm))
        difference = paired_difference(*pairs, confidence=confidence)
        found[difference_key(rate)] = None if difference is None else asdict(difference)
    found[SEEDS_WITH_MORE] = {
        name: sum(
            after.figures[name] > before.figures[name]
            for before, after in zip(reference, arm, strict=True)
        )
        for name in SAFETY_COUNTERS
    }
    return found


def _group_masks(before: pl.DataFrame, after: pl.DataFrame) -> FloatArray:
    """(1 + groups, n) 1 where a vehicle belongs to all, or to a group.

    In `none` nobody is equipped, so the flag is taken from the arm of the two that has it.
    """
    equipped = before["equipped"].to_numpy() | after["equipped"].to_numpy()
    main = (after["road"] == "main").to_numpy()
    everyone = np.ones_like(equipped)
    return np.stack([everyone, equipped, ~equipped, main, ~main]).astype(np.float64)


def _group_means(metrics: pl.DataFrame, masks: FloatArray) -> FloatArray:
    """(1 + groups, metrics) mean per vehicle; NaN where a group is empty."""
    columns = [metric.cast(pl.Float64).to_numpy() for metric in metrics]
    members = [mask == 1.0 for mask in masks]
    return np.array(
        [
            [values[member].mean() if member.any() else np.nan for values in columns]
            for member in members
        ]
    )


def _arm_figures(runs: Sequence[Run]) -> dict[str, Any]:
    def mean(name: str) -> float:
        return float(np.mean([run.figures[name] for run in runs]))

    reasons: Counter[str] = Counter()
    for run in runs:
        reasons.update(run.counters.get("advice_reasons", {}))
    return {
        **{name: mean(name) for name in ARM_MEANS},
        **arm_figures([run.figures for run in runs], {run.seed: run.vehicles for run in runs}),
        **{name: sum(int(run.figures[name]) for run in runs) for name in RUN_COUNTERS},
        "advice_reasons": dict(reasons),
        **_per_km(runs, mean),
    }


def _per_km(runs: Sequence[Run], mean: Callable[[str], float]) -> dict[str, dict[str, float]]:
    """What all vehicles cost per km on each account, by quantity and name of the account."""
    found: dict[str, dict[str, float]] = {}
    for column in runs[0].vehicles.columns:
        place = per_km_place(column)
        if place is not None:
            found.setdefault(place[0], {})[place[1]] = mean(f"{column}_per_km")
    return found


def _smoothing(selection: Selection, reference: str | None, confidence: float) -> dict[str, Any]:
    """Effect of equipment without advice, told beside the effects and never added to them."""
    if reference != UNADVISED or "none" not in selection.arms:
        return {}
    if _difference_of_demand(selection, "none", reference):
        return {}
    pair = selection.of("none"), selection.of(UNADVISED)
    return {"smoothing": effects_of(*pair, confidence=confidence)}


def _difference_of_demand(selection: Selection, arm: str, reference: str) -> str | None:
    for run, other in zip(selection.of(arm), selection.of(reference), strict=True):
        n, n_reference = run.vehicles.height, other.vehicles.height
        if n != n_reference:
            what = f"{n} vehicles, {reference} has {n_reference}"
        elif not run.vehicles["vehicle_id"].equals(other.vehicles["vehicle_id"]):
            what = f"other vehicles than {reference}"
        else:
            continue
        return f"{arm}, seed {run.seed}: {what}; the two are not compared"
    return None


def _event_warnings(selection: Selection, reference: str | None) -> list[str]:
    """What the runs themselves warn of."""
    told = []
    crashes = {arm: _events(selection.of(arm), "collisions") for arm in selection.arms}
    for arm in selection.arms:
        runs = selection.of(arm)
        if teleports := _events(runs, "teleports"):
            told.append(f"{arm}: {teleports} teleports; a teleported metre emits nothing")
        told += [words for run in runs for words in control_warnings(run)]
        if blockers := _events(runs, "junction_blockers"):
            told.append(
                f"{arm}: {blockers} times a vehicle blocked a junction for so long that others "
                "were let through it; results on such a road depend on junction_blocker_s"
            )
        if reference is not None:
            told += _wait_warning(arm, runs, selection.of(reference))
        if reference is not None and crashes[arm] > crashes[reference]:
            told.append(f"{arm}: {crashes[arm]} collisions, {reference} has {crashes[reference]}")
    return told


def _wait_warning(arm: str, runs: Sequence[Run], before: Sequence[Run]) -> list[str]:
    """Whether an arm moves waiting into or out of the network, where nobody counts its CO2."""
    here, there = (_mean(each, "depart_delay_s") for each in (runs, before))
    if abs(here - there) <= TOLD_DELAY_SHARE * _mean(before, "trip_time_s"):
        return []
    idle_g = float(runs[0].counters.get("idle_co2_g_per_s", 0.0)) * (here - there)
    shift_pct = 100.0 * idle_g / _mean(before, "co2_hbefa4_g")
    return [
        f"{arm}: vehicles wait {here:.1f} s to enter the road, {there:.1f} s in the reference; "
        "whoever waits there emits nothing in any account. With engines idling, the effect on CO2 "
        f"(hbefa4) would be {shift_pct:+.1f} points from what is told"
    ]


def _mean(runs: Sequence[Run], column: str) -> float:
    return float(np.mean([run.vehicles[column].mean() for run in runs]))


def failed_runs(study: Study, selection: Selection) -> dict[str, list[int]]:
    """By arm, the seeds that were asked for and not finished; arms without any are left out."""
    missing = {
        arm: [seed for seed in study.seeds if (arm, seed) not in selection.finished]
        for arm in study.arms
    }
    return {arm: seeds for arm, seeds in missing.items() if seeds}


def _events(runs: Sequence[Run], name: str) -> int:
    return sum(int(run.counters.get(name, 0)) for run in runs)
