"""The command `mrv`: what saving may be claimed, with baseline, leakage and uncertainty."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.ends import BAD_INPUT, errors_told, stop, write_new


def mrv(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of results.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="MRV.yaml", help="What is taken as given: hours, days, devices."),
    ] = None,
    grid: Annotated[
        str | None,
        typer.Option(metavar="REGION/YEAR", help="CO2 of electricity.", show_default="CN/2023"),
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="The project, an advised arm.", show_default="eco, if run")
    ] = None,
    factors: Annotated[
        Path | None,
        typer.Option(metavar="FACTORS.yaml", help="Factors of your own, over the shipped ones."),
    ] = None,
    init: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a commented settings file, and nothing else."),
    ] = None,
) -> None:
    """Report a saving as ISO 14064-2 asks: mrv.md and mrv.html, ex ante, not certified."""
    if init is not None:
        from experiments.mrv.settings import DEFAULT_MRV

        write_new(init, DEFAULT_MRV.read_text(encoding="utf-8"))
        return
    if directory is None:
        stop("give the folder of results, or --init FILE for a settings file", BAD_INPUT)
    from experiments.factor_files import load_factors
    from experiments.mrv.idle import idle_per_second, petrol_columns
    from experiments.mrv.page import build_case, write_mrv
    from experiments.mrv.section_claim import claim_notice
    from experiments.mrv.section_year import LABEL
    from experiments.mrv.settings import load_settings, stated_keys
    from experiments.report.data import read_manifest

    with errors_told():
        _check_ledger(directory)
        stated = stated_keys(config)
        if grid is None and "grid" not in stated:
            # What the run was asked to count electricity with, if anything.
            grid = (read_manifest(directory).get("experiment") or {}).get("grid")
        settings = load_settings(config, {"grid": grid})
        case = build_case(
            directory,
            settings,
            load_factors(factors),
            arm=arm,
            stated=stated | ({"grid"} if grid else set()),
            petrol_accounts=petrol_columns(),
            idle_per_s=idle_per_second(),
        )
        notice = claim_notice(case)
        written = write_mrv(directory, case)
    for line in (notice.sentence, *notice.lines, LABEL):
        print(line)
    for path in written:
        print(path)


def _check_ledger(directory: Path) -> None:
    """Refuse results that are not as they were signed; there may be no ledger at all."""
    from experiments.ledger import verify_ledger

    if not (directory / "ledger").is_dir():
        return
    ledger, faults = verify_ledger(directory)
    if ledger is None:
        raise ValueError(
            f"{directory}: the ledger does not verify: {faults[0].sentence()}; "
            "nothing is reported from results that are not as they were signed"
        )
