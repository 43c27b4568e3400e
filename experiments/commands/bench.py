"""The commands `bench …`: the suite of fixed cases, and what advice and a ledger cost in time."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from experiments.commands.ends import (
    FAILED,
    INTERRUPTED,
    AsJson,
    errors_told,
    stop,
    table_console,
)
from experiments.commands.suite import leaderboard, suite

if TYPE_CHECKING:
    from experiments.speed.maps import MapTiming
    from experiments.speed.pairs import Bench

bench_app = typer.Typer(invoke_without_command=True)
bench_app.callback()(suite)
bench_app.command()(leaderboard)


@bench_app.command("speed")
def bench_speed(
    *,
    networks: Annotated[
        str, typer.Option(help="Scenarios, as in A,B.")
    ] = "resco:cologne8,resco:ingolstadt7,resco:ingolstadt21",
    repeat: Annotated[int, typer.Option(min=1, help="Runs of each arm.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of all runs.")] = 1,
    execution: Annotated[
        Literal["automated", "driver"], typer.Option(help="Who carries advice out.")
    ] = "automated",
    growth: Annotated[
        bool, typer.Option(help="Also time more and more vehicles, up to 10,000 at once.")
    ] = True,
    quick: Annotated[
        bool, typer.Option("--quick", help="Ten minutes of each scenario, and a small town.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Time `none`, `glosa-sumo` and `eco` in pairs, and how time grows with the traffic."""
    from experiments.speed.pairs import benching, checked_networks, machine

    found: dict[str, Any] = {"machine": machine(), "networks": {}, "growth": {}}
    with bench_errors_told():
        scenarios = checked_networks(networks, is_quick=quick)
        with benching(seed=seed, execution=execution, say=say) as bench:
            for name, scenario in scenarios.items():
                found["networks"][name] = bench.network(scenario, repeat=repeat)
            if growth:
                found["growth"] = _grow(bench, is_quick=quick)
    if as_json:
        print(json.dumps(found))
        return
    console = table_console()
    for name, network in found["networks"].items():
        console.print(_network_table(name, network))
    for name, grown in found["growth"].items():
        console.print(_growth_table(name, grown))


