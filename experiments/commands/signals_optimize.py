"""The command `signals optimize`: a fixed-time plan that costs less CO2 and time."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from experiments.commands.ends import AsJson, errors_told
from experiments.commands.run_options import N_JOBS, Jobs

if TYPE_CHECKING:
    from experiments.retiming import CycleRange, Retimed


def signals_optimize(
    scenario: Annotated[str, typer.Argument(help="Name or path, see 'nets list'.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="PLAN.add.xml", help="Additional file of SUMO to write."
        ),
    ],
    runs: Annotated[int, typer.Option(help="Short runs of SUMO to search with.")] = 60,
    minutes: Annotated[
        float | None,
        typer.Option(help="Simulate the first minutes only.", show_default="all"),
    ] = None,
    seeds: Annotated[
        str, typer.Option(help="Seeds to search on: a count (from 1001 on), or a list.")
    ] = "1001,1002",
    confirm: Annotated[
        str, typer.Option(help="Others to prove itself on: a count (from 1011 on), or a list.")
    ] = "1011,1012,1013,1014",
    cycle: Annotated[
        str, typer.Option(metavar="MIN:MAX", help="Cycles that may be chosen, s.")
    ] = "40:150",
    counts: Annotated[
        Path | None,
        typer.Option(
            help="CSV of turning counts: signal,from_edge,to_edge,vehicles_per_hour.",
            show_default="those of the demand",
        ),
    ] = None,
    time_weight: Annotated[
        float, typer.Option(help="Worth of 1 % of trip time in % of CO2.")
    ] = 0.5,
    advice: Annotated[
        str | None,
        typer.Option(help="Optimise for traffic that is advised: eco or glosa.", show_default="no"),
    ] = None,
    execution: Annotated[
        Literal["automated", "driver"], typer.Option(help="Who carries out that advice.")
    ] = "driver",
    begin: Annotated[float | None, typer.Option(help="Start of the window, s.")] = None,
    end: Annotated[float | None, typer.Option(help="End of the window, s.")] = None,
    jobs: Jobs = N_JOBS,
    as_json: AsJson = False,
) -> None:
    """Optimise cycles, splits and offsets of a scenario's fixed programs on CO2 and delay."""
    from experiments.machine import cache_folder
    from experiments.planning_seeds import CONFIRMING_SEED, PLANNING_SEED
    from experiments.retiming import Effort, retime, write_retimed, write_timing_sheet
    from sumo_nets import load_scenario

    with errors_told():
        sheet = _sheet_beside(out)
        effort = Effort(
            seeds=_seeds(seeds, PLANNING_SEED, "--seeds"),
            confirm_seeds=_seeds(confirm, CONFIRMING_SEED, "--confirm"),
            n_runs=runs,
            minutes=minutes,
            cycles=_cycles(cycle),
            time_weight=time_weight,
            advice=advice,
            execution=execution,
        )
        loaded = load_scenario(scenario, begin_s=begin, end_s=end, cache_dir=cache_folder())
        retimed = retime(
            loaded, effort, cache_dir=cache_folder(), n_jobs=jobs, counts_file=counts, say=_say
        )
        write_retimed(loaded, retimed, out)
        write_timing_sheet(loaded, out, sheet)
    _tell(retimed, out, sheet, as_json=as_json)


def _sheet_beside(out: Path) -> Path:
    """The timing sheet that goes with a plan; told before the search if neither can be written."""
    if not out.name.endswith(".xml"):
        raise ValueError(f"--out: the name must end with .xml, got '{out}'")
    if not os.access(out.parent, os.W_OK):
        raise ValueError(f"--out: {out.parent} is no folder that can be written to")
    return out.with_name(f"{out.name.removesuffix('.xml').removesuffix('.add')}.csv")


def _tell(retimed: "Retimed", out: Path, sheet: Path, *, as_json: bool) -> None:
    from experiments.retiming import retimed_json, retimed_lines

    if as_json:
        print(json.dumps(retimed_json(retimed), sort_keys=True))
        return
    for line in (*retimed_lines(retimed), f"plan: {out}", f"timing sheet: {sheet}"):
        print(line)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _seeds(text: str, first: int, option: str) -> tuple[int, ...]:
    from experiments.planning_seeds import planning_seeds

    try:
        return planning_seeds(text, first)
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None


def _cycles(text: str) -> "CycleRange":
    from experiments.retiming import CycleRange

    low, colon, high = text.partition(":")
    try:
        low_s, high_s = float(low), float(high if colon else low)
    except ValueError:
        raise ValueError(f"--cycle: give MIN:MAX in seconds, as in 40:150, got '{text}'") from None
    return CycleRange(low_s=low_s, high_s=high_s)
