"""Tables of a sweep's statistics on the command line."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from experiments.curves import (
    CurveFamily,
    Estimate,
    Interaction,
    Judged,
    ParetoFront,
    Sensitivity,
    Sweep,
)

_CAPTION = "95 % intervals by Student's t; p after Holm over {}"
_MEASURES = {
    "S1": "alone (S1)",
    "ST": "in all (ST)",
    "mu_star": "size (mu*)",
    "mu": "signed (mu)",
}


def curve_table(found: CurveFamily) -> Table:
    """The effect at each value, arm by arm."""
    where = f", {found.scenario}" if found.scenario else ""
    table = _table(
        f"{found.metric} over {found.key}{where}: change against the reference, in %",
        _CAPTION.format(found.family),
    )
    table.add_column("arm")
    table.add_column(found.key)
    for name in ("change", "interval", "seeds", "points", "p", "verdict"):
        table.add_column(name, justify="left" if name == "verdict" else "right")
    for curve in found.curves:
        for point in curve.points:
            effect = None if point.judged.estimate is None else point.judged.estimate.effect
            table.add_row(
                curve.arm,
                point.label,
                *_mean_and_interval(point.judged.estimate),
                "-" if effect is None else str(effect.n),
                str(point.n_points),
                p_text(point.judged.p_holm),
                point.judged.verdict,
            )
    return table


def curve_lines(found: CurveFamily) -> Iterator[str]:
    """The line through each curve, and what limits it."""
    for curve in found.curves:
        trend = curve.trend
        if trend is not None and trend.over_range.estimate is not None:
            mean, interval = _mean_and_interval(trend.over_range.estimate)
            yield (
                f"{curve.arm}: a line from {found.key} {trend.low:.4g} to {trend.high:.4g} changes "
                f"by {mean} points {interval} ({trend.per_unit.effect.mean:+.4g} per unit), "
                f"p {p_text(trend.over_range.p_holm)}: {trend.over_range.verdict}"
            )
            if trend.reversals:
                yield f"{curve.arm}: shown to turn between {'; '.join(trend.reversals)}"
        yield from (f"{curve.arm}: {caution}" for caution in curve.cautions)


def interaction_table(found: Interaction) -> Table:
    """Cells with the means of rows and columns; in each the contrast against the first ones."""
    table = _table(
        f"{found.arm}, {found.metric}: change in %, {found.keys[0]} down, {found.keys[1]} across",
        "* no effect shown after Holm. \u0394: difference of differences against the first row and "
        f"column, 0 where effects add up. {found.family}",
    )
    table.add_column("")
    for label in (*found.columns, "mean"):
        table.add_column(label, justify="right")
    for row, label in enumerate(found.rows):
        told = [_cell(each) for each in (*found.cells[row], found.row_means[row])]
        if row:
            for column, contrast in enumerate(found.contrasts[row - 1], start=1):
                told[column] += f"\n\u0394 {_cell(contrast)}"
        table.add_row(label, *told)
    table.add_row("mean", *map(_cell, found.column_means), "")
    return table


def front_table(front: ParetoFront) -> Table:
    """Choices with both changes, the front first."""
    x, y = front.metrics
    table = _table(
        f"{y} against {x}: change in %",
        f"dominated: shown by paired differences on both, Holm over {front.n_tests} pairs",
    )
    for name in ("arm", "setting", x, y, "standing"):
        table.add_column(name, justify="right" if name in front.metrics else "left")
    for row in front_rows(front):
        change = (f"{row[f'{m}_pct']:+.2f} {row[f'{m}_interval']}".strip() for m in front.metrics)
        table.add_row(row["arm"], row["setting"], *change, row["standing"])
    return table


def front_rows(front: ParetoFront) -> list[dict[str, Any]]:
    """A row for each choice."""
    order = ("front", "not distinguishable", "dominated")
    rows = []
    for each in sorted(front.candidates, key=lambda c: order.index(c.standing)):
        row: dict[str, Any] = {"arm": each.arm, "setting": each.setting or "(no advice)"}
        for metric, found in zip(front.metrics, (each.x, each.y), strict=True):
            row[f"{metric}_pct"] = None if found is None else found.effect.mean
            row[f"{metric}_interval"] = _mean_and_interval(found)[1]
        rows.append(row | {"standing": each.standing})
    return rows


def sensitivity_table(found: Sensitivity) -> Table:
    """A row for each key, the most important first."""
    unit = "share of the variance" if found.analysis == "sobol" else "points of %, whole range"
    table = _table(f"{found.arm}, {found.metric}: what it depends on ({unit})", "[95 % interval]")
    names = list(found.keys[0].measures)
    table.add_column("key")
    for name in names:
        table.add_column(_MEASURES[name], justify="right")
    if found.analysis == "morris":
        table.add_column("spread (sigma)", justify="right")
    for key in sorted(found.keys, key=lambda each: -each.measures[_main(found)].value):
        cells = [
            f"{m.value:+.3f} [{m.low:+.3f}, {m.high:+.3f}]"
            for m in (key.measures[name] for name in names)
        ]
        table.add_row(key.key, *cells, *([] if key.sigma is None else [f"{key.sigma:.3f}"]))
    return table


def sensitivity_lines(found: Sensitivity) -> Iterator[str]:
    """What the table rests on."""
    yield f"{found.n_points} points, {found.n_seeds} seeds each; {found.n_failed} runs failed"
    if found.noise_share is not None:
        yield (
            f"chance of the seeds makes {100 * found.noise_share:.1f} % of the variance between "
            "points"
        )


def failure_lines(sweep: Sweep) -> list[str]:
    """What runs failed, if any did."""
    if not sweep.failed:
        return []
    first, n = sweep.failed[0], len(sweep.failed)
    count = "1 run failed and counts" if n == 1 else f"{n} runs failed and count"
    return [
        f"{count} nowhere, the first one: point {first['point']}, {first['arm']}, "
        f"seed {first['seed']}: {first['why']}"
    ]


def p_text(p: float | None) -> str:
    """A p value with as many digits as matter."""
    if p is None:
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _main(found: Sensitivity) -> str:
    return "ST" if found.analysis == "sobol" else "mu_star"


def _cell(told: Judged) -> str:
    mean, interval = _mean_and_interval(told.estimate)
    star = "*" if told.verdict == "no effect shown" else " "
    return f"{mean}{star}\n{interval} " if interval else f"{mean} "


def _mean_and_interval(found: Estimate | None) -> tuple[str, str]:
    if found is None:
        return "-", ""
    effect = found.effect
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f}", ""
    return f"{effect.mean:+.2f}", f"[{effect.low:+.2f}, {effect.high:+.2f}]"


def _table(title: str, caption: str) -> Table:
    return Table(title=title, title_justify="left", caption=caption, caption_justify="left")
