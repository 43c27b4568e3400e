"""The command `bench`: a fixed suite, its check against kept results, and the leaderboard."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table as RichTable

from experiments.commands.ends import FAILED, NOT_MET, AsJson, errors_told, stop, table_console

if TYPE_CHECKING:
    from experiments.suite.comparing import Difference
    from experiments.suite.definition import LoadedSuite
    from experiments.suite.reference import Reference
    from experiments.suite.result import Result

MOST_ROWS = 25


def suite(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option("--suite", help="smoke, full, or FILE.yaml.")] = "smoke",
    case: Annotated[
        list[str] | None, typer.Option(help="Only this case of the suite; may be repeated.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the runs; finished ones are kept.")] = Path(
        "runs/bench"
    ),
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE.py:CLASS", help="A policy of your own; may be repeated."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the reference; exit code 3 if it differs.")
    ] = False,
    accept: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Make these results the reference of the suite."),
    ] = None,
    entry: Annotated[
        Path | None, typer.Option(help="Write an entry of the leaderboard for the one --policy.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who submits the entry.")] = "",
    markdown: Annotated[Path | None, typer.Option(help="Also write the tables there.")] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Runs at a time.")
    ] = os.cpu_count() or 1,
    as_json: AsJson = False,
) -> None:
    """Run a fixed suite: all policies on the same cases, checked against kept results."""
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    with errors_told():
        from experiments.suite.definition import load_suite
        from experiments.suite.reference import read_reference

        loaded = load_suite(name)
        reference = read_reference(loaded.reference_file)
        if check and reference is None:
            raise ValueError(
                f"--check: {loaded.suite.name} has no reference yet; --accept REASON writes one"
            )
        is_compared = check or accept is not None
        result = _run(
            loaded, case or (), policy or (), out, jobs, reference if is_compared else None
        )
        _write(result, entry, by, markdown)
        _tell(result, out, as_json=as_json)
        if result.failures:
            n_failed, first = len(result.failures), result.failures[0].splitlines()[0]
            stop(f"{n_failed} runs failed, the first one: {first}", FAILED)
        if accept is not None:
            _accept(loaded, reference, result, accept)
        elif result.check is not None and not result.check.holds:
            raise typer.Exit(NOT_MET)


def _refuse_options(context: typer.Context) -> None:
    """What stands before a subcommand would be taken for one of its options, and do nothing."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            context.fail(f"options of the suite stand without '{context.invoked_subcommand}'")


def leaderboard(
    folder: Annotated[Path, typer.Argument(help="Holds NAME.json and the policies.")] = Path(
        "leaderboard"
    ),
    name: Annotated[str, typer.Option("--suite", help="smoke, full, or FILE.yaml.")] = "smoke",
    markdown: Annotated[Path | None, typer.Option(help="Write the table there.")] = None,
) -> None:
    """Check all entries of a leaderboard and rank them beside our own arms."""
    with errors_told():
        from experiments.suite.definition import load_suite
        from experiments.suite.leaderboard import leaderboard_markdown, read_entries
        from experiments.suite.reference import read_reference

        loaded = load_suite(name)
        reference = read_reference(loaded.reference_file)
        if reference is None:
            raise ValueError(f"{loaded.suite.name} has no reference, so there is no table")
        entries = read_entries(folder, loaded.suite, reference)
        text = leaderboard_markdown(loaded.suite, reference, entries)
        if markdown is not None:
            _write_text(markdown, text)
        print(text, end="")


def _run(
    loaded: "LoadedSuite",
    cases: Sequence[str],
    policies: Sequence[str],
    out: Path,
    n_jobs: int,
    reference: "Reference | None",
) -> "Result":
    """Do what is not done yet, and compare it with the reference if there is one."""
    from experiments.claim import claimed
    from experiments.machine import cache_folder
    from experiments.own_policy import named_by_class
    from experiments.progress import showing
    from experiments.results import write_json
    from experiments.suite.definition import chosen_cases
    from experiments.suite.markdown import suite_markdown
    from experiments.suite.records import made_on
    from experiments.suite.result import Result, check_against
    from experiments.suite.running import prepare_suite, run_suite

    chosen = chosen_cases(loaded.suite, cases)
    names = tuple(case.name for case in chosen)
    prepared = prepare_suite(
        loaded.suite, chosen, named_by_class(policies), cache_dir=cache_folder()
    )
    with claimed(out) as store, showing(Console(stderr=True), prepared.n_runs) as shown:
        records, failures = run_suite(
            prepared, store=store, cache_dir=cache_folder(), n_jobs=n_jobs, tell=shown.tell
        )
    check = None
    if reference is not None:
        check = check_against(reference, loaded.suite, names, records)
    result = Result(
        suite=loaded.suite,
        cases=names,
        policies=prepared.policies,
        records=records,
        failures=failures,
        check=check,
        made_on=made_on(),
    )
    if records:
        write_json(out / f"{loaded.suite.name}.json", result.plain())
        _write_text(out / f"{loaded.suite.name}.md", suite_markdown(result))
    return result


def _write(result: "Result", entry: Path | None, by: str, markdown: Path | None) -> None:
    if markdown is not None:
        from experiments.suite.markdown import suite_markdown

        _write_text(markdown, suite_markdown(result))
    if entry is not None:
        from experiments.suite.leaderboard import entry_of, write_entry

        write_entry(entry, entry_of(result, name=entry.stem, by=by))


def _write_text(file: Path, text: str) -> None:
    from experiments.atomic import replacing

    with replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _accept(loaded: "LoadedSuite", old: "Reference | None", result: "Result", reason: str) -> None:
    from experiments.suite.result import accept

    reference = accept(loaded, old, result, reason)
    print(f"written: {loaded.reference_file}", file=sys.stderr)
    print("CHANGELOG.md must say:", *reference.changelog_lines, sep="\n  ", file=sys.stderr)


def _tell(result: "Result", out: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.plain(), sort_keys=True))
        return
    if not result.records:
        return
    console = table_console(200)
    if result.check is not None and result.check.differences:
        console.print(_differences_table(result.check.differences))
    console.print(_ranking_table(result))
    for sentence in () if result.check is None else result.check.sentences:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    name = out / f"{result.suite.name}.json"
    console.print(f"all figures: {name}", highlight=False, markup=False, soft_wrap=True)


def _ranking_table(result: "Result") -> RichTable:
    from experiments.suite.markdown import HOW_RANKED, row_cells
    from experiments.suite.ranking import COMPARED

    table = RichTable(
        title=f"{result.suite.name} ({result.suite.label}): change against "
        f"{result.suite.reference} in %, mean over {len(result.cases)} cases",
        title_justify="left",
        caption=f"{HOW_RANKED} + is ranked behind for that. * interval contains 0.",
        caption_justify="left",
    )
    for column in ("rank", "policy", *COMPARED.values(), "collisions (reference)"):
        table.add_column(column, justify="left" if column == "policy" else "right")
    for rank, row in enumerate(result.table.mean, start=1):
        table.add_row(f"{rank}{'' if row.keeps else ' +'}", *row_cells(row))
    return table


def _differences_table(differences: "Sequence[Difference]") -> RichTable:
    table = RichTable(title="Not as it was kept", title_justify="left", caption_justify="left")
    for column in ("where", "figure", "got", "expected", "tolerance", "reason"):
        table.add_column(column)
    for each in differences[:MOST_ROWS]:
        table.add_row(each.where, each.figure, each.got, each.expected, each.tolerance, each.reason)
    if (more := len(differences) - MOST_ROWS) > 0:
        table.caption = f"and {more} more; the JSON holds all"
    return table
