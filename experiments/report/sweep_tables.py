"""The tables of a sweep's report, as rows of text ready for the page."""

from dataclasses import dataclass

from experiments.curves import Judged, value_text
from experiments.report.effects import SIDED, change_text, interval_text, signed
from experiments.report.language import say
from experiments.report.sweep_data import Findings
from experiments.report.tables import Cell, change_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """One arm at one point, or its mean over all points."""

    values: tuple[str, ...]
    """Of the swept keys."""
    arm: str
    n_seeds: int
    cells: tuple[Cell, ...]
    """One for each metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """A run that failed."""

    point: int
    values: str
    arm: str
    seed: int
    why: str


def judged_cell(told: Judged) -> Cell:
    """A change with its interval, and the verdict after correction."""
    if told.estimate is None:
        return Cell(verdict=say(told.verdict))
    effect = told.estimate.effect
    return Cell(
        change=change_text(effect),
        interval=interval_text(effect),
        verdict="" if effect.low is None else say(told.verdict),
        tone=told.verdict if told.verdict in SIDED else "open",
    )


def points_table(found: Findings) -> list[PointRow]:
    """All points and arms, with the change of each metric."""
    return [
        PointRow(
            values=tuple(value_text(values.get(key)) for key in found.sweep.swept),
            arm=arm,
            n_seeds=_n_seeds(found.at_points[found.headline][arm][number]),
            cells=tuple(
                judged_cell(found.at_points[metric][arm][number]) for metric in found.metrics
            ),
        )
        for number, values in enumerate(found.sweep.points)
        for arm in found.arms
    ]


def whole_table(found: Findings) -> list[PointRow]:
    """The mean over all points, by arm."""
    return [
        PointRow(
            values=(),
            arm=arm,
            n_seeds=_n_seeds(found.whole[found.headline][arm]),
            cells=tuple(judged_cell(found.whole[metric][arm]) for metric in found.metrics),
        )
        for arm in found.arms
    ]


def trend_cells(found: Findings, key: str) -> list[tuple[str, tuple[Cell, ...]]]:
    """Arm and, for each metric, how far the line goes over the range; empty for words."""
    families = [found.curves[key][metric] for metric in found.metrics]
    rows = []
    for place, arm in enumerate(found.arms):
        trends = [family.curves[place].trend for family in families]
        if any(trend is not None for trend in trends):
            cells = (Cell() if t is None else _points_cell(t.over_range) for t in trends)
            rows.append((arm, tuple(cells)))
    return rows


def front_table(found: Findings) -> list[tuple[str, tuple[Cell, ...]]]:
    """The choices on the front by name, with both changes."""
    return [
        (
            f"{each.arm}, {each.setting}"
            if each.setting
            else say("{arm} (no advice)", arm=each.arm),
            tuple(change_cell(e.effect if e else None) for e in (each.x, each.y)),
        )
        for each in found.front.candidates
        if each.standing == "front"
    ]


def failures_table(found: Findings) -> list[FailureRow]:
    """Every run that failed, and why."""
    sweep = found.sweep
    return [
        FailureRow(
            point=run["point"],
            values=", ".join(f"{k} {value_text(v)}" for k, v in sweep.points[run["point"]].items()),
            arm=run["arm"],
            seed=run["seed"],
            why=run["why"],
        )
        for run in sweep.failed
    ]


def _points_cell(told: Judged) -> Cell:
    """As `judged_cell`, in points of percent."""
    if told.estimate is None:
        return Cell(verdict=say(told.verdict))
    effect = told.estimate.effect
    if effect.low is None or effect.high is None:
        return Cell(
            change=say("{size} pt", size=signed(effect.mean)),
            verdict=say(told.verdict),
            tone="open",
        )
    return Cell(
        change=say("{size} pt", size=signed(effect.mean, digits=2)),
        interval=say(
            "{low} to {high} pt",
            low=signed(effect.low, digits=2),
            high=signed(effect.high, digits=2),
        ),
        verdict=say("no trend shown") if told.verdict == "no effect shown" else say(told.verdict),
        tone=told.verdict if told.verdict in SIDED else "open",
    )


def _n_seeds(told: Judged) -> int:
    return 0 if told.estimate is None else told.estimate.effect.n
