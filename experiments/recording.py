"""What is recorded of one seed, to be drawn and to explain single vehicles by."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import polars as pl

from controller import Reason
from corridor import AdviceRecord, MainRoad, PromiseRecord, RoadNetwork, Tally
from emissions import ACCOUNTS
from experiments.preparation import Prepared
from experiments.trajectories import AdvisedSteps, trajectory_rows

Shown = tuple[float, float, str]
"""From when to when (s) a signal, or one link of it, showed what."""
SIGNAL_SCHEMA = {
    "direction": pl.Int64,
    "signal_id": pl.String,
    "position_m": pl.Float64,
    "start_s": pl.Float64,
    "end_s": pl.Float64,
    "state": pl.String,
}
LIGHT_SCHEMA = {
    "signal_id": pl.String,
    "link_index": pl.Int64,
    "start_s": pl.Float64,
    "end_s": pl.Float64,
    "state": pl.String,
}
PROMISE_SCHEMA = {
    "signal_id": pl.String,
    "stage": pl.Int64,
    "event": pl.String,
    "announced_s": pl.Float64,
    "promised_s": pl.Float64,
    "happened_s": pl.Float64,
    "is_kept": pl.Boolean,
}
DIGITS = 2
"""Decimals of what is kept of vehicle-steps; more would double the tables."""
NOTE_DIGITS = 6
"""Of what policies noted, in units of their own."""


def write_records(prepared: Prepared, tally: Tally, trace: pl.DataFrame) -> None:
    """Write the main road's time-space diagram, what signals showed and what was advised.

    Args:
        prepared: What was run.
        tally: What the session counted.
        trace: With roads and `equipped`.
    """
    folder, network = prepared.folder, prepared.network
    advice = advice_rows(tally.record, network)
    advised = advice.filter(pl.col("advised_mps").is_not_null())
    steps = AdvisedSteps(
        time_s=advised["time_s"].to_list(), vehicle_id=advised["vehicle_id"].to_list()
    )
    rows = trajectory_rows(trace, prepared.main_road, steps)
    rows.write_parquet(folder / "trajectories.parquet")
    shown = read_states(folder)
    signals = pl.DataFrame(
        list(_signal_rows(prepared.main_road, shown)), schema=SIGNAL_SCHEMA, orient="row"
    )
    signals.write_parquet(folder / "signals.parquet")
    lights = pl.DataFrame(list(_light_rows(network, shown)), schema=LIGHT_SCHEMA, orient="row")
    lights.write_parquet(folder / "lights.parquet")
    if not advice.is_empty():
        advice.write_parquet(folder / "advice.parquet")
    if tally.steering is not None:
        promise_rows(tally.steering.promises).write_parquet(folder / "promises.parquet")


def journey_rows(measured: pl.DataFrame) -> pl.DataFrame:
    """Way, speed and accounts of each vehicle and step; small numbers, as they are many."""
    accounts = [account.column for account in ACCOUNTS]
    values = ("distance_m", "speed_mps", *accounts)
    return measured.select(
        pl.col("vehicle_id").cast(pl.String),
        "time_s",
        *(pl.col(name).round(DIGITS).cast(pl.Float32) for name in values),
    )


def advice_rows(record: AdviceRecord, network: RoadNetwork) -> pl.DataFrame:
    """What equipped vehicles near a signal knew, were told and did, by vehicle and time.

    What was not known or not said is null. The reason is the name of a `controller.Reason`.
    """
    columns = record.columns()
    links = columns.pop("link_row").astype(np.int64)
    reasons = [Reason(int(number)).name.lower() for number in columns.pop("reason")]
    notes = pl.selectors.starts_with("note_")
    rows = pl.DataFrame(columns).select(
        (~notes).round(DIGITS).fill_nan(None), notes.round(NOTE_DIGITS).fill_nan(None)
    )
    return rows.select(
        pl.Series("vehicle_id", record.vehicle_ids, dtype=pl.String),
        "time_s",
        pl.Series("signal_id", [network.links[row].signal for row in links], dtype=pl.String),
        pl.Series("link_index", [network.links[row].index for row in links], dtype=pl.Int64),
        pl.Series("reason", reasons, dtype=pl.String),
        pl.exclude("time_s"),
    ).sort("vehicle_id", "time_s", maintain_order=True)


def promise_rows(record: PromiseRecord) -> pl.DataFrame:
    """Switches that were announced, and when they happened; null where they never did."""
    rows = [
        (
            promise.signal,
            promise.stage,
            "green_start" if promise.is_start else "green_end",
            promise.announced_s,
            promise.promised_s,
            promise.happened_s,
            promise.is_kept,
        )
        for promise in record.done
    ]
    found = pl.DataFrame(rows, schema=PROMISE_SCHEMA, orient="row")
    return found.with_columns(pl.col("happened_s").fill_nan(None)).sort(
        "signal_id", "promised_s", "announced_s", maintain_order=True
    )


def read_states(folder: Path) -> dict[str, list[Shown]]:
    """By signal: what SUMO recorded that it showed. The files are taken away."""
    shown: dict[str, list[Shown]] = {}
    for file in sorted(folder.glob("signal-*.xml")):
        steps = [e for e in ET.parse(file).getroot() if e.tag == "tlsState"]
        for element, following in pairwise(steps):
            start_s, end_s = (float(e.get("time", "nan")) for e in (element, following))
            rows = shown.setdefault(element.get("id", ""), [])
            rows.append((start_s, end_s, element.get("state", "")))
        file.unlink()
    return {signal: list(_joined(rows)) for signal, rows in shown.items()}


def _joined(rows: list[Shown]) -> Iterator[Shown]:
    """The same, with what stayed told in one row."""
    for state, same in groupby(rows, key=lambda row: row[2]):
        spells = list(same)
        yield spells[0][0], spells[-1][1], state


def _of_link(rows: list[Shown], index: int) -> Iterator[Shown]:
    """What one link of a signal showed."""
    letters = [(start_s, end_s, state[index : index + 1]) for start_s, end_s, state in rows]
    return (row for row in _joined(letters) if row[2])


def _signal_rows(
    main_road: tuple[MainRoad, ...], shown: dict[str, list[Shown]]
) -> Iterator[tuple[int, str, float, float, float, str]]:
    """What each stop line of the main road showed."""
    for direction, road in enumerate(main_road):
        for line in road.stop_lines:
            for row in _of_link(shown.get(line.signal, []), line.link_index):
                yield (direction, line.signal, line.position_m, *row)


def _light_rows(
    network: RoadNetwork, shown: dict[str, list[Shown]]
) -> Iterator[tuple[str, int, float, float, str]]:
    """What each link of the network showed."""
    for signal, index in sorted({(link.signal, link.index) for link in network.links}):
        for row in _of_link(shown.get(signal, []), index):
            yield (signal, index, *row)
