"""Tables over networks, for the command line and in Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from experiments.commands.effect_cells import star
from experiments.commands.tables import metric_words
from experiments.curves import Comparison, OverNetworks, Vehicles
from experiments.markdown import table_lines
from experiments.statistics import Effect

HOW_SURE = (
    "± half of the 95 % interval by Student's t: over seeds on a network (none: one run, or seeds "
    "that change nothing), over networks in the mean, where each counts the same; * it contains 0; "
    "not corrected for the number of comparisons"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, whatever it is printed as."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    """What is to be said below it."""

    def for_console(self) -> Table:
        """The same for the command line, without the lines."""
        table = Table(title=self.title, title_justify="left")
        for place, name in enumerate(self.head):
            table.add_column(name, justify="right" if place else "left", no_wrap=not place)
        for row in self.rows:
            table.add_row(*row)
        return table

    def in_markdown(self) -> Iterator[str]:
        """Its lines in Markdown."""
        yield from (f"**{self.title}**", "")
        yield from table_lines(self.head, self.rows, n_left=1)
        yield ""
        for line in self.lines:
            yield from (line, "")


def network_grid(found: OverNetworks, reference: str, vehicles: Vehicles) -> Grid:
    """One arm, network by network, and the mean.

    Args:
        found: What it does.
        reference: Against which arm.
        vehicles: Whose changes they are.
    """
    total = found.total
    named = (*found.networks.items(), (f"mean of {len(found.networks)}", total))
    setting = f", {found.setting}" if found.setting else ""
    return Grid(
        title=f"{found.arm}{setting}: change against {reference}, in %, {vehicles} vehicles",
        head=("network", "runs", *map(metric_words, found.means), f"collisions ({reference})"),
        rows=tuple(
            (
                name,
                str(each.n_seeds),
                *map(change_text, each.effects.values()),
                f"{each.counts['collisions'].arm} ({each.counts['collisions'].reference})",
            )
            for name, each in named
        ),
        lines=tuple(
            f"{counter.replace('_', ' ')}: {count.arm}, {reference} {count.reference}; "
            f"more in {count.seeds_with_more} of {total.n_seeds} runs"
            for counter, count in total.counts.items()
        ),
    )


def comparison_grids(found: Comparison, reference: str, vehicles: Vehicles) -> tuple[Grid, Grid]:
    """Means of all arms at one setting side by side; and on how many networks each is ahead."""
    setting = f", {found.setting}" if found.setting else ""
    n, metrics = len(found.networks), found.standings[0].means
    head = ("arm", *map(metric_words, metrics))
    means = Grid(
        title=f"mean of {n} networks{setting}: change against {reference}, in %, {vehicles} "
        "vehicles",
        head=head,
        rows=tuple(
            (
                each.arm,
                *(change_text(None if m is None else m.effect) for m in each.means.values()),
            )
            for each in found.standings
        ),
        lines=tuple(
            f"{name}: left out, there is no {', '.join(arms)}"
            for name, arms in found.left_out.items()
        ),
    )
    ahead = Grid(
        title=f"on how many of {n} each is lower than every other arm (in brackets the mean of "
        "whichever other arm is lowest on each)",
        head=head,
        rows=tuple(
            (each.arm, *(_ahead_text(each.ahead[m], each.best_other_pct[m]) for m in metrics))
            for each in found.standings
        ),
        lines=(),
    )
    return means, ahead


def change_text(effect: Effect | None) -> str:
    """A change with half of its interval, and a star where that contains 0."""
    if effect is None:
        return "-"
    if effect.low is None or effect.high is None:
        return f"{effect.mean:+.2f}"
    return f"{effect.mean:+.2f} ± {0.5 * (effect.high - effect.low):.2f}{star(effect) or ' '}"


def _ahead_text(n_networks: int, best_other_pct: float | None) -> str:
    return "-" if best_other_pct is None else f"{n_networks} ({best_other_pct:+.2f})"
