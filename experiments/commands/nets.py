"""The commands `nets …`: scenarios that can be named, and what is in them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from experiments.commands.ends import FAILED, AsJson, errors_told
from experiments.machine import cache_folder

nets_app = typer.Typer(help="Scenarios: list, show and check them.", no_args_is_help=True)


@nets_app.command("list")
def nets_list(as_json: AsJson = False) -> None:
    """Scenarios that can be named."""
    from experiments.commands.tables import catalogue_table
    from sumo_nets import list_scenarios

    entries = list_scenarios()
    if as_json:
        print(json.dumps([asdict(entry) for entry in entries]))
    else:
        Console().print(catalogue_table(entries))


@nets_app.command("show")
def nets_show(
    scenario: Annotated[str, typer.Argument(help="Name or path.")], as_json: AsJson = False
) -> None:
    """Signals, roads, demand of a scenario, and what is left out of it."""
    from experiments.commands.tables import road_sentences, signals_table
    from sumo_nets import describe, load_scenario

    with errors_told():
        description = describe(load_scenario(scenario, require_signals=False))
    if as_json:
        print(json.dumps(asdict(description)))
        return
    console = Console()
    for sentence in road_sentences(description):
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    console.print(signals_table(description))


@nets_app.command("check")
def nets_check(
    scenario: Annotated[str, typer.Argument(help="Name or path.")], as_json: AsJson = False
) -> None:
    """What would make an experiment on a scenario worthless; exit code 1 if anything would."""
    from sumo_nets import check_scenario, load_scenario

    with errors_told():
        loaded = load_scenario(scenario, require_signals=False)
        findings = check_scenario(loaded, cache_dir=cache_folder())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            print(f"{finding.level}: {finding.text}")
        if not findings:
            print(f"{loaded.name}: nothing found that would spoil an experiment")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(FAILED)


@nets_app.command("spat")
def nets_spat(
    scenario: Annotated[str, typer.Argument(help="Name or path.")],
    control: Annotated[
        Literal["own", "actuated", "delay_based"],
        typer.Option(help="The scenario's own, or what its fixed programs become."),
    ] = "own",
    duration: Annotated[float, typer.Option(min=1.0, help="Simulated time, s.")] = 3600.0,
    seed: Annotated[int, typer.Option(help="Seed of the run.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Predicted greens against those that came; exit code 1 if one left its bounds."""
    from experiments.spat_check import audit_as_json, calibration_table, check_spat, sentences
    from sumo_nets import load_scenario

    with errors_told():
        audit = check_spat(
            load_scenario(scenario),
            control=control,
            duration_s=duration,
            seed=seed,
            cache_dir=cache_folder(),
        )
    if as_json:
        print(json.dumps(audit_as_json(audit)))
    else:
        for sentence in sentences(audit):
            print(sentence)
        if audit.calibration is not None:
            Console().print(calibration_table(audit.calibration))
    if audit.n_outside:
        raise typer.Exit(FAILED)


@nets_app.command("actuate")
def nets_actuate(
    scenario: Annotated[str, typer.Argument(help="Name or path.")],
    out: Annotated[Path, typer.Option(help="Folder for the new network and configuration.")],
    control: Annotated[
        Literal["actuated", "delay_based"],
        typer.Option("--type", help="What decides: gaps between vehicles, or their delay."),
    ] = "actuated",
    min_green: Annotated[float, typer.Option(help="Least length of a green, s.")] = 5.0,
    max_share: Annotated[
        float, typer.Option(help="Greatest length of a green, as a multiple of the planned one.")
    ] = 2.0,
) -> None:
    """Write a scenario with the same demand whose fixed programs are decided by traffic."""
    from sumo_nets import ActuationBounds, actuate_scenario, load_scenario

    with errors_told():
        bounds = ActuationBounds(min_green_s=min_green, max_share=max_share)
        print(actuate_scenario(load_scenario(scenario), out, control=control, bounds=bounds))
