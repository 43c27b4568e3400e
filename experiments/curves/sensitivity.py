"""Which swept keys matter: Morris's elementary effects and Sobol's indices over a sampled sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.curves.designs import DEFAULT_SEED, between, chosen, unit_design
from experiments.curves.indices import KeySensitivity, elementary_effects, sobol_indices
from experiments.curves.levels import value_text
from experiments.curves.reading import Sweep

FloatArray = NDArray[np.float64]

Analysis = Literal["sobol", "morris"]
_ANALYSES: dict[str, Analysis] = {"sobol_indices": "sobol", "morris": "morris"}
"""Method of a sample → what may be made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The sensitivity of an effect to the swept keys."""

    analysis: Analysis
    metric: str
    arm: str
    keys: tuple[KeySensitivity, ...]
    n_points: int
    n_seeds: int
    n_failed: int
    """Runs of the sweep that failed, of arms that are not looked at."""
    noise_share: float | None
    """Variance of the mean over the seeds as a share of the variance between points; None: one
    seed tells nothing of it."""


def possible_analysis(sweep: Sweep) -> Analysis | None:
    """What the design of the sweep allows; None: neither."""
    return _ANALYSES.get(str(sweep.sample.get("method")))


def sensitivity(sweep: Sweep, metric: str, arm: str, method: str = "auto") -> Sensitivity:
    """How much the effect of an arm on a metric depends on each key.

    Args:
        sweep: The results, of a sweep with a `sample:` by `sobol_indices` or `morris`.
        metric: As in `co2_phemlight5`.
        arm: An arm that is compared.
        method: `sobol`, `morris`, or `auto` for what the sample was made for.

    Raises:
        ValueError: The design does not allow it, or is not complete; SALib is missing.

    References: Morris (1991), Technometrics 33, doi:10.1080/00401706.1991.10484804; Campolongo et
        al. (2007), Environ. Model. Softw. 22, doi:10.1016/j.envsoft.2006.10.004; Saltelli et al.
        (2010), Comput. Phys. Commun. 181, doi:10.1016/j.cpc.2009.09.018.
    """
    analysis = _allowed(sweep, method)
    sample = sweep.sample
    keys = [key for key in sweep.swept if key in sample["keys"]]
    seed = int(sample.get("seed", DEFAULT_SEED))
    design = unit_design(sample["method"], sample["n"], len(keys), seed)
    _check_points(sweep, design, keys)
    changes = _complete(sweep, sweep.changes_pct(arm, metric), arm)
    effects = changes.mean(axis=1)
    if float(np.ptp(effects)) <= 1e-7:
        raise ValueError(f"{arm}: {metric} changes alike at all points; nothing depends on a key")
    found = (
        sobol_indices(effects, keys, seed=seed)
        if analysis == "sobol"
        else elementary_effects(design, effects, keys, seed=seed)
    )
    return Sensitivity(
        analysis=analysis,
        metric=metric,
        arm=arm,
        keys=found,
        n_points=len(sweep.points),
        n_seeds=changes.shape[1],
        n_failed=len(sweep.failed),
        noise_share=_noise_share(changes),
    )


def _allowed(sweep: Sweep, method: str) -> Analysis:
    """The analysis that was asked for, if the design allows it."""
    if method not in {"auto", "sobol", "morris"}:
        raise ValueError(f"method must be sobol, morris or auto, got '{method}'")
    possible = possible_analysis(sweep)
    made_for = sweep.sample.get("method")
    if possible is None:
        made_by = f"a sample by {made_for}" if made_for else f"a {sweep.kind}"
        raise ValueError(
            f"the sweep is {made_by}; sensitivities need a sample by sobol_indices or morris"
        )
    if method not in {"auto", possible}:
        raise ValueError(
            f"the sample was made by {made_for}, so the method is {possible}, not {method}"
        )
    return possible


def _check_points(sweep: Sweep, design: FloatArray, keys: list[str]) -> None:
    """Tell points that are not those of the design, in its order.

    Raises:
        ValueError: They are not.
    """
    if len(sweep.points) != len(design):
        raise ValueError(
            f"the design is not complete: it has {len(design)} points, the sweep "
            f"{len(sweep.points)}; run it again with the program that planned it"
        )
    for place, key in enumerate(keys):
        told = _is_as_written(
            design[:, place], [point.get(key) for point in sweep.points], sweep.sample["keys"][key]
        )
        if not told:
            raise ValueError(
                f"the values of '{key}' are not those of the design; run the sweep again with the "
                "program that planned it"
            )


def _is_as_written(unit: FloatArray, values: list[Any], written: Mapping[str, Any]) -> bool:
    """Whether values of a key stand where the design puts them.

    A choice may be told in other words than in the file, but always in the same ones. A key that
    takes whole numbers is at most 1 off.
    """
    if "values" in written:
        places = chosen(unit, len(written["values"])).tolist()
        pairs = {(place, value_text(value)) for place, value in zip(places, values, strict=True)}
        return len(pairs) == len(set(places))
    low, high = float(written["low"]), float(written["high"])
    asked = between(unit, low, high, log=bool(written.get("log", False)))
    slack = 1.0 if all(isinstance(value, int) for value in values) else 1e-9 * (high - low)
    return bool((np.abs(asked - np.array(values, dtype=np.float64)) <= slack).all())


def _complete(sweep: Sweep, changes: FloatArray, arm: str) -> FloatArray:
    """The changes, if none is missing.

    Raises:
        ValueError: Some are.
    """
    # Where points added seeds by themselves, those count that all of them were to have.
    changes = changes[:, sweep.shared]
    lacking = int((~np.isfinite(changes)).any(axis=1).sum())
    if lacking:
        raise ValueError(
            f"the design is not complete: {lacking} of {len(changes)} points lack runs of "
            f"'{arm}' or '{sweep.reference}' ({len(sweep.failed)} runs of the sweep failed); an "
            "analysis of what is left would be wrong. Finish them by 'ecocorridor sweep retry'"
        )
    return changes


def _noise_share(changes: FloatArray) -> float | None:
    """How much of the variance between points the chance of the seeds alone would give."""
    n_seeds = changes.shape[1]
    if n_seeds < 2:
        return None
    # What is common to all points of a seed does not spread the points.
    own = changes - changes.mean(axis=0, keepdims=True)
    noise = float(own.var(axis=1, ddof=1).mean()) / n_seeds
    between_points = float(changes.mean(axis=1).var(ddof=1))
    return float(noise / between_points)
