"""Which approaches make trips longer or shorter."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.report.language import say
from experiments.report.plot_style import FAINT, INK, LESS, MORE, MUTED, Chart
from experiments.report.who_pays import KIND_NAMES, MISSED_S, Share


def share_rows(shares: list[Share]) -> pl.DataFrame:
    """What is drawn of each approach.

    Returns:
        approach, kind, n_crossings, of_mean_s (per vehicle of the network), and the quartiles of
        the change per crossing: low_s, median_s, high_s.
    """
    quartiles = {"low_s": 0.25, "median_s": 0.5, "high_s": 0.75}
    return pl.DataFrame(
        {
            "approach": [share.name for share in shares],
            "kind": [share.kind for share in shares],
            "n_crossings": [share.changes_s.len() for share in shares],
            "of_mean_s": [share.of_mean_s for share in shares],
            **{
                name: [float(share.changes_s.quantile(q, "linear") or 0.0) for share in shares]
                for name, q in quartiles.items()
            },
        }
    )


def draw_who_pays(shares: list[Share], arm: str, reference: str) -> Chart | None:
    """What each approach makes of the mean trip time, and who it comes from; None of nothing."""
    if not shares:
        return None
    table = share_rows(shares)
    figure = Figure(figsize=(9.6, 0.34 * len(shares) + 1.3), layout="constrained")
    total, middle = figure.subplots(1, 2, sharey=True)
    rows = range(len(shares))
    means_s = table["of_mean_s"].to_list()
    total.barh(
        rows, means_s, color=[MORE if mean_s > 0 else LESS for mean_s in means_s], height=0.6
    )
    total.set_title(say("Of the mean trip time"))
    total.set_xlabel(say("s per vehicle of the network"))
    for row, low_s, median_s, high_s in zip(
        rows, table["low_s"], table["median_s"], table["high_s"], strict=True
    ):
        middle.plot([low_s, high_s], [row, row], color=MUTED, linewidth=4, solid_capstyle="butt")
        middle.plot([median_s], [row], marker="o", color=INK, markersize=5)
    middle.set_title(say("The middle half of them"))
    middle.set_xlabel(say("s per crossing"))
    total.set_yticks(rows, [_label(share) for share in shares])
    total.set_ylim(len(shares) - 0.4, -0.6)
    for axis in (total, middle):
        _frame(axis)
    worst = max(shares, key=lambda share: share.of_mean_s)
    return Chart(
        name="whopays",
        figure=figure,
        spoken=say(
            "What each approach adds to the mean trip time under {arm} against {reference}; most "
            "at {worst}: {most:.2f} s per vehicle.",
            arm=arm,
            reference=reference,
            worst=worst.name,
            most=worst.of_mean_s,
        ),
        caption=say(
            "{arm} minus {reference}. Left: what the approach adds to (orange) or takes from "
            "(blue) the mean trip time of all vehicles. Right: median and quartiles of the time "
            "to its stop line, counted from the line before. Where the bar on the left is long "
            "but the middle half stays at 0, a few vehicles pay, by missing a green (more than "
            "{missed:.0f} s). One seed: some miss a green by chance in either run, and others "
            "catch one.",
            arm=arm,
            reference=reference,
            missed=MISSED_S,
        ),
        tables={"": table},
    )


def _label(share: Share) -> str:
    return f"{share.name} ({say(KIND_NAMES[share.kind])})" if share.kind else share.name


def _frame(axis: Axes) -> None:
    axis.axvline(0, color=INK, linewidth=1.0)
    axis.grid(axis="x", color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    low, high = axis.get_xlim()
    # Nothing at all must not look like something.
    axis.set_xlim(min(low, -0.05), max(high, 0.05))
