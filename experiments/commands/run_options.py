"""Options of the command `run`: what each is called, takes and means."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

N_JOBS = os.cpu_count() or 1
"""Runs at a time where nothing is said."""

What = Annotated[
    str | None,
    typer.Argument(
        metavar="[EXPERIMENT.yaml | SCENARIO]",
        help="An experiment file, or a scenario (see 'nets list'). Default: the shipped "
        "experiment on resco:ingolstadt7.",
    ),
]
Arms = Annotated[
    str | None, typer.Option(help="As in unadvised,eco,actuated,actuated+eco,committed:10+eco.")
]
Policies = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE.py:CLASS",
        help="A policy of your own; adds an arm called as the class, in lower case.",
    ),
]
Seeds = Annotated[str | None, typer.Option(help="A count, or a list as in 1,2,5.")]
Penetration = Annotated[str | None, typer.Option(help="Equipped share, 0 to 1.")]
Execution = Annotated[str | None, typer.Option(help="automated or driver.")]
Range = Annotated[str | None, typer.Option("--range", help="Reach of roadside units.")]
Begin = Annotated[str | None, typer.Option(help="Start of the window, s.")]
End = Annotated[str | None, typer.Option(help="End of the window, s.")]
StepLength = Annotated[str | None, typer.Option(help="Simulation step, s.")]
Accounts = Annotated[
    str | None,
    typer.Option(help="Further emission classes, as in HBEFA3/PC_G_EU4,PHEMlight/PC_G_EU4."),
]
FleetMix = Annotated[
    str | None, typer.Option(help="Mix that gives each vehicle its class, as in CN-2024.")
]
Grid = Annotated[str | None, typer.Option(help="Electricity of the fleet: CN/2023.")]
Factors = Annotated[
    Path | None, typer.Option(help="A file of factors put over those of the project.")
]
SignalPlan = Annotated[
    Path | None,
    typer.Option(help="Plan of the arm 'optimized': additional file or timing sheet."),
]
Out = Annotated[Path | None, typer.Option(help="Folder for the results.")]
Jobs = Annotated[int, typer.Option(min=1, help="Runs at a time.")]
KeepRaw = Annotated[bool, typer.Option("--keep-raw", help="Keep SUMO's own outputs.")]
Ledger = Annotated[
    bool, typer.Option("--ledger", help="Write a signed record of every trip, see 'verify'.")
]
Key = Annotated[
    Path | None,
    typer.Option(help="Private key that signs the ledger; made if there is none."),
]
Gui = Annotated[bool, typer.Option("--gui", help="Show SUMO's window, one run a time.")]
Api = Annotated[Literal["libsumo", "traci"], typer.Option(help="How SUMO is reached.")]
Require = Annotated[
    list[str] | None,
    typer.Option(help='Exit 3 unless it holds, as in "glosa.trip_time_pct.high <= 1".'),
]
Until = Annotated[
    list[str] | None,
    typer.Option(help='Add seeds until it holds, as in "eco.co2_own_pct.width < 1".'),
]
Batch = Annotated[int | None, typer.Option(help="With --until: seeds to add at a time; 4.")]
MostSeeds = Annotated[int | None, typer.Option(help="With --until: the cap; 64.")]
