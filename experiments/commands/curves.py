"""The commands `curves` and `sensitivity`: what a sweep has shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from experiments.commands.ends import AsJson, check_target, errors_told

if TYPE_CHECKING:
    from experiments.curves import CurveFamily, Interaction, Sweep

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished sweep.")]
_DEFAULT = "co2_own"


def curves(
    directory: Directory,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="As in co2_phemlight5, trip_time, stops.", show_default=_DEFAULT),
    ] = None,
    arm: Annotated[
        list[str] | None, typer.Option(help="Only this arm.", show_default="all that advise")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="KEY[,KEY2]", help="Over this key; two keys give an interaction table."
        ),
    ] = None,
    pareto: Annotated[
        str | None,
        typer.Option(metavar="X,Y", help="Choices on two metrics, as in trip_time,co2_own."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the table as CSV, too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how the effects of advice change over the swept keys, with intervals."""
    from experiments.commands.curve_tables import failure_lines
    from experiments.curves import pareto_front, read_sweep

    with errors_told():
        check_target("--csv", file)
        sweep = read_sweep(directory)
        metrics = tuple(metric or (_DEFAULT,))
        arms = tuple(arm or sweep.treated)
        keys = _keys(by)
        if pareto is not None:
            front = pareto_front(sweep, _two(pareto, "--pareto"))
            _print_front(front, file, as_json=as_json)
            return
        found = _tables(sweep, metrics, arms, keys)
        if file is not None:
            _write_csv(file, [row for each in found for row in _rows(each)])
    if as_json:
        print(json.dumps([asdict(each) for each in found], sort_keys=True, allow_nan=False))
        return
    _print_tables(found)
    for line in failure_lines(sweep):
        print(line)


def sensitivity(
    directory: Directory,
    metric: Annotated[str, typer.Option(help="As in co2_phemlight5.")] = _DEFAULT,
    arm: Annotated[
        str | None, typer.Option(help="An advised arm.", show_default="eco, if run")
    ] = None,
    method: Annotated[
        Literal["auto", "sobol", "morris"], typer.Option(help="auto: what the sample is made for.")
    ] = "auto",
    as_json: AsJson = False,
) -> None:
    """Tell which sampled keys an effect depends on: Sobol indices or Morris effects."""
    from experiments.commands.curve_tables import sensitivity_lines, sensitivity_table
    from experiments.commands.ends import table_console
    from experiments.curves import read_sweep
    from experiments.curves import sensitivity as analyse

    with errors_told():
        sweep = read_sweep(directory)
        chosen = arm or ("eco" if "eco" in sweep.treated else sweep.treated[0])
        found = analyse(sweep, metric, chosen, method)
    if as_json:
        print(json.dumps(asdict(found), sort_keys=True, allow_nan=False))
        return
    table_console().print(sensitivity_table(found))
    for line in sensitivity_lines(found):
        print(line)


def _keys(by: str | None) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in by.split(",")) if by is not None else ()
    if len(keys) > 2 or "" in keys:
        raise ValueError(f"--by: give one key, or two with a comma between, got '{by}'")
    return keys


def _two(text: str, option: str) -> tuple[str, str]:
    words = [word.strip() for word in text.split(",")]
    if len(words) != 2 or not all(words):
        raise ValueError(f"{option}: give two metrics with a comma between, got '{text}'")
    return words[0], words[1]


def _tables(
    sweep: "Sweep", metrics: Sequence[str], arms: Sequence[str], keys: Sequence[str]
) -> Sequence["CurveFamily | Interaction"]:
    """What was asked for: interaction tables of two keys, else curves."""
    from experiments.curves import interaction, response_curves, scenarios_of

    if len(keys) == 2:
        pair = keys[0], keys[1]
        return [interaction(sweep, pair, metric, arm) for metric in metrics for arm in arms]
    roads: list[str | None] = [None, *scenarios_of(sweep)]
    return [
        response_curves(sweep, key, metric, arms, scenario=road)
        for key in keys or sweep.swept
        for metric in metrics
        for road in (roads if key != "scenario" else [None])
    ]


def _rows(found: "CurveFamily | Interaction") -> Iterable[Mapping[str, Any]]:
    from experiments.curves import CurveFamily, curve_rows, interaction_rows

    return curve_rows(found) if isinstance(found, CurveFamily) else interaction_rows(found)


def _print_tables(found: Sequence["CurveFamily | Interaction"]) -> None:
    from experiments.commands.curve_tables import curve_lines, curve_table, interaction_table
    from experiments.commands.ends import table_console
    from experiments.curves import CurveFamily

    console = table_console()
    for each in found:
        if isinstance(each, CurveFamily):
            table, lines = curve_table(each), tuple(curve_lines(each))
        else:
            table, lines = interaction_table(each), each.cautions
        console.print(table)
        for line in lines:
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _print_front(front: Any, file: Path | None, *, as_json: bool) -> None:  # noqa: ANN401
    from experiments.commands.curve_tables import front_rows, front_table
    from experiments.commands.ends import table_console

    if file is not None:
        _write_csv(file, front_rows(front))
    if as_json:
        print(json.dumps(asdict(front), sort_keys=True, allow_nan=False))
        return
    table_console().print(front_table(front))
    for line in front.cautions:
        print(line)


def _write_csv(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    from experiments.results import rounded, write_csv

    write_csv(file, [rounded(dict(row)) for row in rows])
