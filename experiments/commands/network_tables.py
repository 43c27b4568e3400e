"""Tables over networks, for the command line and in Markdown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from experiments.commands.effect_cells import star
from experiments.commands.tables import metric_words
from experiments.curves import Comparison, Estimate, OnNetwork, OverNetworks, Vehicles
from experiments.markdown import table_lines
from experiments.statistics import Effect

FEW_NETWORKS = 5
"""Of fewer the interval over networks is wide, and rests on what nobody can check."""
_BORDER = 3
"""Characters between two columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, whatever it is printed as."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    """What is to be said below it."""

    def for_console(self, width: int) -> Iterator[Table]:
        """The same for the command line, without the lines: in pieces that are no wider."""
        for number, columns in enumerate(self._pieces(width)):
            # As texts: a name may hold what Rich takes for markup.
            table = Table(title=None if number else Text(self.title), title_justify="left")
            for column in (0, *columns):
                # Heads may take several lines, what stands below never.
                table.add_column(
                    Text(self.head[column].replace("_", " ")),
                    justify="right" if column else "left",
                    min_width=self._width(column),
                )
            for row in self.rows:
                table.add_row(*(Text(row[column]) for column in (0, *columns)))
            yield table

    def in_markdown(self) -> Iterator[str]:
        """Its lines in Markdown."""
        yield from (f"**{self.title}**", "")
        yield from table_lines(self.head, self.rows, n_left=1)
        yield ""
        for line in self.lines:
            yield from (line, "")

    def _pieces(self, width: int) -> Iterator[list[int]]:
        """Columns behind the first one, as many at a time as fit beside it."""
        piece: list[int] = []
        left = room = width - self._width(0) - 2 * _BORDER
        for column in range(1, len(self.head)):
            needs = self._width(column) + _BORDER
            if piece and needs > left:
                yield piece
                piece, left = [], room
            piece.append(column)
            left -= needs
        yield piece

    def _width(self, column: int) -> int:
        words = self.head[column].replace("_", " ").split()
        return max(len(text) for text in (*words, *(row[column] for row in self.rows)))


def network_grid(found: OverNetworks, reference: str, vehicles: Vehicles) -> Grid:
    """One arm, network by network, and the mean.

    Args:
        found: What it does.
        reference: Against which arm.
        vehicles: Whose changes they are.
    """
    total = found.total
    mean = f"mean of {len(found.networks)}"
    whose = "" if vehicles == "all" else ", all vehicles"
    return Grid(
        title=f"{_of(found.arm, found.setting)}: change against {reference}, in %, {vehicles} "
        "vehicles",
        head=(
            *("network", "seeds", *map(metric_words, found.means)),
            f"collisions{whose} ({reference})",
        ),
        rows=tuple(
            (
                name,
                str(each.n_seeds),
                *map(change_text, each.effects.values()),
                f"{each.counts['collisions'].arm} ({each.counts['collisions'].reference})",
            )
            for name, each in (*found.networks.items(), (mean, total))
        ),
        lines=(
            _events(total, reference),
            *(f"{name}: left out, nothing is compared there" for name in found.left_out),
            *_seeds_left_out(found.networks),
            *_few(found.networks),
            *_not_all(found),
        ),
    )


def comparison_grids(found: Comparison, reference: str, vehicles: Vehicles) -> tuple[Grid, Grid]:
    """Means of all arms at one setting side by side; and on how many networks each is ahead."""
    metrics = found.standings[0].means
    head = ("arm", *map(metric_words, metrics))
    n = len(found.networks)
    where = _of(f"mean of {n} network{'s' if n != 1 else ''}", found.setting)
    means = Grid(
        title=f"{where}: change against {reference}, in %, {vehicles} vehicles",
        head=head,
        rows=tuple((each.arm, *map(_mean_text, each.means.values())) for each in found.standings),
        lines=tuple(
            f"{name}: left out, nothing is compared there of {', '.join(arms)}"
            for name, arms in found.left_out.items()
        ),
    )
    ahead = Grid(
        title=f"Who is ahead: on how many of the {n} an arm is lower than every other one (in "
        "brackets: how far from whichever other one is lowest there, points, mean)",
        head=head,
        rows=tuple(
            (each.arm, *(f"{each.ahead[m]} ({_mean_text(each.lead[m])})" for m in metrics))
            for each in found.standings
        ),
        lines=(),
    )
    return means, ahead


def how_sure(confidence: float) -> str:
    """What the intervals are, and what they are not."""
    return (
        f"± half of the {100 * confidence:.4g} % interval by Student's t: over the seeds of a "
        "network (none: one run, or a change that no seed changes), over networks in the mean, "
        "where each counts the same; * it contains 0; not corrected for the number of comparisons"
    )


def change_text(effect: Effect | None) -> str:
    """A change with half of its interval, and a star where that contains 0."""
    if effect is None:
        return "-"
    # What rounds to 0 has no sign.
    mean = f"{effect.mean:+.2f}" if round(effect.mean, 2) else "0.00"
    if effect.low is None or effect.high is None:
        return mean
    return f"{mean} ± {0.5 * (effect.high - effect.low):.2f}{star(effect)}"


def _mean_text(mean: Estimate | None) -> str:
    return change_text(None if mean is None else mean.effect)


def _of(what: str, setting: str) -> str:
    return f"{what}, {setting}" if setting else what


def _events(total: OnNetwork, reference: str) -> str:
    told = (
        f"{counter.replace('_', ' ')} {count.arm} ({reference} {count.reference}, more in "
        f"{count.seeds_with_more} of {total.n_seeds} pairs of runs)"
        for counter, count in total.counts.items()
    )
    return "; ".join(told)


def _seeds_left_out(networks: Mapping[str, OnNetwork]) -> Iterator[str]:
    for name, each in networks.items():
        if each.n_seeds < each.n_asked:
            yield (
                f"{name}: {each.n_seeds} of {each.n_asked} seeds count; one that failed in an arm, "
                "or is not done, counts in none"
            )


def _not_all(found: OverNetworks) -> Iterator[str]:
    for metric, mean in found.means.items():
        n = 0 if mean is None else mean.effect.n
        if 1 < n < len(found.networks):
            yield f"{metric_words(metric)} is told of {n} of {len(found.networks)} networks only"


def _few(networks: Mapping[str, OnNetwork]) -> Iterator[str]:
    if 1 < len(networks) < FEW_NETWORKS:
        yield f"few networks ({len(networks)}): the interval over them is wide"
