"""The commands `signals show | check | compare | import`: plans, and what is wrong with them."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.ends import FAILED, AsJson, errors_told, table_console

What = Annotated[
    str,
    typer.Argument(help="A scenario, a network, an additional file (.xml) or a sheet (.csv)."),
]
Net = Annotated[
    Path | None,
    typer.Option("--net", help="Network of the plans of a file, to name their movements."),
]


def show(
    what: What,
    net: Net = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a timing sheet.")] = False,
) -> None:
    """The plan of every signal, stage by stage; with --csv as a timing sheet."""
    from experiments.commands.plan_tables import plans_table
    from experiments.plan_files import plans_named
    from sumo_nets import write_sheet

    with errors_told():
        named = plans_named(what, net)
        if as_csv:
            sys.stdout.write(write_sheet(named.plans.values(), named.movements))
            return
    table_console(160).print(plans_table(named))


def check(
    scenario: Annotated[str, typer.Argument(help="Name or path of a scenario, or a network.")],
    plan: Annotated[
        Path | None,
        typer.Option(help="Additional file or timing sheet to put over the scenario's plans."),
    ] = None,
    deceleration: Annotated[
        float, typer.Option(help="Braking that a yellow is reckoned with, m/s2.")
    ] = 3.5,
    min_green: Annotated[float, typer.Option(help="Shorter greens are told, s.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """What is wrong with the plans of the signals; exit code 1 if there are errors."""
    from experiments.plan_files import plans_named, plans_of_file
    from sumo_nets import TimingRules, check_plans

    with errors_told():
        rules = TimingRules(deceleration_mps2=deceleration, min_green_s=min_green)
        named = plans_named(scenario)
        if named.net_file is None:
            raise ValueError(f"{scenario}: name a scenario or a network, and the file by --plan")
        plans = named.plans
        if plan is not None:
            if not plan.is_file():
                raise ValueError(f"--plan: {plan} does not exist")
            plans = plans | plans_of_file(plan, named.roads)
        findings = check_plans(named.net_file, plans, rules)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(f"{finding.level}: {finding.text}")
        if not findings:
            n_plans = "1 plan" if len(plans) == 1 else f"{len(plans)} plans"
            print(f"{named.name}: {n_plans}, nothing found")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(FAILED)


def compare(first: What, second: What) -> None:
    """What differs between the plans of two scenarios or files, signal by signal."""
    from experiments.commands.plan_tables import differences, differences_table
    from experiments.plan_files import plans_named

    with errors_told():
        pair = plans_named(first), plans_named(second)
    rows = differences(*pair)
    n_signals = len(pair[0].plans.keys() | pair[1].plans.keys())
    n_other = len({row[0] for row in rows})
    if rows:
        table_console().print(differences_table(rows, (pair[0].name, pair[1].name)))
    print(f"{n_signals - n_other} of {n_signals} signals have the same plan")


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A timing sheet, a file of SUMO, a CSV for SUMO's tls_csvSignalGroups.py or "
            "tls_csv2SUMO.py, or a VISSIM network (.inpx, with its .sig files).",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Additional file (.xml), or timing sheet (.csv).")
    ],
    net: Annotated[Path | None, typer.Option(help="Network that the plans are for.")] = None,
) -> None:
    """Make plans of other formats an additional file of SUMO, or a timing sheet."""
    from experiments.plan_files import SHEETS, write_plans
    from sumo_nets import import_plans

    with errors_told():
        for path in filter(None, (file, net)):
            if not path.is_file():
                raise ValueError(f"{path} does not exist")
        if out.suffix not in (".xml", *SHEETS):
            raise ValueError(f"--out: {out} must end with .xml or .csv")
        if not os.access(out.parent, os.W_OK):
            raise ValueError(f"--out: {out.parent} is no folder that can be written to")
        found = import_plans(file, net)
        written = write_plans(found, out, net)
    for path in written:
        print(path)
    for remark in found.remarks:
        print(f"warning: {remark}", file=sys.stderr)
