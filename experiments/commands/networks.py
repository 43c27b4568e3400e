"""The command `networks`: what a sweep over networks has shown on each, and on their mean."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from experiments.commands.ends import AsJson, check_target, errors_told

if TYPE_CHECKING:
    from experiments.commands.network_tables import Grid
    from experiments.curves import Comparison, OverNetworks, Sweep, Vehicles


def networks(
    directories: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Folders of finished sweeps over networks."),
    ],
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="As in co2_phemlight5, trip_time.",
            show_default="the four accounts, trip_time, stops",
        ),
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this arm; may be repeated.", show_default="all but unadvised and none"
        ),
    ] = None,
    vehicles: Annotated[
        Literal["all", "equipped", "unequipped"],
        typer.Option(help="Whose changes; events are those of all."),
    ] = "all",
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the networks as CSV, too.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the tables there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the effects on each network, their mean over networks, and which arm is ahead."""
    from experiments.commands.network_tables import how_sure
    from experiments.curves import compare_over_networks, over_networks, read_sweep

    with errors_told():
        check_target("--csv", file)
        check_target("--markdown", markdown)
        if file is not None and file == markdown:
            raise ValueError(f"--csv and --markdown: both name '{file}'")
        sweeps = [read_sweep(directory) for directory in directories]
        found = over_networks(
            sweeps, tuple(metric or _told(sweeps)), arms=tuple(arm or ()), vehicles=vehicles
        )
        compared = compare_over_networks(found)
        reference = sweeps[0].reference
        grids = _grids(found, compared, reference, vehicles)
        words = [how_sure(found[0].confidence), *_cautions(sweeps)]
        if file is not None:
            _write_csv(file, found)
        if markdown is not None:
            _write_markdown(markdown, grids, words)
    if as_json:
        told = {
            "reference": reference,
            "vehicles": vehicles,
            "folders": [str(directory) for directory in directories],
            "arms": [asdict(each) for each in found],
            "comparisons": [asdict(each) for each in compared],
            "cautions": _cautions(sweeps),
        }
        print(json.dumps(told, sort_keys=True, allow_nan=False))
        return
    _print(grids)
    for line in words:
        print(line)


def _told(sweeps: "Sequence[Sweep]") -> list[str]:
    """The four accounts, trip time and stops, those of them that are told anywhere."""
    from experiments.measures import FACTOR_METRICS

    return [each for each in FACTOR_METRICS if any(each in sweep.figures for sweep in sweeps)]


def _grids(
    found: "Sequence[OverNetworks]",
    compared: "Sequence[Comparison]",
    reference: str,
    vehicles: "Vehicles",
) -> "list[Grid]":
    from experiments.commands.network_tables import comparison_grids, network_grid

    grids = [network_grid(each, reference, vehicles) for each in found]
    return grids + [
        grid for each in compared for grid in comparison_grids(each, reference, vehicles)
    ]


def _print(grids: "Sequence[Grid]") -> None:
    from experiments.commands.ends import table_console

    console = table_console(width=160)
    for grid in grids:
        for table in grid.for_console(console.width):
            console.print(table)
        for line in grid.lines:
            print(line)


def _cautions(sweeps: "Sequence[Sweep]") -> list[str]:
    """What is not done, and what failed."""
    from experiments.commands.curve_tables import failure_lines

    return [
        f"{sweep.folder}: {line}"
        for sweep in sweeps
        for line in (*sweep.warnings, *failure_lines(sweep), *_unknown(sweep))
    ]


def _unknown(sweep: "Sweep") -> Iterator[str]:
    if not sweep.manifest:
        yield "has no manifest.json: whether it differs in keys that were not swept is not known"


def _write_csv(file: Path, found: "Sequence[OverNetworks]") -> None:
    from experiments.curves import network_rows
    from experiments.results import rounded, write_csv

    write_csv(file, [rounded(row) for each in found for row in network_rows(each)])


def _write_markdown(file: Path, grids: "Sequence[Grid]", words: Sequence[str]) -> None:
    from experiments.atomic import replacing

    lines = [line for grid in grids for line in grid.in_markdown()]
    lines += [line for each in words for line in (each, "")]
    with replacing(file) as temporary:
        temporary.write_text("\n".join(lines), encoding="utf-8")
