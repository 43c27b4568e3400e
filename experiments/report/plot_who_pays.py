"""Which approaches make trips longer or shorter."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.report.plot_style import FAINT, INK, LESS, MORE, MUTED, Picture, as_svg
from experiments.report.who_pays import MISSED_S, Share


def draw_who_pays(shares: list[Share], arm: str, reference: str) -> Picture | None:
    """What each approach makes of the mean trip time, and who it comes from; None of nothing."""
    if not shares:
        return None
    figure = Figure(figsize=(9.6, 0.34 * len(shares) + 1.3), layout="constrained")
    total, middle = figure.subplots(1, 2, sharey=True)
    rows = range(len(shares))
    means_s = [share.of_mean_s for share in shares]
    total.barh(
        rows, means_s, color=[MORE if mean_s > 0 else LESS for mean_s in means_s], height=0.6
    )
    total.set_title("Of the mean trip time")
    total.set_xlabel("s per vehicle of the network")
    for row, share in zip(rows, shares, strict=True):
        low_s, median_s, high_s = (
            float(share.changes_s.quantile(q, "linear") or 0.0) for q in (0.25, 0.5, 0.75)
        )
        middle.plot([low_s, high_s], [row, row], color=MUTED, linewidth=4, solid_capstyle="butt")
        middle.plot([median_s], [row], marker="o", color=INK, markersize=5)
    middle.set_title("The middle half of them")
    middle.set_xlabel("s per crossing")
    total.set_yticks(rows, [_label(share) for share in shares])
    total.set_ylim(len(shares) - 0.4, -0.6)
    for axis in (total, middle):
        _frame(axis)
    worst = max(shares, key=lambda share: share.of_mean_s)
    return Picture(
        svg=as_svg(
            figure,
            "whopays",
            f"What each approach adds to the mean trip time under {arm} against {reference}; most "
            f"at {worst.name}: {worst.of_mean_s:.2f} s per vehicle.",
        ),
        caption=(
            "With advice minus without. Left: what the approach adds to (orange) or takes from"
            " (blue) the mean trip time of all vehicles. Right: median and quartiles of the time"
            " to its stop line, counted from the line before. Where the bar on the left is long"
            " but the middle half stays at 0, a few vehicles pay, by missing a green (more than"
            f" {MISSED_S:.0f} s). One seed: some miss a green by chance in either run, and others"
            " catch one."
        ),
    )


def _label(share: Share) -> str:
    return f"{share.name} ({share.kind})" if share.kind else share.name


def _frame(axis: Axes) -> None:
    axis.axvline(0, color=INK, linewidth=1.0)
    axis.grid(axis="x", color=FAINT, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    low, high = axis.get_xlim()
    # Nothing at all must not look like something.
    axis.set_xlim(min(low, -0.05), max(high, 0.05))