@bench_app.command("overhead")
def bench_overhead(
    *,
    networks: Annotated[
        str, typer.Option(help="Scenarios, as in A,B.")
    ] = "resco:cologne8,resco:ingolstadt7,resco:ingolstadt21",
    repeat: Annotated[int, typer.Option(min=1, help="Turns.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of all runs.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="Ten minutes of each scenario.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time bare SUMO and a run without advice in turn: what process and accounting cost."""
    from experiments.speed.overhead import measure_overhead, nursery_wall_s
    from experiments.speed.pairs import benching, checked_networks, machine

    found: dict[str, Any] = {"machine": machine(), "networks": {}}
    with bench_errors_told():
        scenarios = checked_networks(networks, is_quick=quick)
        found["nursery_s"] = nursery_wall_s()
        with benching(seed=seed, execution="automated", say=say) as bench:
            for name, scenario in scenarios.items():
                found["networks"][name] = measure_overhead(bench, scenario, repeat=repeat)
    if as_json:
        print(json.dumps(found))
        return
    console = table_console()
    for name, network in found["networks"].items():
        console.print(_overhead_table(name, network))
    print(f"once per call, importing what runs need: {found['nursery_s']:.2f} s")


@contextmanager
def bench_errors_told() -> Iterator[None]:
    """As `errors_told`; a run that was to be timed may fail, too, and none is kept."""
    from experiments.speed.pairs import BenchError

    with errors_told():
        try:
            yield
        except BenchError as error:
            stop(str(error), FAILED)
        except KeyboardInterrupt:
            stop("stopped; nothing is kept", INTERRUPTED)


def say(text: str) -> None:
    """Tell of progress."""
    print(text, file=sys.stderr, flush=True)


def _overhead_table(name: str, network: Mapping[str, Any]) -> Table:
    """What bare SUMO and a run took, and how much more that is."""
    kinds = {
        "idle": "SUMO without its emission device",
        "bare": "bare SUMO",
        "writing": "SUMO with the outputs of a run",
        "run": "a run",
    }
    stages = ", ".join(f"{stage} {wall_s:.2f}" for stage, wall_s in network["stages_s"].items())
    table = Table(
        title=f"{name}: seconds, and shares, medians over {network['repeat']} turns",
        title_justify="left",
        caption=f"of the run, seconds on the wall: {stages}",
        caption_justify="left",
    )
    for column in ("", "wall", "cpu"):
        table.add_column(column, justify="right" if column else "left")
    for kind, words in kinds.items():
        table.add_row(words, f"{network['wall_s'][kind]:.2f}", f"{network['cpu_s'][kind]:.2f}")
    for words, share in network["overhead"].items():
        table.add_row(words, f"{share['wall']:+.0%}", f"{share['cpu']:+.0%}")
    return table


@bench_app.command("maps")
def bench_maps(
    *,
    emission_class: Annotated[
        str, typer.Option("--class", help="Whose map is looked up.")
    ] = "HBEFA4/PC_petrol_Euro-4",
    quantity: Annotated[str, typer.Option(help="Of the class.")] = "CO2",
    rows: Annotated[int, typer.Option(min=1, help="Rows of the trace.")] = 10_000_000,
    repeat: Annotated[int, typer.Option(min=1, help="Times each is done.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the rows, drawn at random.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Time looking up the rows of a trace in emission maps, and the memory it takes."""
    from experiments.machine import cache_folder
    from experiments.speed.maps import time_maps
    from experiments.speed.pairs import machine

    with errors_told():
        timings = time_maps(
            emission_class,
            quantity,
            n_rows=rows,
            repeat=repeat,
            seed=seed,
            cache_dir=cache_folder(),
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
    if as_json:
        print(json.dumps({"machine": machine(), "timings": [asdict(each) for each in timings]}))
        return
    table_console().print(_maps_table(timings))


def _maps_table(timings: "Sequence[MapTiming]") -> Table:
    """Seconds and memory by slopes and classes."""
    table = Table(
        title=f"{timings[0].rows:,} rows of a trace looked up in emission maps",
        title_justify="left",
        caption="memory: the most held at once beside trace and maps; one class after the other",
        caption_justify="left",
    )
    columns = (
        "slopes",
        "classes",
        "best, s",
        "median, s",
        "cpu, s",
        "cpu, ns per row and class",
        "MiB",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for each in timings:
        per_row_ns = 1e9 * each.best_cpu_s / (each.rows * each.n_classes)
        table.add_row(
            f"{each.n_slopes}",
            f"{each.n_classes}",
            f"{each.best_s:.2f}",
            f"{each.median_s:.2f}",
            f"{each.best_cpu_s:.2f}",
            f"{per_row_ns:.0f}",
            f"{each.peak_mib:.0f}",
        )
    return table


@bench_app.command("ledger")
def bench_ledger(
    *,
    records: Annotated[int, typer.Option(min=1, help="Made-up trips.")] = 20_000,
    as_json: AsJson = False,
) -> None:
    """Time the writing and the verifying of a ledger."""
    from experiments.ledger.benchmark import benchmark_ledger

    found = benchmark_ledger(records)
    if as_json:
        print(json.dumps(found))
        return
    print(
        f"{found['records']} records of {found['columns']} columns, {found['bytes'] / 1e6:.1f} MB; "
        f"a proof of {found['proof_hashes']} hashes; {found['processors']} processors"
    )
    for name, times in found["steps"].items():
        print(f"{name:17} {times['wall_s']:7.3f} s, of the processor {times['cpu_s']:7.3f} s")


def _grow(bench: "Bench", *, is_quick: bool) -> dict[str, Any]:
    from experiments.speed.growth import LARGE_TOWN, SMALL_TOWN, grow_public, grow_town

    town = SMALL_TOWN if is_quick else LARGE_TOWN
    return {"grid4x4": grow_public(bench), town.name: grow_town(bench, town)}


def _network_table(name: str, network: Mapping[str, Any]) -> Table:
    """Times of the arms, and how many times those of `none` they are."""
    costs = network["us_per_vehicle_step"]
    parts = ", ".join(f"{part} {us:.2f}" for part, us in costs.items())
    table = Table(
        title=f"{name}: seconds, medians over {network['repeat']} runs; in brackets the range "
        "of the ratios to none in pairs",
        title_justify="left",
        caption=f"eco, microseconds of processor time per vehicle-step: {parts}",
        caption_justify="left",
    )
    for column in ("", "simulation", "its cpu", "whole run", "its cpu"):
        table.add_column(column, justify="right" if column else "left")
    table.add_column("vehicle-steps", justify="right")
    table.add_column("MiB", justify="right")
    for arm, figures in network["arms"].items():
        table.add_row(
            arm,
            *(f"{figures[time]:.2f}" for time in network["times"]),
            f"{figures['vehicle_steps']}",
            f"{figures['max_rss_mib']:.0f}",
        )
    for arm, ratios in network["pairs"].items():
        words = [
            f"{ratio['median']:.2f} [{ratio['least']:.2f}, {ratio['most']:.2f}]"
            for ratio in ratios.values()
        ]
        table.add_row(f"{arm} / none", *words)
    return table


def _growth_table(name: str, grown: Mapping[str, Any]) -> Table:
    """What more and more vehicles take."""
    shape = "linear" if grown["is_linear"] else "NOT linear"
    memory = "under" if grown["is_small"] else "NOT under"
    table = Table(
        title=f"{name}, eco: microseconds of processor time per vehicle-step",
        title_justify="left",
        caption=f"time grows with the power {grown['exponent']:.2f} of the vehicle-steps, what is "
        f"not SUMO's with {grown['exponent_ours']:.2f}: {shape}; memory {memory} 1 GiB",
        caption_justify="left",
    )
    parts = list(grown["runs"][0]["us_per_vehicle_step"])
    for column in ("most at once", "vehicle-steps", *parts, "simulation, s", "MiB"):
        table.add_column(column, justify="right")
    for run in grown["runs"]:
        table.add_row(
            f"{run['most_running']}",
            f"{run['vehicle_steps']}",
            *(f"{us:.2f}" for us in run["us_per_vehicle_step"].values()),
            f"{run['simulate_cpu_s']:.1f}",
            f"{run['max_rss_mib']:.0f}",
        )
    return table
