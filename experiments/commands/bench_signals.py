"""The command `bench signals`: what control of signals costs in time."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from experiments.commands.bench import bench_errors_told, say
from experiments.commands.ends import AsJson, table_console

SHARE_NAMES = {
    "planner": "planner, share",
    "corridor": "corridor, share",
    "control": "planner + corridor",
    "all": "all but SUMO",
}
"""Shares of SUMO's time, as `experiments.speed.signals` names them → how they are called."""


def bench_signals(
    *,
    networks: Annotated[str, typer.Option(help="Scenarios, as in A,B.")] = "resco:ingolstadt21",
    repeat: Annotated[int, typer.Option(min=1, help="Runs of each arm.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of all runs.")] = 1,
    growth: Annotated[bool, typer.Option(help="Also time ever larger towns.")] = True,
    quick: Annotated[
        bool, typer.Option("--quick", help="Towns of up to 64 signals only, not of 400.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Time signal control on ten minutes of each scenario, and how time grows with the signals."""
    from experiments.speed.pairs import benching, checked_networks, machine
    from experiments.speed.signals import (
        ARMS,
        QUICK_STREETS,
        STREETS,
        grow_signals,
        measure_control,
    )

    found: dict[str, Any] = {"machine": machine(), "networks": {}, "growth": {}}
    with bench_errors_told():
        scenarios = checked_networks(networks, is_quick=True)
        with benching(seed=seed, execution="automated", say=say) as bench:
            for name, scenario in scenarios.items():
                found["networks"][name] = measure_control(bench, scenario, repeat=repeat)
            streets = (QUICK_STREETS if quick else STREETS) if growth else ()
            for arm in ARMS[1:] if streets else ():
                found["growth"][arm] = grow_signals(bench, arm, streets)
    if as_json:
        print(json.dumps(found))
        return
    console = table_console()
    for network in found["networks"].values():
        console.print(_network_table(network))
    for arm, grown in found["growth"].items():
        console.print(_growth_table(arm, grown))


def _network_table(network: Mapping[str, Any]) -> Table:
    table = Table(
        title=f"{network['scenario']}: seconds of processor time, and shares of SUMO's; medians "
        f"over {network['repeat']} runs",
        title_justify="left",
    )
    parts = list(next(iter(network["arms"].values()))["parts_cpu_s"])
    table.add_column("arm")
    for column in (*parts, *SHARE_NAMES.values()):
        table.add_column(column, justify="right")
    for arm, found in network["arms"].items():
        cells = (f"{found['parts_cpu_s'][part]:.2f}" for part in parts)
        table.add_row(arm, *cells, *(f"{found['over_sumo'][share]:.2f}" for share in SHARE_NAMES))
    return table


def _growth_table(arm: str, grown: Mapping[str, Any]) -> Table:
    shape = "linear" if grown["is_linear"] else "NOT linear"
    table = Table(
        title=f"{arm}: seconds of processor time in made-up towns",
        title_justify="left",
        caption=f"what is not SUMO's grows with the power {grown['exponent_ours']:.2f} of the "
        f"number of signals: {shape}",
        caption_justify="left",
    )
    parts = list(grown["runs"][0]["parts_cpu_s"])
    for column in ("signals", *parts, "memory, MiB"):
        table.add_column(column, justify="right")
    for run in grown["runs"]:
        cells = (f"{run['parts_cpu_s'][part]:.2f}" for part in parts)
        table.add_row(f"{run['n_signals']}", *cells, f"{run['max_rss_mib']:.0f}")
    return table
