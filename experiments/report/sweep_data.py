"""All that the report of a sweep tells, computed once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from experiments.curves import (
    CurveFamily,
    Interaction,
    Judged,
    ParetoFront,
    Sensitivity,
    Sweep,
    interaction,
    judged,
    overall,
    pareto_front,
    point_effects,
    possible_analysis,
    response_curves,
    scenarios_of,
    sensitivity,
)
from experiments.report.data import focus_arm
from experiments.report.effects import CO2_ACCOUNTS

HEADLINE = "co2_own"
"""Metric of the answer."""
MOST_MAPS = 3
"""Pairs of keys that are drawn; `curves --by` gives any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The statistics of a sweep; arms are those that give advice, the one in focus first."""

    sweep: Sweep
    arms: tuple[str, ...]
    metrics: tuple[str, ...]
    """The accounts and trip time, as far as the sweep has them."""
    whole: Mapping[str, Mapping[str, Judged]]
    """Metric → arm → mean effect over all points; the arms are a family."""
    whole_cautions: tuple[str, ...]
    at_points: Mapping[str, Mapping[str, list[Judged]]]
    """Metric → arm → effect at each point; all arms and points are a family."""
    curves: Mapping[str, Mapping[str, CurveFamily]]
    """Key → metric → curves."""
    by_scenario: Mapping[str, Mapping[tuple[str, str], CurveFamily]]
    """Key → scenario and metric (headline, trip time) → curves; empty with one scenario."""
    maps: tuple[Interaction, ...]
    """Of the arm in focus on the headline."""
    front: ParetoFront
    sensitivity: Sensitivity | None
    """None where the design allows none."""
    sensitivity_fault: str
    """Why there is none though the sample was made for it."""

    @property
    def focus(self) -> str:
        """The arm that is looked at most closely."""
        return self.arms[0]

    @property
    def headline(self) -> str:
        """Metric of the answer."""
        return self.metrics[0]


def find(sweep: Sweep) -> Findings:
    """Compute what the report tells.

    Raises:
        ValueError: Nothing was compared, or the sweep has no CO2.
    """
    if not sweep.treated:
        raise ValueError(f"'{sweep.name}': there is no arm beside '{sweep.reference}' to compare")
    focus = focus_arm(sweep.treated)
    arms = tuple(sorted(sweep.treated, key=lambda arm: arm != focus))
    metrics = tuple(m for m in (HEADLINE, *CO2_ACCOUNTS, "trip_time") if m in sweep.figures)
    if HEADLINE not in metrics or "trip_time" not in metrics:
        raise ValueError(f"'{sweep.name}': runs.csv holds no CO2 or no trip time")
    whole, cautions = _whole(sweep, arms, metrics)
    analysis, fault = _sensitivity(sweep, arms[0])
    return Findings(
        sweep=sweep,
        arms=arms,
        metrics=metrics,
        whole=whole,
        whole_cautions=cautions,
        at_points={metric: point_effects(sweep, metric, arms) for metric in metrics},
        curves={
            key: {metric: response_curves(sweep, key, metric, arms) for metric in metrics}
            for key in sweep.swept
        },
        by_scenario=_by_scenario(sweep, arms),
        maps=tuple(
            interaction(sweep, pair, HEADLINE, arms[0])
            for pair in list(combinations(sweep.swept, 2))[:MOST_MAPS]
        ),
        front=pareto_front(sweep, ("trip_time", HEADLINE)),
        sensitivity=analysis,
        sensitivity_fault=fault,
    )


def table_of(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as a table, with whole columns of numbers or texts."""
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _whole(
    sweep: Sweep, arms: tuple[str, ...], metrics: tuple[str, ...]
) -> tuple[dict[str, dict[str, Judged]], tuple[str, ...]]:
    """Mean effects over all points, and what limits them."""
    found: dict[str, dict[str, Judged]] = {}
    cautions: dict[str, None] = {}
    for metric in metrics:
        pairs = [overall(sweep, arm, metric) for arm in arms]
        told = judged([estimate for estimate, _ in pairs])
        found[metric] = dict(zip(arms, told, strict=True))
        cautions |= {
            f"{arm}: {caution}": None
            for arm, (_, each) in zip(arms, pairs, strict=True)
            for caution in each
        }
    return found, tuple(cautions)


def _by_scenario(
    sweep: Sweep, arms: tuple[str, ...]
) -> dict[str, dict[tuple[str, str], CurveFamily]]:
    roads = scenarios_of(sweep)
    keys = [key for key in sweep.swept if key != "scenario"] if roads else []
    return {
        key: {
            (road, metric): response_curves(sweep, key, metric, arms, scenario=road)
            for road in roads
            for metric in (HEADLINE, "trip_time")
        }
        for key in keys
    }


def _sensitivity(sweep: Sweep, arm: str) -> tuple[Sensitivity | None, str]:
    """The analysis that the design was made for; else why there is none."""
    if possible_analysis(sweep) is None:
        return None, ""
    try:
        return sensitivity(sweep, HEADLINE, arm), ""
    except ValueError as error:
        return None, str(error)
