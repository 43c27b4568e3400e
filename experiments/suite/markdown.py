"""The results of a suite as Markdown, short enough for a pull request."""

from collections.abc import Iterator, Sequence

from experiments.markdown import cell_text, table_lines
from experiments.statistics import Effect
from experiments.suite.comparing import Difference
from experiments.suite.ranking import (
    CHANCE_ERRORS,
    COMPARED,
    LONGEST_TRIP_TIME_PCT,
    SEEDS_FOR_INTERVAL,
    Row,
)
from experiments.suite.result import Result

MOST_DIFFERENCES = 30
"""More rows hide what is told; the JSON has all."""
HOW_RANKED = (
    "Rank: by the account on which a policy gains least; behind all others who makes trips longer "
    f"by more than {LONGEST_TRIP_TIME_PCT:g} %, or has more collisions than the reference by more "
    f"than chance can make ({CHANCE_ERRORS:g} standard errors)."
)


def change_words(effect: Effect | None) -> str:
    """A change with its interval, where the seeds allow one."""
    if effect is None:
        return "–"
    if effect.low is None or effect.high is None or effect.n < SEEDS_FOR_INTERVAL:
        return f"{effect.mean:+.2f}"
    star = " *" if effect.low <= 0.0 <= effect.high else ""
    return f"{effect.mean:+.2f} [{effect.low:+.2f}, {effect.high:+.2f}]{star}"


def row_cells(row: Row) -> list[str]:
    """What a policy changes, in the order of `COMPARED`, and its collisions."""
    collisions = f"{row.collisions} ({row.reference_collisions})"
    return [row.arm, *(change_words(row.changes[column]) for column in COMPARED), collisions]


def policy_lines(rows: Sequence[Row], *, ranked: bool) -> Iterator[str]:
    """A table of policies.

    Args:
        rows: The policies.
        ranked: Whether their order is a ranking.
    """
    head = ["policy", *COMPARED.values(), "collisions (reference)"]
    yield from table_lines(
        ["rank", *head] if ranked else head,
        [
            [f"{rank}{'' if row.keeps else ' †'}", *row_cells(row)] if ranked else row_cells(row)
            for rank, row in enumerate(rows, start=1)
        ],
        n_left=2 if ranked else 1,
    )


def difference_lines(differences: Sequence[Difference]) -> Iterator[str]:
    """A table of what is not as it was kept."""
    head = ["where", "figure", "got", "expected", "tolerance", "reason"]
    rows = [
        [each.where, each.figure, each.got, each.expected, each.tolerance, each.reason]
        for each in differences[:MOST_DIFFERENCES]
    ]
    yield from table_lines(head, rows, n_left=2)
    if (more := len(differences) - MOST_DIFFERENCES) > 0:
        yield f"\n… and {more} more; the JSON holds all."


def suite_markdown(result: Result) -> str:
    """All that a call of the suite found."""
    suite, table, check = result.suite, result.table, result.check
    lines = [f"## Suite `{suite.name}`", "", f"**{suite.label}**", ""]
    if check is not None:
        lines += [*(f"{sentence}  " for sentence in check.sentences), ""]
    if result.failures:
        lines += [
            "Runs that failed:",
            "",
            *(f"- {cell_text(each)}" for each in result.failures),
            "",
        ]
    if check is not None and check.differences:
        lines += [*difference_lines(check.differences), ""]
    lines += [
        f"Change against `{suite.reference}` in %, mean over {len(table.cases)} cases of "
        f"{len(suite.seeds)} seeds; in brackets 95 % intervals, \\* contains 0: no effect shown.",
        "",
        *policy_lines(table.mean, ranked=True),
        "",
        f"{HOW_RANKED} † is ranked behind for that.",
        "",
    ]
    for case, rows in table.cases.items():
        lines += [f"<details><summary>{case}</summary>", "", *policy_lines(rows, ranked=False)]
        lines += ["", "</details>", ""]
    versions = ", ".join(
        f"{name} {version}" for name, version in result.made_on["versions"].items()
    )
    return "\n".join([*lines, f"Made with {versions}."]) + "\n"
